"""Tells where something undefined (0/0, inf − inf) was computed outside numpy, as numpy does.

The engine searches a node's pixels for it only where it was told. Compiled kernels leave a flag
in the processor, which costs nothing to look at: a search is a pass over the picture, half of what
`kernels.over` takes. OpenCV works on other threads, whose flags are not ours: what it computes is
looked through, which is 1 to 3 % of the time that it smooths.
"""

import ctypes
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from ofx_helpers.engine.frame import Pixels

F = TypeVar("F", bound=Callable[..., Any])

_INVALID = 1  # C's FE_INVALID on x86 and ARM
_INFINITE = np.array([np.inf], np.float32)


def watched(kernel: F) -> F:
    """A kernel that numba has compiled, which tells when it has computed something undefined."""
    test, clear = _flags()

    @wraps(kernel)
    def call(*arguments: Any) -> Any:
        clear(_INVALID)
        result = kernel(*arguments)
        if test(_INVALID):
            _tell()
        return result

    return call  # type: ignore[return-value]


def looked_through(pixels: Pixels) -> Pixels:
    """The same array; tells when a value in it is undefined."""
    if pixels.size and np.isnan(pixels.max()):
        _tell()
    return pixels


def _tell() -> None:
    """Let numpy report an invalid operation, to whoever listens by `np.errstate`."""
    _ = _INFINITE - _INFINITE


def _flags() -> tuple[Callable[[int], int], Callable[[int], int]]:
    """C's fetestexcept and feclearexcept; where there are none, every kernel tells."""
    try:
        library = ctypes.CDLL(None)
        return library.fetestexcept, library.feclearexcept
    except (AttributeError, OSError, TypeError):
        return lambda _flag: 1, lambda _flag: 0

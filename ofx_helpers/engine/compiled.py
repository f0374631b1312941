"""How inner loops are compiled: by numba, without Python's lock, dividing as numpy does, and kept.

numba keeps a compiled function until the file it stands in changes; a function of another file that
is compiled into it may change unseen. What is kept therefore lies in a folder named by the text of
all kernels.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import config, njit

Loop = Callable[..., Any]
"""What numba compiles takes more than its annotations say: numpy's scalars for numbers."""

PACKAGE = Path(__file__).parents[1]


def compiled(function: Loop) -> Loop:
    """The function, compiled when it is first called with arguments of new types.

    What it calls must be numpy's or `inlined` or `compiled` too, in a file named `*kernel*.py`.
    """
    given = config.CACHE_DIR
    config.CACHE_DIR = str(Path(given or PACKAGE / "__pycache__") / f"kernels-{_text()}")
    try:
        loop: Loop = njit(function, cache=True, nogil=True, error_model="numpy")
        return loop
    finally:
        config.CACHE_DIR = given


def inlined(function: Loop) -> Loop:
    """The function, put into each compiled one that calls it, as a call would keep it from SIMD."""
    loop: Loop = njit(function, nogil=True, inline="always", error_model="numpy")
    return loop


@cache
def _text() -> str:
    """Twelve hexadecimal digits of the text of every kernel and of this file."""
    digest = sha256(Path(__file__).read_bytes())
    for path in sorted(PACKAGE.rglob("*kernel*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

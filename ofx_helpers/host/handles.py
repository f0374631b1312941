"""Every handle given to a plug-in: a number that stands for a Python object.

One table owns them all. A number is never used twice, so a stale handle is refused instead of
meaning something else. Who makes an object releases its handle; `count` shows what is left.
"""

import itertools
from collections import Counter
from typing import Any, TypeVar

from ofx_helpers.host.status import OfxError, Status

T = TypeVar("T")

_FIRST = 0x10000
_STEP = 16
"""Numbers look like aligned pointers: some plug-ins test bits of what they think is one."""

_table: dict[int, Any] = {}
_numbers = itertools.count(_FIRST, _STEP)


def add(thing: object) -> int:
    """A new handle for `thing`, which lives until it is released."""
    number = next(_numbers)
    _table[number] = thing
    return number


def get(handle: int, kind: type[T]) -> T:
    """What a handle stands for; an `OfxError` (bad handle) where it is not a `kind`."""
    thing = _table.get(handle)
    if not isinstance(thing, kind):
        raise OfxError(Status.BAD_HANDLE, f"{handle:#x} is no {kind.__name__}")
    return thing


def find(handle: int) -> Any:
    """What a handle stands for, or None."""
    return _table.get(handle)


def release(handle: int) -> None:
    """Forget a handle; again is harmless."""
    _table.pop(handle, None)


def count() -> Counter[str]:
    """Handles that are alive, by the kind of what they stand for."""
    return Counter(type(thing).__name__ for thing in list(_table.values()))

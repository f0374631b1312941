"""Memory that plug-ins ask the host for: each block has one owner here."""

import threading
from typing import Any

from ofx_helpers.host import handles
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.status import OfxError, Status

_allocate = ffi.new_allocator(should_clear_after_alloc=False)
_blocks: dict[int, tuple[Any, int]] = {}
_lock = threading.Lock()


def new_block(size: int) -> Any:
    """A C block of `size` bytes (one at least)."""
    try:
        return _allocate("char[]", max(1, size))
    except (MemoryError, OverflowError):
        raise OfxError(Status.MEMORY, f"{size} bytes cannot be had") from None


def allocate(size: int, owner: int) -> int:
    """A block's address; `owner` is the handle of the instance it was asked for, or 0."""
    block = new_block(size)
    address = int(ffi.cast("uintptr_t", block))
    with _lock:
        _blocks[address] = block, owner
    return address


def free(address: int) -> None:
    """End a block; an address that is none of ours is refused, not freed."""
    if not address:
        return
    with _lock:
        if _blocks.pop(address, None) is None:
            raise OfxError(Status.BAD_HANDLE, "memory that the host did not give")


def free_all(owner: int) -> int:
    """End what an instance left behind; how many blocks that was."""
    with _lock:
        left = [address for address, block in _blocks.items() if block[1] == owner]
        for address in left:
            del _blocks[address]
    return len(left)


def count() -> int:
    """Blocks that are alive."""
    return len(_blocks)


class ImageMemory:
    """Image memory of one instance, behind a handle."""

    def __init__(self, size: int, owner: Any) -> None:
        """`owner` is the instance that frees what its plug-in forgets."""
        self.block = new_block(size)
        self.owner = owner
        self.handle = handles.add(self)

    def close(self) -> None:
        """End the memory."""
        handles.release(self.handle)

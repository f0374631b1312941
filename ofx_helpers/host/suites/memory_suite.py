"""Memory suite 1."""

from typing import Any

from ofx_helpers.host import memory
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.status import callback


@callback("OfxStatus(void *, size_t, void **)")
def allocate(handle: Any, size: int, data: Any) -> None:
    """MemoryAlloc."""
    owner = int(ffi.cast("uintptr_t", handle))
    data[0] = ffi.cast("void *", memory.allocate(size, owner))


@callback("OfxStatus(void *)")
def free(data: Any) -> None:
    """MemoryFree."""
    memory.free(int(ffi.cast("uintptr_t", data)))


SUITE = ffi.new("OfxMemorySuiteV1 *", {"memoryAlloc": allocate, "memoryFree": free})

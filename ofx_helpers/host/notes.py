"""Which action of which plug-in each conversation is in: readable after its process has died."""

import mmap
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from ofx_helpers.host.shared import new_handle

SLOTS = 128
_SIZE = 256


class Notes:
    """A page of slots, shared by a worker (which writes) and its owner (which reads)."""

    def __init__(self, handle: int | None = None) -> None:
        """A new page, or the one behind a handle."""
        self.handle = new_handle(SLOTS * _SIZE) if handle is None else handle
        weakref.finalize(self, os.close, self.handle)
        self._memory = mmap.mmap(self.handle, SLOTS * _SIZE)

    @contextmanager
    def acting(self, slot: int, plugin: str, action: str) -> Iterator[None]:
        """The slot says so for as long as the block runs."""
        if not 0 <= slot < SLOTS:
            yield
            return
        part = slice(slot * _SIZE, (slot + 1) * _SIZE)
        before = self._memory[part]
        text = f"{plugin}\n{action}".encode()[:_SIZE]
        self._memory[part] = text.ljust(_SIZE, b"\0")
        try:
            yield
        finally:
            self._memory[part] = before

    def read(self, slot: int) -> tuple[str, str]:
        """Plug-in and action, empty when it was in none."""
        if not 0 <= slot < SLOTS:
            return "", ""
        text = self._memory[slot * _SIZE : (slot + 1) * _SIZE].rstrip(b"\0")
        plugin, _, action = text.decode(errors="replace").partition("\n")
        return plugin, action

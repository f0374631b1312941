"""Pictures in memory that this process and its workers both see.

A block is an unnamed file in memory (or, where the system has none, an unlinked temporary file):
it has no name that a crash could leave behind, and is gone when the last process that has it open
is. The owner hands out arrays on blocks and takes a block back when the last array on it is
forgotten: to write into new memory takes five to ten times as long as into memory that was used.
"""

import contextlib
import mmap
import os
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window

MOST_FREE = 512 * 2**20
"""Bytes of unused blocks that are kept for the next pictures."""
MOST_LENT = 64
"""Blocks behind arrays at a time; each holds two file handles. Beyond it, results are copied."""
SMALL = 2**18
"""Bytes below which a result is copied: its block is free at once."""
_ALONE = 2**22
"""Bytes up to which a second core is not worth waking."""


class Place(NamedTuple):
    """Where the pixels of a picture lie."""

    block: int
    offset: int
    row: int
    """Bytes from one row to the next above it."""
    window: Window


@dataclass(frozen=True, eq=False)
class Block:
    """Memory seen by several processes; closed when forgotten."""

    number: int
    size: int
    handle: int
    memory: mmap.mmap
    address: int

    def __post_init__(self) -> None:
        """A handle must not outlive what it stands for."""
        if self.handle >= 0:
            weakref.finalize(self, os.close, self.handle)

    def bytes(self) -> NDArray[np.uint8]:
        """All of it; the array keeps it in memory."""
        return np.frombuffer(self.memory, np.uint8)


def _address(memory: mmap.mmap) -> int:
    return int(np.frombuffer(memory, np.uint8).__array_interface__["data"][0])


def new_handle(size: int) -> int:
    """A file in memory without a name; its handle is the caller's to close."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("memecomp-ofx", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    try:
        os.ftruncate(handle, size)
    except OSError:
        os.close(handle)
        raise
    return handle


def find(frame: Frame, blocks: Iterable[Block]) -> Place | None:
    """Where in the blocks a picture lies, if it does and its rows can be read from there."""
    pixels, window = frame.pixels, frame.window
    row = pixels.strides[0] if window.height > 1 else window.width * 16
    along = window.width == 1 or pixels.strides[1] == 16
    if window.empty or pixels.strides[2] != 4 or not along or row < window.width * 16:
        return None
    first = int(pixels.__array_interface__["data"][0])
    for block in blocks:
        if block.address <= first < block.address + block.size:
            return Place(block.number, first - block.address, row, window)
    return None


def view(data: NDArray[np.uint8], place: Place) -> Frame:
    """The picture at a place in a block's bytes. Raises ValueError where it cannot lie there."""
    window = place.window
    end = place.offset + max(0, window.height - 1) * place.row + window.width * 16
    if place.offset < 0 or place.offset % 4 or place.row < window.width * 16 or end > len(data):
        raise ValueError(f"no picture over {tuple(window)} fits at {place}")
    pixels = np.ndarray(
        (window.height, window.width, 4),
        np.float32,
        data,
        place.offset,
        (place.row, 16, 4),
    )
    return Frame(pixels, window)


def _copy(to: Pixels, source: Pixels) -> None:
    """A large picture in two halves at once: a 4K one that is turned upside down, as those of image
    libraries are, takes 12 ms so, and 23 on one core.
    """
    if source.nbytes <= _ALONE:
        np.copyto(to, source)
        return
    middle = len(source) // 2
    upper = threading.Thread(target=np.copyto, args=(to[middle:], source[middle:]))
    upper.start()
    np.copyto(to[:middle], source[:middle])
    upper.join()


class Owner:
    """Makes blocks, lends arrays on them, and takes them back. May be used by many threads."""

    def __init__(self) -> None:
        """Nothing is made before it is needed."""
        self._lock = threading.Lock()
        self._lent: dict[int, tuple[Block, weakref.ref[NDArray[np.uint8]]]] = {}
        self._free: list[Block] = []
        # Arrays are forgotten at any moment, even inside the lock: no lock may be taken there.
        self._returned: deque[Block] = deque()
        self._next = 0

    def lend(self, size: int) -> tuple[int, NDArray[np.uint8]]:
        """A block's number and its bytes, at least `size`, with whatever is in them."""
        with self._lock:
            self._tidy()
            block = self._take(max(1, size))
            data = block.bytes()
            self._lent[block.number] = block, weakref.ref(data)
        weakref.finalize(data, self._give_back, block)
        return block.number, data

    def empty(self, window: Window) -> tuple[Place, Frame]:
        """A picture in shared memory with whatever is there, bottom row first."""
        number, data = self.lend(window.width * window.height * 16)
        place = Place(number, 0, window.width * 16, window)
        return place, view(data, place)

    def scratch(self, size: int) -> NDArray[np.uint8]:
        """Bytes with whatever is in them, in a block where that pays."""
        if size <= SMALL or len(self._lent) > MOST_LENT:
            return np.zeros(size, np.uint8)
        return self.lend(size)[1][:size]

    def place(self, frame: Frame) -> tuple[Place, Frame]:
        """Where workers can read a picture, and the one to keep while they do: it or a copy."""
        with self._lock:
            lent = [block for block, _ in self._lent.values()]
        found = find(frame, lent)
        if found is not None:
            return found, frame
        place, copy = self.empty(frame.window)
        _copy(copy.pixels, frame.pixels)
        return place, copy

    def block(self, number: int) -> Block:
        """A block that is lent out; KeyError for any other."""
        with self._lock:
            return self._lent[number][0]

    def at(self, place: Place) -> Frame:
        """The picture at a place of a block that is lent out; it keeps the block."""
        with self._lock:
            data = self._lent[place.block][1]()
        if data is None:
            raise KeyError(place.block)
        return view(data, place)

    def gone(self, numbers: set[int]) -> set[int]:
        """Which of the blocks exist no more."""
        with self._lock:
            self._tidy()
            return numbers - self._lent.keys() - {block.number for block in self._free}

    def settle(self, frame: Frame) -> Frame:
        """A result to keep: copied where it is small or too many blocks are out."""
        if frame.pixels.nbytes > SMALL and len(self._lent) <= MOST_LENT:
            return frame
        return Frame(frame.pixels.copy(), frame.window)

    def lent(self) -> int:
        """How many blocks have arrays on them."""
        with self._lock:
            self._tidy()
            return len(self._lent)

    def _take(self, size: int) -> Block:
        # The last that was used first: workers have it mapped already.
        newest = reversed(self._free)
        fitting = [block for block in newest if size <= block.size <= 2 * size + SMALL]
        if not fitting:
            return self._make(size)
        block = min(fitting, key=lambda block: block.size)
        self._free.remove(block)
        return block

    def _make(self, size: int) -> Block:
        # Steps of an eighth: pictures of nearly one size share their blocks.
        step = max(mmap.PAGESIZE, 1 << max(0, size.bit_length() - 4))
        size = -(-size // step) * step
        handle = new_handle(size)
        try:
            memory = mmap.mmap(handle, size)
        except OSError:
            os.close(handle)
            raise
        self._next += 1
        return Block(self._next, size, handle, memory, _address(memory))

    def _give_back(self, block: Block) -> None:
        self._returned.append(block)
        if self._lock.acquire(blocking=False):
            try:
                self._tidy()
            finally:
                self._lock.release()

    def _tidy(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                block = self._returned.popleft()
                del self._lent[block.number]
                self._free.append(block)
        while sum(block.size for block in self._free) > MOST_FREE:
            self._free.pop(0)


owner = Owner()
"""The shared memory of this process."""


@dataclass
class _Mapping:
    readable: Block
    handle: int
    writable: Block | None = None


@dataclass
class Borrower:
    """A worker's side: blocks that it was handed, read-only unless it has to write into them.

    A plug-in that writes into its input dies by that instead of spoiling it for others.
    """

    _mappings: dict[int, _Mapping] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)

    def add(self, number: int, size: int, handle: int) -> None:
        """A block that came over the wire; its handle is ours now."""
        with self._lock:
            if number in self._mappings:
                os.close(handle)
                return
            memory = mmap.mmap(handle, size, prot=mmap.PROT_READ)
            readable = Block(number, size, handle, memory, _address(memory))
            self._mappings[number] = _Mapping(readable, handle)

    def drop(self, numbers: Iterable[int]) -> None:
        """Forgets blocks."""
        with self._lock:
            for number in numbers:
                self._mappings.pop(number, None)

    def frame(self, place: Place) -> Frame:
        """The picture at a place, read-only."""
        with self._lock:
            block = self._mappings[place.block].readable
        return view(block.bytes(), place)

    def writable(self, number: int) -> NDArray[np.uint8]:
        """All of a block, to write into."""
        with self._lock:
            mapping = self._mappings[number]
            if mapping.writable is None:
                size = mapping.readable.size
                memory = mmap.mmap(mapping.handle, size)
                mapping.writable = Block(number, size, -1, memory, _address(memory))
            return mapping.writable.bytes()

    def place(self, frame: Frame) -> Place | None:
        """Where in the blocks a picture lies, if it does."""
        with self._lock:
            mappings = list(self._mappings.values())
        blocks = [m.readable for m in mappings] + [m.writable for m in mappings if m.writable]
        return find(frame, blocks)

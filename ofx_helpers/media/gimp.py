"""GIMP's XCF: the layers over each other, or one by its name; grey and RGB of 8 bits a channel.

Format: GIMP's own description of it (devel-docs/xcf.txt). Numbers have their most significant byte
first. Pictures are kept in tiles of 64 × 64 pixels, packed channel by channel.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image, Pixels

MAGIC = b"gimp xcf "
_TILE = 64
_OPACITY, _MODE, _VISIBLE, _OFFSETS, _PACKING, _FINE_OPACITY = 6, 7, 8, 15, 17, 33
_GROUP, _IN_GROUP = 29, 30
"""Numbers of the properties that are read."""
_NORMAL = (0, 28)
"""Layer modes that lay a picture over those below; the newer one and the older."""
_RUNS, _ZLIB = 1, 2
_EIGHT_BITS = (100, 150)
"""Precisions of 8 bits a channel: linear, and with GIMP's usual curve."""


@dataclass(frozen=True)
class _Layer:
    name: str
    size: tuple[int, int]
    offset: tuple[int, int]
    opacity: float
    visible: bool
    mode: int
    kind: int
    """0 RGB, 2 grey; one more with alpha."""
    data: int
    """Where the pixels are."""
    plain: bool
    """Whether it has no mask and is neither a group nor in one."""


def read_gimp(path: Path, data: bytes, layer: str = "") -> Image:
    """All visible layers over each other, or that layer where the file has it: RGBA, straight.

    A layer lies where it is, without its opacity and mask. Raises MediaError, also where a mode
    other than the normal one, a mask or a group would have to be merged.
    """
    try:
        reader = _Reader(path, data)
        found = (
            next((each for each in reader.layers if each.name == layer), None) if layer else None
        )
        if found is not None:
            return Image(reader.pixels(found), _box(found), Box(0, 0, *reader.size))
        return reader.merged()
    except (struct.error, ValueError, IndexError, OverflowError, MemoryError, zlib.error) as error:
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.") from error


def canvas(start: bytes) -> tuple[int, int]:
    """Width and height by the first 26 bytes of a file; they may be 0 in a cut one."""
    width, height = struct.unpack(">II", start[14:22].ljust(8, b"\0"))
    return width, height


def _box(layer: _Layer) -> Box:
    (left, top), (width, height) = layer.offset, layer.size
    return Box(left, top, left + width, top + height)


class _Reader:
    def __init__(self, path: Path, data: bytes) -> None:
        self._path, self._data, self._at = path, data, 14
        tag = data[9:13]
        version = 0 if tag == b"file" else int(tag[1:])
        self._pointer = ">Q" if version >= 11 else ">I"
        width, height, base = self._take(">III")
        precision = self._take(">I")[0] if version >= 4 else _EIGHT_BITS[-1]
        if base > 1 or precision not in _EIGHT_BITS:
            raise MediaError(
                f"{path} is not of a kind that can be read: save it as grey or RGB of 8 bits a "
                "channel."
            )
        self.size = width, height
        self._packing = dict(self._properties()).get(_PACKING, b"\0")[0]
        pointers = list(self._pointers())
        self.layers = [self._layer(pointer) for pointer in pointers]

    def merged(self) -> Image:
        """What is seen of all of them."""
        width, height = self.size
        colours, total = np.zeros((height, width, 3)), np.zeros((height, width, 1))
        for layer in reversed([each for each in self.layers if each.visible]):
            if layer.mode not in _NORMAL or not layer.plain:
                raise MediaError(
                    f"{self._path} has the layer {layer.name!r}, which is not simply over those "
                    "below: read its layers by name, or flatten it."
                )
            box = _box(layer)
            left, top = max(0, box.left), max(0, box.top)
            right, bottom = min(width, box.right), min(height, box.bottom)
            if left >= right or top >= bottom:
                continue
            pixels = self.pixels(layer) / 255.0
            pixels[..., 3] *= layer.opacity
            rows = slice(top - box.top, bottom - box.top)
            part = pixels[rows, left - box.left : right - box.left]
            place = slice(top, bottom), slice(left, right)
            alpha = part[..., 3:]
            colours[place] = part[..., :3] * alpha + colours[place] * (1 - alpha)
            total[place] = alpha + total[place] * (1 - alpha)
        straight = np.divide(colours, total, out=np.zeros_like(colours), where=total > 0)
        found = np.dstack([straight, total]).astype(np.float32)
        codes = np.rint(found * 255)
        # Whole codes where the layers had such, as in a picture of one layer.
        exact = bool((np.abs(found * 255 - codes) < 1e-3).all())
        box = Box(0, 0, width, height)
        return Image(codes.astype(np.uint8) if exact else found, box, box)

    def pixels(self, layer: _Layer) -> Pixels:
        """A layer's own, (height, width, 4), top row first."""
        width, height = layer.size
        count = (3 if layer.kind < 2 else 1) + layer.kind % 2
        self._at = layer.data
        self._take(">III")
        self._at = self._take(self._pointer)[0]
        self._take(">II")
        tiles = list(self._pointers())
        whole = np.zeros((height, width, count), np.uint8)
        across = -(-width // _TILE)
        for index, start in enumerate(tiles):
            y, x = (place * _TILE for place in divmod(index, across))
            rows, columns = min(_TILE, height - y), min(_TILE, width - x)
            end = tiles[index + 1] if index + 1 < len(tiles) else len(self._data)
            whole[y : y + rows, x : x + columns] = self._tile(start, end, rows, columns, count)
        if count < 3:
            whole = whole[..., [0, 0, 0, *range(1, count)]]
        if layer.kind % 2 == 0:
            whole = np.dstack([whole, np.full((height, width), 255, np.uint8)])
        return whole

    def _tile(self, start: int, end: int, rows: int, columns: int, count: int) -> NDArray[Any]:
        size = rows * columns
        if self._packing == _RUNS:
            planes = _unpacked(self._data, start, size, count)
            return np.frombuffer(planes, np.uint8).reshape(count, rows, columns).transpose(1, 2, 0)
        if self._packing > _ZLIB:
            raise MediaError(f"{self._path} packs its pixels in a way that is not read.")
        raw = self._data[start:end]
        if self._packing == _ZLIB:
            raw = zlib.decompressobj().decompress(raw)
        return np.frombuffer(raw, np.uint8, size * count).reshape(rows, columns, count)

    def _layer(self, pointer: int) -> _Layer:
        self._at = pointer
        width, height, kind, length = self._take(">IIII")
        name = self._data[self._at : self._at + length].rstrip(b"\0").decode("utf-8", "replace")
        self._at += length
        known = dict(self._properties())
        opacity = _whole(known.get(_OPACITY, b"\0\0\0\xff")) / 255
        if _FINE_OPACITY in known:
            (opacity,) = struct.unpack(">f", known[_FINE_OPACITY])
        x, y = struct.unpack(">ii", known.get(_OFFSETS, bytes(8)))
        data, mask = self._take(self._pointer)[0], self._take(self._pointer)[0]
        visible, mode = bool(_whole(known.get(_VISIBLE, b"\1"))), _whole(known.get(_MODE, b"\0"))
        plain = mask == 0 and not known.keys() & {_GROUP, _IN_GROUP}
        return _Layer(name, (width, height), (x, y), opacity, visible, mode, kind, data, plain)

    def _properties(self) -> Iterator[tuple[int, bytes]]:
        while True:
            number, length = self._take(">II")
            if number == 0:
                return
            yield number, self._data[self._at : self._at + length]
            self._at += length

    def _pointers(self) -> Iterator[int]:
        while True:
            (pointer,) = self._take(self._pointer)
            if pointer == 0:
                return
            yield pointer

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found


def _whole(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _unpacked(data: bytes, at: int, size: int, count: int) -> bytes:
    """Runs and plain stretches of each channel's `size` bytes in turn."""
    found = bytearray()
    for channel in range(1, count + 1):
        while len(found) < channel * size:
            code = data[at]
            at += 1
            length = code + 1 if code < 128 else 256 - code
            if code in (127, 128):
                length = data[at] << 8 | data[at + 1]
                at += 2
            if code < 128:
                found += data[at : at + 1] * length
                at += 1
            else:
                found += data[at : at + length]
                at += length
    return bytes(found)

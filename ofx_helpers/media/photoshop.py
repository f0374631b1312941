"""Photoshop's PSD and PSB: the merged picture, or one layer by its name; grey and RGB.

Format: Adobe Photoshop File Formats Specification. Numbers have their most significant byte first;
PSB (version 2) has wider lengths in some places.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image, Pixels

MAGIC = b"8BPS"
_MODES = {1: 1, 3: 3}
"""Channels without alpha by colour mode: grey, RGB."""
_DEPTHS = {8: ">u1", 16: ">u2", 32: ">f4"}
_ALPHA = -1
"""The number of a layer's alpha among its channels."""
_RAW, _RUNS = 0, 1


@dataclass(frozen=True)
class _Layer:
    name: str
    box: Box
    opacity: int
    """Of 255."""
    channels: tuple[tuple[int, int], ...]
    """Number and length in bytes of each, in the order of their data."""


def read_photoshop(path: Path, data: bytes, layer: str = "") -> Image:
    """The merged picture, or that layer where the file has it, as (height, width, 1 to 4).

    Colours are straight, so those of a merged picture are freed of the white below them. Layers
    lie where they are, their opacity in their alpha; masks and blend modes are not applied.
    Raises MediaError.
    """
    try:
        return _Reader(path, data).image(layer)
    except (struct.error, ValueError, IndexError, OverflowError, MemoryError) as error:
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.") from error


class _Reader:
    """Goes through the file once; every `_take` moves on."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path, self._data, self._at = path, data, 4
        (version,) = self._take(">H6x")
        self._wide = version == 2
        self._count, self._height, self._width, depth, mode = self._take(">HIIHH")
        if mode not in _MODES or depth not in _DEPTHS:
            raise MediaError(
                f"{path} is not of a kind that can be read: save it as grey or RGB of 8, 16 or 32 "
                "bits a channel."
            )
        self._colours, self._kind = _MODES[mode], np.dtype(_DEPTHS[depth])

    def image(self, layer: str) -> Image:
        for _section in range(2):  # colours of a palette, resources
            (length,) = self._take(">I")
            self._at += length
        (length,) = self._take(self._long)
        end = self._at + length
        blended = False
        if length:
            self._take(self._long)
            (count,) = self._take(">h")
            blended = count < 0
            layers = [self._layer() for _ in range(abs(count))]
            found = self._pixels_of(layers, layer) if layer else None
            if found is not None:
                return found
        self._at = end
        return self._merged(blended)

    @property
    def _long(self) -> str:
        return ">Q" if self._wide else ">I"

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def _layer(self) -> _Layer:
        top, left, bottom, right, count = self._take(">iiiiH")
        form = ">hQ" if self._wide else ">hI"
        channels = tuple(self._take(form) for _ in range(count))
        (opacity,) = self._take(">8xB3x")  # after the blend mode, before flags
        (length,) = self._take(">I")
        end = self._at + length
        for _part in range(2):  # the mask, blending ranges
            (length,) = self._take(">I")
            self._at += length
        size = self._data[self._at]
        name = self._data[self._at + 1 : self._at + 1 + size].decode("mac_roman")
        self._at += (size + 4) // 4 * 4
        name = next(self._unicode_names(end), name)
        self._at = end
        return _Layer(name, Box(left, top, right, bottom), opacity, channels)

    def _unicode_names(self, end: int) -> Iterator[str]:
        """The layer's full name, where one of the blocks up to `end` holds it."""
        while self._at + 12 <= end:
            key, length = self._take(">4x4sI")
            if key == b"luni":
                (count,) = struct.unpack_from(">I", self._data, self._at)
                start = self._at + 4
                yield self._data[start : start + 2 * count].decode("utf-16-be").rstrip("\0")
            self._at += length

    def _pixels_of(self, layers: list[_Layer], wanted: str) -> Image | None:
        """A layer's pixels; None where none has the name or the one that has is empty."""
        for layer in layers:
            if layer.name != wanted:
                self._at += sum(length for _, length in layer.channels)
                continue
            planes: dict[int, NDArray[Any]] = {}
            for number, length in layer.channels:
                end = self._at + length
                if number >= _ALPHA and layer.box.width and layer.box.height:
                    planes[number] = self._planes(1, layer.box.width, layer.box.height)[..., 0]
                self._at = end
            colours = [number for number in range(self._colours) if number in planes]
            order = [*colours, *([_ALPHA] if _ALPHA in planes else [])]
            if not colours:
                return None
            display = Box(0, 0, self._width, self._height)
            pixels = np.dstack([planes[number] for number in order])
            return Image(_faded(pixels, layer.opacity, self._colours), layer.box, display)
        return None

    def _merged(self, blended: bool) -> Image:
        pixels = self._planes(self._count, self._width, self._height)
        # Further channels are selections that someone kept, unless the file says otherwise.
        if blended and self._count > self._colours:
            pixels = _without_white(pixels[..., : self._colours + 1])
        else:
            pixels = pixels[..., : self._colours]
        box = Box(0, 0, self._width, self._height)
        return Image(np.ascontiguousarray(pixels), box, box)

    def _planes(self, count: int, width: int, height: int) -> Pixels:
        """That many planes, (height, width, count), as they are packed from here on."""
        (packing,) = self._take(">H")
        rows, row = count * height, width * self._kind.itemsize
        if packing == _RUNS:
            counts = np.frombuffer(self._data, ">u4" if self._wide else ">u2", rows, self._at)
            start = self._at + counts.nbytes
            self._at = start + int(counts.sum())
            raw = _unpacked(self._data[start : self._at], row, rows)
        elif packing == _RAW:
            raw = self._data[self._at : self._at + rows * row]
            self._at += rows * row
        else:
            raise MediaError(f"{self._path} packs its pixels in a way that is not read.")
        planes = np.frombuffer(raw, self._kind, rows * width).reshape(count, height, width)
        return planes.transpose(1, 2, 0).astype(self._kind.newbyteorder("="))


def _unpacked(data: bytes, row: int, rows: int) -> bytes:
    """Runs of bytes as Apple's PackBits has them, row by row."""
    from PIL import Image as Pillow

    return Pillow.frombytes("L", (row, rows), data, "packbits", "L").tobytes()


def _floats(pixels: Pixels) -> Pixels:
    top = 1 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    found: Pixels = pixels.astype(np.float32) / np.float32(top)
    return found


def _faded(pixels: Pixels, opacity: int, colours: int) -> Pixels:
    """The pixels with alpha times `opacity` of 255, as floats where that is less."""
    if opacity == 255:
        return pixels
    found = _floats(pixels)
    if found.shape[2] == colours:
        found = np.dstack([found, np.ones(found.shape[:2], np.float32)])
    found[..., -1] *= np.float32(opacity / 255)
    return found


def _without_white(pixels: Pixels) -> Pixels:
    """Straight colours of a merged picture, which Photoshop stores over white; then as floats."""
    found = _floats(pixels)
    alpha = found[..., -1:]
    if (alpha == 1).all():
        return pixels
    over = found[..., :-1] - (1 - alpha)
    np.divide(over, alpha, out=over, where=alpha > 0)
    found[..., :-1] = np.where(alpha > 0, over, 0)
    return found

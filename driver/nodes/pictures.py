"""Files as plug-ins take pictures: float32 RGBA, linear, premultiplied, top row first; and back.

Bytes and 16-bit samples are taken as sRGB, with straight alpha unless the file says otherwise;
floats as linear, premultiplied in OpenEXR.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Loaded:
    """A picture, and what its file was."""

    pixels: Pixels
    depth: int
    """Bits of a sample; 32 is float."""

    @property
    def about(self) -> str:
        """Its size and kind, for people."""
        height, width = self.pixels.shape[:2]
        kind = "float, linear" if self.depth == 32 else f"{self.depth}-bit sRGB"
        return f"{width}×{height}, {kind}"


def load(path: Path) -> Loaded:
    """Reads an image; `MediaError` where it cannot be read."""
    from ofx_helpers import host
    from ofx_helpers.engine.colour import apply, transfer
    from ofx_helpers.media.images import read_image

    image = read_image(path)
    depth = image.pixels.dtype.itemsize * 8
    width, height = image.display.width, image.display.height
    pixels = host.empty((width, height))
    pixels[...] = 0
    rows, columns = _overlap(image)
    part = pixels[rows[0], columns[0]]
    samples = image.pixels[rows[1], columns[1]]
    scale = np.float32(1 if depth == 32 else 2**depth - 1)
    part[..., :3] = samples[..., :3] / scale  # grey is repeated
    part[..., 3] = samples[..., 3] / scale if image.channels == 4 else 1
    if depth != 32:
        if image.premultiplied:
            _divide(part)
        space = transfer("sRGB")
        apply(space.decode if space else None, part)
    if not image.premultiplied:
        part[..., :3] *= part[..., 3:]
    return Loaded(pixels, depth)


def save(path: Path, pixels: Pixels, depth: int) -> str:
    """Writes a picture, straight sRGB in 8 or 16 bits, or linear in OpenEXR; says as what.

    JPEG has no alpha: it gets the picture over black. Raises `MediaError`, and `MemecompError`
    where the file exists already.
    """
    from ofx_helpers.engine.colour import apply, transfer
    from ofx_helpers.media.images import write_image

    refuse_existing(path)
    suffix = path.suffix.lower()
    if suffix == ".exr":
        write_image(path, np.ascontiguousarray(pixels))
        return "float, linear, premultiplied"
    straight = np.array(pixels)
    jpeg = suffix in (".jpg", ".jpeg")
    if not jpeg:
        _divide(straight)
    space = transfer("sRGB")
    apply(space.encode if space else None, straight)
    deep = depth > 8 and not jpeg
    top = 65535 if deep else 255
    samples = np.nan_to_num(np.clip(straight, 0, 1)) * np.float32(top) + np.float32(0.5)
    opaque = jpeg or bool((samples[..., 3] >= top).all())
    kept = samples[..., :3] if opaque else samples
    write_image(path, np.ascontiguousarray(kept).astype(np.uint16 if deep else np.uint8))
    return f"{16 if deep else 8}-bit sRGB{'' if opaque else ' with alpha'}"


def refuse_existing(path: Path) -> None:
    """Nothing is overwritten."""
    if path.exists():
        raise MemecompError(f"{path} exists already: choose another name for the output")


def _divide(pixels: NDArray[Any]) -> None:
    alpha = pixels[..., 3:]
    np.divide(pixels[..., :3], alpha, out=pixels[..., :3], where=alpha > 0)


def _overlap(image: Any) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Rows and columns where the file's pixels lie in its display window: there and in them."""
    window, display = image.window, image.display
    top, bottom = max(window.top, display.top), min(window.bottom, display.bottom)
    left, right = max(window.left, display.left), min(window.right, display.right)
    bottom, right = max(top, bottom), max(left, right)
    return (
        (
            slice(top - display.top, bottom - display.top),
            slice(top - window.top, bottom - window.top),
        ),
        (
            slice(left - display.left, right - display.left),
            slice(left - window.left, right - window.left),
        ),
    )

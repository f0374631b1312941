"""OpenEXR in and out: data windows, half and full floats. Colour is premultiplied and linear."""

from pathlib import Path
from typing import Any

import numpy as np

from ofx_helpers.media.atomic import replacing
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image, Pixels

_NAMES = ("R", "G", "B", "A")


def read_exr(path: Path, layer: str = "") -> Image:
    """The first part's R, G, B, A (or Y) as float32, (height, width, 1, 3 or 4), top-down.

    They are those of `layer` where the file has that, else those outside any layer, else the first
    layer's. A missing one of R, G and B is 0. `MediaError` when the file is damaged or holds none.
    """
    import OpenEXR

    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            # Closing the file empties its header.
            header = dict(file.header())
            planes = {name: channel.pixels for name, channel in file.channels().items()}
    except (RuntimeError, ValueError, IndexError, KeyError) as error:
        raise MediaError(f"{path} is damaged or cut off: make or copy it again.") from error
    window, display = _box(header["dataWindow"]), _box(header["displayWindow"])
    shape = (window.height, window.width)
    names = _layered(planes, layer)
    wanted = _wanted(names)
    if not wanted:
        raise MediaError(
            f"{path} has no channels R, G, B, A or Y; it has {', '.join(sorted(planes))}."
        )
    pixels = np.zeros((*shape, len(wanted)), np.float32)
    for index, name in enumerate(wanted):
        if name in names:
            plane = planes[names[name]]
            if plane.shape != shape:
                raise MediaError(f"{path} holds a subsampled channel {name}, which is not read.")
            pixels[..., index] = plane
    return Image(pixels, window, display, True, float(header.get("pixelAspectRatio", 1.0)))


def aspect_of(path: Path) -> float:
    """The pixel aspect in the file's header; 1 where it is damaged, which reading it says."""
    import OpenEXR

    try:
        with OpenEXR.File(str(path), header_only=True) as file:
            return float(file.header().get("pixelAspectRatio", 1.0))
    except (RuntimeError, ValueError, IndexError, KeyError):
        return 1.0


def write_exr(
    path: Path,
    pixels: Pixels,
    *,
    half: bool = False,
    window: Box | None = None,
    display: Box | None = None,
    aspect: float = 1.0,
) -> None:
    """Writes float `pixels`, (height, width, 1, 3 or 4) top-down, premultiplied, zip-compressed.

    `half` stores 16-bit floats (values past ±65504 become infinite). `window` says where the
    pixels lie and `display` what is shown; both start at (0, 0) with the pixels' size unless given.
    `aspect` is a pixel's width over its height.
    """
    import OpenEXR

    height, width = pixels.shape[:2]
    if not np.issubdtype(pixels.dtype, np.floating):
        raise MediaError(f"Cannot write {path}: OpenEXR holds floats, not {pixels.dtype}.")
    window = window or Box(0, 0, width, height)
    if (window.width, window.height) != (width, height):
        raise MediaError(
            f"Cannot write {path}: {width}×{height} pixels do not fill {tuple(window)}."
        )
    kind = np.float16 if half else np.float32
    names = ("Y",) if pixels.shape[2] == 1 else _NAMES[: pixels.shape[2]]
    with np.errstate(over="ignore"):
        planes = {
            name: np.ascontiguousarray(pixels[..., index], kind) for index, name in enumerate(names)
        }
    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "dataWindow": _corners(window),
        "displayWindow": _corners(display or window),
        "pixelAspectRatio": float(aspect),
    }
    with replacing(path) as temporary:
        try:
            with OpenEXR.File(header, planes) as file:
                file.write(str(temporary))
        except RuntimeError as error:
            raise MediaError(
                f"Cannot write {path}: is the disk full or the folder not writable?"
            ) from error


def _layered(planes: dict[str, Any], layer: str) -> dict[str, str]:
    """The file's channels by their short names, of one layer."""
    layers: dict[str, dict[str, str]] = {}
    for name in sorted(planes):
        before, _, short = name.rpartition(".")
        layers.setdefault(before, {})[short] = name
    known = [name for name in (layer, "", *layers) if _wanted(layers.get(name, {}))]
    return layers[known[0]] if known else {}


def _wanted(planes: dict[str, Any]) -> tuple[str, ...]:
    if any(name in planes for name in "RGB"):
        return _NAMES if "A" in planes else _NAMES[:3]
    if "Y" in planes:
        return ("Y",)
    return ("A",) if "A" in planes else ()


def _box(corners: Any) -> Box:
    (left, top), (right, bottom) = corners
    return Box(int(left), int(top), int(right) + 1, int(bottom) + 1)


def _corners(box: Box) -> tuple[Any, Any]:
    return (
        np.array([box.left, box.top], np.int32),
        np.array([box.right - 1, box.bottom - 1], np.int32),
    )

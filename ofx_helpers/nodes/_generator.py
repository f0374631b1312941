"""What the generators share: where they have pixels, and, with Shuffle, in which bit depth."""

import math

import numpy as np

from ofx_helpers.engine import rec709
from ofx_helpers.engine.colour import transfer
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.graph import Expression
from ofx_helpers.engine.node_type import Box, Context, Depth

FORMATS = {
    "PC_Video": (640, 480),
    "NTSC": (720, 486),
    "PAL": (720, 576),
    "NTSC_16:9": (720, 486),
    "PAL_16:9": (720, 576),
    "HD_720": (1280, 720),
    "HD": (1920, 1080),
    "UHD_4K": (3840, 2160),
    "1K_Super_35(full-ap)": (1024, 778),
    "1K_Cinemascope": (914, 778),
    "2K_Super_35(full-ap)": (2048, 1556),
    "2K_Cinemascope": (1828, 1556),
    "2K_DCP": (2048, 1080),
    "4K_Super_35(full-ap)": (4096, 3112),
    "4K_Cinemascope": (3656, 3112),
    "4K_DCP": (4096, 2160),
    "square_256": (256, 256),
    "square_512": (512, 512),
    "square_1K": (1024, 1024),
    "square_2K": (2048, 2048),
}
"""Natron's formats by choice id, in pixels."""

_DEPTHS: dict[str, Depth] = {
    "8u": "8u",
    "16u": "16u",
    "32f": "32f",
    "byte": "8u",
    "short": "16u",
    "float": "32f",
}


def format_size(context: Context) -> tuple[int, int]:
    """Width and height of the chosen format, which Natron keeps in a parameter of their own."""
    width, height = context.params.pair("NatronParamFormatSize")
    return round(width), round(height)


def rectangle(context: Context, menu: str = "extent") -> Box | None:
    """x1, y1, x2, y2 in pixels of the extent chosen in `menu`; None where it is the default one."""
    params = context.params
    extent = params.choice(menu)
    if extent == "format":
        columns, rows = format_size(context)
        return 0.0, 0.0, float(columns), float(rows)
    if extent == "size":
        (x, y), (width, height) = params.pair("bottomLeft"), params.pair("size")
        # Natron stores both in pixels; the catalogue's defaults are shares of the project.
        if not params.is_set("bottomLeft"):
            x, y = x * context.format.width, y * context.format.height
        if not params.is_set("size"):
            width, height = width * context.format.width, height * context.format.height
        return x, y, x + width, y + height
    if extent == "project":
        return tuple(float(edge) for edge in context.format)  # type: ignore[return-value]
    return None


def box(context: Context) -> Box:
    """The extent before rounding; the default one is the source's, else the project's format."""
    found = rectangle(context)
    if found is not None:
        return found
    if context.connected("Source"):
        return context.box("Source")
    x1, y1, x2, y2 = context.format
    return float(x1), float(y1), float(x2), float(y2)


def region(context: Context) -> Window:
    """The extent as a window."""
    return around(box(context))


def around(area: Box) -> Window:
    """The pixels that a box touches."""
    x1, y1, x2, y2 = area
    return Window(math.floor(x1), math.floor(y1), math.ceil(x2), math.ceil(y2))


def format_of(context: Context) -> Window:
    """The format of the picture: that of the extent, else the source's or the project's.

    A drawn rectangle gives one only with `reformat` on and without keys.
    """
    params = context.params
    extent = params.choice("extent")
    if extent == "size":
        stored = (*params.node.params.get("bottomLeft", ()), *params.node.params.get("size", ()))
        moving = any(isinstance(value, Curve | Expression) for value in stored)
        if moving or "reformat" not in params or not params.flag("reformat"):
            return context.input_format("Source")
    found = rectangle(context)
    if found is None:
        return context.input_format("Source")
    x1, y1, x2, y2 = (math.floor(edge + 0.5) for edge in found)
    return Window(x1, y1, x2, y2)


def chosen_depth(context: Context) -> Depth:
    """In how many bits the node says that it keeps its picture."""
    return _DEPTHS[context.params.choice("outputBitDepth")]


def encoded(context: Context, pixels: Pixels) -> Pixels:
    """Linear pixels (h, w, 4) as the plug-ins that know about it encode them for their depth."""
    depth = chosen_depth(context)
    if depth == "32f" or context.params.choice("outputComponents") == "Alpha":
        return pixels
    found = pixels.copy()
    srgb = transfer("sRGB")
    assert srgb is not None
    found[..., :3] = (srgb.encode if depth == "8u" else rec709.encode)(found[..., :3])
    return found


def shown(context: Context, pixels: Pixels) -> Pixels:
    """The pixels, (h, w, 4) float32, without blue where the output is X and Y alone."""
    if context.params.choice("outputComponents") == "XY":
        pixels = pixels * np.array([1, 1, 0, 1], np.float32)
    return pixels

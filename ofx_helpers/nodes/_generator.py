"""What the generators share: where they have pixels, and, with Shuffle, in which bit depth."""

import numpy as np

from ofx_helpers.engine import rec709
from ofx_helpers.engine.canonical import Box, box_of, nearest, touched
from ofx_helpers.engine.colour import transfer
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.graph import Expression
from ofx_helpers.engine.node_type import Context, Depth
from ofx_helpers.engine.params import Params

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

FORMAT_ASPECTS = {
    "NTSC": 0.91,
    "PAL": 1.09,
    "NTSC_16:9": 1.21,
    "PAL_16:9": 1.46,
    "1K_Cinemascope": 2.0,
    "2K_Cinemascope": 2.0,
    "4K_Cinemascope": 2.0,
}
"""The pixel aspects of those whose pixels are not square."""

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
    """The extent chosen in `menu`, canonical; None where it is the default one."""
    params = context.params
    extent = params.choice(menu)
    if extent == "format":
        return box_of(Window(0, 0, *format_size(context)), format_aspect(context))
    if extent == "size":
        return drawn_rectangle(context)
    return context.format_box if extent == "project" else None


def drawn_rectangle(context: Context) -> Box:
    """What `bottomLeft` and `size` say, canonical."""
    params = context.params
    (x, y), (width, height) = params.pair("bottomLeft"), params.pair("size")
    # Natron stores both in canonical units; the catalogue's defaults are shares of the project.
    x1, y1, x2, y2 = context.format_box
    if not params.is_set("bottomLeft"):
        x, y = x * (x2 - x1), y * (y2 - y1)
    if not params.is_set("size"):
        width, height = width * (x2 - x1), height * (y2 - y1)
    return x, y, x + width, y + height


def format_aspect(context: Context) -> float:
    """The pixel aspect of the chosen format, which has a parameter of its own, too."""
    return context.params.number("NatronParamFormatPar")


def extent_aspect(context: Context, menu: str = "extent") -> float:
    """The pixel aspect of the format or the project where the extent is one, else the source's."""
    extent = context.params.choice(menu)
    if extent == "format":
        return format_aspect(context)
    return context.graph.pixel_aspect if extent == "project" else context.input_aspect("Source")


def aspect_of(context: Context) -> float | None:
    """The pixel aspect that a generator gives its picture, whatever its source's is.

    A drawn rectangle that gives a format gives square pixels.
    """
    extent = context.params.choice("extent")
    if extent == "format":
        return format_aspect(context)
    if extent == "size":
        return 1.0 if _gives_format(context.params) else None
    return context.graph.pixel_aspect


def _gives_format(params: Params) -> bool:
    """Whether a drawn rectangle is the format: with `reformat` on and without keys."""
    stored = (*params.node.params.get("bottomLeft", ()), *params.node.params.get("size", ()))
    moving = any(isinstance(value, Curve | Expression) for value in stored)
    return not moving and "reformat" in params and params.flag("reformat")


def box(context: Context) -> Box:
    """The extent before rounding; the default one is the source's, else the project's format."""
    found = rectangle(context)
    if found is not None:
        return found
    return context.box("Source") if context.connected("Source") else context.format_box


def region(context: Context) -> Window:
    """The extent as a window."""
    return touched(box(context), context.aspect)


def format_of(context: Context) -> Window | None:
    """The format of the picture: that of the extent, else the source's or the project's."""
    found, aspect = rectangle(context), aspect_of(context)
    return None if found is None or aspect is None else nearest(found, aspect)


def chosen_depth(context: Context) -> Depth:
    """In how many bits the node says that it keeps its picture."""
    return _DEPTHS[context.params.choice("outputBitDepth")]


def encoded(context: Context, pixels: Pixels) -> Pixels:
    """Linear pixels (h, w, 4) as the plug-ins that know about it encode them for their depth.

    Only what has red, green and blue is encoded.
    """
    depth = chosen_depth(context)
    if depth == "32f" or context.params.choice("outputComponents") in ("Alpha", "XY"):
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

"""Reformat: fits the source's format to another: a named one, a box, a scale, the project's.

Facts of openfx-misc: the format of the input is mapped (its region with `useRoD`), not the
picture's own extent; what falls outside the new format is cut unless `preserveBB`, and only then
does the node take part in a chain of transforms from below. A project saved without a window
names a format but not its size: Natron then takes the size's default, but scales by the name where
that is the first of the menu. One that names none gets that first one, whatever the project's is.
"""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Box, Context, Matrix, NodeType, Same, Want
from ofx_helpers.engine.resample import enclosing, input_region, invert, output_box, resample
from ofx_helpers.nodes._generator import FORMATS

_NOWHERE = Window(0, 0, 0, 0)
_FIRST = "PC_Video"


def _source_box(context: Context) -> Box:
    params = context.params
    if params.flag("useRoD"):
        return context.box("Source")
    x1, y1, x2, y2 = (float(side) for side in context.input_format("Source"))
    return x1, y1, x2, y2


def _target_size(context: Context, drawn: bool) -> tuple[int, int, bool]:
    """Width and height of the new format, and whether both are kept.

    `drawn`: as the pixels are computed, else as the region is.
    """
    params = context.params
    match params.choice("reformatType"):
        case "format":
            return *_format_size(context, drawn), True
        case "box":
            width, height = params.pair("boxSize")
            return round(width), round(height), params.flag("boxFixed")
        case "scale":
            sx, sy = params.pair("reformatScale")
            if params.flag("reformatScaleUniform"):
                sy = sx
            x1, y1, x2, y2 = context.box("Source")
            if params.flag("turn"):
                x1, y1, x2, y2 = y1, x1, y2, x2
            width = ceil(x2 * sx - 0.5) - floor(x1 * sx + 0.5)
            height = ceil(y2 * sy - 0.5) - floor(y1 * sy + 0.5)
            return int(width), int(height), True
        case _:
            return context.format.width, context.format.height, True


def _format_size(context: Context, drawn: bool) -> tuple[int, int]:
    params = context.params
    named = params.is_set("NatronParamFormatChoice")
    first = not named or params.choice("NatronParamFormatChoice") == _FIRST
    if not params.is_set("NatronParamFormatSize") and first and (drawn or not named):
        return FORMATS[_FIRST]
    width, height = params.pair("NatronParamFormatSize")
    return round(width), round(height)


def _widening(context: Context) -> float:
    """How much wider the new format's pixels are than the picture's, which are the project's."""
    params = context.params
    names = {"box": "boxPar", "format": "NatronParamFormatPar"}
    name = names.get(params.choice("reformatType"))
    aspect = 0.0 if name is None else params.number(name)
    return aspect / context.graph.pixel_aspect if aspect > 0 else 1.0


def _target(context: Context, drawn: bool = False) -> tuple[Box, Window] | None:
    """Where the input's format lands, and the new format; None when either is empty."""
    params = context.params
    width, height, fixed = _target_size(context, drawn)
    x1, y1, x2, y2 = _source_box(context)
    if params.flag("turn"):
        x1, y1, x2, y2 = y1, x1, y2, x2
    across, up = x2 - x1, y2 - y1
    if (width <= 0 and height <= 0) or across <= 0 or up <= 0:
        return None
    resize = params.choice("resize")
    # The shape is fitted in the picture's pixels, and its place told in those of the format.
    wide = _widening(context)
    shown = width * wide
    wider = shown * up > height * across
    if resize == "fit":
        resize = "height" if wider else "width"
    elif resize == "fill":
        resize = "width" if wider else "height"
    centred = params.flag("reformatCentered")
    if resize == "none":
        dx = (shown - (x1 + x2)) / 2 if centred else 0.0
        dy = (height - (y1 + y2)) / 2 if centred else 0.0
        box = (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
    elif resize == "distort":
        box = (0.0, 0.0, shown, float(height))
    elif resize == "width":
        new = up * shown / across
        low = (height - new) / 2 if centred and fixed else 0.0
        box = (0.0, low, shown, low + new)
    else:
        new = across * height / up
        low = (shown - new) / 2 if centred and fixed else 0.0
        box = (low, 0.0, low + new, float(height))
    box = (box[0] / wide, box[1], box[2] / wide, box[3])
    if fixed:
        return box, Window(0, 0, width, height)
    x1, y1, x2, y2 = box
    return box, Window(floor(x1 + 0.5), floor(y1 + 0.5), ceil(x2 - 0.5), ceil(y2 - 0.5))


def format_of(context: Context) -> Window:
    """The format that the node gives its output."""
    target = _target(context)
    return _NOWHERE if target is None else target[1]


def _direct(context: Context, drawn: bool = True) -> Matrix | None:
    target = _target(context, drawn)
    if target is None:
        return None
    x1, y1, x2, y2 = _source_box(context)
    if context.params.flag("flip"):
        y1, y2 = y2, y1
    if context.params.flag("flop"):
        x1, x2 = x2, x1
    u1, v1, u2, v2 = target[0]
    if context.params.flag("turn"):
        # A quarter turn anticlockwise: the source's top goes left.
        ax, ay = (u2 - u1) / (y2 - y1), (v2 - v1) / (x2 - x1)
        return np.array([[0, -ax, u1 + y2 * ax], [ay, 0, v1 - x1 * ay], [0, 0, 1.0]])
    ax, ay = (u2 - u1) / (x2 - x1), (v2 - v1) / (y2 - y1)
    return np.array([[ax, 0, u1 - x1 * ax], [0, ay, v1 - y1 * ay], [0, 0, 1.0]])


def _identity(context: Context) -> bool:
    params = context.params
    turned = any(params.flag(name) for name in ("reformatCentered", "flip", "flop", "turn"))
    return not turned and params.choice("resize") == "none"


def _exact(context: Context) -> Box:
    source = context.box("Source")
    target, direct = _target(context), _direct(context, drawn=False)
    if target is None or direct is None:
        return 0.0, 0.0, 0.0, 0.0
    moved = source
    if not _identity(context):
        black = context.params.flag("black_outside")
        moved = output_box([direct], source, black, context.format)
    if context.params.flag("preserveBB"):
        return moved
    low, high = np.maximum(moved[:2], target[1][:2]), np.minimum(moved[2:], target[1][2:])
    if (high <= low).any():
        return 0.0, 0.0, 0.0, 0.0
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _region(context: Context) -> Window:
    return enclosing(_exact(context), context.format)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    direct = _direct(context)
    if direct is None:
        return (Want("Source", _NOWHERE),)
    above, params = context.upstream(), context.params
    area = input_region(
        [invert(direct @ above.matrix)],
        window,
        above.region,
        params.choice("filter"),
        params.flag("black_outside"),
    )
    return (Want("Source", area),)


def _same(context: Context) -> Same | None:
    return Same("Source") if _identity(context) and not context.params.flag("clamp") else None


def _matrix(context: Context) -> Matrix | None:
    return _direct(context) if context.params.flag("preserveBB") else None


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    direct = _direct(context)
    if direct is None:
        return np.zeros((window.height, window.width, 4), np.float32)
    above, params = context.upstream(), context.params
    return resample(
        frames[0],
        invert(direct @ above.matrix),
        window,
        name=params.choice("filter"),
        clamp=params.flag("clamp"),
        black_outside=params.flag("black_outside"),
        bounds=above.region,
    )


NODE = NodeType(
    plugins=("net.sf.openfx.Reformat",),
    region=_region,
    box=_exact,
    wants=_wants,
    same=_same,
    render=_render,
    matrix=_matrix,
    concatenates="Source",
    format=format_of,
)

"""Reformat: fits the source's format to another: a named one, a box, a scale, the project's.

Facts of openfx-misc: the format of the input is mapped (its region with `useRoD`), not the
picture's own extent; what falls outside the new format is cut unless `preserveBB`, and only then
does the node take part in a chain of transforms from below. A project saved without a window
names a format but not its size: Natron then takes the size's default, but scales by the name where
that is the first of the menu. One that names none gets that first one, whatever the project's is.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.canonical import Box, box_of, in_pixels, nearest
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, Matrix, NodeType, Same, Want
from ofx_helpers.engine.resample import enclosing, input_region, invert, output_box, resample
from ofx_helpers.nodes._generator import FORMATS

_NOWHERE = Window(0, 0, 0, 0)
_FIRST = "PC_Video"


def _source_box(context: Context) -> Box:
    if context.params.flag("useRoD"):
        return context.box("Source")
    return box_of(context.input_format("Source"), context.input_aspect("Source"))


def _target_size(context: Context, drawn: bool) -> tuple[int, int, bool]:
    """Width and height of the new format in its pixels, and whether both are kept.

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
            scaled = x1 * sx, y1 * sy, x2 * sx, y2 * sy
            found = nearest(scaled, context.input_aspect("Source"))
            return found.x2 - found.x1, found.y2 - found.y1, True
        case _:
            x1, y1, x2, y2 = context.format_box
            # Cut off, not rounded: Natron may lose a column where the division leaves a rest.
            return int((x2 - x1) / context.graph.pixel_aspect), int(y2 - y1), True


def _format_size(context: Context, drawn: bool) -> tuple[int, int]:
    params = context.params
    named = params.is_set("NatronParamFormatChoice")
    first = not named or params.choice("NatronParamFormatChoice") == _FIRST
    if not params.is_set("NatronParamFormatSize") and first and (drawn or not named):
        return FORMATS[_FIRST]
    width, height = params.pair("NatronParamFormatSize")
    return round(width), round(height)


def _target_aspect(context: Context) -> float:
    """The pixel aspect of the new format."""
    params = context.params
    match params.choice("reformatType"):
        case "format":
            return params.number("NatronParamFormatPar")
        case "box":
            return params.number("boxPar")
        case "scale":
            return context.input_aspect("Source")
        case _:
            return context.graph.pixel_aspect


def _aspect(context: Context) -> float | None:
    """That of the new format, 1 where there is none; a scale keeps the source's."""
    if context.params.choice("reformatType") == "scale":
        return None
    return 1.0 if _target(context) is None else _target_aspect(context)


def _target(context: Context, drawn: bool = False) -> tuple[Box, Window] | None:
    """Where the input's format lands, canonical, and the new format in its own pixels.

    None when either is empty.
    """
    params = context.params
    width, height, fixed = _target_size(context, drawn)
    x1, y1, x2, y2 = _source_box(context)
    if params.flag("turn"):
        x1, y1, x2, y2 = y1, x1, y2, x2
    across, up = x2 - x1, y2 - y1
    if (width <= 0 and height <= 0) or across <= 0 or up <= 0:
        return None
    resize = params.choice("resize")
    aspect = _target_aspect(context)
    shown = width * aspect
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
    return box, Window(0, 0, width, height) if fixed else nearest(box, aspect)


def format_of(context: Context) -> Window:
    """The format that the node gives its output."""
    target = _target(context)
    return _NOWHERE if target is None else target[1]


def _between_pixels(context: Context) -> Matrix | None:
    """From the source's pixels to those of the new format."""
    found = _direct(context)
    source, output = context.input_aspect("Source"), context.aspect
    return None if found is None else in_pixels(found, source, output)


def _direct(context: Context, drawn: bool = True) -> Matrix | None:
    """The canonical matrix."""
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
        moved = output_box([direct], source, black, context.format_box, context.aspect)
    if context.params.flag("preserveBB"):
        return moved
    whole = box_of(target[1], _target_aspect(context))
    low, high = np.maximum(moved[:2], whole[:2]), np.minimum(moved[2:], whole[2:])
    if (high <= low).any():
        return 0.0, 0.0, 0.0, 0.0
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _region(context: Context) -> Window:
    return enclosing(_exact(context), context.format)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    direct = _between_pixels(context)
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
    return _between_pixels(context) if context.params.flag("preserveBB") else None


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    direct = _between_pixels(context)
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
    aspect=_aspect,
    many_aspects=True,
)

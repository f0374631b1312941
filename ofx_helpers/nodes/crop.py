"""Crop: a rectangle of the source, perhaps moved to the origin, with a soft or black edge.

Facts of openfx-misc: where the rectangle passes the source's edge, the edge pixel is repeated;
with `blackOutside` the outermost pixels of the rectangle are black, and one pixel around it.
The soft edge is the smooth ramp of two parabolas over `softness` pixels, per axis, multiplied.
"""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Box, Context, NodeType, Want
from ofx_helpers.engine.resample import enclosing


def _box(context: Context) -> Box:
    """The generators' `extent`: a format, a rectangle, the project, or what the input has."""
    params = context.params
    match params.choice("extent"):
        case "format":
            width, height = params.pair("NatronParamFormatSize")
            return 0.0, 0.0, width, height
        case "size":
            x, y = params.pair("bottomLeft")
            width, height = params.pair("size")
            if not params.is_set("size"):
                width, height = context.format.width * width, context.format.height * height
            if not params.is_set("bottomLeft"):
                x, y = x * context.format.width, y * context.format.height
            return x, y, x + width, y + height
        case "project":
            box = context.format
        case _:
            if not context.region("Source").empty:
                return context.box("Source")
            box = context.format
    return float(box.x1), float(box.y1), float(box.x2), float(box.y2)


def smooth_ramp(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 at 0, 1 at 1, as two parabolas that meet at ½; t from 0 to 1 (below: mirrored)."""
    u = 2.0 * t
    return np.where(u < 1.0, u * u / 2.0, 0.5 + (u - 1.0) * (3.0 - u) / 2.0)


def _offset(context: Context) -> tuple[int, int]:
    """How far the source moves: to the origin when reformatting."""
    if not context.params.flag("reformat"):
        return 0, 0
    box = _box(context)
    return -floor(box[0] + 0.5), -floor(box[1] + 0.5)


def _exact(context: Context) -> Box:
    """The region before rounding."""
    x1, y1, x2, y2 = _box(context)
    if context.params.flag("reformat"):
        x1, y1, x2, y2 = 0.0, 0.0, x2 - x1, y2 - y1
    if context.params.flag("intersect"):
        u1, v1, u2, v2 = context.box("Source")
        low, high = (max(x1, u1), max(y1, v1)), (min(x2, u2), min(y2, v2))
        if high[0] > low[0] and high[1] > low[1]:
            (x1, y1), (x2, y2) = low, high
    if x2 <= x1 or y2 <= y1:
        return 0.0, 0.0, 0.0, 0.0
    if context.params.flag("blackOutside"):
        return floor(x1) - 1.0, floor(y1) - 1.0, ceil(x2) + 1.0, ceil(y2) + 1.0
    return x1, y1, x2, y2


def _region(context: Context) -> Window:
    return enclosing(_exact(context), context.format)


def _format(context: Context) -> Window:
    """Reformatting to a format or the project gives that format; to a size, the input's stays."""
    fixed = context.params.choice("extent") in ("format", "project")
    if not (fixed and context.params.flag("reformat")):
        return context.input_format("Source")
    x1, y1, x2, y2 = _box(context)
    return Window(round(x1), round(y1), round(x2), round(y2))


def _inside(context: Context, window: Window) -> Window:
    """The source pixels behind a window: those of the edge when it lies beyond.

    The edge is the source's or the rectangle's own, which rounding may leave short of the result.
    """
    whole = context.region("Source")
    source = whole.intersect(enclosing(_box(context), context.format))
    dx, dy = _offset(context)
    moved = window.shift(-dx, -dy)
    if whole.empty:
        return whole
    source = whole if source.empty else source
    return Window(
        min(max(moved.x1, source.x1), source.x2 - 1),
        min(max(moved.y1, source.y1), source.y2 - 1),
        max(min(moved.x2, source.x2), source.x1 + 1),
        max(min(moved.y2, source.y2), source.y1 + 1),
    )


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return (Want("Source", _inside(context, window)),)


def _axis(low: float, high: float, softness: float, black: bool, pixels: range) -> Pixels:
    """The edge's weight along one axis for source pixel numbers."""
    centre = np.arange(pixels.start, pixels.stop) + 0.5
    depth = np.minimum(centre - low, high - centre)
    weight = np.ones(len(depth))
    if softness > 0:
        soft = depth < softness
        weight[soft] = smooth_ramp(depth[soft] / softness)
    if black:
        weight[depth <= 0] = 0.0
        for edge in (floor(low + 0.5), ceil(high - 0.5) - 1):
            if edge in pixels:
                weight[edge - pixels.start] = 0.0
    return weight.astype(np.float32)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    source = frames[0]
    if source.window.empty:
        return np.zeros((window.height, window.width, 4), np.float32)
    dx, dy = _offset(context)
    moved = window.shift(-dx, -dy)
    area = source.window
    if area == moved:
        pixels = source.pixels
    else:
        rows = np.clip(np.arange(moved.y1, moved.y2), area.y1, area.y2 - 1) - area.y1
        columns = np.clip(np.arange(moved.x1, moved.x2), area.x1, area.x2 - 1) - area.x1
        pixels = source.pixels[rows[:, None], columns[None, :]]
    softness, black = context.params.number("softness"), context.params.flag("blackOutside")
    if softness <= 0 and not black:
        return pixels
    x1, y1, x2, y2 = _box(context)
    across = _axis(x1, x2, softness, black, range(moved.x1, moved.x2))
    up = _axis(y1, y2, softness, black, range(moved.y1, moved.y2))
    # The ramp grows again beyond an edge between pixels, where it would brighten the last of them.
    weight = np.minimum(up[:, None] * across[None, :], np.float32(1))
    faded: Pixels = pixels * weight[:, :, None]
    return faded


NODE = NodeType(
    plugins=("net.sf.openfx.CropPlugin",),
    region=_region,
    box=_exact,
    wants=_wants,
    render=_render,
    format=_format,
)

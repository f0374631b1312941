"""Crop: a rectangle of the source, perhaps moved to the origin, with a soft or black edge.

Facts of openfx-misc: where the rectangle passes the source's edge, the edge pixel is repeated;
with `blackOutside` the outermost pixels of the rectangle are black, and one pixel around it.
The soft edge is the smooth ramp of two parabolas over `softness` pixels, per axis, multiplied.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box, box_of, nearest, touched
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.engine.resample import enclosing
from ofx_helpers.nodes._generator import extent_aspect, rectangle


def _box(context: Context) -> Box:
    """The generators' `extent`: a format, a rectangle, the project, or what the input has."""
    found = rectangle(context)
    if found is not None:
        return found
    return context.format_box if context.region("Source").empty else context.box("Source")


def _aspect(context: Context) -> float | None:
    """That of the format or project that it reformats to."""
    fixed = context.params.choice("extent") in ("format", "project")
    return extent_aspect(context) if fixed and context.params.flag("reformat") else None


def smooth_ramp(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 at 0, 1 at 1, as two parabolas that meet at ½; t from 0 to 1 (below: mirrored)."""
    u = 2.0 * t
    return np.where(u < 1.0, u * u / 2.0, 0.5 + (u - 1.0) * (3.0 - u) / 2.0)


def _offset(context: Context) -> tuple[int, int]:
    """How far the source moves, in pixels: to the origin when reformatting."""
    if not context.params.flag("reformat"):
        return 0, 0
    x1, y1, _, _ = nearest(_box(context), extent_aspect(context))
    return -x1, -y1


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
        pixels = extent_aspect(context)
        return box_of(touched((x1, y1, x2, y2), pixels).grow(1, 1), pixels)
    return x1, y1, x2, y2


def _region(context: Context) -> Window:
    return enclosing(_exact(context), context.format)


def _format(context: Context) -> Window | None:
    """Reformatting to a format or the project gives that format; to a size, the input's stays."""
    fixed = context.params.choice("extent") in ("format", "project")
    if not (fixed and context.params.flag("reformat")):
        return None
    return nearest(_box(context), extent_aspect(context))


def _inside(context: Context, window: Window) -> Window:
    """The source pixels behind a window: those of the edge when it lies beyond.

    The edge is the source's or the rectangle's own, which rounding may leave short of the result.
    """
    whole = context.own_region("Source")
    box = enclosing(_box(context), context.format, aspect=context.aspect)
    source = whole.intersect(context.region("Source")).intersect(box)
    dx, dy = _offset(context)
    moved = window.shift(-dx, -dy)
    if whole.empty:
        return whole
    return moved.nearest(whole if source.empty else source)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return (Want("Source", _inside(context, window)),)


def _axis(
    low: float, high: float, softness: float, edges: tuple[int, ...], pixels: range, length: float
) -> Pixels:
    """The edge's weight along one axis for source pixel numbers.

    `low`, `high` and `softness` are canonical, as is the `length` of a pixel; `edges` are the
    pixels that are black, none where what lies outside is not.
    """
    centre = (np.arange(pixels.start, pixels.stop) + 0.5) * length
    depth = np.minimum(centre - low, high - centre)
    weight = np.ones(len(depth))
    if softness > 0:
        soft = depth < softness
        weight[soft] = smooth_ramp(depth[soft] / softness)
    if edges:
        weight[depth <= 0] = 0.0
        for edge in edges:
            if edge in pixels:
                weight[edge - pixels.start] = 0.0
    return weight.astype(np.float32)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    source = frames[0]
    if source.window.empty:
        return np.zeros((window.height, window.width, 4), np.float32)
    dx, dy = _offset(context)
    moved = window.shift(-dx, -dy)
    pixels = source.nearest(moved).pixels
    softness, black = context.params.number("softness"), context.params.flag("blackOutside")
    if softness <= 0 and not black:
        return pixels
    x1, y1, x2, y2 = _box(context)
    edge = nearest((x1, y1, x2, y2), extent_aspect(context))
    sides, ends = ((edge.x1, edge.x2 - 1), (edge.y1, edge.y2 - 1)) if black else ((), ())
    columns, rows = range(moved.x1, moved.x2), range(moved.y1, moved.y2)
    across = _axis(x1, x2, softness, sides, columns, context.aspect)
    up = _axis(y1, y2, softness, ends, rows, 1.0)
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
    aspect=_aspect,
    takes_less=True,
)

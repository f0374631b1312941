"""LensDistortion: bends a picture as a lens does, or straightens it; or writes the map.

Facts of openfx-misc: the model works in the source's format; the region is the bent outline of
the source, cut to the format where the source was inside it; sampling is not reduced. A map takes
nothing from the source: mask, mix and unprocessed channels lead to 0.
"""

from collections.abc import Sequence
from math import ceil, floor

import numpy as np

from ofx_helpers.engine.canonical import Box, touched, unrounded
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.lens_models import Lens, is_straight, lens
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.params import catalogue
from ofx_helpers.engine.resample import enclosing
from ofx_helpers.nodes._generator import extent_aspect, rectangle
from ofx_helpers.nodes._moves import unbounded
from ofx_helpers.nodes._warped import STILL, Grid, centres, sampled

_PLUGIN = "net.sf.openfx.LensDistortion"
_EMPTY = Window(0, 0, 0, 0)
_ENDLESS = float(1 << 31)  # a side beyond it is endless to OpenFX


def _numbers(context: Context) -> dict[str, tuple[float, ...]]:
    known = catalogue()[_PLUGIN]["params"]
    names = [name for name, entry in known.items() if entry["type"] in ("Double", "Double2D")]
    return {name: context.params.numbers(name) for name in names}


def _source_format(context: Context) -> Window:
    region = context.region("Source")
    return region if context.params.flag("useRoD") else context.input_format("Source")


def _box(context: Context) -> Box:
    """The format in which the model works, in pixels."""
    found = rectangle(context)
    if found is not None:
        return unrounded(found, extent_aspect(context))
    area = _source_format(context)
    x1, y1, x2, y2 = context.format if area.empty else area
    return float(x1), float(y1), float(x2), float(y2)


def _format(context: Context) -> Window | None:
    found = rectangle(context)
    if found is None:
        return None
    return Window(*(floor(side + 0.5) for side in unrounded(found, extent_aspect(context))))


def _aspect(context: Context) -> float | None:
    return None if rectangle(context) is None else extent_aspect(context)


def _lens(context: Context) -> Lens:
    model = context.params.choice("model")
    return lens(model, _numbers(context), _box(context), context.aspect)


def _bent(context: Context, x: Grid, y: Grid, *, back: bool) -> tuple[Grid, Grid]:
    """Points of the source on the output; or back, from the output to the source."""
    model = _lens(context)
    distorts = context.params.choice("direction") == "Distort"
    return (model.undistort if distorts == back else model.distort)(x, y)


def _outline(
    context: Context, box: Box, margin: int, *, back: bool = False
) -> tuple[list[float], list[float]]:
    """The lower left and upper right of a bent box, by eleven points a side."""
    x1, y1, x2, y2 = box
    along = np.linspace(0.0, 1.0, 11)
    across, up = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
    one = np.ones_like(along)
    x = np.concatenate([across, across, x1 * one, x2 * one])
    y = np.concatenate([y1 * one, y2 * one, up, up])
    u, v = _bent(context, x, y, back=back)
    # Places that the model has none for are not numbers, and count for nothing.
    low = [float(np.fmin.reduce(side, initial=np.inf)) - margin for side in (u, v)]
    return low, [float(np.fmax.reduce(side, initial=-np.inf)) + margin for side in (u, v)]


def _exact(context: Context) -> Box:
    """The region, canonical."""
    x1, y1, x2, y2 = _sides(context)
    return x1 * context.aspect, y1, x2 * context.aspect, y2


def _sides(context: Context) -> Box:
    """The region in pixels, not rounded."""
    source = unrounded(context.box("Source"), context.aspect)
    box = _box(context) if context.region("Source").empty else source
    margin = 3 if context.params.flag("black_outside") else 2
    low, high = _outline(context, box, margin)
    sides = [*low, *high]
    if context.params.flag("cropToFormat") and context.connected("Source"):
        area = _source_format(context)
        for i in (0, 1):
            if low[i] < area[i] <= box[i]:
                sides[i] = float(area[i])
            if high[i] > area[i + 2] >= box[i + 2]:
                sides[i + 2] = float(area[i + 2])
    for i, end in enumerate(unrounded(unbounded(context), context.aspect)):
        if not abs(sides[i]) < _ENDLESS:
            sides[i] = float(end)
    return sides[0], sides[1], max(sides[2], sides[0]), max(sides[3], sides[1])


def _region(context: Context) -> Window:
    return enclosing(_exact(context), touched(unbounded(context), 1))


def _fetched(context: Context, window: Window) -> Window:
    """What of its input the node is given: the outline of what is rendered bent back, no more.

    Beyond it there is nothing, or its nearest pixel, even where the bent picture reaches further.
    """
    x1, y1, x2, y2 = (float(side) for side in context.whole(window))
    low, high = _outline(context, (x1, y1, x2, y2), 2, back=True)
    ends = unrounded(unbounded(context), context.aspect)
    sides = zip(low + high, ends, strict=True)
    left, bottom, right, top = (side if abs(side) < _ENDLESS else end for side, end in sides)
    return Window(floor(left), floor(bottom), ceil(right), ceil(top))


def _bounds(context: Context, window: Window) -> Window:
    """`_fetched` of the picture above the gathered transforms."""
    above = context.upstream()
    if np.array_equal(above.matrix, np.eye(3)):
        return _fetched(context, window).intersect(above.region)
    return above.region


def _seen(context: Context, window: Window) -> Window:
    return _EMPTY if _writes_map(context) else _fetched(context, window)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return () if _writes_map(context) else (Want("Source", _bounds(context, window)),)


def _same(context: Context) -> Same | None:
    params = context.params
    if _writes_map(context):
        return None
    return Same("Source") if is_straight(params.choice("model"), _numbers(context)) else None


def _writes_map(context: Context) -> bool:
    return context.params.choice("outputMode") != "Image"


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    x, y = _bent(context, *centres(window), back=True)
    if not _writes_map(context):
        return sampled(context, frames[0], x, y, STILL, _bounds(context, window))
    x1, y1, x2, y2 = _box(context)
    low, size = (ceil(x1), ceil(y1)), (floor(x2) - ceil(x1), floor(y2) - ceil(y1))
    pixels = np.ones((window.height, window.width, 4), np.float32)
    pixels[..., 0] = (x - low[0]) / size[0]
    pixels[..., 1] = (y - low[1]) / size[1]
    return pixels


NODE = NodeType(
    plugins=(_PLUGIN,),
    region=_region,
    box=_exact,
    wants=_wants,
    same=_same,
    render=_render,
    mask="Mask",
    process=True,
    seen=_seen,
    concatenates="Source",
    format=_format,
    aspect=_aspect,
)

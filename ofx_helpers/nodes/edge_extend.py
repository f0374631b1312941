"""EdgeExtend: colours pushed outwards under a matte's edge, by ever wider blurs beneath."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.finish import unpremultiply
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.masked_box import found, mask_wants
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.smooth import smooth, spread
from ofx_helpers.nodes.blur import kept_inside, padded


def _size(context: Context) -> tuple[float, float]:
    size = context.params.number("edgeExtendSize")
    return size / context.aspect, size


def _idle(context: Context) -> bool:
    kind, largest = context.params.choice("filter"), max(_size(context))
    return largest <= 1 if kind in ("box", "triangle", "quadratic") else largest < 0.24


def _same(context: Context) -> Same | None:
    params = context.params
    # Multiplied by alpha and not divided, or the other way about, it differs without a blur too.
    as_it_was = params.flag("edgeExtendPremult") == params.flag("edgeExtendUnpremult")
    idle = (_idle(context) and as_it_was) or params.number("mix") == 0
    return Same("Source") if idle else None


def _seen(context: Context, window: Window) -> Window:
    """The window and what Natron lets the filter reach from it."""
    kind, (x, y) = context.params.choice("filter"), _size(context)
    return window.grow(spread(kind, x), spread(kind, y))


def _region(context: Context) -> Window:
    source, params = context.region("Source"), context.params
    result = source
    if not source.empty and params.flag("expandRoD") and not _idle(context):
        result = _seen(context, source)
    if params.flag("cropToFormat"):
        result = kept_inside(result, source, context.input_format("Source"))
    return result


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    return (Want("Source", context.region("Source")), *mask_wants(context, _region(context)))


def _area(context: Context, frames: Sequence[Frame]) -> Window:
    """What is filtered: what the mask leaves and what Natron lets the filter see around it."""
    region = _region(context)
    box = found(context, region, frames)
    return _seen(context, box).intersect(region) if not box.empty else box


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    params, area = context.params, _area(context, frames)
    if area.empty:
        return frames[0]
    below = padded(frames[0], area, True).copy()
    if params.flag("edgeExtendPremult"):
        below[..., :3] *= below[..., 3:4]
    slices = max(1, params.whole("edgeExtendSlices"))
    # Blurs of 1, 2, … n times a size have together the variance of one of the whole size.
    share = 1 / np.sqrt(slices * (slices + 1) * (slices + 0.5) / 3)
    x, y = _size(context)
    for step in range(1, slices + 1):
        size = (x * share * step, y * share * step)
        blurred = smooth(below, params.choice("filter"), size, nearest=True)
        below = below + blurred * (np.float32(1) - below[..., 3:4])
    if params.flag("edgeExtendUnpremult"):
        below = unpremultiply(below)
    return Frame(below, area)


NODE = NodeType(
    plugins=("eu.cimg.EdgeExtend",),
    mask="Mask",
    nearest=lambda _: True,
    region=_region,
    same=_same,
    wants=_wants,
    render=_render,
)

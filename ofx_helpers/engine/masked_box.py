"""The box that a mask leaves of a picture: Natron filters no further than that, and its margin.

A recursive Gaussian feels where it begins, so the box must be that of the mask's pixels, not of its
region. Outside it the source is copied, and with some filters its nearest pixel goes on beyond it.
The box is found in the first band of a frame and kept for the others.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.finish import mask_weight, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, Want
from ofx_helpers.engine.scene import NodeContext

_KEY = "masked box"


def possible(context: Context, region: Window) -> Window:
    """The box as far as it is known without a look at the mask: the region when there is none."""
    if not uses_mask(context):
        return region
    known: Window | None = context.memo.get(_KEY)
    if known is not None:
        return known
    if context.params.flag("maskInvert"):
        return region
    return region.intersect(context.region("Mask"))


def mask_wants(context: Context, region: Window) -> Sequence[Want]:
    """The whole mask where the box is not known yet."""
    if not uses_mask(context) or _KEY in context.memo:
        return ()
    return (Want("Mask", region),)


def found(context: Context, region: Window, frames: Sequence[Frame]) -> Window:
    """The box, from the last of `frames` where `mask_wants` asked for it; perhaps empty."""
    if uses_mask(context) and _KEY not in context.memo:
        weights = mask_weight(context.params, "Mask", frames[-1].pixels, 1.0)[..., 0]
        context.memo[_KEY] = _box(weights != 0, region)
    return possible(context, region)


def goes_on(context: NodeContext) -> bool:
    """Whether the source's nearest pixels show beyond it, outside the mask's box.

    Not where the mask lies clear of the picture: then the node passes its source on as it is.
    """
    kind = context.kind
    if kind.mask != "Mask" or not uses_mask(context) or not kind.nearest(context):
        return False
    region = _region(context)
    inverted = context.params.flag("maskInvert")
    touched = inverted or not region.intersect(context.region("Mask")).empty
    return touched and not context.region(kind.main).contains(region)


def mask_beyond(context: NodeContext, window: Window) -> Want:
    """The mask, as far as `shown_beyond` needs it."""
    return next(iter(mask_wants(context, _region(context))), Want("Mask", window))


def shown_beyond(context: NodeContext, result: Frame, source: Frame, mask: Frame) -> Pixels:
    """The result, and outside the box the source's nearest pixels; from what was wanted."""
    window = result.window
    box = found(context, _region(context), (mask,)).intersect(window)
    if box == window:
        return result.pixels
    shown = source.nearest(window).pixels.copy()
    if not box.empty:
        rows = slice(box.y1 - window.y1, box.y2 - window.y1)
        columns = slice(box.x1 - window.x1, box.x2 - window.x1)
        shown[rows, columns] = result.pixels[rows, columns]
    return shown


def _region(context: NodeContext) -> Window:
    return context.scene.region(context.node.name, context.time)


def _box(there: np.ndarray[tuple[int, int], np.dtype[np.bool_]], region: Window) -> Window:
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(rows):
        return Window(region.x1, region.y1, region.x1, region.y1)
    return Window(
        region.x1 + int(columns[0]),
        region.y1 + int(rows[0]),
        region.x1 + int(columns[-1]) + 1,
        region.y1 + int(rows[-1]) + 1,
    )

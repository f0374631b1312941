"""TransformMasked and CornerPinMasked: the same moves, blended by a mask and a mix.

They end a chain: their matrix is not offered to the nodes below. As in openfx-misc, what the
mask or mix leaves is the picture above the whole chain, not moved at all. Natron asks their mask
for the channels of the picture: beside one without alpha, a mask's alpha is 1 wherever it has
pixels, beside alpha alone every channel is the mask's alpha, and what the mask lacks is 0.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.finish import mask_weight, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, never
from ofx_helpers.engine.resample import enclosing
from ofx_helpers.nodes import corner_pin, transform


def masked(plain: NodeType, plugin: str) -> NodeType:
    """The node with a mask and a mix."""

    def box(context: Context) -> Box:
        """With a mask both pictures, since it chooses between them."""
        assert plain.box is not None
        moved, still = plain.box(context), context.box("Source")
        if not uses_mask(context):
            return moved
        if context.params.number("mix") == 0:
            return still
        low, high = np.minimum(moved[:2], still[:2]), np.maximum(moved[2:], still[2:])
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def region(context: Context) -> Window:
        return enclosing(box(context), context.format)

    def wants(context: Context, window: Window) -> Sequence[Want]:
        found = [*plain.wants(context, window), Want("Source", window)]
        return [*found, Want("Mask", window)] if uses_mask(context) else found

    def same(context: Context) -> Same | None:
        return Same("Source") if context.params.number("mix") == 0 else plain.same(context)

    def render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
        assert plain.render is not None
        moved = plain.render(context, window, frames[:1])
        assert isinstance(moved, np.ndarray)
        params = context.params
        mix = params.number("mix")
        weight: np.ndarray | np.float32 = np.float32(mix)
        if len(frames) > 2:
            weight = mask_weight(params, "Mask", _mask(context, frames[2].crop(window)), mix)
        elif mix == 1:
            return moved
        left: Pixels = moved * weight + frames[1].crop(window).pixels * (np.float32(1) - weight)
        return left

    return replace(
        plain,
        plugins=(plugin,),
        region=region,
        box=box,
        wants=wants,
        same=same,
        render=render,
        matrix=None,
        alone=never,
    )


def _mask(context: Context, frame: Frame) -> Pixels:
    """The mask as Natron has it beside this picture, before one channel is taken of it."""
    picture, mask = context.components("Source"), context.components("Mask")
    if picture == mask or picture == "RGBA":
        return frame.pixels
    if mask != "RGBA":
        return np.zeros_like(frame.pixels)
    if picture == "Alpha":
        return np.repeat(frame.pixels[..., 3:], 4, axis=2)
    area = context.region("Mask").shift(-frame.window.x1, -frame.window.y1)
    pixels = frame.pixels.copy()
    pixels[max(area.y1, 0) : max(area.y2, 0), max(area.x1, 0) : max(area.x2, 0), 3] = 1
    return pixels


NODES = (
    masked(transform.NODE, "net.sf.openfx.TransformMaskedPlugin"),
    masked(corner_pin.NODE, "net.sf.openfx.CornerPinMaskedPlugin"),
)

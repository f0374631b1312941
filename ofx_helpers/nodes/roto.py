"""Roto, and the closed shapes of RotoPaint: masks and colour drawn over a background.

Facts of Natron 2.5: each shape is its colour times opacity and coverage, merged over the shapes
below and the background with its own operation; then the channels that are not processed come
from the background (Roto processes alpha alone), and `premultiply` multiplies by alpha.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import mask_weight, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.roto import Outline, coverage, outline
from ofx_helpers.nodes._blend import BLENDS, hsl_blend

_HSL = ("color", "hue", "luminosity", "saturation")


def _outlines(context: Context) -> list[Outline]:
    found = (outline(shape, context.time) for shape in context.node.shapes)
    return [shape for shape in found if shape is not None]


def _region(context: Context) -> Window:
    """Every background and every shape."""
    region = Window(0, 0, 0, 0)
    for label in context.node.inputs:
        if label != "Mask":
            region = region.union(context.region(label))
    for shape in _outlines(context):
        region = region.union(shape.bounds)
    return region


def _wants(context: Context, window: Window) -> Sequence[Want]:
    wants = [Want("Bg", window)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _same(context: Context) -> Same | None:
    return None if context.node.shapes else Same("Bg")


def _layer(shape: Outline, window: Window) -> Pixels:
    """The shape's premultiplied colour."""
    # In this order and precision a whole pixel is exactly 1.
    covered = coverage(shape, window).astype(np.float32) * np.float32(1 / np.float32(255))
    paint = np.array([*(c * shape.opacity for c in shape.colour), shape.opacity])
    layer: Pixels = (covered[..., None] * paint).astype(np.float32)
    return layer


def _merged(context: Context, layer: Pixels, below: Pixels, operator: str) -> Pixels:
    a, b = layer[..., 3:], below[..., 3:]
    if operator in _HSL:
        return hsl_blend(operator, layer, below, a, b).astype(np.float32)
    blend = BLENDS.get(operator)
    if blend is None:
        raise RenderError(f"{context.node.name}: a shape has the unknown operation {operator!r}")
    return blend(layer, below, a, b).astype(np.float32)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    background = frames[0].crop(window).pixels
    pixels = background
    for shape in _outlines(context):
        touched = shape.bounds.intersect(window)
        if touched.empty and shape.operator == "over":
            continue
        pixels = _merged(context, _layer(shape, window), pixels, shape.operator)
    pixels = pixels.copy()
    for channel, name in enumerate("RGBA"):
        if not params.flag(f"NatronOfxParamProcess{name}"):
            pixels[..., channel] = background[..., channel]
    if params.flag("premultiply"):
        pixels[..., :3] *= pixels[..., 3:]
    mix = params.number("hostMix")
    if len(frames) > 1:
        weight = mask_weight(params, "Mask", frames[1].crop(window).pixels, mix)
        pixels = pixels * weight + background * (np.float32(1) - weight)
    elif mix != 1:
        pixels = pixels * np.float32(mix) + background * np.float32(1 - mix)
    return pixels


NODE = NodeType(
    plugins=("fr.inria.built-in.Roto", "fr.inria.built-in.RotoPaint"),
    region=_region,
    wants=_wants,
    same=_same,
    render=_render,
    main="Bg",
)

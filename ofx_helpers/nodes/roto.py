"""Roto, and the closed shapes of RotoPaint: masks and colour drawn over a background.

Facts of Natron 2.5: each shape is its colour times opacity and coverage, merged over the shapes
below and the background with its own operation; then the channels that are not processed come
from the background (Roto processes alpha alone), and `premultiply` multiplies by alpha.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from math import ceil, floor

import numpy as np

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import mask_weight, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Box, Context, NodeType, Same, Want
from ofx_helpers.engine.roto import Outline, coverage, outline
from ofx_helpers.nodes._blend import BLENDS, KEEPS_B, hsl_blend

_HSL = ("color", "hue", "luminosity", "saturation")


def _outlines(context: Context) -> list[Outline]:
    found = (outline(shape, context.time) for shape in context.node.shapes)
    return [shape for shape in found if shape is not None]


def _exact(context: Context) -> Box:
    """Every background and every shape."""
    labels = [label for label in context.node.inputs if label != "Mask"]
    boxes = [context.box(label) for label in labels if not context.region(label).empty]
    boxes += [shape.box for shape in _outlines(context)]
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def _region(context: Context) -> Window:
    x1, y1, x2, y2 = _exact(context)
    return Window(floor(x1), floor(y1), ceil(x2), ceil(y2))


def _wants(context: Context, window: Window) -> Sequence[Want]:
    wants = [Want("Bg", window)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _same(context: Context) -> Same | None:
    return None if context.node.shapes else Same("Bg")


def _layer(shape: Outline, window: Window, channels: slice) -> Pixels:
    """The shape's premultiplied colour in some channels: a table from its 256 coverages."""
    # In this order and precision a whole pixel is exactly 1.
    steps = np.arange(256, dtype=np.float32) * np.float32(1 / np.float32(255))
    paint = np.array([*(c * shape.opacity for c in shape.colour), shape.opacity])
    table = (steps[:, None] * paint[channels]).astype(np.float32)
    return np.take(table, coverage(shape, window), axis=0)


def _merged(context: Context, shape: Outline, window: Window, below: Pixels) -> Pixels:
    """The shape over (h, w, 4), or over alpha alone (h, w, 1)."""
    if shape.operator in _HSL:
        layer = _layer(shape, window, slice(0, 4))
        a, b = layer[..., 3:], below[..., 3:]
        merged = np.empty(below.shape, np.float32)
        merged[..., :3] = hsl_blend(shape.operator, layer[..., :3], below[..., :3], a, b)
        merged[..., 3:] = a + b - a * b
        return merged
    blend = BLENDS.get(shape.operator)
    if blend is None:
        near = ", ".join(get_close_matches(shape.operator, BLENDS, 3)) or ", ".join(BLENDS)
        raise RenderError(
            f"{context.node.name}: a shape asks for the operation {shape.operator!r}; known: {near}"
        )
    layer = _layer(shape, window, slice(4 - below.shape[2], 4))
    return blend(layer, below, layer[..., -1:], below[..., -1:]).astype(np.float32, copy=False)


def _within(part: Window, window: Window, pixels: Pixels) -> Pixels:
    """The pixels in `part`, 0 elsewhere: an operation may make something even of 0 and 0."""
    if part == window or part.empty:
        return pixels if part == window else np.zeros_like(pixels)
    rows = slice(part.y1 - window.y1, part.y2 - window.y1)
    columns = slice(part.x1 - window.x1, part.x2 - window.x1)
    kept = np.zeros_like(pixels)
    kept[rows, columns] = pixels[rows, columns]
    return kept


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    background = frames[0].crop(window).pixels
    shapes = [
        shape
        for shape in _outlines(context)
        if shape.operator != "over" or not shape.bounds.intersect(window).empty
    ]
    kept = [not params.flag(f"NatronOfxParamProcess{name}") for name in "RGBA"]
    # A matte touches alpha alone, which no operation but the four of HSL mixes with colour.
    alone = kept == [True, True, True, False] and all(s.operator not in _HSL for s in shapes)
    drawn = background[..., 3:] if alone else background
    there = context.region("Bg")
    for shape in shapes:
        drawn = _merged(context, shape, window, drawn)
        there = there.union(shape.bounds)
        if shape.operator not in KEEPS_B:
            drawn = _within(there.intersect(window), window, drawn)
    pixels = background.copy()
    for channel in range(4):
        if not kept[channel]:
            pixels[..., channel] = drawn[..., channel - 4 + drawn.shape[2]]
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
    box=_exact,
    wants=_wants,
    same=_same,
    render=_render,
    main="Bg",
    components=always_rgba,
    clear=("Bg",),
)

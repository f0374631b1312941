"""Roto, and the closed shapes of RotoPaint: masks and colour drawn over a background.

Facts of Natron 2.5: each shape is its colour times opacity and coverage, merged over the shapes
below and the background with its own operation; then the channels that are not processed come
from the background (Roto processes alpha alone), and `premultiply` multiplies by alpha. A mask
that is connected hides all that is drawn: Natron masks its Rotos, but never renders their masks.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from math import ceil, floor

import numpy as np

from ofx_helpers.engine.canonical import Box, touched
from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.roto import Outline, coverage, outline
from ofx_helpers.nodes._blend import BLENDS, HSL, KEEPS_B, blacken_outside, inside, merged


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


def _wants(_context: Context, window: Window) -> Sequence[Want]:
    return (Want("Bg", window),)


def _same(context: Context) -> Same | None:
    return None if context.node.shapes else Same("Bg")


def _shown(context: Context, shape: Outline) -> Window:
    """The pixels that can show a shape.

    Natron draws its mask in square pixels, but colours only where its box lies in pixels of the
    project: where these are not square, little or nothing is left of most shapes.
    """
    return touched(shape.box, context.graph.pixel_aspect)


def _layer(shape: Outline, window: Window, shown: Window, channels: slice) -> Pixels:
    """The shape's premultiplied colour in some channels: a table from its 256 coverages."""
    # In this order and precision a whole pixel is exactly 1.
    steps = np.arange(256, dtype=np.float32) * np.float32(1 / np.float32(255))
    paint = np.array([*(c * shape.opacity for c in shape.colour), shape.opacity])
    table = (steps[:, None] * paint[channels]).astype(np.float32)
    covered = coverage(shape, window)
    if not shown.contains(window.intersect(shape.bounds)):
        seen = inside(shown, window)
        kept, covered = covered, np.zeros_like(covered)
        covered[seen] = kept[seen]
    return np.take(table, covered, axis=0)


def _merged(context: Context, shape: Outline, window: Window, below: Pixels) -> Pixels:
    """The shape over (h, w, 4), or over alpha alone (h, w, 1)."""
    if shape.operator not in (*BLENDS, *HSL):
        near = ", ".join(get_close_matches(shape.operator, BLENDS, 3)) or ", ".join(BLENDS)
        raise RenderError(
            f"{context.node.name}: a shape asks for the operation {shape.operator!r}; known: {near}"
        )
    layer = _layer(shape, window, _shown(context, shape), slice(4 - below.shape[2], 4))
    return merged(shape.operator, False, layer, below).astype(np.float32, copy=False)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    background = frames[0].crop(window).pixels
    shapes = [
        shape
        for shape in _outlines(context)
        if shape.operator != "over" or not _shown(context, shape).intersect(window).empty
    ]
    kept = [not params.flag(f"NatronOfxParamProcess{name}") for name in "RGBA"]
    # A matte touches alpha alone, which no operation but the four of HSL mixes with colour.
    alone = kept == [True, True, True, False] and all(s.operator not in HSL for s in shapes)
    drawn = background[..., 3:] if alone else background
    there = context.region("Bg")
    for shape in shapes:
        drawn = _merged(context, shape, window, drawn)
        if shape.operator not in KEEPS_B:
            blacken_outside(drawn, window, (there, _shown(context, shape)))
        there = there.union(_shown(context, shape))
    pixels = background.copy()
    for channel in range(4):
        if not kept[channel]:
            pixels[..., channel] = drawn[..., channel - 4 + drawn.shape[2]]
    if params.flag("premultiply"):
        pixels[..., :3] *= pixels[..., 3:]
    mix = np.float32(0 if uses_mask(context) else params.number("hostMix"))
    if mix != 1:
        # Natron mixes as many channels as the background has: of alpha alone that is red.
        mixed = pixels[..., : {"RGBA": 4, "RGB": 3, "Alpha": 1}[context.components("Bg")]]
        mixed *= mix
        mixed += background[..., : mixed.shape[2]] * (np.float32(1) - mix)
    return pixels


NODE = NodeType(
    plugins=(
        "fr.inria.built-in.Roto",
        "fr.inria.built-in.RotoPaint",
        # The plug-in of older projects, which Natron loads as its own Roto.
        "net.sf.openfx.RotoPlugin",
    ),
    region=_region,
    box=_exact,
    wants=_wants,
    same=_same,
    render=_render,
    main="Bg",
    components=always_rgba,
    clear=("Bg",),
)

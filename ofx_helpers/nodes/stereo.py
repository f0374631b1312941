"""SideBySide, Anaglyph and MixViews: the first two views of a project in one picture.

Whoever made the graph has put the views on the inputs Left and Right. A project with one view has
neither, and then both are the source itself.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.depth import rounded
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import (
    Components,
    Context,
    NodeType,
    Same,
    Want,
    always,
    same_region,
    usual_depth,
)

_LEFT, _RIGHT = "Left", "Right"
# Rec.709, in the single precision of the plug-in.
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float64)


def _views(context: Context) -> tuple[str, str]:
    """The input labels of the first and the second view."""
    if _LEFT in context.node.inputs or _RIGHT in context.node.inputs:
        return _LEFT, _RIGHT
    return "Source", "Source"


# SideBySide


def _chosen(context: Context) -> tuple[str, str]:
    """The labels of the view that comes first and of the other one."""
    views, params = _views(context), context.params
    first, second = (views[params.choice(name) == "right"] for name in ("view1", "view2"))
    return first, second


def _beside_region(context: Context) -> Window:
    first, second = (context.region(label) for label in _chosen(context))
    if second.empty:
        return context.region("Source")
    x1, y1, x2, y2 = first
    if context.params.flag("vertical"):
        return Window(x1, y1, x2, y2 + second.height)
    return Window(x1, y1, x2 + second.width, y2)


def _halves(context: Context, window: Window) -> list[tuple[str, Window, tuple[int, int]]]:
    """Label, what it shows of the window, and how far it is moved: above, the first; or left."""
    (first, second), region = _chosen(context), context.region(_chosen(context)[0])
    x1, y1, x2, y2 = window
    if context.params.flag("vertical"):
        edge = region.y2
        lower, upper = Window(x1, y1, x2, min(y2, edge)), Window(x1, max(y1, edge), x2, y2)
        found = [(first, upper, (0, region.height)), (second, lower, (0, 0))]
    else:
        edge = region.x2
        left, right = Window(x1, y1, min(x2, edge), y2), Window(max(x1, edge), y1, x2, y2)
        found = [(first, left, (0, 0)), (second, right, (region.width, 0))]
    return [half for half in found if not half[1].empty]


def _beside_wants(context: Context, window: Window) -> Sequence[Want]:
    return [Want(label, part.shift(-dx, -dy)) for label, part, (dx, dy) in _halves(context, window)]


def _beside(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    result = np.zeros((window.height, window.width, 4), np.float32)
    for (_label, part, _move), frame in zip(_halves(context, window), frames, strict=True):
        rows = slice(part.y1 - window.y1, part.y2 - window.y1)
        result[rows, part.x1 - window.x1 : part.x2 - window.x1] = frame.pixels
    return result


# Anaglyph


def _shifted(context: Context, label: str, move: int, window: Window) -> Window:
    """What is needed of a view that is moved, with its edge columns repeated beyond them."""
    region = context.region(label)
    columns = Window(region.x1, window.y1, region.x2, window.y2)
    return window.shift(move, 0).nearest(columns)


def _sides(context: Context) -> list[tuple[str, int]]:
    """The view that is red and the one that is cyan, each with its move."""
    left, right = _views(context)
    red, cyan = (right, left) if context.params.flag("swap") else (left, right)
    offset = context.params.whole("offset")
    # Divided towards 0, as in C.
    return [(red, int((offset + 1) / 2)), (cyan, -int(offset / 2))]


def _anaglyph_wants(context: Context, window: Window) -> Sequence[Want]:
    return [
        Want(label, _shifted(context, label, move, window))
        for label, move in _sides(context)
        if not context.region(label).empty
    ]


def _anaglyph(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    amount, depth = np.float32(context.params.number("amtcolor")), usual_depth(context)
    result = np.zeros((window.height, window.width, 4), np.float32)
    found = iter(frames)
    for (label, move), channels in zip(_sides(context), ([0], [1, 2]), strict=True):
        if context.region(label).empty:
            continue
        pixels = next(found).nearest(window.shift(move, 0)).pixels
        grey = (pixels[..., :3] @ _LUMINANCE).astype(np.float32)[..., None]
        grey = rounded(grey, depth, cut=True)
        result[..., channels] = grey * (1 - amount) + pixels[..., channels] * amount
        result[..., 3] += rounded(np.float32(0.5) * pixels[..., 3], depth, cut=True)
    return result


def _rgba(_context: Context) -> Components:
    return "RGBA"


# MixViews


def _mix_wants(context: Context, window: Window) -> Sequence[Want]:
    return [Want(label, window) for label in _views(context)]


def _mix_same(context: Context) -> Same | None:
    left, right = _views(context)
    return Same(left) if left == right else None


def _mix(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    share = np.float32(context.params.number("mix"))
    left, right = (frame.pixels for frame in frames)
    mixed: Pixels = left * (1 - share) + right * share
    return mixed


NODES = (
    NodeType(
        plugins=("net.sf.openfx.sideBySidePlugin",),
        region=_beside_region,
        wants=_beside_wants,
        render=_beside,
    ),
    NodeType(
        plugins=("net.sf.openfx.anaglyphPlugin",),
        components=_rgba,
        cut=always,
        wants=_anaglyph_wants,
        render=_anaglyph,
    ),
    NodeType(
        plugins=("net.sf.openfx.mixViewsPlugin",),
        cut=always,
        region=same_region,
        wants=_mix_wants,
        same=_mix_same,
        render=_mix,
    ),
)

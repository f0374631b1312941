"""Threshold, Difference and CopyRectangle: keys and patches by simple rules."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import touched
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import (
    LARGEST,
    Context,
    NodeType,
    Want,
    all_regions,
    always,
    usual_components,
    usual_depth,
)
from ofx_helpers.nodes._generator import drawn_rectangle


def _threshold(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    level = np.array(context.params.colour("level"), np.float64)
    softness = np.array(context.params.colour("softness"), np.float64)
    low, high = level - softness, level + softness
    span = np.where(high > low, high - low, 1)
    soft = np.clip((pixels - low) / span, 0, 1)
    # Where there is no softness the level itself still counts as below.
    return np.where(pixels <= low, 0, np.where(pixels >= high, 1, soft)).astype(np.float32)


def _difference(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    """The key in the last channel that there is, from those before it: of alpha alone, none."""
    compared, key_channel = {"RGBA": (3, 3), "RGB": (2, 2), "Alpha": (0, 3)}[
        usual_components(context)
    ]
    below, above = frames[0].pixels, frames[1].pixels
    result = below.copy()
    part = context.region("A").intersect(context.region("B")).intersect(window)
    if part.empty:
        return result
    rows = slice(part.y1 - window.y1, part.y2 - window.y1)
    columns = slice(part.x1 - window.x1, part.x2 - window.x1)
    seen = rows, columns, slice(compared)
    # Of codes, where there are any.
    top = LARGEST[usual_depth(context)]
    distance = top * (below[seen].astype(np.float64) - above[seen])
    key = context.params.number("gain") * (distance**2).sum(-1) - context.params.number("offset")
    result[rows, columns, key_channel] = np.clip(key, 0, top) / top
    return result


def _both(_context: Context, window: Window) -> Sequence[Want]:
    return (Want("B", window), Want("A", window))


def _box(context: Context) -> Window:
    """The pixels of CopyRectangle's rectangle; unset, it is the whole project."""
    return touched(drawn_rectangle(context), context.aspect)


def _fade(length: int, softness: float) -> NDArray[np.float32]:
    """The share of A along one axis of the rectangle: soft inside both ends."""
    if softness <= 0:
        return np.ones(length, np.float32)
    at = np.arange(length)
    return np.minimum(np.minimum(at, length - 1 - at) / softness, 1).astype(np.float32)


def _copy(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    box = _box(context)
    below, above = frames[0].pixels, frames[1].pixels
    part = box.intersect(window)
    result = below.copy()
    if part.empty:
        return result
    softness = context.params.number("softness")
    across = _fade(box.width, softness)[part.x1 - box.x1 : part.x2 - box.x1]
    along = _fade(box.height, softness)[part.y1 - box.y1 : part.y2 - box.y1]
    share = (along[:, None] * across[None, :])[..., None]
    rows = slice(part.y1 - window.y1, part.y2 - window.y1)
    columns = slice(part.x1 - window.x1, part.x2 - window.x1)
    result[rows, columns] = above[rows, columns] * share + below[rows, columns] * (1 - share)
    return result


NODES = (
    NodeType(plugins=("net.sf.openfx.Threshold",), process=True, point=_threshold),
    NodeType(
        plugins=("net.sf.openfx.DifferencePlugin",),
        main="B",
        cut=always,
        process=True,
        forgetful=True,
        region=all_regions,
        wants=_both,
        render=_difference,
    ),
    NodeType(
        plugins=("net.sf.openfx.CopyRectanglePlugin",),
        main="B",
        mask="Mask",
        process=True,
        region=lambda context: context.region("B").union(_box(context)),
        wants=_both,
        render=_copy,
    ),
)

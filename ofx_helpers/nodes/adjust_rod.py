"""AdjustRoD: pixels more around the source's region, black or repeating its edge."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.resample import enclosing


def _exact(context: Context) -> Box:
    x1, y1, x2, y2 = context.box("Source")
    width, height = context.params.pair("addPixels")
    if x2 <= x1 or y2 <= y1:
        return 0.0, 0.0, 0.0, 0.0
    return x1 - width, y1 - height, x2 + width, y2 + height


def _region(context: Context) -> Window:
    return enclosing(_exact(context), context.format)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    """The source under the window, or its edge nearest to it."""
    source = context.own_region("Source")
    return (Want("Source", source if source.empty else window.nearest(source)),)


def _same(context: Context) -> Same | None:
    return None if any(context.params.pair("addPixels")) else Same("Source")


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    source = frames[0]
    area = source.window
    if area.empty or context.params.choice("boundary") == "black":
        return source.crop(window).pixels
    rows = np.clip(np.arange(window.y1, window.y2), area.y1, area.y2 - 1) - area.y1
    columns = np.clip(np.arange(window.x1, window.x2), area.x1, area.x2 - 1) - area.x1
    return source.pixels[rows[:, None], columns[None, :]]


NODE = NodeType(
    plugins=("net.sf.openfx.AdjustRoDPlugin",),
    region=_region,
    box=_exact,
    wants=_wants,
    takes_less=True,
    same=_same,
    render=_render,
)

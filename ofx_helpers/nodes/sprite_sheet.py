"""SpriteSheet: one sprite a frame from a picture of many, left to right and top to bottom."""

from collections.abc import Sequence
from math import floor

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want


def _size(context: Context) -> tuple[int, int]:
    x, y = context.params.pair("spriteSize")
    return max(1, int(x)), max(1, int(y))


def _region(context: Context) -> Window:
    return Window(0, 0, *_size(context))


def _corner(context: Context) -> tuple[int, int]:
    """Where the sprite's lower left corner lies in the sheet, which is the source's format."""
    first, last = (int(value) for value in context.params.pair("spriteRange"))
    index = (floor(context.time) - context.params.whole("frameOffset")) % (abs(last - first) + 1)
    index = first + index if first <= last else first - index
    sheet, (width, height) = context.input_format("Source"), _size(context)
    row, column = divmod(index, max(1, sheet.width // width))
    return sheet.x1 + column * width, sheet.y2 - (row + 1) * height


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return (Want("Source", window.shift(*_corner(context))),)


def _render(_context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
    return Frame(frames[0].pixels, window)


def _always(_context: Context) -> bool:
    return True


NODE = NodeType(
    plugins=("net.sf.openfx.SpriteSheet",),
    region=_region,
    format=_region,
    wants=_wants,
    render=_render,
    varies=_always,
)

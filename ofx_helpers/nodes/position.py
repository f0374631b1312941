"""Position: a move by whole pixels, rounded half up; never filtered."""

from collections.abc import Sequence
from math import floor

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want


def _move(context: Context) -> tuple[int, int]:
    x, y = context.params.pair("translate")
    return floor(x / context.aspect + 0.5), floor(y + 0.5)


def _region(context: Context) -> Window:
    return context.region("Source").shift(*_move(context))


def _exact(context: Context) -> Box:
    dx, dy = _move(context)
    x1, y1, x2, y2 = context.box("Source")
    across = dx * context.aspect
    return x1 + across, y1 + dy, x2 + across, y2 + dy


def _wants(context: Context, window: Window) -> Sequence[Want]:
    dx, dy = _move(context)
    return (Want("Source", window.shift(-dx, -dy)),)


def _same(context: Context) -> Same | None:
    return Same("Source") if _move(context) == (0, 0) else None


def _render(_context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
    return Frame(frames[0].pixels, window)


def _opaque(context: Context) -> Window:
    return context.opaque("Source").shift(*_move(context))


NODE = NodeType(
    plugins=("net.sf.openfx.Position",),
    region=_region,
    box=_exact,
    wants=_wants,
    same=_same,
    render=_render,
    shift=_move,
    opaque=_opaque,
)

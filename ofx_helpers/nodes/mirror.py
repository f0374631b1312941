"""Mirror: turns the source upside down (flip) or left to right (flop) within its own region."""

from collections.abc import Sequence

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want


def _mirrored(context: Context, window: Window) -> Window:
    source = context.region("Source")
    x1, y1, x2, y2 = window
    if context.params.flag("flop"):
        x1, x2 = source.x1 + source.x2 - x2, source.x1 + source.x2 - x1
    if context.params.flag("flip"):
        y1, y2 = source.y1 + source.y2 - y2, source.y1 + source.y2 - y1
    return Window(x1, y1, x2, y2)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return (Want("Source", _mirrored(context, window)),)


def _same(context: Context) -> Same | None:
    params = context.params
    return None if params.flag("flip") or params.flag("flop") else Same("Source")


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    rows = slice(None, None, -1 if context.params.flag("flip") else 1)
    columns = slice(None, None, -1 if context.params.flag("flop") else 1)
    return frames[0].pixels[rows, columns]


NODE = NodeType(
    plugins=("net.sf.openfx.Mirror",),
    wants=_wants,
    shows_all=True,
    same=_same,
    render=_render,
)

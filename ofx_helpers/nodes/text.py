"""Text: letters, their stroke and their background, as the Arena plug-in draws them.

The plug-in draws with pango and cairo in 8 bits a channel; so does this, from the same facts and
other code (see `ofx_helpers/engine/text_draw.py`). What it draws replaces its input.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.engine.text_draw import draw
from ofx_helpers.nodes._text_picture import DEFAULTS, picture, region


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


def _frames(context: Context) -> tuple[float, float]:
    first, last = context.params.pair("frameRange")
    return first, last


def _render(context: Context, _window: Window, _frames: Sequence[Frame]) -> Pixels | Frame:
    drawn = draw(picture(context)).astype(np.float32) * np.float32(1 / 255)
    return Frame(drawn, region(context)).crop(_window)


NODE = NodeType(
    plugins=("net.fxarena.openfx.Text",),
    components=always_rgba,
    region=region,
    wants=_nothing,
    frames=_frames,
    render=_render,
    defaults=DEFAULTS,
)

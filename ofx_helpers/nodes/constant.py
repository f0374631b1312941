"""Constant and Solid: one colour everywhere."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.nodes._generator import (
    aspect_of,
    box,
    chosen_depth,
    encoded,
    format_of,
    region,
    shown,
)


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


def _fill(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    red, green, blue, alpha = context.params.colour("color")
    # A Solid's colour has no alpha of its own.
    whole = 1.0 if context.node.plugin.endswith("Solid") else alpha
    colour = np.array([[(red, green, blue, whole)]], np.float32)
    shape = (window.height, window.width, 4)
    return np.broadcast_to(shown(context, encoded(context, colour)), shape).copy()


NODE = NodeType(
    plugins=("net.sf.openfx.ConstantPlugin", "net.sf.openfx.Solid"),
    depth=chosen_depth,
    process=True,
    region=region,
    box=box,
    format=format_of,
    aspect=aspect_of,
    wants=_nothing,
    render=_fill,
)

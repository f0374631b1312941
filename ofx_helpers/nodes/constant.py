"""Constant (RGBA) and Solid (RGB, opaque): one colour everywhere."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.nodes._generator import format_of, region


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


def _fill(context: Context, window: Window, colour: Sequence[float]) -> Pixels:
    components = context.params.choice("outputComponents")
    colour = list(colour)
    if components in ("RGB", "XY"):
        colour[3] = 1.0
    elif components == "Alpha":
        colour[:3] = [0.0, 0.0, 0.0]
    return np.full((window.height, window.width, 4), colour, np.float32)


def _constant(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    return _fill(context, window, context.params.colour("color"))


def _solid(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    return _fill(context, window, (*context.params.colour("color")[:3], 1.0))


def _node(plugin: str, render: object) -> NodeType:
    return NodeType(
        plugins=(plugin,),
        process=True,
        region=region,
        format=format_of,
        wants=_nothing,
        render=render,  # type: ignore[arg-type]
        opaque=region if plugin.endswith("Solid") else None,
    )


NODES = (
    _node("net.sf.openfx.ConstantPlugin", _constant),
    _node("net.sf.openfx.Solid", _solid),
)

"""Noise: an independent random number for each pixel, channel and frame."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.nodes._generator import aspect_of, box, chosen_depth, format_of, region, shown
from ofx_helpers.nodes._hash import random_plane, seed

_CHANNELS = {"RGBA": (0, 1, 2, 3), "RGB": (0, 1, 2), "XY": (0, 1), "Alpha": (3,)}


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


def _render(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    params = context.params
    components = params.choice("outputComponents")
    channels = _CHANNELS[components]
    start = seed(params, context.time)
    level = np.float32(params.number("noise"))
    mean = np.float32(params.number("noise") / 2)
    pixels = np.zeros((window.height, window.width, 4), np.float32)
    there = random_plane(start, window, len(channels)) <= min(1.0, params.number("density"))
    for number, channel in enumerate(channels):
        value = float(mean) + float(level) * (random_plane(start, window, number) - 0.5)
        pixels[..., channel] = np.where(there, value, 0)
    return shown(context, pixels)


def _varies(context: Context) -> bool:
    return not context.params.flag("staticSeed")


NODE = NodeType(
    plugins=("net.sf.openfx.Noise",),
    depth=chosen_depth,
    aspect=aspect_of,
    process=True,
    region=region,
    box=box,
    format=format_of,
    wants=_nothing,
    render=_render,
    varies=_varies,
)

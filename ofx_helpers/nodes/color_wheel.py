"""ColorWheel: a disc of all hues, saturation and value changing from the centre to the edge."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import box_of, unrounded
from ofx_helpers.engine.depth import rounded
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want, always
from ofx_helpers.nodes._generator import (
    aspect_of,
    box,
    chosen_depth,
    encoded,
    format_of,
    rectangle,
    region,
    shown,
)
from ofx_helpers.nodes.color_transform import hsv_to_rgb

Plane = NDArray[np.float64]


def _nearer(offset: Plane) -> Plane:
    """The side of a pixel towards the centre; a pixel right on it has none."""
    return np.where(np.abs(offset) < 0.5, offset, offset - np.copysign(0.5, offset))


def _farther(offset: Plane) -> Plane:
    return np.where(np.abs(offset) < 0.5, offset, offset + np.copysign(0.5, offset))


def _colours(context: Context, hue: Plane, distance: Plane) -> Plane:
    params = context.params

    def along(name: str) -> Plane:
        centre, edge = params.number(f"center{name}"), params.number(f"edge{name}")
        return centre + distance * (edge - centre)

    hsv = np.stack([hue, along("Saturation"), along("Value")], -1).astype(np.float32)
    rgb = hsv_to_rgb(hsv).astype(np.float64)
    gamma = params.number("gamma")
    if gamma <= 0:
        return (rgb >= 1).astype(np.float64)
    return np.where(rgb > 0, np.maximum(rgb, 0) ** (1 / gamma), rgb)


def _render(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    aspect = context.aspect
    whole = rectangle(context) or box_of(region(context), aspect)
    # One black pixel is left on each side.
    radius = min((whole[2] - whole[0]) / 2 - aspect, (whole[3] - whole[1]) / 2 - 1)
    across, up = radius / aspect, radius
    x1, y1, x2, y2 = unrounded(whole, aspect)
    left = np.arange(window.x1, window.x2, dtype=np.float64)[None, :] + 0.5 - (x1 + x2) / 2
    below = np.arange(window.y1, window.y2, dtype=np.float64)[:, None] + 0.5 - (y1 + y2) / 2
    x, y = left / across, below / up
    distance = np.hypot(x, y)
    near = np.hypot(_nearer(left) / across, _nearer(below) / up)
    far = np.hypot(_farther(left) / across, _farther(below) / up)
    share = np.divide(x, distance, out=np.ones_like(distance), where=distance > 0)
    hue = np.arccos(np.clip(share, -1, 1)) / (2 * np.pi)
    hue = np.where((y > 0) & (distance > 0), 1 - hue, hue)
    hue = hue + context.params.number("rotate") / 360
    hue = hue - np.floor(hue)
    spread = np.where(far > near, far - near, 1)
    cover = np.where(near >= 1, 0, np.where(far > 1, (1 - near) / spread, 1))
    pixels = np.empty((window.height, window.width, 4), np.float32)
    pixels[..., :3] = _colours(context, hue, distance)
    pixels[..., 3] = 1
    # The rim is a share of codes that are rounded already, and is cut.
    pixels = rounded(encoded(context, pixels), chosen_depth(context))
    pixels *= cover[..., None].astype(np.float32)
    return shown(context, pixels)


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


NODE = NodeType(
    plugins=("net.sf.openfx.ColorWheel",),
    depth=chosen_depth,
    cut=always,
    process=True,
    region=region,
    box=box,
    format=format_of,
    aspect=aspect_of,
    wants=_nothing,
    render=_render,
)

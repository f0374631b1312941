"""ColorBars: a test card on the grid of a 1920×1080 picture.

The layout is that of SMPTE EG 1 and RP 219: bars, a castellation, a ramp and a pluge.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.nodes._generator import aspect_of, box, chosen_depth, format_of, region, shown

_Row = tuple[tuple[int, tuple[float, float, float]], ...]
"""(x where it ends, its colour in IRE), left to right."""

_END = 1920


def _grey(level: float) -> tuple[float, float, float]:
    return level, level, level


_PLUGE: _Row = (
    (240, _grey(15)),
    (548, _grey(0)),
    (960, _grey(100)),
    (1130, _grey(0)),
    (1198, _grey(-2)),
    (1268, _grey(0)),
    (1336, _grey(2)),
    (1406, _grey(0)),
    (1474, _grey(4)),
    (1680, _grey(0)),
    (_END, _grey(15)),
)
_RAMP: _Row = (
    (240, (100, 100, 0)),
    (446, _grey(0)),
    (1474, _grey(0)),  # drawn over by the ramp
    (1680, _grey(100)),
    (_END, (100, 0, 0)),
)
_CYAN: _Row = (
    (240, (0, 100, 100)),
    (446, _grey(100)),
    (1680, _grey(75)),
    (_END, (0, 0, 100)),
)
_BARS: _Row = (
    (240, _grey(40)),
    (446, _grey(75)),
    (652, (75, 75, 0)),
    (858, (0, 75, 75)),
    (1062, (0, 75, 0)),
    (1268, (75, 0, 75)),
    (1474, (75, 0, 0)),
    (1680, (0, 0, 75)),
    (_END, _grey(40)),
)
_HEIGHTS = (270, 360, 450)  # where the lower three rows end
_BLACK, _WHITE = 0.0625, 0.91796875  # 16 and 235 of 256, studio levels


def _across(row: _Row, x: NDArray[np.int64]) -> NDArray[np.float32]:
    ends = np.array([end for end, _ in row])
    colours = np.array([colour for _, colour in row], np.float32)
    return colours[np.searchsorted(ends, x, side="right")]


def _render(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    params, whole = context.params, region(context)
    x = (np.arange(window.x1, window.x2) - whole.x1) * 1920 // whole.width
    y = (np.arange(window.y1, window.y2) - whole.y1) * 1080 // whole.height
    ramp = _across(_RAMP, x)
    slope = (x >= 446) & (x < 1474)
    ramp[slope] = (np.float32(100) * (x[slope] - 446) / np.float32(1474 - 446))[:, None]
    bars = _across(_BARS, x) * np.float32(params.number("barIntensity") / 75)
    rows = np.stack([_across(_PLUGE, x), ramp, _across(_CYAN, x), bars])
    levels = rows[np.searchsorted(_HEIGHTS, y, side="right")] / np.float32(100)
    if not params.flag("outputIRE"):
        if params.choice("outputBitDepth") != "32f":
            levels = np.clip(levels, 0, 1)
        levels = _BLACK + (_WHITE - _BLACK) * levels
    pixels = np.ones((window.height, window.width, 4), np.float32)
    pixels[..., :3] = levels
    return shown(context, pixels)


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


NODE = NodeType(
    plugins=("net.sf.openfx.ColorBars",),
    depth=chosen_depth,
    process=True,
    region=region,
    box=box,
    format=format_of,
    aspect=aspect_of,
    wants=_nothing,
    render=_render,
    opaque=region,
)

"""Quantize: fewer levels in each channel, plain or dithered.

The ordered dithers are Bayer's matrices (B. E. Bayer, 1973).
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same
from ofx_helpers.nodes._hash import random_plane, seed

Plane = NDArray[np.float64]


def _bayer(size: int) -> NDArray[np.int64]:
    """Bayer's matrix: each step puts four finer copies side by side."""
    matrix = np.zeros((1, 1), np.int64)
    while len(matrix) < size:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return matrix


_MATRICES = {
    # The two small ones begin at another corner, and turned.
    "bayer2x2": np.array([[1, 2], [3, 0]]),
    "bayer4x4": np.array([[5, 9, 6, 10], [13, 1, 14, 2], [7, 11, 4, 8], [15, 3, 12, 0]]),
    "bayer8x8": _bayer(8),
}


def _rounded(values: Plane, colours: float) -> Plane:
    steps = values * colours
    rounded: Plane = np.where(values <= 0, np.floor(steps), np.ceil(steps - 1))
    return rounded


def _ordered(values: Plane, colours: float, matrix: NDArray[np.int64], window: Window) -> Plane:
    size = len(matrix)
    x = np.arange(window.x1, window.x2) % size
    y = np.arange(window.y1, window.y2) % size
    limit = matrix[x[None, :], y[:, None]][..., None] + 1
    steps = (values * (colours - 1) + 1 / (2 * size * size)).astype(np.float32)
    whole = np.floor(steps)
    return np.where((steps - whole) * np.float32(size * size) <= limit, whole, whole + 1)


def _random(context: Context, values: Plane, colours: float, window: Window) -> Plane:
    start = seed(context.params, context.time)
    chance = np.stack([random_plane(start, window, channel) for channel in range(4)], -1)
    rounded = _rounded(values, colours)
    steps = (values * (colours - 1)).astype(np.float32)
    whole = np.where(rounded <= steps, rounded, rounded - 1)
    return np.where(steps - whole <= chance, whole, whole + 1)


def _quantize(context: Context, pixels: Pixels, window: Window) -> Pixels:
    params = context.params
    colours, dither = params.number("colors"), params.choice("dither")
    values = pixels.astype(np.float64)
    if dither == "none":
        steps = _rounded(values, colours)
    elif dither == "random":
        steps = _random(context, values, colours, window)
    elif dither in _MATRICES:
        steps = _ordered(values, colours, _MATRICES[dither], window)
    else:
        raise RenderError(
            f"{context.node.name} dithers by {dither}, a table that only Natron has: choose a "
            f"Bayer matrix or random, or render with Natron."
        )
    pixels[...] = steps / (colours - 1)
    return pixels


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("mix") == 0 else None


def _varies(context: Context) -> bool:
    return context.params.choice("dither") == "random" and not context.params.flag("staticSeed")


NODE = NodeType(
    plugins=("net.sf.openfx.Quantize",),
    mask="Mask",
    process=True,
    premult=True,
    same=_same,
    point=_quantize,
    varies=_varies,
)

"""Noise without state: the same number for the same pixel, as Natron's generators make it.

Formula: T. Wang's 32-bit integer hash.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.params import Params

Whole = NDArray[np.uint32]


def mixed(a: Whole) -> Whole:
    """The hash of each number."""
    a = (a ^ np.uint32(61)) ^ (a >> np.uint32(16))
    a = a + (a << np.uint32(3))
    a = a ^ (a >> np.uint32(4))
    a = a * np.uint32(0x27D4EB2D)
    return a ^ (a >> np.uint32(15))


def seed(params: Params, time: float) -> Whole:
    """The seed of a frame, one number as an array; the same for all of them when static."""
    base = mixed(np.array([params.whole("seed") & 0xFFFFFFFF], np.uint32))
    if params.flag("staticSeed"):
        return base
    return mixed(np.array([time], np.float32).view(np.uint32) ^ base)


def places(window: Window) -> tuple[Whole, Whole]:
    """The columns (1, w) and rows (h, 1) of a window."""
    x = np.arange(window.x1, window.x2, dtype=np.int64).astype(np.uint32)[None, :]
    y = np.arange(window.y1, window.y2, dtype=np.int64).astype(np.uint32)[:, None]
    return x, y


def whole_plane(start: Whole, x: Whole, y: Whole, channel: int) -> Whole:
    """A 32-bit number for each place, (h, w)."""
    return mixed(mixed(mixed(start ^ x) ^ y) ^ np.uint32(channel))


def random_plane(start: Whole, window: Window, channel: int) -> NDArray[np.float64]:
    """A number from 0 to 1 for each pixel of the window, (h, w)."""
    return whole_plane(start, *places(window), channel) / float(1 << 32)


def normal_plane(start: Whole, window: Window, channel: int) -> NDArray[np.float64]:
    """Normally distributed numbers, mean 0 and deviation 1, (h, w).

    Formula: G. Marsaglia's polar method, each pair drawn from the one before.
    """
    x, y = places(window)
    state = np.broadcast_to(start, (window.height, window.width)).astype(np.uint32)
    found = np.zeros(state.shape)
    open_ = np.ones(state.shape, bool)
    while open_.any():
        first = whole_plane(state, x, y, channel)
        state = whole_plane(first, x, y, channel)
        a, b = 2 * (first / float(1 << 32)) - 1, 2 * (state / float(1 << 32)) - 1
        square = a * a + b * b
        fits = open_ & (square > 0) & (square < 1)
        safe = np.where(fits, square, 0.5)
        found = np.where(fits, a * np.sqrt(-2 * np.log(safe) / safe), found)
        open_ &= ~fits
    return found

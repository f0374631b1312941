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


def random_plane(start: Whole, window: Window, channel: int) -> NDArray[np.float64]:
    """A number from 0 to 1 for each pixel of the window, (h, w)."""
    x = np.arange(window.x1, window.x2, dtype=np.int64).astype(np.uint32)[None, :]
    y = np.arange(window.y1, window.y2, dtype=np.int64).astype(np.uint32)[:, None]
    return mixed(mixed(mixed(start ^ x) ^ y) ^ np.uint32(channel)) / float(1 << 32)

"""The inner loops of CImgSmooth, compiled: a walk of a length of its own from every pixel.

A picture is (h, w, n) float32, `steps` (h, w, 3): how far each pixel's walk goes at a step along
x and y, and the walk's deviation.
"""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled, inlined
from ofx_helpers.engine.undefined import watched


@inlined
def _corners(x: Any, y: Any, w: int, h: int) -> Any:
    """The pixel at or before (x, y), the next one, kept inside, and how far between they lie."""
    x = min(max(x, np.float32(0)), np.float32(w - 1))
    y = min(max(y, np.float32(0)), np.float32(h - 1))
    left, low = int(x), int(y)
    dx, dy = np.float32(x - left), np.float32(y - low)
    right = left + 1 if dx > 0 else left
    up = low + 1 if dy > 0 else low
    return left, right, low, up, dx, dy


@inlined
def _between(values: Any, channel: int, x: float, y: float) -> Any:
    """The value at a place between pixels, bilinear."""
    left, right, low, up, dx, dy = _corners(x, y, values.shape[1], values.shape[0])
    a, b = values[low, left, channel], values[low, right, channel]
    c, d = values[up, left, channel], values[up, right, channel]
    return np.float32(a + (b - a + (a + d - c - b) * dy) * dx + (c - a) * dy)


@watched
@compiled
def walk(
    planes: Any, steps: Any, reach: float, width: float, step: float, way: int, even: bool, out: Any
) -> None:
    """Adds to `out` the mean of what each pixel's walk along `steps` meets.

    A walk's deviation is `reach` times that in `steps`, its length `width` deviations, in steps of
    `step`. `way`: 0 goes from pixel to pixel, 1 between them, 2 too with the direction of the
    middle of each step. `even` weighs all alike, else by a Gaussian.
    """
    h, w, channels = planes.shape
    half, weight = np.float32(0.5), np.float32(1)
    right_end, top_end = np.float32(w - 1), np.float32(h - 1)
    sums = np.zeros(channels, np.float32)
    for row in range(h):
        for column in range(w):
            deviation = np.float32(steps[row, column, 2] * reach)
            double_variance = np.float32(2) * deviation * deviation
            length = np.float32(width * deviation)
            sums[:] = 0
            total, gone = np.float32(0), np.float32(0)
            x, y = np.float32(column), np.float32(row)
            while gone < length and 0 <= x <= right_end and 0 <= y <= top_end:
                if not even:
                    weight = np.float32(np.exp(-gone * gone / double_variance))
                if way == 0:
                    i, j = int(y + half), int(x + half)
                    for channel in range(channels):
                        sums[channel] += weight * planes[i, j, channel]
                    u, v = steps[i, j, 0], steps[i, j, 1]
                else:
                    for channel in range(channels):
                        sums[channel] += weight * _between(planes, channel, x, y)
                    u, v = _between(steps, 0, x, y), _between(steps, 1, x, y)
                    if way == 2:
                        to_x, to_y = x + half * u, y + half * v
                        u, v = _between(steps, 0, to_x, to_y), _between(steps, 1, to_x, to_y)
                total += weight
                x, y, gone = np.float32(x + u), np.float32(y + v), np.float32(gone + step)
            for channel in range(channels):
                if total > 0:
                    out[row, column, channel] += sums[channel] / total
                else:
                    out[row, column, channel] += planes[row, column, channel]

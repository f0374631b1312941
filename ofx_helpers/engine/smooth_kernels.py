"""The inner loops of the recursive filters, compiled.

numba, because a recursion cannot be vectorised along its own axis: numpy needs one call for each
row and term (128 ms for 1280×720), these loops take a fifth of that, and they leave Python's lock
so that two frames run side by side. Rows are (n, m) float32, filtered along axis 0, with double
precision inside, since the poles of wide kernels lie close to 1.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.compiled import compiled
from ofx_helpers.engine.undefined import watched

Rows = NDArray[np.float32]


_BLOCK = 512  # columns at a time: the states of a recursion then stay in the first cache


@watched
@compiled
def two_sided(rows: Any, taps: Any, feedback: Any, nearest: bool, start: float, end: float) -> Any:
    """The sum of a forward and a backward second-order recursion over the same input.

    `taps`: the input's weights, two of the forward, then two of the backward recursion (which
    begins one row later). `start` and `end` are the two recursions' gains for a constant.
    """
    n, m = rows.shape
    out = np.empty_like(rows)
    x1, x2, y1, y2 = np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK)
    f1, f2 = feedback[0], feedback[1]
    for left in range(0, m, _BLOCK):
        width = min(_BLOCK, m - left)
        for i in range(width):
            first = rows[0, left + i] if nearest else 0.0
            x1[i] = first
            y1[i] = y2[i] = start * first
        for k in range(n):
            for i in range(width):
                x = rows[k, left + i]
                y = taps[0] * x + taps[1] * x1[i] + f1 * y1[i] + f2 * y2[i]
                x1[i], y2[i], y1[i] = x, y1[i], y
                out[k, left + i] = y
        for i in range(width):
            last = rows[n - 1, left + i] if nearest else 0.0
            x1[i] = x2[i] = last
            y1[i] = y2[i] = end * last
        for k in range(n - 1, -1, -1):
            for i in range(width):
                y = taps[2] * x1[i] + taps[3] * x2[i] + f1 * y1[i] + f2 * y2[i]
                x2[i], x1[i], y2[i], y1[i] = x1[i], rows[k, left + i], y1[i], y
                out[k, left + i] += y
    return out


@watched
@compiled
def there_and_back(rows: Any, feedback: Any, gain: float, boundary: Any, nearest: bool) -> Any:
    """A third-order recursion forward, then the same backward over its result.

    `gain` is one minus the sum of `feedback`; `boundary` starts the backward pass from the last
    three forward values.
    """
    n, m = rows.shape
    out = np.empty_like(rows)
    s1, s2, s3 = np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK)
    f1, f2, f3 = feedback[0], feedback[1], feedback[2]
    square = gain * gain
    for left in range(0, m, _BLOCK):
        width = min(_BLOCK, m - left)
        for i in range(width):
            first = rows[0, left + i] / gain if nearest else 0.0
            s1[i] = s2[i] = s3[i] = first
        for k in range(n):
            for i in range(width):
                y = rows[k, left + i] + f1 * s1[i] + f2 * s2[i] + f3 * s3[i]
                s3[i], s2[i], s1[i] = s2[i], s1[i], y
                out[k, left + i] = y
        for i in range(width):
            last = rows[n - 1, left + i] if nearest else 0.0
            # A constant input u rings on as u / gain forward and u / gain² backward.
            level, twice = last / gain, last / square
            a, b, c = s1[i] - level, s2[i] - level, s3[i] - level
            y = boundary[0, 0] * a + boundary[0, 1] * b + boundary[0, 2] * c + twice
            s1[i] = y * square
            y = boundary[1, 0] * a + boundary[1, 1] * b + boundary[1, 2] * c + twice
            s2[i] = y * square
            y = boundary[2, 0] * a + boundary[2, 1] * b + boundary[2, 2] * c + twice
            s3[i] = y * square
            out[n - 1, left + i] = s1[i]
        for k in range(n - 2, -1, -1):
            for i in range(width):
                y = out[k, left + i] * square + f1 * s1[i] + f2 * s2[i] + f3 * s3[i]
                s3[i], s2[i], s1[i] = s2[i], s1[i], y
                out[k, left + i] = y
    return out

"""Plasma's walk, compiled: a point may read what the same pass has written, so none is skipped."""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled
from ofx_helpers.engine.undefined import watched


@watched
@compiled
def walk(values: Any, noise: Any, step: int, strength: Any, left: int, low: int) -> None:
    """One pass over (h, w) float32 values: cells of `step` pixels, the first from (left, low).

    A cell's middle becomes the mean of four points around it, plus `noise` (h, w) times
    `strength`; those of the first pass (left = low = 0) are the cell's corners, one of them
    counted twice and one not, as in CImg. The picture goes on at its other side.
    """
    h, w = values.shape
    half = step >> 1
    quarter = np.float32(0.25)
    for y in range(low, h, step):
        bottom, middle_y, top = y % h, (y + half) % h, (y + step) % h
        for x in range(left, w, step):
            near, middle, far = x % w, (x + half) % w, (x + step) % w
            if left == 0 and low == 0:
                total = values[bottom, near] + values[top, near]
                total = total + values[top, near] + values[top, far]
            else:
                total = values[bottom, middle] + values[middle_y, near]
                total = total + values[top, middle] + values[middle_y, far]
            drawn = np.float64(strength) * noise[middle_y, middle]
            values[middle_y, middle] = np.float32(np.float64(quarter * total) + drawn)

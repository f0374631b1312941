"""Oilpaint's walk over the pixels, compiled: a histogram of every pixel's surroundings."""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled


@compiled
def commonest(levels: Any, reach: int, place: Any) -> None:
    """Writes to `place` (h, w, 2) the row and column whose level is found most often around.

    `levels` are 0 to 255, (h, w), their edges repeated; of levels as frequent, the one that
    was so first wins, row by row, and of its pixels the one that made it so.
    """
    h, w = levels.shape
    count = np.zeros(256, np.int64)
    for y in range(h):
        for x in range(w):
            count[:] = 0
            most = 0
            for v in range(y - reach, y + reach + 1):
                row = min(max(v, 0), h - 1)
                for u in range(x - reach, x + reach + 1):
                    column = min(max(u, 0), w - 1)
                    level = levels[row, column]
                    count[level] += 1
                    if count[level] > most:
                        most = count[level]
                        place[y, x, 0] = row
                        place[y, x, 1] = column

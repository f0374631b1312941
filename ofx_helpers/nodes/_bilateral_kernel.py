"""The bilateral grid's two walks over the pixels, compiled: 16 gathers a pixel in numpy else."""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled
from ofx_helpers.engine.undefined import watched


@watched
@compiled
def gather(values: Any, guide: Any, grid: Any, pads: Any, steps: Any, least: float) -> None:
    """Adds (h, w) values and their count to the nearest cells of (rows, columns, levels, 2).

    `pads` and `steps` (pixels or values a cell) are those of place and guide.
    """
    half = np.float32(0.5)
    h, w = values.shape
    for y in range(h):
        row = int(np.floor(np.float32(y) / steps[0] + half)) + pads[0]
        for x in range(w):
            column = int(np.floor(np.float32(x) / steps[0] + half)) + pads[0]
            level = int(np.floor((guide[y, x] - least) / steps[1] + half)) + pads[1]
            grid[row, column, level, 0] += values[y, x]
            grid[row, column, level, 1] += 1


@watched
@compiled
def spread(guide: Any, grid: Any, pads: Any, steps: Any, least: float, out: Any) -> None:
    """Writes the grid's mean value at every pixel's place and guide to `out`, (h, w)."""
    h, w = guide.shape
    for y in range(h):
        up = np.float32(y) / steps[0]
        row = int(up)
        dy = up - row
        row += pads[0]
        for x in range(w):
            right = np.float32(x) / steps[0]
            column = int(right)
            dx = right - column
            column += pads[0]
            level = (guide[y, x] - least) / steps[1]
            height = int(level)
            dz = level - height
            height += pads[1]
            total, count = 0.0, 0.0
            for corner in range(8):
                a, b, c = corner & 1, (corner >> 1) & 1, corner >> 2
                share = (dx if a else 1 - dx) * (dy if b else 1 - dy) * (dz if c else 1 - dz)
                if share != 0:
                    total += share * grid[row + b, column + a, height + c, 0]
                    count += share * grid[row + b, column + a, height + c, 1]
            out[y, x] = total / count

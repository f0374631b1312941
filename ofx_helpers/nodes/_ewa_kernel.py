"""ImageMagick's elliptical averages of a picture around places of it, compiled."""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled

LEVELS = 1024
"""Steps of the filter over the square of the distance."""


@compiled
def _place(at: int, size: int, mode: int) -> int:
    """The column or row shown beyond a side; -1 for the background.

    `mode`: 0 the edge, 1 tiles, 2 mirrored tiles, 3 the background.
    """
    if 0 <= at < size:
        return at
    if mode == 0:
        return 0 if at < 0 else size - 1
    if mode == 3:
        return -1
    tile, inside = at // size, at % size
    return size - 1 - inside if mode == 2 and tile & 1 else inside


@compiled
def _pixel(image: Any, x: int, y: int, modes: Any, solid: Any) -> Any:
    h, w = image.shape[:2]
    column, row = _place(x, w, modes[0]), _place(y, h, modes[1])
    checked = modes[2] and (x // w + y // h) & 1
    return solid if column < 0 or row < 0 or checked else image[row, column]


@compiled
def average(
    image: Any, x: Any, y: Any, wide: Any, high: Any, lut: Any, modes: Any, solid: Any, out: Any
) -> None:
    """Writes to `out` (h, w, 4) the image (rows, columns, 4) around each place x, y (h, w).

    Pixels lie on whole numbers; `wide` and `high` (h, w), at least 1, are the axes of the
    ellipse. `lut` (LEVELS) is a filter that ends at 2. `modes` say what is shown beyond the
    image's sides left and right, below and above (see `_place`), and whether every other tile
    is the background `solid`. Colours count by their alpha.
    """
    support = 2.0
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            u0, v0, su, sv = x[i, j], y[i, j], wide[i, j], high[i, j]
            share = LEVELS / (support * support)
            a, c = share / (su * su), share / (sv * sv)
            colour = np.zeros(3)
            alpha, whole, part = 0.0, 0.0, 0.0
            first = int(np.ceil(u0 - su * support))
            last = first + int(2 * su * support)
            for v in range(int(np.ceil(v0 - sv * support)), int(np.floor(v0 + sv * support)) + 1):
                for u in range(first, last + 1):
                    q = a * (u - u0) * (u - u0) + c * (v - v0) * (v - v0)
                    if q >= LEVELS:
                        continue
                    weight = lut[int(q)]
                    found = _pixel(image, u, v, modes, solid)
                    whole += weight
                    alpha += weight * found[3]
                    weight *= found[3]
                    part += weight
                    for k in range(3):
                        colour[k] += weight * found[k]
            if whole > 1e-12 and part > 1e-12:
                for k in range(3):
                    out[i, j, k] = colour[k] / part
                out[i, j, 3] = alpha / whole
                continue
            # Nothing to weigh: the four pixels around.
            left, low = int(np.floor(u0)), int(np.floor(v0))
            total = 0.0
            out[i, j] = 0
            for dy in range(2):
                for dx in range(2):
                    weight = abs(1 - dx - u0 + left) * abs(1 - dy - v0 + low)
                    found = _pixel(image, left + dx, low + dy, modes, solid)
                    total += weight * found[3]
                    for k in range(3):
                        out[i, j, k] += weight * found[3] * found[k]
            out[i, j, 3] = total
            for k in range(3):
                out[i, j, k] /= max(total, 1e-12)

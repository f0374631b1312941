"""What LensDistortion, IDistort and STMap share: sampling a source at computed places."""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context
from ofx_helpers.engine.resample import invert, warp

Grid = NDArray[np.float64]

STILL = np.array([1.0, 0.0, 0.0, 1.0]).reshape(1, 1, 4)
"""The steps of a place that moves with its pixel."""


def centres(window: Window) -> tuple[Grid, Grid]:
    """The pixel centres of a window: x (h, w) and y (h, w)."""
    rows = np.arange(window.y1, window.y2, dtype=np.float64)
    columns = np.arange(window.x1, window.x2, dtype=np.float64)
    x, y = np.meshgrid(columns + 0.5, rows + 0.5)
    return x, y


def sampled(
    context: Context,
    source: Frame,
    x: Grid,
    y: Grid,
    steps: Grid,
    bounds: Window | None = None,
) -> Pixels:
    """The source at (x, y), through the transforms above it, with the node's own filter.

    `bounds` is where there are samples: the region of the picture above when None.
    Below a transform openfx-misc reduces by that transform alone, not by the warp.
    """
    params, above = context.params, context.upstream()
    if not np.array_equal(above.matrix, np.eye(3)):
        x, y, steps = _through(invert(above.matrix), x, y)
    return warp(
        source,
        np.stack([x, y], axis=-1),
        steps,
        name=params.choice("filter"),
        clamp=params.flag("clamp"),
        black_outside=params.flag("black_outside"),
        bounds=above.region if bounds is None else bounds,
    )


def _through(m: Grid, x: Grid, y: Grid) -> tuple[Grid, Grid, Grid]:
    u = m[0, 0] * x + m[0, 1] * y + m[0, 2]
    v = m[1, 0] * x + m[1, 1] * y + m[1, 2]
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    w = np.where(w == 0, np.nan, w)
    rows = [(m[i, j] * w - p * m[2, j]) / (w * w) for i, p in ((0, u), (1, v)) for j in (0, 1)]
    return u / w, v / w, np.stack(rows, axis=-1)

"""The compiled loop of `resample.warp`: filtered values at given places of the source.

Apart from the matrices' loops, which would otherwise be compiled with it.
"""

import numpy as np

from ofx_helpers.engine.compiled import compiled
from ofx_helpers.engine.resample_kernels import reduced
from ofx_helpers.engine.undefined import watched


@watched
@compiled
def warp_rows(kind, clamp, black, src, x0, y0, bounds, places, steps, dst):  # type: ignore[no-untyped-def]
    """Fill `dst` (h, w, 4) from `src` at `places` (h, w, 2), reduced by `steps`.

    `steps` is (h, w, 4) or (1, 1, 4): what x and y change by for a step right and one up, as
    dx/dx, dx/dy, dy/dx, dy/dy. A place that is not a number is black.
    """
    scratch = np.zeros((7, 4), np.float64)
    indices = np.zeros((2, 4), np.int64)
    part = np.zeros(4, np.float64)
    out = np.zeros(4, np.float64)
    shared = steps.shape[0] == 1 and steps.shape[1] == 1
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            fx = places[y, x, 0]
            fy = places[y, x, 1]
            if np.isnan(fx) or np.isnan(fy):
                continue
            jac = steps[0, 0] if shared else steps[y, x]
            reduced(
                kind, clamp, black, src, x0, y0, bounds, fx, fy,
                jac, scratch, indices, part, out,
            )  # fmt: skip
            for c in range(4):
                dst[y, x, c] = out[c]

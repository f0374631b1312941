"""CImgGuided: smoothing that keeps edges.

Formula: K. He, J. Sun and X. Tang, "Guided image filtering" (ECCV 2010), the picture its own guide.
"""

import cv2
import numpy as np

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.nodes._filters import around

_LEAST = 0.01  # what the regularisation is never below


def _mean(values: Pixels, size: int) -> Pixels:
    found: Pixels = cv2.blur(values, (size, size), borderType=cv2.BORDER_REPLICATE)
    return found


def _guided(context: Context, pixels: Pixels) -> Pixels:
    params = context.params
    size = 1 + 2 * params.whole("radius")
    strength = np.float32(max(params.number("epsilon") ** 2, _LEAST))
    work: Pixels = np.ascontiguousarray(pixels)
    for _ in range(params.whole("iterations")):
        mean = _mean(work, size)
        variance = _mean(work * work, size) - mean * mean
        slope: Pixels = (variance / (variance + strength)).astype(np.float32)
        offset = mean - slope * mean
        work = _mean(slope, size) * work + _mean(offset, size)
    return work


def _reach(context: Context) -> tuple[int, int]:
    """Two means a step, one after the other."""
    reach = 2 * context.params.whole("radius") * context.params.whole("iterations")
    return reach, reach


def _seen(context: Context) -> tuple[int, int]:
    reach = _reach(context)[0] // 2
    return reach, reach


def _same(context: Context) -> Same | None:
    params = context.params
    idle = params.whole("iterations") <= 0 or params.whole("radius") <= 0
    return Same("Source") if idle else None


NODE = around("net.sf.cimg.CImgGuided", _guided, _reach, _same, _seen)

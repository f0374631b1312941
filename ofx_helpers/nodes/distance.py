"""Distance: how far each pixel is from the nearest black one, as a share of the picture's size."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._filters import processed, whole_picture

_METRICS = {
    "chebyshev": (cv2.DIST_C, 3),
    "manhattan": (cv2.DIST_L1, 3),
    "euclidean": (cv2.DIST_L2, cv2.DIST_MASK_PRECISE),
}
_FAR = 99_999_999  # pixels; for the Euclidean metric, their square
_NOWHERE = np.finfo(np.float32).max


def _from_black(lit: NDArray[np.bool_], metric: str) -> NDArray[np.float32]:
    """The distance in pixels to the channel's nearest that is not lit; shape (h, w, n) both.

    Without one in a channel it is far, and without one in any the largest number.
    """
    if lit.all():
        return np.full(lit.shape, _NOWHERE, np.float32)
    kind, mask = _METRICS[metric]
    found = np.full(lit.shape, _FAR**0.5 if metric == "euclidean" else _FAR, np.float32)
    for channel in np.flatnonzero(~lit.all((0, 1))):
        plane = lit[..., channel].astype(np.uint8)
        found[..., channel] = cv2.distanceTransform(plane, kind, mask)
    return found


def _distance(context: Context, pixels: Pixels) -> Pixels:
    params, format = context.params, context.input_format("Source")
    metric, size = params.choice("metric"), max(format.width, format.height)
    result, channels = pixels.copy(), processed(context)
    lit = pixels[..., channels] != 0
    found = _from_black(lit, metric)
    if params.flag("signed"):
        outside = _from_black(~lit, metric)
        found = np.where(found > 0, found - np.float32(0.5), np.float32(0.5) - outside)
    result[..., channels] = found / np.float32(size or max(lit.shape[:2]))
    return result


NODE = whole_picture("eu.cimg.Distance", _distance)

"""Equalize and HistEQ: values spread so that each level is as frequent as the others."""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._filters import processed, whole_picture
from ofx_helpers.nodes.color_transform import hsv_to_rgb, rgb_to_hsv

Plane = NDArray[np.float32]


def _equalized(values: Plane, levels: int, low: float, high: float) -> Plane:
    """Each value moved to the share of values that are not above it; others are left."""
    low, high = min(low, high), max(low, high)
    if levels <= 0 or low == high or not values.size:
        return values
    inside = values[(values >= low) & (values <= high)].astype(np.float64)
    bins = np.minimum(((inside - low) * levels / (high - low)).astype(np.int64), levels - 1)
    share = np.cumsum(np.bincount(bins, minlength=levels)) / max(1, len(inside))
    # In single precision where Natron is, since values often lie right between two levels.
    at = (values - np.float32(low)).astype(np.float64) * (levels - 1.0)
    at /= float(np.float32(high) - np.float32(low))
    # Towards 0, so that what lies less than a level below counts too.
    level = np.trunc(np.clip(at, -2, levels + 1)).astype(np.int64)
    known = (level >= 0) & (level < levels)
    spread = low + (high - low) * share[np.clip(level, 0, levels - 1)]
    return np.where(known, spread, values).astype(np.float32)


def _equalize(context: Context, pixels: Pixels) -> Pixels:
    params, channels = context.params, processed(context)
    result = pixels.copy()
    low, high = params.number("min_value"), params.number("max_value")
    # One histogram for all channels.
    result[..., channels] = _equalized(
        pixels[..., channels],
        params.whole("nb_levels"),
        float(np.float32(low)),
        float(np.float32(high)),
    )
    return result


def _histogram(context: Context, pixels: Pixels) -> Pixels:
    hsv = rgb_to_hsv(pixels[..., :3])
    value = hsv[..., 2]
    levels = context.params.whole("nb_levels")
    hsv[..., 2] = _equalized(value, levels, float(value.min()), float(value.max()))
    result = pixels.copy()
    result[..., :3] = hsv_to_rgb(hsv)
    return result


NODES = (
    whole_picture("net.sf.cimg.CImgEqualize", _equalize),
    whole_picture("net.sf.cimg.CImgHistEQ", _histogram),
)

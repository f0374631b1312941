"""SharpenShock: edges made steeper by shock filters.

Formula: L. Alvarez and L. Mazorra, "Signal and image restoration using shock filters and
anisotropic diffusion" (1994): each pixel moves against the sign of the curvature across the edge,
which the structure tensor finds. Where the curvature is 0 but for rounding, Natron's rounding
decides; such pixels may differ.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.engine.smooth import smooth
from ofx_helpers.nodes._filters import bordered, processed, whole_picture

Planes = NDArray[np.float32]

_PER_SIGMA = 2.4  # a filter's size for a deviation of 1


def _blurred(planes: Planes, sigma: float) -> Planes:
    """Any number of planes (h, w, n) smoothed by a Gaussian."""
    if sigma <= 0:
        return planes
    four = np.zeros((*planes.shape[:2], 4), np.float32)
    four[..., : planes.shape[-1]] = planes
    size = (sigma * _PER_SIGMA, sigma * _PER_SIGMA)
    return smooth(four, "gaussian", size, nearest=True)[..., : planes.shape[-1]]


def _neighbours(planes: Planes) -> dict[tuple[int, int], Planes]:
    """The planes moved so that each pixel sees its neighbour at (dx, dy)."""
    four = np.zeros((*planes.shape[:2], 4), np.float32)
    four[..., : planes.shape[-1]] = planes
    around = bordered(four, 1)[..., : planes.shape[-1]]
    h, w = planes.shape[:2]
    steps = (-1, 0, 1)
    return {(x, y): around[1 + y : 1 + y + h, 1 + x : 1 + x + w] for x in steps for y in steps}


def _directions(planes: Planes, sigma: float, edge: float) -> tuple[Planes, Planes, Planes]:
    """Across the edge: its direction u, v, and how much of an edge there is; (h, w, 1) each."""
    at = _neighbours(planes)
    across, up = (at[1, 0] - at[-1, 0]) / 2, (at[0, 1] - at[0, -1]) / 2
    tensor = np.stack(
        [(across * across).sum(-1), (across * up).sum(-1), (up * up).sum(-1)], -1
    ).astype(np.float32)
    tensor = _blurred(tensor, sigma)
    xx, xy, yy = (tensor[..., index].astype(np.float64) for index in range(3))
    total = xx + yy
    root = np.sqrt(np.maximum(total * total - 4 * (xx * yy - xy * xy), 0))
    small, large = (total - root) / 2, (total + root) / 2
    strength = 1 - (1 + np.maximum(small, 0) + np.maximum(large, 0)) ** (-edge / 2)
    length = np.hypot(large - xx, xy)
    there = length > 0
    u = np.where(there, xy / np.where(there, length, 1), 1)
    v = np.where(there, (large - xx) / np.where(there, length, 1), 0)
    return tuple(plane[..., None].astype(np.float32) for plane in (u, v, strength))  # type: ignore[return-value]


def _minmod(a: Planes, b: Planes) -> Planes:
    """The smaller step where both go the same way, else 0."""
    smaller: Planes = np.where(np.abs(a) < np.abs(b), a, b)
    return np.where(a * b > 0, smaller, np.float32(0))


def _step(planes: Planes, context: Context) -> Planes:
    params = context.params
    smoothed = _blurred(planes, params.number("alpha"))
    u, v, strength = _directions(smoothed, params.number("sigma"), params.number("edgeThreshold"))
    at = _neighbours(planes)
    here = planes
    curve_x, curve_y = at[1, 0] + at[-1, 0] - 2 * here, at[0, 1] + at[0, -1] - 2 * here
    twist = (at[1, 1] + at[-1, -1] - at[1, -1] - at[-1, 1]) / 4
    curvature = u * u * curve_x + v * v * curve_y + 2 * u * v * twist
    slope = u * _minmod(at[1, 0] - here, here - at[-1, 0])
    slope = slope + v * _minmod(at[0, 1] - here, here - at[0, -1])
    change = -strength * np.sign(curvature) * np.abs(slope)
    largest = np.abs(change).max()
    if largest == 0:
        return planes
    moved = planes + change * np.float32(params.number("amplitude") / largest)
    limited: Planes = np.clip(moved, planes.min(), planes.max()).astype(np.float32)
    return limited


def _sharpen(context: Context, pixels: Pixels) -> Pixels:
    channels = processed(context)
    planes = np.ascontiguousarray(pixels[..., channels])
    for _ in range(context.params.whole("iterations") if planes.size else 0):
        planes = _step(planes, context)
    result = pixels.copy()
    result[..., channels] = planes
    return result


def _same(context: Context) -> Same | None:
    params = context.params
    idle = params.whole("iterations") <= 0 or params.number("amplitude") == 0
    return Same("Source") if idle else None


NODE = whole_picture("net.sf.cimg.CImgSharpenShock", _sharpen, _same)

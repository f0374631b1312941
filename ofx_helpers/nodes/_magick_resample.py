"""ImageMagick's resampling: elliptical averages, shrinking by areas, cutting about the middle.

Facts from ImageMagick 6 (resample.c, resize.c): the filter is Robidoux's cubic over a table, an
ellipse is at least a circle of one pixel.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.nodes._magick import Grid, solid_colour

Image = NDArray[np.floating]

_TINY = 1e-12
_B = 0.37821575509399867
_C = (1 - _B) / 2
"""Robidoux's cubic: N. Robidoux, "Cylindrical resampling filters" (2011), which keeps lines."""

_SIDES = {
    "Undefined": (0, 0), "Edge": (0, 0), "Tile": (1, 1), "CheckerTile": (1, 1), "Mirror": (2, 2),
    "HorizontalTile": (1, 3), "VerticalTile": (3, 1), "HorizontalTileEdge": (1, 0),
    "VerticalTileEdge": (0, 1),
}  # fmt: skip


def _cubic(x: NDArray[np.float64], b: float, c: float) -> NDArray[np.float64]:
    """A cubic filter at distances x, not negative; 0 from 2 on.

    Formula: D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics" (1988).
    """
    near = ((12 - 9 * b - 6 * c) * x**3 + (12 * b + 6 * c - 18) * x**2 + 6 - 2 * b) / 6
    far = -(b + 6 * c) * x**3 + (6 * b + 30 * c) * x**2 - (12 * b + 48 * c) * x
    far = (far + 8 * b + 24 * c) / 6
    weights: NDArray[np.float64] = np.where(x < 1, near, np.where(x < 2, far, 0))
    return weights


def resampled(image: Image, x: Grid, y: Grid, wide: Grid, high: Grid, beyond: str) -> Grid:
    """The image at (x, y), whose pixels lie on whole numbers, averaged over `wide` and `high`."""
    from ofx_helpers.nodes._ewa_kernel import LEVELS, average

    grey, alpha = solid_colour(beyond, (0.0, 0.0))
    checked = beyond == "CheckerTile"
    made = np.empty((*x.shape, 4))
    average(
        np.ascontiguousarray(image, np.float64),
        x,
        y,
        np.maximum(np.abs(wide), 1),
        np.maximum(np.abs(high), 1),
        _cubic(np.sqrt(np.arange(LEVELS) / LEVELS) * 2, _B, _C),
        (*_SIDES.get(beyond, (3, 3)), checked),
        np.array((grey, grey, grey, alpha)),
        made,
    )
    return made


def _areas(size: int, wanted: int) -> NDArray[np.float64]:
    """(wanted, size): how much of each old pixel lies in each new one; rows sum to 1."""
    edges = np.arange(wanted + 1) * size / wanted
    low = np.maximum(edges[:-1, None], np.arange(size))
    high = np.minimum(edges[1:, None], np.arange(1, size + 1))
    shares: NDArray[np.float64] = np.maximum(high - low, 0) * wanted / size
    return shares


def _shares(size: int, wanted: int) -> NDArray[np.float64]:
    """(wanted, size): the weights of a Mitchell filter; rows sum to 1."""
    factor = wanted / size
    wide = max(1 / factor, 1.0)
    middle = (np.arange(wanted) + 0.5)[:, None] / factor + _TINY
    far = np.abs(np.arange(size) - middle + 0.5) / wide
    start = np.maximum(middle - 2 * wide + 0.5, 0).astype(int)
    stop = np.minimum(middle + 2 * wide + 0.5, size).astype(int)
    inside = (np.arange(size) >= start) & (np.arange(size) < stop)
    weights = np.where(inside, _cubic(far, 1 / 3, 1 / 3), 0)
    found: NDArray[np.float64] = weights / weights.sum(1, keepdims=True)
    return found


def resized(image: Image, width: int, height: int) -> Grid:
    """The image by a Mitchell filter; colours count by their alpha."""
    weighed: Grid = image.astype(np.float64)
    weighed[..., :3] *= weighed[..., 3:]
    weighed = np.einsum("ab,bcd->acd", _shares(image.shape[0], height), weighed)
    weighed = np.einsum("ab,cbd->cad", _shares(image.shape[1], width), weighed)
    return _divided(weighed)


def _divided(weighed: Grid) -> Grid:
    alpha = weighed[..., 3:]
    weighed[..., :3] /= np.where(np.abs(alpha) < _TINY, 1, alpha)
    return weighed


def scaled(image: Image, width: int, height: int) -> Grid:
    """The image made smaller by whole areas; colours count by their alpha."""
    weighed: Grid = image.astype(np.float64)
    weighed[..., :3] *= weighed[..., 3:]
    weighed = np.einsum("ab,bcd->acd", _areas(image.shape[0], height), weighed)
    weighed = np.einsum("ab,cbd->cad", _areas(image.shape[1], width), weighed)
    return _divided(weighed)


def centred(image: Image, width: int, height: int) -> Grid:
    """The middle of the image, transparent where it is smaller."""
    made = np.zeros((height, width, 4))
    parts = []
    for size, wanted in ((image.shape[0], height), (image.shape[1], width)):
        start = size // 2 - wanted // 2
        parts.append((slice(max(start, 0), start + wanted), max(-start, 0)))
    (rows, low), (columns, left) = parts
    part = image[rows, columns]
    made[low : low + part.shape[0], left : left + part.shape[1]] = part
    return made

"""ImageMagick's blur and other weighted sums, in which transparent pixels' colours do not count.

Facts from ImageMagick 6 (morphology.c, gem.c): a Gaussian is summed from thirds of pixels, and is
as wide as 32 bits see it, which Natron's official builds have.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.floating]
_TINY = 1e-12
_THIRDS = 3
_STEP = 1 / (2**32 - 1)  # a kernel ends where it is less than this of the whole


def reach(radius: float, sigma: float) -> int:
    """How many pixels a kernel takes on each side."""
    if radius > _TINY:
        return ceil(radius)
    if abs(sigma) <= _TINY:
        return 1
    steps = 2
    while True:
        bell = np.exp(-(np.arange(-steps, steps + 1.0) ** 2) / (2 * sigma * sigma))
        if bell[0] / bell.sum() < _STEP:
            return steps - 1
        steps += 1


def gaussian(radius: float, sigma: float) -> NDArray[np.float64]:
    """The weights of a blur along one direction; their sum is 1."""
    size = 2 * (int(radius) if radius >= 1 else reach(radius, sigma)) + 1
    if sigma <= _TINY:
        unchanged: NDArray[np.float64] = np.eye(1, size, size // 2)[0]
        return unchanged
    fine = np.arange(size * _THIRDS) - (size * _THIRDS - 1) // 2
    bell = np.exp(-(fine**2.0) / (2 * (sigma * _THIRDS) ** 2))
    bell = bell.reshape(size, _THIRDS).sum(1)
    weights: NDArray[np.float64] = bell / bell.sum()
    return weights


def summed(image: Image, kernel: NDArray[np.float64]) -> NDArray[np.float32]:
    """The (h, w, 4) picture, its edges repeated, under a kernel (rows, columns), both odd.

    Colours count by their alpha; their sum is divided by alpha's, however small.
    """
    height, width = image.shape[:2]
    rows, columns = (size // 2 for size in kernel.shape)
    wide = np.pad(image.astype(np.float64), ((rows, rows), (columns, columns), (0, 0)), "edge")
    colours = np.zeros((height, width, 3))
    weight, clear = np.zeros((height, width)), np.zeros((height, width))
    for (row, column), share in np.ndenumerate(kernel):
        part = wide[row : row + height, column : column + width]
        alpha = part[..., 3] * share
        weight += alpha
        colours += alpha[..., None] * part[..., :3]
        clear += (1 - part[..., 3]) * share
    divisor = np.where(np.abs(weight) < _TINY, np.where(weight < 0, -_TINY, _TINY), weight)
    made = np.concatenate([colours / divisor[..., None], (1 - clear)[..., None]], axis=-1)
    return made.astype(np.float32)


def blur(image: Image, radius: float, sigma: float) -> NDArray[np.float32]:
    """A Gaussian blur along x, then y."""
    weights = gaussian(radius, sigma)
    return summed(summed(image, weights[None]), weights[:, None])

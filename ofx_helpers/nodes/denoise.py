"""CImgDenoise: means of near pixels whose surroundings look alike.

Formula: A. Buades, B. Coll and J.-M. Morel, "A non-local algorithm for image denoising" (2005),
with a weight for the distance too; the fast form takes a weight of 1 up to a distance of 3.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.engine.smooth import margin, smooth
from ofx_helpers.nodes._filters import around, processed

Planes = NDArray[np.float32]

_PER_SIGMA = 2.4  # a smoothing filter's size for a deviation of 1
_FAR = 3  # the squared distance up to which the fast form counts a pixel


def _extent(length: int) -> tuple[int, int]:
    """How many pixels of so many lie before and behind the one in the middle."""
    return length - length // 2 - 1, length // 2


def _steps(lookup: int) -> Iterator[tuple[int, int]]:
    before, behind = _extent(lookup)
    for y in range(-before, behind + 1):
        for x in range(-before, behind + 1):
            yield x, y


def _overlap(length: int, step: int) -> tuple[slice, slice]:
    """The places whose neighbour `step` away is in the picture, and these neighbours."""
    start, end = max(0, -step), min(length, length - step)
    return slice(start, max(start, end)), slice(start + step, max(start, end) + step)


def _unlikeness(guide: Planes, x: int, y: int, patch: int) -> Planes:
    """How much the surroundings of each pixel differ from those (x, y) away, squared, (h, w)."""
    before, _ = _extent(patch)
    border = patch + max(abs(x), abs(y))
    wide = cv2.copyMakeBorder(guide, *(border,) * 4, cv2.BORDER_REPLICATE)
    h, w = guide.shape[:2]

    def part(dx: int, dy: int) -> Planes:
        top, left = border + dy - before, border + dx - before
        cut = wide[top : top + h + patch - 1, left : left + w + patch - 1]
        return np.reshape(cut, (*cut.shape[:2], -1))

    apart = ((part(0, 0) - part(x, y)) ** 2).sum(-1)
    sums = cv2.boxFilter(
        apart, -1, (patch, patch), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    found: Planes = sums[:h, :w]
    return found


def _mean(planes: Planes, guide: Planes, context: Context) -> Planes:
    params = context.params
    sigma_s, sigma_r = params.number("sigma_s"), params.number("sigma_r")
    patch, fast = params.whole("psize"), params.flag("is_fast_approximation")
    norm = patch * patch * planes.shape[-1] * sigma_r * sigma_r
    h, w = planes.shape[:2]
    total, weights = np.zeros_like(planes), np.zeros((h, w, 1), np.float32)
    heaviest = np.zeros((h, w, 1), np.float32)
    for x, y in _steps(params.whole("lsize")):
        if not fast and x == y == 0:
            continue
        (rows, from_rows), (columns, from_columns) = _overlap(h, y), _overlap(w, x)
        distance = _unlikeness(guide, x, y, patch) / np.float32(norm)
        distance = distance[rows, columns] + np.float32((x * x + y * y) / sigma_s**2)
        if fast:
            step = np.abs(guide[rows, columns, 0] - guide[from_rows, from_columns, 0])
            weight = ((distance <= _FAR) & (step < 3 * sigma_r)).astype(np.float32)[..., None]
        else:
            weight = np.exp(-distance)[..., None]
            np.maximum(heaviest[rows, columns], weight, out=heaviest[rows, columns])
        weights[rows, columns] += weight
        total[rows, columns] += weight * planes[from_rows, from_columns]
    if not fast:
        weights += heaviest  # the pixel itself counts as much as its best neighbour
        total += heaviest * planes
    mean: Planes = np.where(weights > 0, total / np.where(weights > 0, weights, 1), planes)
    return mean


def _denoise(context: Context, pixels: Pixels) -> Pixels:
    channels = processed(context)
    planes = np.ascontiguousarray(pixels[..., channels])
    if not planes.size:
        return pixels
    guide, smoothness = planes, context.params.number("smoothness")
    if smoothness > 0:
        four = np.zeros_like(pixels)
        four[..., : len(channels)] = planes
        size = smoothness * _PER_SIGMA
        blurred = smooth(four, "gaussian", (size, size), nearest=True)
        guide = np.ascontiguousarray(blurred[..., : len(channels)])
    result = pixels.copy()
    result[..., channels] = _mean(planes, guide, context)
    return result


def _reach(context: Context) -> tuple[int, int]:
    params = context.params
    blurred = margin("gaussian", params.number("smoothness") * _PER_SIGMA)
    reach = params.whole("psize") + params.whole("lsize") + blurred
    return reach, reach


def _same(context: Context) -> Same | None:
    params = context.params
    deviations = min(params.number("sigma_s"), params.number("sigma_r"))
    sizes = min(params.whole("psize"), params.whole("lsize"))
    return Same("Source") if deviations <= 0 or sizes <= 0 else None


NODE = around("net.sf.cimg.CImgDenoise", _denoise, _reach, _same)

"""Smoothing filters that derive the picture along one or both axes, once or twice.

Formulas: R. Deriche, "Recursively implementing the Gaussian and its derivatives" (INRIA RR-1893);
I. T. Young, L. J. van Vliet and M. van Ginkel, "Recursive Gabor filtering" (2002); differences of
neighbours after box, triangle and quadratic filters. Where a recursion turns at the end of a row,
what Natron's filter library does is kept, its slips included.

All work on float32 (h, w, 4) and return a new array. Outside the array the picture is black, or
with `nearest` the closest pixel.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.smooth import smooth, van_vliet_terms

Plane = NDArray[np.float64]
_NARROW = 0.5  # below this deviation the recursive Gaussian is Deriche's


def derived(
    pixels: Pixels,
    kind: str,
    size: tuple[float, float],
    orders: tuple[int, int],
    *,
    nearest: bool,
) -> Pixels:
    """As `smooth`, and derived `orders` times (0 to 2) along x and y, in units of a pixel."""
    turned = _along(cv2.transpose(pixels), kind, size[0], orders[0], nearest)
    return _along(cv2.transpose(turned), kind, size[1], orders[1], nearest)


def _along(rows: Pixels, kind: str, size: float, order: int, nearest: bool) -> Pixels:
    """Along axis 0."""
    if order == 0:
        return smooth(rows, kind, (0.0, size), nearest=nearest)
    if kind not in ("gaussian", "quasigaussian"):
        return _differences(smooth(rows, kind, (0.0, size), nearest=nearest), order, nearest)
    sigma = float(max(np.float32(size / 2.4), np.float32(0.1)))
    if kind == "quasigaussian" or sigma < _NARROW:
        return _deriche(rows, sigma, order, nearest)
    return _van_vliet(rows, sigma, order, nearest)


def _differences(rows: Pixels, order: int, nearest: bool) -> Pixels:
    around = _bordered(rows, nearest)
    before, here, after = around[:-2], around[1:-1], around[2:]
    if order == 1:
        halved: Pixels = (after - before) / np.float32(2)
        return halved
    curved: Pixels = after - 2 * here + before
    return curved


def _bordered(rows: NDArray[np.float32], nearest: bool) -> NDArray[np.float32]:
    first, last = rows[:1], rows[-1:]
    if not nearest:
        first, last = np.zeros_like(first), np.zeros_like(last)
    return np.concatenate([first, rows, last])


def _deriche(pixels: Pixels, sigma: float, order: int, nearest: bool) -> Pixels:
    from ofx_helpers.engine.smooth_kernels import two_sided

    # Step by step as in Natron's library: what is flat is so but for this rounding.
    alpha = float(np.float32(1.695)) / sigma
    e = math.exp(-alpha)
    if order == 1:
        weight = -(1 - e) * (1 - e) * (1 - e) / (2 * (e + 1) * e) * e
        taps = np.array([0.0, weight, -weight, 0.0])
    else:
        k = (1 - e * e) / (2 * alpha * e)
        weight = 2 * (1 - e) ** 3 / (1 + e) ** 3
        taps = weight * np.array([1, -(1 + k * alpha) * e, (1 - k * alpha) * e, -e * e])
    feedback = np.array([2 * e, -e * e])
    gain = 1 - 2 * e + e * e
    rows = np.ascontiguousarray(pixels, np.float64).reshape(pixels.shape[0], -1)
    start, end = (taps[:2].sum() / gain, taps[2:].sum() / gain) if nearest else (0.0, 0.0)
    result: Plane = two_sided(rows, taps, feedback, nearest, start, end)
    return np.reshape(result, pixels.shape).astype(np.float32)


def _van_vliet(pixels: Pixels, sigma: float, order: int, nearest: bool) -> Pixels:
    """Differences, smoothed there and back; 0 at the beginning."""
    feedback, gain, boundary = van_vliet_terms(sigma)
    rows = pixels.astype(np.float64)
    count, square = len(rows), gain * gain
    start = rows[0] if nearest else np.zeros_like(rows[0])
    # The recursion knows the first row by what lies before it.
    known = np.concatenate([start[None], start[None], rows[1:]])
    out = np.zeros_like(rows)
    if order == 1:
        out[:-1] = (known[2:] - known[:-2]) / 2
    else:
        out[:-1] = known[1:-1] - known[:-2]
    states = [np.zeros_like(out[0])] * 3

    def step(value: Plane) -> Plane:
        for weight, state in zip(feedback, states, strict=True):
            value = value + weight * state
        states[:] = [value, *states[:2]]
        return value

    for index in range(count - 1):
        out[index] = step(out[index]).astype(np.float32)
    states[:] = [
        sum(weight * state for weight, state in zip(row, states, strict=True)) * square
        for row in boundary
    ]
    back = out.copy()
    if order == 2 and count > 2:
        # The way back takes differences too; the first two still mix in the picture itself.
        back[:-1] = out[1:] - out[:-1]
        back[-2] = rows[-2] - rows[-1]
        back[-3] = rows[-1] - out[-3]
    back[-1] = states[0]
    for index in range(count - 2, 0, -1):
        back[index] = step(back[index] * square)
    back[0] = 0
    slopes: Pixels = back.astype(np.float32)
    return slopes

"""Smoothing filters along both axes: recursive Gaussians, and box, triangle and quadratic.

Formulas: R. Deriche, "Recursively implementing the Gaussian and its derivatives" (INRIA RR-1893,
the zero-order smoothing filter, alpha = 1.695 / sigma); I. T. Young, L. J. van Vliet and
M. van Ginkel, "Recursive Gabor filtering" (2002); B. Triggs and M. Sdika, "Boundary conditions
for Young-van Vliet recursive filtering" (2006) for where the backward pass begins.

All work on float32 (h, w, 4) and return a new array. Outside the array the picture is black, or
with `nearest` the closest pixel.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.undefined import looked_through

Along = Callable[[Pixels], Pixels]
"""Filters the columns of an array: along axis 0."""

FILTERS = ("quasigaussian", "gaussian", "box", "triangle", "quadratic")
_PASSES = {"box": 1, "triangle": 2, "quadratic": 3}


def smooth(pixels: Pixels, kind: str, size: tuple[float, float], *, nearest: bool) -> Pixels:
    """`pixels` smoothed by filter `kind` (of `FILTERS`), `size` in pixels along x and y.

    `size` is the diameter of the kernel; a Gaussian's standard deviation is size / 2.4.
    """
    if kind in _PASSES:
        return _boxes(pixels, size, _PASSES[kind], nearest)
    sigma_x, sigma_y = (np.float32(length / 2.4) for length in size)
    make = _deriche if kind == "quasigaussian" else _van_vliet
    across, along = make(float(sigma_x), nearest), make(float(sigma_y), nearest)
    if across is not None:
        # Rows become columns: the recursion then runs over whole rows, which vectorises.
        turned = cv2.transpose(pixels)
        pixels = cv2.transpose(across(turned))
    return along(pixels) if along is not None else pixels.copy()


def margin(kind: str, size: float) -> int:
    """How many pixels beyond the window matter, along one axis, to less than 1e-5."""
    if kind in _PASSES:
        return _PASSES[kind] * (max(0, math.floor((size - 1) / 2)) + 1) if size > 1 else 0
    # A recursive Gaussian's tail falls as exp(−1.695 n / sigma).
    return max(3, math.ceil(3.4 * size)) if size >= 0.24 else 0


def spread(kind: str, size: float) -> int:
    """How many pixels Natron lets the filter widen the picture on each side."""
    if kind in _PASSES:
        return _PASSES[kind] * math.ceil((size - 1) / 2) if size > 1 else 0
    return max(3, math.ceil(size * 1.5))


def _boxes(pixels: Pixels, size: tuple[float, float], passes: int, nearest: bool) -> Pixels:
    border = cv2.BORDER_REPLICATE if nearest else cv2.BORDER_CONSTANT
    result = pixels
    # Each axis with all its passes: black beyond the edge again before each of them.
    for x, y in ((size[0], 1.0), (1.0, size[1])):
        if x <= 1 and y <= 1:
            continue
        for _ in range(passes):
            result = _box(result, np.float32(max(x, y)), x > y, border)
    return result if result is not pixels else pixels.copy()


def _box(pixels: Pixels, size: np.float32, horizontal: bool, border: int) -> Pixels:
    """One box of any real size: whole pixels inside, a share of the two at its ends."""
    inner = 2 * (int(size - 1) // 2) + 1
    share = (float(size) - inner) / 2

    def total(length: int) -> Pixels:
        shape = (length, 1) if horizontal else (1, length)
        summed: Pixels = cv2.boxFilter(pixels, -1, shape, normalize=False, borderType=border)
        return summed

    sums = total(inner)
    if share > 0:
        sums = cv2.addWeighted(sums, 1 - share, total(inner + 2), share, 0)
    return looked_through(np.multiply(sums, np.float32(1 / float(size)), out=sums))


def _deriche(sigma: float, nearest: bool) -> Along | None:
    if sigma < 0.1:
        return None
    alpha = 1.695 / sigma
    e = math.exp(-alpha)
    k = (1 - e) ** 2 / (1 + 2 * alpha * e - e * e)
    ahead = (k, k * (alpha - 1) * e)
    back = (k * (alpha + 1) * e, -k * e * e)
    feedback = np.array([2 * e, -e * e])
    gain = 1 - feedback.sum()

    def along(pixels: Pixels) -> Pixels:
        from ofx_helpers.engine.smooth_kernels import two_sided

        rows = np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1)
        start = sum(ahead) / gain if nearest else 0.0
        end = sum(back) / gain if nearest else 0.0
        result: Pixels = two_sided(rows, np.array(ahead + back), feedback, nearest, start, end)
        return np.reshape(result, pixels.shape)

    return along


def _van_vliet(sigma: float, nearest: bool) -> Along | None:
    if sigma < 0.5:
        # The approximation fails for narrow kernels.
        return _deriche(sigma, nearest)
    feedback, gain, boundary = van_vliet_terms(sigma)

    def along(pixels: Pixels) -> Pixels:
        from ofx_helpers.engine.smooth_kernels import there_and_back

        rows = np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1)
        result: Pixels = there_and_back(rows, feedback, gain, boundary, nearest)
        return np.reshape(result, pixels.shape)

    return along


def van_vliet_terms(
    sigma: float,
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """The recursion's three weights, its gain, and the matrix with which the way back begins."""
    m0, m1, m2 = 1.16680, 1.10783, 1.40586
    if sigma < 3.556:
        q = -0.2568 + 0.5784 * sigma + 0.0561 * sigma * sigma
    else:
        q = 2.5091 + 0.9804 * (sigma - 3.556)
    squares = m1 * m1 + m2 * m2
    scale = (m0 + q) * (squares + 2 * m1 * q + q * q)
    feedback = np.array(
        [
            q * (2 * m0 * m1 + squares + (2 * m0 + 4 * m1) * q + 3 * q * q) / scale,
            -q * q * (m0 + 2 * m1 + 3 * q) / scale,
            q**3 / scale,
        ]
    )
    gain = m0 * squares / scale
    return feedback, gain, _beyond_the_end(feedback)


def _beyond_the_end(feedback: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 3×3 matrix from the last three forward values to the first three backward ones.

    Found by letting the forward filter ring out beyond the end, once for each unit state, and
    running the backward filter over what it leaves: what Triggs and Sdika solve in closed form.
    Column j is the answer to a state of 1 at the end − j; row i is the value at the end + i.
    """
    slowest = float(np.abs(np.roots([1.0, *-feedback])).max())
    length = min(100_000, math.ceil(math.log(1e-14) / math.log(slowest))) + 8
    matrix = np.zeros((3, 3))
    for column in range(3):
        state = np.zeros(3)
        state[column] = 1.0
        forward = [state[0]]
        for _ in range(length):
            value = float(feedback @ state)
            state = np.array([value, state[0], state[1]])
            forward.append(value)
        state = np.zeros(3)
        for value in reversed(forward):
            state = np.array([value + float(feedback @ state), state[0], state[1]])
        matrix[:, column] = state
    return matrix

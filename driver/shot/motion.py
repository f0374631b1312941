"""Motions of the plane as 3×3 matrices: fitted to points, measured, smoothed.

Coordinates are pixels, top-down, pixel i covering [i, i + 1). OpenCV counts from the first pixel's
centre instead; `to_cv` is the only bridge.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.flow import apply, fit_motion

Array = NDArray[np.float64]
Points = NDArray[np.floating]


@dataclass(frozen=True)
class Fit:
    """A fitted motion, and which of the points agree with it."""

    matrix: Array
    inliers: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """Share of the points that agree, 0 to 1."""
        return float(self.inliers.mean()) if self.inliers.size else 0.0


def translation(x: float, y: float) -> Array:
    """The motion by (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def scaling(factor: float) -> Array:
    """The scaling about the origin."""
    return np.diag([factor, factor, 1.0])


def to_cv(matrix: Array) -> Array:
    """The same motion in OpenCV's coordinates, where pixel 0's centre is the origin."""
    return np.asarray(translation(-0.5, -0.5) @ matrix @ translation(0.5, 0.5))


def residuals(matrix: Array, source: Points, target: Points) -> Array:
    """Distance in pixels from each moved source point (n, 2) to its target."""
    return np.asarray(np.linalg.norm(apply(matrix, source) - target, axis=1))


def similarity(source: Points, target: Points) -> Array:
    """The least-squares similarity from points to points (n, 2), in closed form.

    S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    IEEE PAMI 13(4), 1991; in the plane a complex number stands for scale and rotation.
    """
    a = np.asarray(source, np.float64)
    b = np.asarray(target, np.float64)
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    za, zb = (a - mean_a) @ (1, 1j), (b - mean_b) @ (1, 1j)
    spread = float((za * za.conj()).real.sum())
    turn = complex((zb * za.conj()).sum() / spread) if spread > 0 else 1 + 0j
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = mean_b - linear @ mean_a
    return matrix


def fit_similarity(source: Points, target: Points, tolerance: float) -> Fit | None:
    """The similarity that most points (n, 2) agree with within `tolerance` pixels (RANSAC)."""
    matrix = _ransac(source, target, "similarity", tolerance)
    if matrix is None:
        return None
    # Two closed-form rounds over all that agree settle the last hundredths of a pixel.
    for _ in range(2):
        inliers = residuals(matrix, source, target) <= tolerance
        if inliers.sum() < 3:
            return None
        matrix = similarity(source[inliers], target[inliers])
    return Fit(matrix, residuals(matrix, source, target) <= tolerance)


def fit_homography(source: Points, target: Points, tolerance: float) -> Fit | None:
    """The homography that most points (n, 2) agree with within `tolerance` pixels (RANSAC)."""
    matrix = _ransac(source, target, "homography", tolerance)
    if matrix is None or abs(matrix[2, 2]) < 1e-9:
        return None
    matrix = np.asarray(matrix / matrix[2, 2])
    return Fit(matrix, residuals(matrix, source, target) <= tolerance)


def _ransac(
    source: Points, target: Points, kind: Literal["similarity", "homography"], tolerance: float
) -> Array | None:
    # Twice as many points as determine the motion: fewer always agree.
    if len(source) < {"similarity": 4, "homography": 8}[kind]:
        return None
    try:
        return fit_motion(source, target, kind, tolerance).matrix
    except ModelError:
        return None


def corners(size: tuple[float, float]) -> Array:
    """The four corners (4, 2) of a (width, height) picture."""
    width, height = size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def displacement(matrix: Array, size: tuple[float, float]) -> float:
    """How far the motion moves the farthest corner of a (width, height) picture, in pixels."""
    return float(residuals(matrix, corners(size), corners(size)).max())


def decompose(matrix: Array, centre: tuple[float, float]) -> tuple[float, float, float, float]:
    """A similarity as (x, y, scale, degrees): where `centre` goes; counter-clockwise on screen."""
    x, y = apply(matrix, np.array([centre]))[0]
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    return float(x), float(y), scale, math.degrees(math.atan2(-matrix[1, 0], matrix[0, 0]))


def smooth(times: Points, values: Array, window: int) -> Array:
    """Each row of values (n, k) replaced by a quadratic through its neighbours, taken at its time.

    Least squares over the rows within `window` frames centred on it (A. Savitzky and M. Golay,
    "Smoothing and Differentiation of Data", Anal. Chem. 36(8), 1964, for uneven times): motion with
    constant acceleration passes unchanged. Windows with fewer than four rows change nothing.
    """
    smoothed = np.array(values, np.float64)
    for index, time in enumerate(times):
        near = np.abs(times - time) <= window // 2
        if near.sum() < 4:
            continue
        offsets = np.asarray(times[near] - time, np.float64)
        basis = np.stack([np.ones_like(offsets), offsets, offsets**2], axis=1)
        # Differences from the middle row: values at rest come back without a rounding error.
        rest = values[near] - values[index]
        smoothed[index] += np.linalg.lstsq(basis, rest, rcond=None)[0][0]
    return smoothed


def blend(a: Array, b: Array, share: float) -> Array:
    """The motion `share` of the way from a to b, entry by entry: for small differences."""
    mixed = a / a[2, 2] * (1 - share) + b / b[2, 2] * share
    return np.asarray(mixed)

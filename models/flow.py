"""Dense optical flow, and motions fitted robustly to points. OpenCV only.

A flow from a to b is (h, w, 2) float32 in pixels, x then y (right and down): the point at (x, y)
in a is at (x + flow[y, x, 0], y + flow[y, x, 1]) in b. Pixel indices are used as coordinates; a
displacement is the same in any convention.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.errors import ModelError

Flow = npt.NDArray[np.float32]
Preset = Literal["ultrafast", "fast", "medium"]
Matrix = npt.NDArray[np.float64]

_LEAST_POINTS = {"similarity": 2, "homography": 4}


@dataclass(frozen=True, kw_only=True)
class Motion:
    """A motion fitted to points.

    `matrix` is 3×3, row-major, maps (x, y, 1) of a to b. `error` is the median distance in pixels
    of the inliers from where it puts them, `inliers` the part of all points (0..1) that agree.
    """

    matrix: Matrix
    error: float
    inliers: float


def flow(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], preset: Preset = "medium") -> Flow:
    """Flow from a to b by DIS (Kroeger, Timofte, Dai and Van Gool 2016), (h, w, 2) float32.

    Both are uint8, top-down, RGB (h, w, 3) or grey (h, w), of one size. `preset` trades accuracy
    for time: "medium", "fast", "ultrafast". ModelError where the sizes differ.
    """
    import cv2

    if a.shape[:2] != b.shape[:2]:
        raise ModelError(
            f"flow: the two pictures must have one size, these are {a.shape} and {b.shape}"
        )
    presets = {
        "ultrafast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
        "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
        "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
    }
    # DIS refuses pictures smaller than its coarsest level; they are repeated at the edge.
    height, width = a.shape[:2]
    grey_a, grey_b = (_at_least(_grey(image), 32) for image in (a, b))
    result: Flow = cv2.DISOpticalFlow.create(presets[preset]).calc(grey_a, grey_b, None)
    return result[:height, :width]


def fit_motion(
    points_a: npt.NDArray[np.floating],
    points_b: npt.NDArray[np.floating],
    kind: Literal["similarity", "homography"] = "similarity",
    tolerance: float = 1.0,
) -> Motion:
    """The similarity or homography that takes most points of a to those of b, by RANSAC.

    Points are (n, 2), x then y in pixels. A point agrees when it lands within `tolerance` pixels.
    ModelError where there are too few points or they agree on nothing.
    """
    import cv2

    if len(points_a) != len(points_b) or len(points_a) < _LEAST_POINTS[kind]:
        raise ModelError(
            f"A {kind} needs at least {_LEAST_POINTS[kind]} pairs of points, "
            f"there are {len(points_a)} and {len(points_b)}"
        )
    first = np.ascontiguousarray(points_a, np.float64)
    second = np.ascontiguousarray(points_b, np.float64)
    cv2.setRNGSeed(1)
    matrix = np.eye(3)
    if kind == "similarity":
        part, mask = cv2.estimateAffinePartial2D(
            first, second, method=cv2.RANSAC, ransacReprojThreshold=tolerance
        )
        if part is not None:
            matrix[:2] = part
    else:
        part, mask = cv2.findHomography(first, second, cv2.RANSAC, tolerance)
        if part is not None:
            matrix = np.asarray(part, np.float64)
    if part is None or not np.isfinite(matrix).all():
        raise ModelError(f"The points agree on no {kind}")
    kept = np.asarray(mask).ravel().astype(bool)
    distance = np.linalg.norm(apply(matrix, first[kept]) - second[kept], axis=1)
    return Motion(
        matrix=matrix,
        error=float(np.median(distance)) if kept.any() else float("inf"),
        inliers=float(kept.mean()),
    )


def apply(matrix: Matrix, points: npt.NDArray[np.floating]) -> Matrix:
    """Points (n, 2), x then y, moved by a 3×3 matrix (a homography divides by its third row)."""
    moved = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    result: Matrix = moved[:, :2] / moved[:, 2:]
    return result


def _grey(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if image.ndim == 2:
        return image
    import cv2

    grey: npt.NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return grey


def _at_least(image: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    down, across = (max(0, side - length) for length in image.shape)
    return np.pad(image, ((0, down), (0, across)), mode="edge") if down or across else image

"""Dense optical flow, warping with it, its error, and robust motion fits. OpenCV only.

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

    @property
    def scale(self) -> float:
        """Enlargement, 1 for none (exact for a similarity)."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:2, :2]))))

    @property
    def rotation(self) -> float:
        """Rotation in degrees, clockwise on the top-down picture (exact for a similarity)."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


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


def warp(mask: npt.NDArray[np.float32], backward: Flow, border: float = 0.0) -> Flow:
    """Pulls `mask` (h, w) or (h, w, c) float32 along a flow that points back into it, bilinear.

    To carry a mask from frame a to frame b give the flow from b to a: each pixel of b looks up
    where it was in a. What lies outside the mask counts as `border`.
    """
    import cv2

    height, width = backward.shape[:2]
    x, y = _indices(height, width)
    result: Flow = cv2.remap(
        mask,
        x + backward[..., 0],
        y + backward[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=border,
    )
    return result


def round_trip_error(forward: Flow, backward: Flow) -> npt.NDArray[np.float32]:
    """How far each pixel of a lands from itself by `forward` to b and `backward` again.

    (h, w) float32 in pixels: 0 where both flows agree, large where something is hidden or lost.
    Points that leave the picture count as infinitely far.
    """
    import cv2

    height, width = forward.shape[:2]
    x, y = _indices(height, width)
    x, y = x + forward[..., 0], y + forward[..., 1]
    # Half a pixel past the centres of the outermost pixels is still the picture.
    returned = cv2.remap(backward, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    distance = np.linalg.norm(forward + returned, axis=2)
    error: npt.NDArray[np.float32] = np.where(inside, distance, np.inf).astype(np.float32)
    return error


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


def fit_flow(
    forward: Flow,
    where: npt.NDArray[np.bool_],
    kind: Literal["similarity", "homography"] = "similarity",
    tolerance: float = 1.0,
    most: int = 4000,
) -> Motion:
    """`fit_motion` over the pixels of a flow where `where` (h, w) is True, evenly thinned out.

    Coordinates are those of pixel centres (index + 0.5), so that the matrix acts on edges.
    """
    y, x = np.nonzero(where)
    step = max(1, -(-len(y) // most))
    y, x = y[::step], x[::step]
    first = np.stack([x + 0.5, y + 0.5], axis=1)
    return fit_motion(first, first + forward[y, x], kind, tolerance)


def apply(matrix: Matrix, points: npt.NDArray[np.floating]) -> Matrix:
    """Points (n, 2) moved by a 3×3 matrix."""
    moved = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    result: Matrix = moved[:, :2] / moved[:, 2:]
    return result


def _indices(height: int, width: int) -> tuple[Flow, Flow]:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _grey(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if image.ndim == 2:
        return image
    import cv2

    grey: npt.NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return grey


def _at_least(image: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    down, across = (max(0, side - length) for length in image.shape)
    return np.pad(image, ((0, down), (0, across)), mode="edge") if down or across else image

"""A first guess of scale and shift between two frames, from distinctive points that both show."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
_POINTS = 600
_TRIALS = 1500
_SMALL = 120
_RATIO = 0.8
_SCALES = (0.2, 30.0)


@dataclass(frozen=True)
class Features:
    """Distinctive points of one picture: `points` (n, 2) as x, y, and their SIFT descriptors."""

    points: npt.NDArray[np.float64]
    descriptors: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Guess:
    """wide = scale · dvd + (x, y), and how many of the points agree within the tolerance."""

    scale: float
    x: float
    y: float
    agree: int


def find(picture: Grey, scale: float) -> Features:
    """Points of an 8-bit grey picture (h, w); coordinates are multiplied by `scale`.

    Coordinates are measured from the picture's top left corner, not from the first pixel's middle.
    """
    while picture.shape[1] < _SMALL:
        # Proxies: SIFT finds little that is smaller than a few pixels.
        picture = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        scale /= 2
    keypoints, descriptors = cv2.SIFT.create(_POINTS, contrastThreshold=0.02).detectAndCompute(
        picture, None
    )
    if descriptors is None:
        return Features(np.zeros((0, 2)), np.zeros((0, 128), np.float32))
    points = np.array([keypoint.pt for keypoint in keypoints], np.float64)
    return Features((points + 0.5) * scale, descriptors)


def guess(dvd: Features, wide: Features, tolerance: float, scale: float | None = None) -> Guess:
    """The scale and shift that most matched points agree on, `tolerance` in widescreen pixels.

    Two random matches give a hypothesis (RANSAC); the best one is fitted to those that agree. A
    `scale` that is given is kept. `agree` is 0 where nothing was found.
    """
    nothing = Guess(1.0, 0.0, 0.0, 0)
    if len(dvd.points) < 2 or len(wide.points) < 2:
        return nothing
    near = cv2.BFMatcher(cv2.NORM_L2).knnMatch(dvd.descriptors, wide.descriptors, k=2)
    good = [
        first
        for first, second in (pair for pair in near if len(pair) == 2)
        if first.distance < _RATIO * second.distance
    ]
    if len(good) < 2:
        return nothing
    here = dvd.points[[match.queryIdx for match in good]]
    there = wide.points[[match.trainIdx for match in good]]
    rng = np.random.default_rng(1)
    one = rng.integers(0, len(good), _TRIALS)
    two = rng.integers(0, len(good), _TRIALS)
    apart_here, apart_there = here[two] - here[one], there[two] - there[one]
    length = (apart_here**2).sum(1)
    far = length > 25
    one, apart_here, apart_there, length = one[far], apart_here[far], apart_there[far], length[far]
    if not len(one):
        return nothing
    # Least squares for the scale of one pair of points; a rotated pair gives a bad shift and loses.
    scales = (apart_here * apart_there).sum(1) / length
    if scale is not None:
        scales = np.full_like(scales, scale)
    shifts = there[one] - scales[:, None] * here[one]
    error = np.linalg.norm(
        scales[:, None, None] * here[None] + shifts[:, None] - there[None], axis=2
    )
    votes = (error < tolerance).sum(1) * ((scales > _SCALES[0]) & (scales < _SCALES[1]))
    best = int(votes.argmax())
    inliers = error[best] < tolerance
    if votes[best] < 3:
        return nothing
    here, there = here[inliers], there[inliers]
    mean_here, mean_there = here.mean(0), there.mean(0)
    if scale is None:
        spread = ((here - mean_here) ** 2).sum()
        scale = float(((here - mean_here) * (there - mean_there)).sum() / max(spread, 1e-9))
    x, y = mean_there - scale * mean_here
    # A point matched twice counts once.
    agree = len(np.unique(np.round(there), axis=0))
    return Guess(scale, float(x), float(y), agree)

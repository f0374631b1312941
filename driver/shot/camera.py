"""The camera's motion: how the background of every frame lies to the key frame's.

Each frame is registered with the key frame itself as long as enough of it can be seen, so that
nothing adds up; after that with a later frame whose own motion is known.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.masks import Mask
from driver.shot.motion import (
    Array,
    blend,
    displacement,
    fit_homography,
    fit_similarity,
    residuals,
    scaling,
    to_cv,
    translation,
)

Grey = NDArray[np.uint8]

STILL = 0.25
"""Canvas pixels at the farthest corner below which the camera counts as still."""
_TOLERANCE = 0.75  # how far a point may lie from the fit, in pixels of the pictures given
_ROUND_TRIP = 0.5  # how far a point may come back from where it set out
_POINTS = 400
_ENOUGH = 25  # points that a fit rests on, at least
_SEEN = 0.3  # share of a reference's points that must be found again before it is replaced


@dataclass
class _Reference:
    """A frame to register with, and where it lies to the key frame by either model."""

    grey: Grey
    background: Mask
    similarity: Array
    homography: Array

    @cached_property
    def points(self) -> NDArray[np.float32]:
        """Corners of the background (n, 2), in OpenCV's coordinates; found when first needed."""
        mask = self.background.astype(np.uint8)
        found = cv2.goodFeaturesToTrack(self.grey, _POINTS, 0.003, 7, mask=mask, blockSize=5)
        return np.zeros((0, 2), np.float32) if found is None else found.reshape(-1, 2)


@dataclass
class _Found:
    """One frame's motion from the key frame by either model, and what each leaves."""

    similarity: Array
    homography: Array
    rest: tuple[float, float]
    """Median distance of the points to the similarity and to the homography."""


@dataclass
class CameraTracker:
    """Follows the background from the key frame outwards, one direction a tracker.

    Pictures are 8-bit grey, at `scale` times the canvas's size; masks say which of their pixels
    are real background.
    """

    scale: float
    found: dict[int, _Found] = field(default_factory=dict)

    def start(self, frame: int, grey: Grey, background: Mask) -> None:
        """Takes the key frame."""
        self._reference = self._last = _Reference(grey, background, np.eye(3), np.eye(3))
        self._pace: Array = np.eye(3)
        self._idle = 0
        self.found[frame] = _Found(np.eye(3), np.eye(3), (0.0, 0.0))

    def step(
        self, frame: int, grey: Grey, background: Mask, push: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        """Takes the next frame away from the key frame.

        `push` is about how far the background has moved since the last, in pixels of the pictures.
        """
        found = self._find(self._reference, grey, push)
        if found is None and self._last is not self._reference:
            self._reference = self._last
            found = self._find(self._reference, grey, push)
        if found is None:
            self._idle += 1
            return  # `solve` puts the frame between its neighbours
        self.found[frame] = found
        self._pace = np.asarray(found.similarity @ np.linalg.inv(self._last.similarity))
        self._pace = self._pace if not self._idle else np.eye(3)
        self._idle = 0
        self._last = _Reference(grey, background, found.similarity, found.homography)

    def _find(self, reference: _Reference, grey: Grey, push: tuple[float, float]) -> _Found | None:
        """Registers the frame, tried from where the flow, habit and correlation say it lies."""
        last = self._last.similarity
        guesses: tuple[Callable[[], Array], ...] = (
            lambda: translation(*push) @ last,
            lambda: self._pace @ last,
            lambda: translation(*_correlated(self._last.grey, grey)) @ last,
        )
        for guess in guesses:
            found = _register(reference, np.asarray(guess()), grey)
            if found is not None:
                return found
        return None


def _correlated(last: Grey, grey: Grey) -> tuple[float, float]:
    """The whole picture's shift by phase correlation, for moves that flow cannot follow."""
    window = cv2.createHanningWindow((grey.shape[1], grey.shape[0]), cv2.CV_32F)
    pictures = last.astype(np.float32), grey.astype(np.float32)
    (x, y), _ = cv2.phaseCorrelate(*pictures, window)
    return float(x), float(y)


def solve(
    trackers: list[CameraTracker], frames: list[int], canvas: tuple[int, int]
) -> tuple[str, dict[int, Array]]:
    """The model that fits the shot, and every frame's matrix from key frame to frame.

    A homography is taken only where it is clearly better than a similarity over the whole shot: one
    model a shot, so that the plate never jumps between two. Frames that moved less than `STILL`
    get exactly the identity; frames that could not be registered lie between their neighbours.
    """
    scale = trackers[0].scale
    found = {frame: item for tracker in trackers for frame, item in tracker.found.items()}
    rests = np.array([item.rest for item in found.values()]) / scale
    plain, full = rests.mean(axis=0)
    use_full = plain - full > 0.25 and full < 0.6 * plain
    known: dict[int, Array] = {}
    for frame, item in found.items():
        matrix = item.homography if use_full else item.similarity
        canvas_matrix = np.asarray(scaling(1 / scale) @ matrix @ scaling(scale))
        still = displacement(canvas_matrix, canvas) < STILL
        known[frame] = np.eye(3) if still else canvas_matrix
    matrices = {frame: _between(known, frame) for frame in frames}
    if all(np.array_equal(matrix, np.eye(3)) for matrix in matrices.values()):
        return "still", matrices
    return ("homography" if use_full else "similarity"), matrices


def _between(known: dict[int, Array], frame: int) -> Array:
    if frame in known:
        return known[frame]
    before = max((other for other in known if other < frame), default=None)
    after = min((other for other in known if other > frame), default=None)
    if before is None or after is None:
        return known[after if before is None else before]  # type: ignore[index]
    return blend(known[before], known[after], (frame - before) / (after - before))


def _register(reference: _Reference, guess: Array, grey: Grey) -> _Found | None:
    """The motion from the key frame to `grey`, near `guess`; None when too little agrees."""
    if len(reference.points) < _ENOUGH:
        return None
    # The frame is first moved back as guessed: what is left is small, unturned and unscaled.
    towards = np.asarray(guess @ np.linalg.inv(reference.similarity))
    height, width = grey.shape
    near = grey
    if displacement(towards, (width, height)) > 1.0:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        near = cv2.warpPerspective(grey, to_cv(towards), (width, height), flags=flags)
    else:
        towards = np.eye(3)
    ahead, seen = _moved_points(reference.grey, near, reference.points)
    back, again = _moved_points(near, reference.grey, ahead)
    trip = np.linalg.norm(back - reference.points, axis=1)
    good = seen & again & (trip < _ROUND_TRIP)
    if good.sum() < max(_ENOUGH, _SEEN * len(good)):
        return None
    source, target = reference.points[good] + 0.5, ahead[good].astype(np.float64) + 0.5
    plain = fit_similarity(source, target, _TOLERANCE)
    if plain is None or plain.inliers.sum() < max(_ENOUGH, _SEEN * len(source)):
        return None
    full = fit_homography(source, target, _TOLERANCE) or plain
    rest = (
        float(np.median(residuals(plain.matrix, source, target))),
        float(np.median(residuals(full.matrix, source, target))),
    )
    homography = towards @ full.matrix @ reference.homography
    return _Found(
        np.asarray(towards @ plain.matrix @ reference.similarity),
        np.asarray(homography / homography[2, 2]),
        rest,
    )


def _moved_points(
    a: Grey, b: Grey, points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Where points (n, 2) of a are in b, by pyramidal Lucas–Kanade, and which were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(a, b, points, None, winSize=(17, 17), maxLevel=3)
    return np.asarray(there, np.float32), np.asarray(found.ravel() == 1, np.bool_)


def background_for(grey_shape: tuple[int, int], mask: Mask, margin: int = 3) -> Mask:
    """A canvas mask at the size of the small pictures, shrunk by `margin` of their pixels."""
    height, width = grey_shape
    small = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA)
    kernel = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    return np.asarray(cv2.erode(small, kernel, borderValue=0) > 0, dtype=np.bool_)

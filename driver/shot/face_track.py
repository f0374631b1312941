"""The face's position, scale and rotation on every frame.

From one frame to the next the face is followed by optical flow inside its mask, to which a
similarity is fitted (RANSAC). As long as the face still looks as it did on the key frame, it is
then registered with the key frame itself, so that nothing adds up. A face that is lost is looked
for around its last place until it comes back.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.masks import Mask
from driver.shot.motion import (
    Array,
    Fit,
    corners,
    decompose,
    displacement,
    fit_similarity,
    residuals,
    scaling,
    smooth,
    to_cv,
    translation,
)
from driver.shot.propagate import FlowModel, grid, squared
from driver.shot.tracking import FaceKey
from models.flow import apply

Grey = NDArray[np.uint8]

_SIZE = 128  # longer side of the patch that flow looks at, in its own pixels
_MARGIN = 0.35  # picture around the face's box on each side, as a share of its longer side
_TOLERANCE = 1.0  # patch pixels that a point may lie from the fit
_ROUND_TRIP = 1.0  # patch pixels by which the way back may miss the way out
_AGREE = 0.35  # share of the points that must agree with the fit
_LIKE_LAST = 0.6  # correlation with the previous frame below which the face is lost
_LIKE_KEY = 0.8  # correlation with the key frame from which it is registered with it
_FOUND = 0.75  # correlation with the key frame by which a lost face is recognised
_VISIBLE = 0.4  # share of the face on the canvas below which it has left
_STILL = 0.05  # canvas pixels of motion at the patch's corners that count as none
_BRIDGE = 2  # frames of loss that are bridged without a fade
FADE_FRAMES = 4
"""Frames over which a face fades before it is lost and after it is back."""


@dataclass(frozen=True)
class Sight:
    """The face on one frame: key frame → frame in canvas pixels, and the flow's round-trip error.

    `matrix` is where it was last seen when `seen` is false.
    """

    matrix: Array
    seen: bool
    error: float


@dataclass(frozen=True)
class _Patch:
    """A square of the key frame's canvas around the face: where it lies, and what of it is face."""

    to_canvas: Array
    size: int
    face: Mask
    centre: tuple[float, float]

    def view(self, grey: Grey, matrix: Array) -> tuple[Grey, Mask]:
        """A frame as seen through the patch moved by `matrix`, and where it is on the canvas."""
        towards = to_cv(np.asarray(matrix @ self.to_canvas))[:2]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        sizes = (self.size, self.size)
        seen = cv2.warpAffine(grey, towards, sizes, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        there = cv2.warpAffine(np.ones_like(grey), towards, sizes, flags=cv2.INTER_NEAREST | flags)
        return seen, there > 0

    def spots(self, matrix: Array) -> Array:
        """Canvas coordinates (n, 2) of the face moved by `matrix`."""
        rows, columns = np.nonzero(self.face)
        at = np.stack([columns, rows], axis=1) + 0.5
        return apply(np.asarray(matrix @ self.to_canvas), at)


@dataclass
class FaceTracker:
    """Follows the face from the key frame outwards, one direction a tracker.

    Pictures are 8-bit grey at the canvas's size; `mask` is the key frame's face, `box` its left,
    top, width and height.
    """

    mask: Mask
    box: tuple[float, float, float, float]
    flow: FlowModel
    sights: dict[int, Sight] = field(default_factory=dict)

    def start(self, frame: int, grey: Grey) -> None:
        """Takes the key frame."""
        left, top, width, height = self.box
        side = max(width, height) * (1 + 2 * _MARGIN)
        middle = (left + width / 2, top + height / 2)
        to_canvas = translation(middle[0] - side / 2, middle[1] - side / 2) @ scaling(side / _SIZE)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        face = cv2.warpAffine(
            self.mask.astype(np.uint8), to_cv(to_canvas)[:2], (_SIZE, _SIZE), flags=flags
        )
        self._patch = _Patch(np.asarray(to_canvas), _SIZE, face > 0, middle)
        self._key, self._key_there = self._patch.view(grey, np.eye(3))
        self._last = grey
        self.sights[frame] = Sight(np.eye(3), True, 0.0)
        self._now = self.sights[frame]

    def step(self, frame: int, grey: Grey, push: tuple[float, float]) -> None:
        """Takes the next frame; `push` is the flow's median motion inside the face, canvas px."""
        sight = self._follow(grey, push) if self._now.seen else self._search(grey)
        self._now = self.sights[frame] = sight
        self._last = grey

    def spots(self) -> Array:
        """Canvas coordinates (n, 2) of the face where it was last seen."""
        return self._patch.spots(self._now.matrix)

    def _follow(self, grey: Grey, push: tuple[float, float]) -> Sight:
        last, there = self._patch.view(self._last, self._now.matrix)
        guess = np.asarray(translation(*push) @ self._now.matrix)
        step = self._register(last, there, grey, guess, _LIKE_LAST)
        if step is None or self._on_canvas(step[0], grey) < _VISIBLE:
            return Sight(self._now.matrix, False, math.inf)
        matrix, error = step
        exact = self._register(self._key, self._key_there, grey, matrix, _LIKE_KEY)
        if exact is not None:
            matrix = exact[0]
        side = float(self._patch.to_canvas[0, 0] * self._patch.size)
        if _patch_motion(matrix, self._patch) < _STILL * max(1.0, side / 256):
            matrix = np.eye(3)
        return Sight(matrix, True, error)

    def _search(self, grey: Grey) -> Sight:
        """Looks for the key frame's face around the last place, at the last scale and rotation."""
        gone = Sight(self._now.matrix, False, math.inf)
        shrink = min(1.0, 640 / grey.shape[1])
        sizes = (round(grey.shape[1] * shrink), round(grey.shape[0] * shrink))
        small = cv2.resize(grey, sizes, interpolation=cv2.INTER_AREA)
        x, y, scale, _ = decompose(self._now.matrix, self._patch.centre)
        side = round(max(self.box[2:]) * scale * shrink)
        if side < 8:
            return gone
        inner = round(_SIZE / (1 + 2 * _MARGIN))
        rest = (_SIZE - inner) // 2
        crop = self._key[rest : rest + inner, rest : rest + inner]
        template = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        padded = cv2.copyMakeBorder(small, *(side // 2,) * 4, cv2.BORDER_REPLICATE)
        match = cv2.matchTemplate(padded, template, cv2.TM_CCOEFF_NORMED)
        _, score, _, best = cv2.minMaxLoc(match)
        if score < 0.5:
            return gone
        found = (
            (best[0] + side / 2 - side // 2) / shrink,
            (best[1] + side / 2 - side // 2) / shrink,
        )
        guess = np.asarray(translation(found[0] - x, found[1] - y) @ self._now.matrix)
        exact = self._register(self._key, self._key_there, grey, guess, _FOUND)
        if exact is None or self._on_canvas(exact[0], grey) < _VISIBLE:
            return gone
        return Sight(exact[0], True, exact[1])

    def _register(
        self, reference: Grey, there: Mask, grey: Grey, guess: Array, like: float
    ) -> tuple[Array, float] | None:
        """Key → frame near `guess` so that the frame shows `reference`, and the flow's error."""
        matrix, error = guess, 0.0
        for _ in range(3):
            seen, inside = self._patch.view(grey, matrix)
            if np.array_equal(seen, reference):
                return matrix, error
            fit, error = self._fit(reference, seen, there & inside)
            if fit is None:
                return None
            rest = self._patch.to_canvas @ fit.matrix @ np.linalg.inv(self._patch.to_canvas)
            matrix = np.asarray(matrix @ rest)
            if displacement(fit.matrix, (_SIZE, _SIZE)) < 0.1:
                break
        seen, inside = self._patch.view(grey, matrix)
        if correlation(reference, seen, self._patch.face & there & inside) < like:
            return None
        # The patch is enlarged or reduced: the error is told in canvas pixels.
        return matrix, error * float(self._patch.to_canvas[0, 0])

    def _fit(self, reference: Grey, seen: Grey, usable: Mask) -> tuple[Fit | None, float]:
        ahead, back = self.flow(reference, seen), self.flow(seen, reference)
        points = grid(reference.shape)
        landed = points + ahead
        returned = cv2.remap(back, landed, None, cv2.INTER_LINEAR)
        trip = np.sqrt(squared(ahead + returned))
        face = self._patch.face & usable
        if not face.any():
            return None, math.inf
        error = float(np.minimum(trip[face], 8.0).mean())
        chosen = face & (trip < _ROUND_TRIP)
        if chosen.sum() < max(30, _AGREE * face.sum()):
            return None, error
        source, target = points[chosen][::3], landed[chosen][::3]
        fit = fit_similarity(source + 0.5, target.astype(np.float64) + 0.5, _TOLERANCE)
        if fit is None or fit.share < _AGREE:
            return None, error
        turn = decompose(fit.matrix, (0.0, 0.0))
        return (fit if 0.7 < turn[2] < 1.4 and abs(turn[3]) < 30 else None), error

    def _on_canvas(self, matrix: Array, grey: Grey) -> float:
        """Share of the face that lies on the canvas."""
        spots = self._patch.spots(matrix)
        height, width = grey.shape
        inside = (spots >= 0).all(axis=1) & (spots[:, 0] < width) & (spots[:, 1] < height)
        return float(inside.mean())


def _patch_motion(matrix: Array, patch: _Patch) -> float:
    """How far the motion moves the patch's farthest corner, in canvas pixels."""
    ends = apply(patch.to_canvas, corners((patch.size, patch.size)))
    return float(residuals(matrix, ends, ends).max())


def correlation(a: Grey, b: Grey, where: Mask) -> float:
    """Normalised correlation of two pictures inside a mask, −1 to 1; 0 where either is flat."""
    if where.sum() < 16:
        return 0.0
    x, y = a[where].astype(np.float64), b[where].astype(np.float64)
    x, y = x - x.mean(), y - y.mean()
    norm = math.sqrt(float((x @ x) * (y @ y)))
    return float(x @ y / norm) if norm > 0 else 0.0


def keys(
    sights: Mapping[int, Sight],
    frames: Sequence[int],
    centre: tuple[float, float],
    window: int,
) -> tuple[FaceKey, ...]:
    """The face's keys: smoothed, short losses bridged, long ones faded.

    Opacity is 0 wherever the face is lost and rises to 1 over the `FADE_FRAMES` frames beside, all
    of which show it; a loss of up to two frames is bridged by interpolation instead.
    """
    times = np.array(frames, np.float64)
    seen = np.array([sights[frame].seen for frame in frames])
    parts = np.array([decompose(sights[frame].matrix, centre) for frame in frames])
    parts[:, 2] = np.log(parts[:, 2])
    parts[seen, 3] = np.degrees(np.unwrap(np.radians(parts[seen, 3])))
    gone = _long_runs(~seen)
    for column in range(4):
        parts[~seen, column] = np.interp(times[~seen], times[seen], parts[seen, column])
    smoothed = parts.copy()
    for run in _runs(~gone):
        smoothed[run] = smooth(times[run], parts[run], window)
    lost = times[gone]
    opacity = np.ones(len(times))
    if lost.size:
        nearest = np.abs(times[:, None] - lost[None, :]).min(axis=1)
        opacity = np.clip(nearest / (FADE_FRAMES + 1), 0, 1)
    return tuple(
        FaceKey(
            frame=frame,
            x=round(float(row[0]), 4),
            y=round(float(row[1]), 4),
            scale=round(math.exp(row[2]), 6),
            rotation=round(float(row[3]), 4) + 0.0,
            opacity=round(float(shown), 4),
        )
        for frame, row, shown in zip(frames, smoothed, opacity, strict=True)
    )


def _runs(flags: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Indices of each unbroken run of true flags."""
    where = np.flatnonzero(flags)
    return np.split(where, np.flatnonzero(np.diff(where) > 1) + 1) if where.size else []


def _long_runs(lost: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The lost frames that belong to a loss too long to bridge, or to one at the shot's end."""
    long = np.zeros_like(lost)
    for run in _runs(lost):
        at_end = run[0] == 0 or run[-1] == len(lost) - 1
        if len(run) > _BRIDGE or at_end:
            long[run] = True
    return long

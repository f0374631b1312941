"""Follows the foreground, the face and the camera from the key frame to either end of a shot."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.camera import CameraTracker, Grey, background_for
from driver.shot.face_track import FaceTracker, Sight
from driver.shot.masks import Mask, Soft, bounds, signed_distance
from driver.shot.propagate import FlowModel, Pair, Propagator

Picture = NDArray[np.uint8]

FLOW_WIDTH = 640
"""Flow is estimated on pictures at most this wide."""
_REST_AFTER_REFUSAL = 4  # frames before segmentation is tried again after a refused mask


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is followed, on the key frame: masks at the canvas's size, and where pixels are real."""

    foreground: Mask
    face: Mask
    real: Mask


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What it is followed with.

    `load` gives a frame's real pixels, `segment` a fresh binary foreground of such a picture (None
    where nothing can make one), `drift` the error in canvas pixels past which it is asked.
    """

    load: Callable[[int], Picture]
    flow: FlowModel
    segment: Callable[[Picture], Mask] | None
    drift: float


@dataclass
class Findings:
    """What was found on the frames walked so far."""

    error: dict[int, float] = field(default_factory=dict)
    sights: dict[int, Sight] = field(default_factory=dict)
    resegmented: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    cameras: list[CameraTracker] = field(default_factory=list)


@dataclass(frozen=True)
class _View:
    """A frame as flow and face need it: grey at full size and small."""

    picture: Picture
    grey: Grey
    small: Grey

    @classmethod
    def of(cls, picture: Picture) -> "_View":
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
        shrink = min(1.0, FLOW_WIDTH / grey.shape[1])
        size = (round(grey.shape[1] * shrink), round(grey.shape[0] * shrink))
        small = grey if shrink == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        return cls(picture, grey, np.asarray(small, np.uint8))


def walk(
    frames: Sequence[int], key: int, subject: Subject, tools: Tools, found: Findings
) -> Iterator[tuple[int, Soft]]:
    """Yields each frame with its foreground as signed distances, from the key frame outwards.

    `frames` ascend and hold `key`. What is learnt on the way is added to `found`.
    """
    start = _View.of(tools.load(key))
    distance = signed_distance(subject.foreground)
    found.error[key] = 0.0
    yield key, distance
    later = [frame for frame in frames if frame > key]
    earlier = [frame for frame in reversed(frames) if frame < key]
    for direction in (later, earlier):
        walker = _Walker(key, start, distance, subject, tools, found)
        with ThreadPoolExecutor(1) as other:
            for frame, view, pair in _ahead(direction, start, tools, other):
                yield frame, walker.step(frame, view, pair)


def _ahead(
    frames: Sequence[int], last: "_View", tools: Tools, other: ThreadPoolExecutor
) -> Iterator[tuple[int, "_View", Pair]]:
    """Each frame with the flow from the one before; the next is made while one is worked on."""

    def make(frame: int, before: _View) -> tuple[_View, Pair]:
        view = _View.of(tools.load(frame))
        return view, Pair.between(before.small, view.small, tools.flow)

    coming = other.submit(make, frames[0], last) if frames else None
    for index, frame in enumerate(frames):
        assert coming is not None
        view, pair = coming.result()
        if index + 1 < len(frames):
            coming = other.submit(make, frames[index + 1], view)
        yield frame, view, pair


class _Walker:
    """One direction of the walk."""

    def __init__(
        self,
        key: int,
        start: _View,
        distance: Soft,
        subject: Subject,
        tools: Tools,
        found: Findings,
    ) -> None:
        self._subject, self._tools, self._found = subject, tools, found
        self._view = start
        self._scale = start.small.shape[1] / start.grey.shape[1]
        self._mask: Propagator | None = None
        if subject.foreground.any():
            self._mask = Propagator(distance, start.small, tools.flow)
        self._distance = distance
        self._camera = CameraTracker(self._scale)
        self._camera.start(key, start.small, self._background(distance))
        found.cameras.append(self._camera)
        self._face: FaceTracker | None = None
        box = bounds(subject.face)
        if box is not None:
            self._face = FaceTracker(subject.face, box, tools.flow, found.sights)
            self._face.start(key, start.grey)
        self._wait = 0

    def step(self, frame: int, view: _View, pair: Pair) -> Soft:
        """Moves on to the next frame; its foreground as signed distances."""
        if self._mask is not None:
            self._mask.step(pair, view.small)
            self._distance = self._mask.distance()
            self._found.error[frame] = self._mask.error(self._distance)
            self._refresh(frame, view)
        else:
            self._found.error[frame] = 0.0
        if self._face is not None:
            self._face.step(frame, view.grey, self._push(pair, self._face))
        background = self._background(self._distance)
        push = (0.0, 0.0)
        if background.any():
            x, y = np.median(pair.ahead[background], axis=0)
            push = (float(x), float(y))
        self._camera.step(frame, view.small, background, push)
        self._view = view
        return self._distance

    def _refresh(self, frame: int, view: _View) -> None:
        """Segments again where the mask has drifted."""
        self._wait -= 1
        assert self._mask is not None
        if self._found.error[frame] <= self._tools.drift or self._wait > 0:
            return
        if self._tools.segment is None:
            return
        fresh = signed_distance(self._tools.segment(view.picture))
        if self._mask.refresh(fresh, view.small):
            self._found.resegmented.append(frame)
        else:
            self._found.rejected.append(frame)
            self._wait = _REST_AFTER_REFUSAL

    def _background(self, distance: Soft) -> Mask:
        """Real background of the small picture, clear of the foreground and of missing pixels."""
        height, width = self._view.small.shape
        return background_for((height, width), self._subject.real & (distance < -4))

    def _push(self, pair: Pair, face: FaceTracker) -> tuple[float, float]:
        """Median motion inside the face in canvas pixels, as the step's flow has it."""
        spots = np.floor(face.spots() * self._scale).astype(np.intp)
        height, width = pair.ahead.shape[:2]
        inside = (spots >= 0).all(axis=1) & (spots[:, 0] < width) & (spots[:, 1] < height)
        if not inside.any():
            return 0.0, 0.0
        x, y = np.median(pair.ahead[spots[inside, 1], spots[inside, 0]], axis=0) / self._scale
        return float(x), float(y)

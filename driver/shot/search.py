"""Finds where and when the DVD lies on the widescreen copy, coarse to fine, or refuses.

1. Distinctive points of a few DVD frames against frames all over the widescreen copy: the scale,
   and a shift that is right while the camera stands.
2. Small pictures, over all time offsets, for the DVD may start later or earlier. With a moving
   camera a wrong time and a wrong shift hide each other, so each time gets its own best shift.
3. Gauss–Newton on several full frames: sub-pixel, at the best times and their neighbours.
4. A camera that pans over what does not move itself fits at many times. Of those that fit equally
   well, one that keeps the most frames is taken, and then the one whose centres lie nearest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from driver.errors import MemecompError
from driver.shot import features
from driver.shot.lags import Lag, Lags
from driver.shot.match import Fixed, Match
from driver.shot.refine import refine, sampled

Grey = npt.NDArray[np.uint8]
T = TypeVar("T")
Progress = Callable[[int, int], None]

MIN_SCORE = 0.85
"""Correlation below which two copies do not show the same."""
_MIN_AGREE = 8
_PLENTY = 80
_WORK_WIDTH = 480
_FEATURE_DVD, _FEATURE_WIDE = 5, 40
_TIME_FRAMES = 16
_SPACE_FRAMES = 6
_REACH = 2
_NEAR_VALUE = 0.04
"""How far below the best a coarse correlation may lie and its time still be the right one."""
_STANDS = 1.5
"""Pixels of the coarse pictures that the shift may differ between times with a still camera."""
_MOST_TIMES = 100
_FEW_PIXELS = 8000
_UNEXPLAINED = 0.15
"""Scores are equal if they leave the same unexplained but for this part of it: noise."""
_FLOOR = 1e-5
"""And if they differ by less than this, which is what sampling at other positions costs."""
_KEPT = 0.9
"""Part of the most frames in common, from which it does not count which time has more."""
_LOW_OVERLAP = 0.25
"""Part of the shorter copy that must take part for a match to be believed."""


def _nothing(_: int, __: int) -> None:
    """Stands in where nobody listens."""


@dataclass(frozen=True)
class Copies:
    """Access to both copies' frames, numbered from 0; each returns an 8-bit grey (h, w) picture."""

    dvd: Callable[[int], Grey]
    wide: Callable[[int], Grey]
    dvd_frames: int
    wide_frames: int
    first: int = 0
    """Added to a time offset when it is told: where they start in what they were cut from."""

    def overlap(self, time: int) -> range:
        """DVD frames that have a widescreen frame at a time offset."""
        return range(max(0, -time), min(self.dvd_frames, self.wide_frames - time))


def find(copies: Copies, fixed: Fixed | None = None, progress: Progress = _nothing) -> Match:
    """The match of the two copies; what `fixed` gives is kept and only the rest searched for.

    Refused with a MemecompError where nothing matches. If everything is given, it is only scored.
    """
    fixed = fixed or Fixed()
    wide = lru_cache(maxsize=4 * _SPACE_FRAMES)(copies.wide)
    dvd = lru_cache(maxsize=4 * _SPACE_FRAMES)(copies.dvd)
    cached = replace(copies, wide=wide, dvd=dvd)
    if None not in (fixed.scale, fixed.x, fixed.y, fixed.time):
        return _refined(cached, fixed.applied(Match(1, 0, 0)), fixed)
    small = _SmallCopies(cached, progress)
    match = _best_in_space(small, fixed)
    times = _Times(small, match, fixed)
    match = _climb(cached, times, fixed)
    if match.score < MIN_SCORE:
        raise MemecompError(
            f"the DVD and the widescreen copy do not match: their best correlation is "
            f"{match.score:.2f} and {MIN_SCORE} is needed; check that both show the same shot, or "
            "set align.scale, align.offset_x, align.offset_y and align.time_offset by hand"
        )
    shared, shorter = len(copies.overlap(match.time)), min(copies.dvd_frames, copies.wide_frames)
    if fixed.time is None and shared < _LOW_OVERLAP * shorter:
        raise MemecompError(
            f"the DVD and the widescreen copy match best with {shared} of {shorter} frames in "
            "common, too few to be sure; trim both to the same shot, or set align.time_offset = "
            f"{match.time + copies.first} if that is right"
        )
    return match


class _SmallCopies:
    """Reduced pictures: every widescreen frame, and the DVD frames that are looked at."""

    def __init__(self, copies: Copies, progress: Progress) -> None:
        self.copies = copies
        self.wide: list[Grey] = []
        for frame in range(copies.wide_frames):
            picture = copies.wide(frame)
            self.wide_size = (picture.shape[1], picture.shape[0])
            self.wide.append(_reduced(picture))
            progress(frame + 1, copies.wide_frames)
        self.wide_ratio = self.wide_size[0] / self.wide[0].shape[1]
        self.frames = spread(range(copies.dvd_frames), _TIME_FRAMES)
        first = copies.dvd(0)
        self.dvd_size = (first.shape[1], first.shape[0])
        self.dvd = {frame: _reduced(copies.dvd(frame)) for frame in self.frames}
        self.dvd_ratio = self.dvd_size[0] / _reduced(first).shape[1]

    def match_here(self, match: Match) -> Match:
        """A full-size match as the reduced pictures have it."""
        wide, dvd = self.wide[0], self.dvd[self.frames[0]]
        scale = match.scale * self.dvd_ratio / self.wide_ratio
        # The middles of reduced pictures lie elsewhere: map the reduced DVD's centre there.
        x = self._along(match.scale, match.x, dvd.shape[1], self.dvd_size[0], self.wide_size[0])
        y = self._along(match.scale, match.y, dvd.shape[0], self.dvd_size[1], self.wide_size[1])
        return Match(scale, x - wide.shape[1] // 2, y - wide.shape[0] // 2, match.time)

    def _along(self, scale: float, shift: float, small: int, dvd: int, wide: int) -> float:
        at_dvd = small // 2 * self.dvd_ratio
        return float((scale * (at_dvd - dvd // 2) + wide // 2 + shift) / self.wide_ratio)


def spread(frames: Sequence[T], count: int) -> list[T]:
    """At most `count` of `frames`, evenly spread, the first and the last among them."""
    if len(frames) <= count:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (count - 1))] for i in range(count)]


def _reduced(picture: Grey) -> Grey:
    height, width = picture.shape
    if width <= _WORK_WIDTH:
        return picture
    size = (_WORK_WIDTH, max(1, round(height * _WORK_WIDTH / width)))
    small: Grey = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small


def _best_in_space(small: _SmallCopies, fixed: Fixed) -> Match:
    """The first guess of scale and shift, from points."""
    if fixed.scale is not None and fixed.x is not None and fixed.y is not None:
        return fixed.applied(Match(1, 0, 0))
    wide_frames = spread(range(len(small.wide)), _FEATURE_WIDE)
    dvd_frames = spread(small.frames, _FEATURE_DVD)
    if fixed.time is not None:
        dvd_frames = spread(small.copies.overlap(fixed.time), _FEATURE_DVD)
        wide_frames = [frame + fixed.time for frame in dvd_frames]
    there = {frame: features.find(small.wide[frame], small.wide_ratio) for frame in wide_frames}
    best = features.Guess(1.0, 0.0, 0.0, 0)
    for frame in dvd_frames:
        here = features.find(_reduced(small.copies.dvd(frame)), small.dvd_ratio)
        for points in there.values():
            found = features.guess(here, points, 2 * small.wide_ratio, fixed.scale)
            best = max(best, found, key=lambda guess: guess.agree)
            if best.agree >= _PLENTY:
                break
    if best.agree < _MIN_AGREE:
        raise MemecompError(
            "the DVD and the widescreen copy do not match: no scale and position brings enough of "
            f"the DVD's details onto the widescreen's ({best.agree} agree, {_MIN_AGREE} are "
            "needed); check that both show the same shot, or set align.scale, align.offset_x and "
            "align.offset_y by hand"
        )
    (wide_w, wide_h), (dvd_w, dvd_h) = small.wide_size, small.dvd_size
    return fixed.applied(
        Match(
            best.scale,
            best.scale * (dvd_w // 2) + best.x - wide_w // 2,
            best.scale * (dvd_h // 2) + best.y - wide_h // 2,
        )
    )


def _best_in_time(small: _SmallCopies, match: Match) -> int:
    """The time offset at which the small pictures correlate best, over all offsets."""
    here = small.match_here(match)
    height, width = small.dvd[small.frames[0]].shape
    _, inside = sampled(np.zeros(small.wide[0].shape, np.float32), (width, height), here)
    if inside.sum() < 16:
        return 0
    blur = 0.6 * max(here.scale, 1.0)
    wide = np.stack(
        [
            _unit(sampled(_blurred(frame, blur), (width, height), here)[0][inside])
            for frame in small.wide
        ]
    )
    dvd = np.stack([_unit(_blurred(small.dvd[frame], 0.6)[inside]) for frame in small.frames])
    table = dvd @ wide.T
    frames = np.array(small.frames)
    best, best_value = 0, -2.0
    # The most overlap first: where nothing moves, all offsets are equally good.
    offsets = range(-small.copies.dvd_frames + 1, small.copies.wide_frames)
    for time in sorted(offsets, key=lambda time: (-len(small.copies.overlap(time)), abs(time))):
        there = frames + time
        both = (there >= 0) & (there < small.copies.wide_frames)
        # A few frames of overlap match by chance more easily than many.
        if both.sum() < min(3, len(frames), small.copies.wide_frames):
            continue
        value = float(table[np.flatnonzero(both), there[both]].mean())
        if value > best_value + 1e-6:
            best, best_value = time, value
    return best


def _blurred(picture: Grey, sigma: float) -> npt.NDArray[np.float32]:
    blurred: npt.NDArray[np.float32] = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), sigma)
    return blurred


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    vector = vector - vector.mean()
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _refined(copies: Copies, match: Match, fixed: Fixed) -> Match:
    frames = spread(copies.overlap(match.time), _SPACE_FRAMES)
    if not frames:
        return replace(match, score=-1.0)
    pictures = [(copies.dvd(frame), copies.wide(frame + match.time)) for frame in frames]
    return refine(pictures, match, fixed)


class _Times:
    """The time offsets worth a closer look, each with its own shift."""

    def __init__(self, small: _SmallCopies, guess: Match, fixed: Fixed) -> None:
        self.small, self.fixed, self.guess = small, fixed, guess
        self.lags: dict[int, Lag] = {}
        self.start = [guess]
        if fixed.time is not None and fixed.x is not None and fixed.y is not None:
            return
        lags = Lags(small.dvd, small.wide, (small.dvd_ratio, small.wide_ratio), guess.scale)
        given = (self._corner(0, fixed.x), self._corner(1, fixed.y))
        for time in self._possible():
            if (lag := lags.best(time, given)) is not None:
                self.lags[time] = lag
        if not self.lags:
            return
        top = max(self.lags.values(), key=lambda lag: lag.value)
        near = [lag for lag in self.lags.values() if lag.value >= top.value - _NEAR_VALUE]
        stands = _STANDS * lags.pixel
        if all(abs(lag.x - top.x) <= stands and abs(lag.y - top.y) <= stands for lag in near):
            match = self.at(top.time)
            self.start = [match]
            if fixed.time is None:
                self.start.append(match.at(_best_in_time(small, match)))
        else:
            self.start = self._closer(near)

    def at(self, time: int, near: Match | None = None) -> Match:
        """Where to start at a time offset, with the scale of `near` if that is given."""
        match = near or self.guess
        lag = self.lags.get(time)
        if lag is None:
            return match.at(time)
        (wide_w, wide_h), (dvd_w, dvd_h) = self.small.wide_size, self.small.dvd_size
        scale = self.guess.scale
        x = lag.x + scale * (dvd_w // 2) - wide_w // 2
        y = lag.y + scale * (dvd_h // 2) - wide_h // 2
        return self.fixed.applied(Match(match.scale, x, y, time))

    def _corner(self, axis: int, shift: float | None) -> float | None:
        """A given shift between the centres as one between the corners."""
        if shift is None:
            return None
        dvd, wide = self.small.dvd_size[axis], self.small.wide_size[axis]
        return float(shift + wide // 2 - self.guess.scale * (dvd // 2))

    def _possible(self) -> list[int]:
        copies = self.small.copies
        if self.fixed.time is not None:
            return [self.fixed.time]
        # A few frames of overlap match by chance more easily than many.
        least = min(3, copies.dvd_frames, copies.wide_frames)
        return [
            time
            for time in range(-copies.dvd_frames + 1, copies.wide_frames)
            if sum(0 <= frame + time < copies.wide_frames for frame in self.small.frames) >= least
        ]

    def _closer(self, near: list[Lag]) -> list[Match]:
        """Of times that a moving camera makes alike, the best on small pictures, sub-pixel."""
        copies = self.small.copies
        most = min(copies.dvd_frames, copies.wide_frames)
        matches = [self.at(lag.time) for lag in near]
        matches = sorted(matches, key=lambda match: _cost(copies, match, most))
        found = []
        for match in matches[:_MOST_TIMES]:
            frames = spread(
                [f for f in self.small.frames if 0 <= f + match.time < len(self.small.wide)],
                _SPACE_FRAMES,
            )
            pictures = [(self.small.dvd[f], self.small.wide[f + match.time]) for f in frames]
            here = self.small.match_here(match)
            fine = refine(pictures, here, Fixed(scale=here.scale), 5, pixels=_FEW_PIXELS)
            found.append(replace(match, score=fine.score))
        ranked = sorted(found, key=lambda match: -match.score)
        return [*ranked[:2], _preferred(copies, found)[0]]


def _preferred(copies: Copies, found: Sequence[Match]) -> tuple[Match, bool]:
    """The match to take of several, and whether others fit equally well at other places."""
    top = max(found, key=lambda match: match.score)
    margin = _FLOOR + _UNEXPLAINED * (1 - top.score)
    alike = [match for match in found if match.score >= top.score - margin]
    most = max(len(copies.overlap(match.time)) for match in alike)
    best = min(alike, key=lambda match: _cost(copies, match, most))
    apart = any(abs(match.x - best.x) + abs(match.y - best.y) > 1 for match in alike)
    return best, apart


def _cost(copies: Copies, match: Match, most: int) -> tuple[int, int, float, int]:
    """What makes one of several equally good matches the less likely."""
    kept = len(copies.overlap(match.time))
    lost = 0 if kept >= _KEPT * most else most - kept
    return lost, round(abs(match.x) + abs(match.y)), -round(match.score, 6), abs(match.time)


def _climb(copies: Copies, times: _Times, fixed: Fixed) -> Match:
    """Refines in space, and in time by trying the neighbours until none is better."""
    tried: dict[int, Match] = {}
    for start in times.start:
        if start.time not in tried:
            tried[start.time] = _refined(copies, start, fixed)
    while True:
        best, apart = _preferred(copies, list(tried.values()))
        around = (best.time + step for step in range(-_REACH, _REACH + 1))
        new = [time for time in around if time not in tried and len(copies.overlap(time))]
        if fixed.time is not None or not new:
            return replace(best, ambiguous=apart)
        for time in new:
            tried[time] = _refined(copies, times.at(time, best), fixed)

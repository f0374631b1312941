"""Copies that hold more than the shot: which side of their cuts is the shot that both have."""

from collections.abc import Callable
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from driver.errors import MemecompError
from driver.shot.facts import Facts, SourceFacts
from driver.shot.match import Fixed, Match
from driver.shot.paths import ShotPaths
from driver.shot.search import MIN_SCORE, Copies, find
from ofx_helpers.media.images import read_rgb8

_BEYOND = 3
"""Pairs beyond a cut that are looked at: whether the copies go on together there."""
_SURE = 0.97
"""Correlation from which the longest segments are the shot and no others are tried."""

Matching = Callable[[Facts, range, range], Match]


def segments(source: SourceFacts) -> list[range]:
    """The plates of a copy, numbered from 1, split where another shot begins."""
    starts = [1, *source.cuts]
    ends = [*source.cuts, source.frames + 1]
    return [range(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def plates(paths: ShotPaths, facts: Facts, wide: range, dvd: range) -> Copies:
    """Access to some plates of both copies."""
    sizes = {"wide": facts.wide.size, "dvd": facts.dvd.size}

    def grey(source: str, frame: int) -> npt.NDArray[np.uint8]:
        picture: npt.NDArray[np.uint8] = cv2.cvtColor(
            read_rgb8(paths.plate(source, frame), size=sizes[source]), cv2.COLOR_RGB2GRAY
        )
        return picture

    return Copies(
        lambda frame: grey("dvd", dvd[frame]),
        lambda frame: grey("wide", wide[frame]),
        len(dvd),
        len(wide),
        first=wide.start - dvd.start,
    )


def choose(
    paths: ShotPaths, facts: Facts, time: int | None, match: Matching
) -> tuple[range, range, Match]:
    """The wide and DVD plates of the shot, cut off from other shots, and their match.

    `match` matches two segments, or refuses; its time offset, and `time` (that given by hand, if
    any), are those of the whole copies. Refused with a MemecompError where the shot goes on beyond
    a cut in both copies, with the frame, and where no segments match.
    """
    pairs = list(product(segments(facts.wide), segments(facts.dvd)))
    if time is not None:
        pairs = [pair for pair in pairs if _shared(time, *pair)] or pairs[:1]
    pairs.sort(key=lambda pair: -(min(map(len, pair)) if time is None else _shared(time, *pair)))
    best: tuple[range, range, Match] | None = None
    refusal: MemecompError | None = None
    for wide, dvd in pairs:
        try:
            found = match(facts, wide, dvd)
        except MemecompError as error:
            refusal = refusal or error
            continue
        if best is None or found.score > best[2].score:
            best = wide, dvd, found
        if found.score >= _SURE or time is not None:
            break
    if best is None:
        raise refusal or MemecompError("the DVD and the widescreen copy do not match")
    _refuse_a_cut_inside(paths, facts, best)
    return best


def _shared(time: int, wide: range, dvd: range) -> int:
    """Pairs that two segments have at a time offset."""
    return max(0, min(dvd.stop, wide.stop - time) - max(dvd.start, wide.start - time))


def _refuse_a_cut_inside(
    paths: ShotPaths, facts: Facts, chosen: tuple[range, range, Match]
) -> None:
    wide, dvd, match = chosen
    first = max(dvd.start, wide.start - match.time)
    stop = min(dvd.stop, wide.stop - match.time)
    for here in (range(max(1, first - _BEYOND), first), range(stop, stop + _BEYOND)):
        both = [
            frame
            for frame in here
            if frame <= facts.dvd.frames and 1 <= frame + match.time <= facts.wide.frames
        ]
        if not both:
            continue
        beyond = range(both[0], both[-1] + 1)
        there = range(beyond.start + match.time, beyond.stop + match.time)
        copies = plates(paths, facts, there, beyond)
        fixed = Fixed(scale=match.scale, x=match.x, y=match.y, time=0)
        if find(copies, fixed).score < MIN_SCORE:
            continue
        cut = first if here.start < first else stop
        name, source, frame = (
            ("dvd", facts.dvd, cut)
            if cut in facts.dvd.cuts
            else ("wide", facts.wide, cut + match.time)
        )
        image = f" (image {source.first_number + frame - 1})" if source.kind == "images" else ""
        raise MemecompError(
            f"{name}: {source.path} has a cut inside the shot: another shot begins at frame "
            f"{frame}{image}, and both copies go on; give files that hold one shot, or set "
            f'{name}.cuts = "ignore" if that is no cut'
        )

"""The runbook's assertions, each on the files and each with a number."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driver.report.verdict import Check
from driver.shot import geometry
from driver.shot.alignment import Alignment
from driver.shot.paths import ShotPaths
from driver.shot.seam import authoritative, cover
from driver.shot.settings import Settings
from ofx_helpers.media.count import count_frames
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_grey8, read_image, read_rgb8

Mask = NDArray[np.bool_]
BLACK = 1.5
"""Mean level of 255 under which a frame is black."""


@dataclass(frozen=True)
class Shot:
    """What the checks look at."""

    settings: Settings
    paths: ShotPaths
    alignment: Alignment
    frames: Sequence[int]

    @property
    def faced(self) -> bool:
        """Whether a picture lies on the face."""
        return bool(self.settings.face.asset)

    def mask(self, layer: str, frame: int) -> NDArray[np.uint8] | None:
        """The tracked mask, or None where the shot has no such layer."""
        path = self.paths.tracked(layer, frame)
        return read_grey8(path, size=self.alignment.canvas) if path.exists() else None


@dataclass(frozen=True)
class FrameFacts:
    """What one pass over a frame's files measured."""

    frame: int
    problem: str = ""
    layer: str = "final"
    touched: int = 0
    worst: int = 0
    black: bool = False
    beyond: int = 0


def run_checks(shot: Shot, progress: Callable[[int, int], None]) -> tuple[Check, ...]:
    """Every check of the runbook; `progress` hears of each frame looked at."""
    facts: list[FrameFacts] = []
    with ThreadPoolExecutor(2) as pool:
        for fact in pool.map(lambda frame: look(shot, frame), shot.frames):
            facts.append(fact)
            progress(len(facts), len(shot.frames))
    return (
        *_centres(shot.alignment),
        _band_heights(shot),
        _generated_under_foreground(shot),
        _frames_whole(facts),
        _foreground_real(facts),
        _authoritative_untouched(shot, facts),
        _not_black(facts),
        *_video(shot),
    )


def look(shot: Shot, frame: int) -> FrameFacts:
    """Reads one final frame beside its sources."""
    try:
        final = read_rgb8(shot.paths.final(frame), size=shot.alignment.canvas)
        wide = read_rgb8(shot.paths.aligned("wide", frame))
        foreground, face = shot.mask("foreground", frame), shot.mask("face", frame)
    except MediaError as error:
        return FrameFacts(frame, problem=str(error))
    worst, touched = _difference(shot, final, wide, foreground, face)
    return FrameFacts(
        frame,
        touched=touched,
        worst=worst,
        black=bool(final.mean() < BLACK <= wide.mean()),
        beyond=0 if foreground is None else int((foreground[~_real(shot.alignment)] > 0).sum()),
    )


def _difference(
    shot: Shot,
    final: NDArray[np.uint8],
    wide: NDArray[np.uint8],
    foreground: NDArray[np.uint8] | None,
    face: NDArray[np.uint8] | None,
) -> tuple[int, int]:
    """Greatest difference in levels, and pixels that differ, in the authoritative region."""
    place = shot.alignment.wide_rect
    region = authoritative(shot.alignment.canvas, place, shot.settings.seam.feather_px)
    rows, columns = slice(region.y, region.bottom), slice(region.x, region.right)
    source = wide[
        region.y - place.y : region.bottom - place.y, region.x - place.x : region.right - place.x
    ]
    differs = np.abs(final[rows, columns].astype(np.int16) - source).max(axis=2)
    if foreground is not None and shot.settings.foreground.restyles:
        differs[foreground[rows, columns] > 0] = 0
    if face is not None and shot.faced:
        differs[face[rows, columns] > 0] = 0
    return int(differs.max(initial=0)), int(np.count_nonzero(differs))


def _real(alignment: Alignment) -> Mask:
    """Where a frame has real pixels."""
    canvas = alignment.canvas
    return (
        cover(canvas, alignment.wide_rect)
        | cover(canvas, alignment.band_rect("top"))
        | cover(canvas, alignment.band_rect("bottom"))
    )


def _centres(alignment: Alignment) -> Iterator[Check]:
    """Runbook: the centre sample of each source maps to the canonical centre, delta 0."""
    pads = alignment.wide_padded
    left = alignment.wide[0] - geometry.place(alignment.canvas, pads, 1).x
    placed = {
        "dvd": (alignment.dvd_size, alignment.dvd_rect),
        "widescreen": (pads, geometry.place(alignment.canvas, pads, 1)),
    }
    for layer, (size, rect) in placed.items():
        delta = max(abs(value) for value in geometry.center_delta(alignment.canvas, size, rect))
        inside = layer == "dvd" or 0 <= left <= pads[0] - alignment.wide[2]
        yield Check(
            name=f"{layer} centre on the canonical centre",
            passed=delta == 0 and inside,
            number=delta,
            limit=0,
            unit="px",
            layer=layer,
            text=f"its centre sample lands {delta} px from the canvas's centre",
        )


def _band_heights(shot: Shot) -> Check:
    """Runbook: upscaled heights are exactly factor × the DVD's rows, in every file."""
    worst, first, layer = 0, None, ""
    for side, rows in zip(("top", "bottom"), shot.alignment.band_rows, strict=True):
        for frame in (None, *shot.frames) if rows else ():
            path = shot.paths.band(side, frame)
            height = read_image(path).size[1] if path.exists() else 0
            off = abs(height - rows * shot.alignment.factor)
            if off > worst:
                worst, first, layer = off, frame, f"up_{side}"
    return Check(
        name="bands exactly upscaled",
        passed=worst == 0,
        number=worst,
        limit=0,
        unit="rows",
        frame=first,
        layer=layer,
        text=f"heights are off {shot.alignment.factor} × the DVD's rows by up to {worst}",
    )


def _generated_under_foreground(shot: Shot) -> Check:
    """Runbook: no generated pixel where the foreground mask is 1."""
    changed = int(read_rgb8(shot.paths.mask_diff).any(axis=2).sum())
    plate = read_image(shot.paths.plate_key).pixels
    real = read_image(shot.paths.real_key).pixels
    mask = shot.paths.mask("foreground", "binary")
    if mask.exists():
        under = read_grey8(mask) > 0
        visible = under & (plate[..., 3] > 0)
        recoloured = under & (real[..., 3] > 0) & (plate[..., :3] != real[..., :3]).any(axis=2)
        changed += int((visible | recoloured).sum())
    return Check(
        name="nothing generated under the foreground",
        passed=changed == 0,
        number=changed,
        limit=0,
        unit="px",
        layer="generated_background_key",
        text=f"{changed} pixels of the generated background lie under the foreground",
    )


def _frames_whole(facts: Sequence[FrameFacts]) -> Check:
    broken = [fact for fact in facts if fact.problem]
    return Check(
        name="every final frame is there",
        passed=not broken,
        number=len(broken),
        limit=0,
        unit="frames",
        frame=broken[0].frame if broken else None,
        layer="final",
        text=broken[0].problem if broken else f"all {len(facts)} frames decode at full size",
    )


def _worst(facts: Sequence[FrameFacts], value: Callable[[FrameFacts], int]) -> FrameFacts | None:
    """The frame with the greatest value, None where all are 0."""
    found = max(facts, key=value, default=None)
    return found if found is not None and value(found) > 0 else None


def _foreground_real(facts: Sequence[FrameFacts]) -> Check:
    found = _worst(facts, lambda fact: fact.beyond)
    return Check(
        name="the foreground covers real pixels only",
        passed=found is None,
        number=found.beyond if found else 0,
        limit=0,
        unit="px",
        frame=found.frame if found else None,
        layer="foreground",
        text=f"{found.beyond if found else 0} pixels of the foreground mask are not real data",
    )


def _authoritative_untouched(shot: Shot, facts: Sequence[FrameFacts]) -> Check:
    """Runbook: zero difference to the widescreen away from seam, restyle and face."""
    found = _worst(facts, lambda fact: fact.worst)
    exact = shot.alignment.wide_scale == 1
    worst = found.worst if found else 0
    return Check(
        name="the widescreen's region is bit-identical",
        passed=worst == 0 or not exact,
        number=worst,
        limit=0 if exact else 255,
        unit="levels",
        frame=found.frame if found else None,
        layer="widescreen",
        text=(
            f"{found.touched if found else 0} pixels differ by up to {worst} levels"
            + ("" if exact else "; the widescreen was resampled, so bits cannot be the same")
        ),
    )


def _not_black(facts: Sequence[FrameFacts]) -> Check:
    black = [fact.frame for fact in facts if fact.black]
    return Check(
        name="no frame is black where its inputs are not",
        passed=not black,
        number=len(black),
        limit=0,
        unit="frames",
        frame=black[0] if black else None,
        layer="final",
        text=f"{len(black)} frames are black",
    )


def _video(shot: Shot) -> Iterator[Check]:
    """Runbook: the MP4 plays and has the frames of its duration, decoded again to count."""
    try:
        video = count_frames(shot.paths.mp4)
        frames, seconds, size, problem = video.frames, video.duration, video.size, ""
    except MediaError as error:
        frames, seconds, size, problem = 0, 0.0, (0, 0), str(error)
    asked = len(shot.frames)
    yield Check(
        name="the video has every frame",
        passed=frames == asked and size == geometry.delivered(shot.alignment.canvas),
        number=abs(frames - asked),
        limit=0,
        unit="frames",
        layer="final.mp4",
        text=problem or f"{frames} frames of {size[0]}×{size[1]} decode, {asked} were asked for",
    )
    wanted = asked / shot.alignment.fps
    off = abs(seconds - wanted)
    yield Check(
        name="the video has its duration",
        passed=off <= 0.5 / shot.alignment.fps,
        number=round(off, 4),
        limit=round(0.5 / shot.alignment.fps, 4),
        unit="s",
        layer="final.mp4",
        text=problem or f"it lasts {seconds:.3f} s, {wanted:.3f} s were asked for",
    )

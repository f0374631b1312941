"""Finds where and when the DVD lies on the widescreen copy, and how its colours differ."""

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from math import isclose
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from driver.errors import MemecompError
from driver.shot import alignment as report
from driver.shot import colour_match
from driver.shot import facts as shot_facts
from driver.shot.alignment import Alignment, Grade
from driver.shot.colour import apply_table, grade_table
from driver.shot.compose import moved, paint, rest_of
from driver.shot.facts import Facts
from driver.shot.geometry import Rect
from driver.shot.match import Fixed, Match
from driver.shot.paths import ShotPaths
from driver.shot.placement import Placement, Wish, place
from driver.shot.search import MIN_SCORE, find, spread
from driver.shot.segments import choose, plates
from driver.shot.settings import Settings
from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import replacing, write_bytes
from ofx_helpers.media.images import read_rgb8, write_image

_COLOUR_FRAMES = 5
_DIFFERENCE_GAIN = 4
_SAMPLE_TOLERANCE = 0.01
"""How far the factors that the measured sample's width and height say may lie apart."""
_FEW = 0.5
"""Part of the shorter copy below which it is said how few frames are left."""

Rgb = npt.NDArray[np.uint8]
Size = tuple[int, int]


def run(job: Job) -> None:
    """Writes `aligned/`, `debug/align_report.json` and `debug/align_difference.png`."""
    paths, settings = job.paths, job.settings
    facts = shot_facts.load(paths.facts)
    if settings.align.time_offset is not None:
        # Refused before the search.
        _pairs(
            settings.align.time_offset,
            range(1, facts.wide.frames + 1),
            range(1, facts.dvd.frames + 1),
        )
    wide_plates, dvd_plates, match = choose(
        paths, facts, settings.align.time_offset, partial(_match, job)
    )
    pairs = _pairs(match.time, wide_plates, dvd_plates)
    if settings.inpaint.key_frame > len(pairs):
        raise MemecompError(
            f"inpaint.key_frame = {settings.inpaint.key_frame}: the two copies share only "
            f"{len(pairs)} frames; choose a frame from 1 to {len(pairs)}"
        )
    wish = Wish(
        canvas=_scaled_size((settings.canvas.width, settings.canvas.height), job.proxy),
        factor=settings.bands.factor,
        allow_fractional=settings.bands.allow_fractional,
        # A Poisson seam needs a row in common even without a feather.
        reach=max(1, settings.seam.feather_px),
    )
    placement = place(facts.wide.size, facts.dvd.size, match, wish)
    grade = _grade(paths, pairs, match) if settings.align.colour_match else Grade()
    found = _alignment(job, placement, match, grade, pairs, facts)
    for number, (wide, dvd) in enumerate(pairs, 1):
        _put(paths.plate("dvd", dvd), paths.aligned("dvd", number))
        _put_wide(paths.plate("wide", wide), paths.aligned("wide", number), placement)
        job.progress(facts.wide.frames + number, facts.wide.frames + len(pairs))
    _remove_stale(paths, len(pairs))
    write_image(paths.align_difference, _difference(paths, found, settings.inpaint.key_frame))
    # Last: the report is what says that all the rest is there.
    write_bytes(paths.align_report, found.model_dump_json(indent=2).encode() + b"\n")
    _tell(job, found)
    _warn(job, match, found.frames, min(len(wide_plates), len(dvd_plates)))


def _scaled_size(size: Size, proxy: float) -> Size:
    return round(size[0] * proxy), round(size[1] * proxy)


def _match(job: Job, facts: Facts, wide: range, dvd: range) -> Match:
    """The match of these plates; its time offset is that of the whole copies."""
    copies = plates(job.paths, facts, wide, dvd)
    total = len(wide) + min(len(wide), len(dvd))
    best: Match | None = None
    refusal: MemecompError | None = None
    for fixed in manual_numbers(job.settings, facts.wide.size, job.proxy):
        local = fixed if fixed.time is None else replace(fixed, time=fixed.time - copies.first)
        try:
            found = find(copies, local, lambda done, _: job.progress(done, total))
        except MemecompError as error:
            refusal = error
            continue
        if best is None or found.score > best.score:
            best = found
    if best is None:
        raise refusal or MemecompError("the DVD and the widescreen copy do not match")
    return best.at(best.time + copies.first)


def manual_numbers(settings: Settings, wide_size: Size, proxy: float = 1.0) -> list[Fixed]:
    """What the settings give, each number for itself; several where a number has two readings.

    `measured_center_sample` says how many DVD pixels the canvas is wide. Where the widescreen copy
    is narrower than the canvas it may be enlarged to fill it or not, so both are tried.
    """
    align = settings.align
    scales: list[float | None] = [align.scale]
    if align.measured_center_sample is not None:
        canvas = settings.canvas.width or wide_size[0] / proxy
        scale = canvas / align.measured_center_sample[0]
        _require_one_factor(settings, align.measured_center_sample, scale)
        filled = wide_size[0] / proxy / align.measured_center_sample[0]
        if align.scale is not None and not isclose(align.scale, scale, rel_tol=1e-3):
            raise MemecompError(
                f"align.scale = {align.scale:g} and align.measured_center_sample, which says "
                f"{scale:g}, contradict each other: set only one of them"
            )
        scales = [scale] if filled > scale * 0.99 else [scale, filled]
    return [
        Fixed(
            scale=scale,
            x=None if align.offset_x is None else align.offset_x * proxy,
            y=None if align.offset_y is None else align.offset_y * proxy,
            time=align.time_offset,
        )
        for scale in scales
    ]


def _require_one_factor(settings: Settings, sample: tuple[float, float], scale: float) -> None:
    """The sample's height must say what its width says, where the canvas's height is known."""
    height = settings.canvas.height
    if height and not isclose(height / sample[1], scale, rel_tol=_SAMPLE_TOLERANCE):
        raise MemecompError(
            f"align.measured_center_sample = ({sample[0]:g}, {sample[1]:g}): its width says "
            f"{scale:.4g} canvas pixels for one DVD pixel and its height {height / sample[1]:.4g}, "
            f"for the canvas is {height} pixels high; measure both again, or set canvas.height to 0"
        )


def _pairs(time: int, wide: range, dvd: range) -> tuple[tuple[int, int], ...]:
    """(wide plate, dvd plate) of every frame of both ranges that pair, numbered from 1."""
    first = max(dvd.start, wide.start - time)
    last = min(dvd.stop, wide.stop - time) - 1
    if last < first:
        raise MemecompError(
            f"align.time_offset = {time}: the copies share no frame; the widescreen has "
            f"{len(wide)} frames and the DVD {len(dvd)}"
        )
    return tuple((dvd + time, dvd) for dvd in range(first, last + 1))


def _grade(paths: ShotPaths, pairs: tuple[tuple[int, int], ...], match: Match) -> Grade:
    frames = [
        (read_rgb8(paths.plate("dvd", dvd)), read_rgb8(paths.plate("wide", wide)))
        for wide, dvd in spread(pairs, _COLOUR_FRAMES)
    ]
    return colour_match.fit(frames, match)


def _alignment(
    job: Job,
    placement: Placement,
    match: Match,
    grade: Grade,
    pairs: tuple[tuple[int, int], ...],
    facts: Facts,
) -> Alignment:
    align = job.settings.align
    given = (align.measured_center_sample, align.scale, align.offset_x, align.offset_y)
    return Alignment(
        matched_pair_indices=pairs,
        fps=facts.fps,
        canvas=placement.canvas,
        factor=job.settings.bands.factor,
        wide_size=placement.wide_size,
        wide_padded=placement.wide_padded,
        wide=_numbers(placement.wide),
        dvd_size=facts.dvd.size,
        dvd=_numbers(placement.dvd),
        band_rows=(placement.bands.top, placement.bands.bottom),
        top=_numbers(placement.top),
        bottom=_numbers(placement.bottom),
        measured_offsets=(match.x, match.y, match.time),
        measured_scale=placement.measured_scale,
        scale_residual=placement.scale_residual,
        wide_scale=placement.wide_scale,
        grade=grade,
        apply_residual=placement.apply_residual,
        residual=placement.residual,
        manual=any(number is not None for number in (*given, align.time_offset)),
        score=match.score,
    )


def _numbers(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x, rect.y, rect.width, rect.height


def _put(plate: Path, aligned: Path) -> None:
    """The plate under its number in the shot's time: a hard link, or a copy where none can be."""
    # Moving a link onto another link to the same file does nothing and leaves both.
    if aligned.exists() and aligned.samefile(plate):
        return
    with replacing(aligned) as temporary:
        try:
            os.link(plate, temporary)
        except OSError:
            shutil.copy2(plate, temporary)


def _put_wide(plate: Path, aligned: Path, placement: Placement) -> None:
    if placement.wide_scale == 1:
        _put(plate, aligned)
    else:
        picture = read_rgb8(plate)
        size = placement.wide_size
        write_image(aligned, cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4))


def _remove_stale(paths: ShotPaths, frames: int) -> None:
    """Removes frames that an earlier, longer alignment left."""
    for path in paths.aligned("wide", 1).parent.glob("*.png"):
        found = re.fullmatch(r"(?:wide|dvd)\.(\d+)\.png", path.name)
        if found and int(found[1]) > frames:
            path.unlink()


def _difference(paths: ShotPaths, found: Alignment, frame: int) -> Rgb:
    """Four times the copies' absolute difference where they overlap, 8-bit RGB on the canvas."""
    dvd = apply_table(read_rgb8(paths.aligned("dvd", frame)), grade_table(found.grade))
    size = (found.dvd_rect.width, found.dvd_rect.height)
    large = cv2.resize(dvd, size, interpolation=cv2.INTER_CUBIC)
    shape = (found.canvas[1], found.canvas[0], 3)
    here, there = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    both = np.zeros(shape, np.uint8)
    paint(there, read_rgb8(paths.aligned("wide", frame)), found.wide_rect)
    overlap = found.wide_rect.intersect(found.dvd_rect)
    paint(both, np.ones((overlap.height, overlap.width, 3), np.uint8), overlap)
    rest = rest_of(found)
    if rest is None:
        paint(here, large, found.dvd_rect)
    else:
        solid = np.dstack([large, np.full(large.shape[:2], 255, np.uint8)]).astype(np.float32)
        floats = moved(solid, found.dvd_rect, found.canvas, rest)[..., :3]
        here = np.clip(np.rint(floats), 0, 255).astype(np.uint8)
    apart = cv2.absdiff(here, there).astype(np.int32) * both * _DIFFERENCE_GAIN
    shown: Rgb = np.minimum(apart, 255).astype(np.uint8)
    return shown


def _tell(job: Job, found: Alignment) -> None:
    x, y, time = found.measured_offsets
    job.say(
        f"aligned {found.frames} frames: {time:+d} frames, scale {found.measured_scale:.4f} "
        f"({found.scale_residual:+.2%} from {found.factor}), offset {x:+.2f}, {y:+.2f} px, "
        f"correlation {found.score:.3f}"
    )
    if found.score < MIN_SCORE:
        job.say("the numbers from the settings give a poor match: see debug/align_difference.png")


def _warn(job: Job, match: Match, frames: int, shorter: int) -> None:
    if job.settings.align.time_offset is not None:
        return
    if frames < _FEW * shorter:
        job.say(
            f"only {frames} of the shorter copy's {shorter} frames have a partner: set "
            "align.time_offset if the copies share more"
        )
    if match.ambiguous:
        job.say(
            f"the camera pans over what does not move, so other times fit as well: taken as "
            f"{match.time:+d} frames, {match.x:+.1f}, {match.y:+.1f} px; set align.time_offset or "
            "align.offset_x and align.offset_y if you know better"
        )


def _written(job: Job) -> Iterable[Path]:
    yield job.paths.align_report
    yield job.paths.align_difference
    if job.paths.align_report.exists():
        for frame in range(1, report.load(job.paths.align_report).frames + 1):
            yield job.paths.aligned("wide", frame)
            yield job.paths.aligned("dvd", frame)


def _read(job: Job) -> Iterable[Path]:
    yield job.paths.facts
    yield from sorted(job.paths.facts.parent.glob("*.png"))


STAGE = Stage(
    name="align",
    help="Find time offset, scale, position and colours of the DVD on the widescreen copy.",
    after=("ingest",),
    run=run,
    settings=(
        "align",
        "canvas",
        "bands.factor",
        "bands.allow_fractional",
        "seam.feather_px",
        "inpaint.key_frame",
    ),
    version=2,
    reads=_read,
    writes=_written,
)

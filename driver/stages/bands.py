"""Upscales the rows that only the DVD has, and nothing else of it."""

import re
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from driver.shot import alignment as report
from driver.shot.alignment import Alignment
from driver.shot.bands_join import joined
from driver.stages.base import Job, Stage
from models.tiling import TileStats, upscale_tiled
from models.upscaler import Upscaler, load_upscaler
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.images import read_rgb8, write_image

SIDES = ("top", "bottom")
_HEADER = (
    "frame side    tiles  tile px     overlap   seconds  tile MB   peak MB  correction max mean"
)

Rgb = npt.NDArray[np.uint8]


def run(job: Job) -> None:
    """Writes `bands/up_top.####.png` and `up_bottom`, the key frame's copies, and the report."""
    found = report.load(job.paths.align_report)
    key = job.settings.inpaint.key_frame
    frames = list(job.todo)
    there = all(path.exists() for path in _key_files(job, found))
    if key not in frames and (not there or (frames and key not in job.frames)):
        # The stages after this one work on the key frame, whichever frames are asked for; nobody
        # has looked whether one that was not asked for is up to date.
        frames.insert(0, key)
    if not _sides(found):
        job.say("the DVD shows nothing above or below the widescreen: no bands to upscale")
        for frame in job.todo:
            job.frame_done(frame)
    if not frames or not _sides(found):
        return
    wanted = job.settings.bands
    upscaler = load_upscaler(
        backend=wanted.backend, weights=wanted.weights, precision=wanted.precision
    )
    job.say(f"bands by {upscaler.description}")
    lines: dict[tuple[int, str], str] = {}
    try:
        for done, frame in enumerate(frames):
            job.progress(done, len(frames))
            _frame(job, found, upscaler, frame, lines)
            job.frame_done(frame)
        job.progress(len(frames), len(frames))
    finally:
        text = _report(job.paths.tile_report, upscaler, lines)
        write_bytes(job.paths.tile_report, text.encode())
        upscaler.close()


def _frame(
    job: Job,
    found: Alignment,
    upscaler: Upscaler,
    frame: int,
    lines: dict[tuple[int, str], str],
) -> None:
    dvd = read_rgb8(job.paths.aligned("dvd", frame), size=found.dvd_size)
    wide: Rgb | None = None
    if job.settings.seam.mode == "poisson":
        wide = read_rgb8(job.paths.aligned("wide", frame), size=found.wide_size)
    wanted = job.settings.bands
    for side in _sides(found):
        band, stats = upscaled_band(
            upscaler,
            dvd,
            side,
            rows=found.bands.top if side == "top" else found.bands.bottom,
            factor=found.factor,
            context=wanted.context_rows,
            tile=wanted.tile,
            overlap=wanted.overlap,
        )
        if wide is not None:
            band = joined(band, wide, side, found, job.settings.seam.feather_px)
        write_image(job.paths.band(side, frame), band)
        if frame == job.settings.inpaint.key_frame:
            write_image(job.paths.band(side), band)
        lines[frame, side] = _line(frame, side, stats)


def upscaled_band(
    upscaler: Upscaler,
    dvd: Rgb,
    side: str,
    *,
    rows: int,
    factor: int,
    context: int = 0,
    tile: int = 0,
    overlap: int = 24,
) -> tuple[Rgb, TileStats]:
    """The first ('top') or last ('bottom') `rows` of a DVD frame, exactly `factor` times as large.

    `dvd` is (h, w, 3) uint8 RGB. `context` rows of the core go through the network with the band
    and are cut off after. A network of another factor is brought to the exact size: reduced by
    area averaging, or enlarged by Lanczos.
    """
    taken = min(rows + context, dvd.shape[0])
    source = dvd[:taken] if side == "top" else dvd[dvd.shape[0] - taken :]
    large, stats = upscale_tiled(upscaler, np.ascontiguousarray(source), tile=tile, overlap=overlap)
    size = (source.shape[1] * factor, source.shape[0] * factor)
    if upscaler.factor > factor:
        large = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    elif upscaler.factor < factor:
        large = cv2.resize(large, size, interpolation=cv2.INTER_LANCZOS4)
    height = rows * factor
    cut = large[:height] if side == "top" else large[large.shape[0] - height :]
    return np.ascontiguousarray(cut), stats


def _sides(found: Alignment) -> tuple[str, ...]:
    return tuple(side for side, rows in zip(SIDES, found.band_rows, strict=True) if rows > 0)


def _line(frame: int, side: str, stats: TileStats) -> str:
    size = f"{stats.tile_width}×{stats.tile_height}"
    overlap = stats.overlap if stats.tiles > 1 else 0
    return (
        f"{frame:5d} {side:6s} {stats.tiles:6d}  {size:10s} {overlap:8d} {stats.seconds:9.3f} "
        f"{stats.estimated_bytes / 1e6:8.0f} {stats.peak_bytes / 1e6:9.0f} "
        f"{stats.seam_max:14.1f} {stats.seam_mean:5.2f}"
    )


def _report(path: Path, upscaler: Upscaler, lines: dict[tuple[int, str], str]) -> str:
    """The report of this run, and what an earlier one said of the frames that it left alone."""
    kept: dict[tuple[int, str], str] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"\s*(\d+) (top|bottom)\b", line):
                kept[int(match[1]), match[2]] = line
    kept.update(lines)
    ordered = [kept[key] for key in sorted(kept, key=lambda key: (key[0], SIDES.index(key[1])))]
    return "\n".join(
        [
            upscaler.description,
            "Correction: how far tiles were apart where they overlap, in levels of 255.",
            _HEADER,
            *ordered,
            "",
        ]
    )


def _found(job: Job) -> Alignment | None:
    path = job.paths.align_report
    return report.load(path) if path.exists() else None


def _key_files(job: Job, found: Alignment) -> list[Path]:
    return [job.paths.band(side) for side in _sides(found)]


def _writes(job: Job) -> Iterable[Path]:
    found = _found(job)
    if found is not None and _sides(found):
        yield from _key_files(job, found)
        yield job.paths.tile_report


def _writes_frame(job: Job, frame: int) -> Iterable[Path]:
    found = _found(job)
    if found is not None:
        yield from (job.paths.band(side, frame) for side in _sides(found))


def _reads_frame(job: Job, frame: int) -> Iterable[Path]:
    yield job.paths.aligned("dvd", frame)
    if job.settings.seam.mode == "poisson":
        yield job.paths.aligned("wide", frame)


STAGE = Stage(
    name="bands",
    help="Upscale the DVD's top and bottom bands.",
    after=("align",),
    run=run,
    settings=("bands", "seam.mode", "seam.feather_px", "inpaint.key_frame"),
    weights=lambda job: (job.settings.bands.weights,),
    reads=lambda job: (job.paths.align_report,),
    reads_frame=_reads_frame,
    writes=_writes,
    writes_frame=_writes_frame,
)

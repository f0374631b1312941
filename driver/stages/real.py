"""The key frame's composite of real data: widescreen over upscaled bands, before any generation."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from driver.shot import alignment as report
from driver.shot.alignment import Alignment
from driver.shot.compose import composed
from driver.stages.base import Job, Stage
from ofx_helpers.media.images import read_rgb8, write_image


def run(job: Job) -> None:
    """Writes `real/key.png` and the masks of what each layer has."""
    found = report.load(job.paths.align_report)
    wide = read_rgb8(
        job.paths.aligned("wide", job.settings.inpaint.key_frame), size=found.wide_size
    )
    bands = {
        side: read_rgb8(
            job.paths.band(side), size=(found.band_rect(side).width, found.band_rect(side).height)
        )
        for side in _sides(found)
    }
    job.progress(0, 1)
    key, masks = composed(wide, bands, found)
    for layer, mask in masks.items():
        write_image(job.paths.available(layer), mask.astype(np.uint8) * 255)
    write_image(job.paths.real_key, key)
    job.progress(1, 1)


def _sides(found: Alignment) -> tuple[str, ...]:
    return tuple(side for side in ("top", "bottom") if not found.band_rect(side).empty)


def _reads(job: Job) -> Iterable[Path]:
    yield job.paths.align_report
    yield job.paths.aligned("wide", job.settings.inpaint.key_frame)
    if job.paths.align_report.exists():
        for side in _sides(report.load(job.paths.align_report)):
            yield job.paths.band(side)


STAGE = Stage(
    name="real",
    help="Compose the key frame's real pixels and the masks of what is missing.",
    after=("align", "bands"),
    run=run,
    settings=("inpaint.key_frame",),
    reads=_reads,
    writes=lambda job: (
        job.paths.real_key,
        *(job.paths.available(layer) for layer in ("wide", "bands", "missing")),
    ),
)

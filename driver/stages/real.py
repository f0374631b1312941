"""The key frame's composite of real data: widescreen over upscaled bands, before any generation."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from driver.shot import alignment as report
from driver.shot.alignment import Alignment
from driver.shot.colour import apply_table, grade_table, graded, to_linear, to_srgb
from driver.shot.compose import available, moved, paint, rest_of
from driver.stages.base import Job, Stage
from ofx_helpers.media.images import read_rgb8, write_image

Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


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


def composed(wide: Rgb, bands: dict[str, Rgb], found: Alignment) -> tuple[Rgb, dict[str, Mask]]:
    """The canvas (h, w, 4) in 8-bit sRGB, alpha 255 where real, and the layers' availability.

    Bands ('top', 'bottom'; those that there are) are graded to the widescreen copy. The seam is
    hard here: the project feathers it. Masks: 'wide' and 'bands' say where each has pixels, the
    one under the other too; 'missing' where neither has.
    """
    canvas = found.canvas
    colours = np.zeros((canvas[1], canvas[0], 3), np.uint8)
    has_bands = np.zeros((canvas[1], canvas[0]), np.bool_)
    for side, band in bands.items():
        has_bands |= _paint_band(colours, band, side, found)
    has_wide = available(found.wide_rect, canvas)
    paint(colours, wide, found.wide_rect)
    missing = ~(has_wide | has_bands)
    alpha = np.where(missing, 0, 255).astype(np.uint8)
    masks = {"wide": has_wide, "bands": has_bands, "missing": missing}
    return np.concatenate([colours, alpha[..., None]], axis=2), masks


def _paint_band(colours: Rgb, band: Rgb, side: str, found: Alignment) -> Mask:
    rect, rest = found.band_rect(side), rest_of(found)
    if rest is None:
        paint(colours, apply_table(band, grade_table(found.grade)), rect)
        return available(rect, found.canvas)
    light = graded(to_linear(band / 255.0), found.grade)
    solid = np.concatenate([light, np.ones((*band.shape[:2], 1))], axis=2).astype(np.float32)
    placed = moved(solid, rect, found.canvas, rest)
    # A pixel that the band covers in part is left to the generated plate.
    has: Mask = placed[..., 3] > 0.999
    colours[has] = np.rint(to_srgb(placed[has][:, :3]) * 255).astype(np.uint8)
    return has


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

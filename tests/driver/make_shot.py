"""A small finished shot with every file that checks, report and preview read."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.project.template import fill, load_template
from driver.shot.alignment import Alignment
from driver.shot.compose import composed
from driver.shot.composite import values
from driver.shot.paths import ShotPaths
from driver.shot.settings import Foreground, Seam, Settings
from driver.shot.tracking import Drift, Tracking
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.images import write_image
from ofx_helpers.media.video_writer import VideoWriter
from tests.driver.make_alignment import make_alignment

FRAMES = (1, 2, 3)
SETTINGS = Settings(name="small", foreground=Foreground(hue=90), seam=Seam(feather_px=2))
SQUARE = np.s_[14:22, 28:36]
"""The foreground, in the widescreen's middle."""


def make_shot(root: Path) -> tuple[ShotPaths, Alignment]:
    """Three frames of 64×36: noise for the widescreen, flat bands, a flat plate, a foreground."""
    paths, found = ShotPaths(root), make_alignment(frames=len(FRAMES))
    rng = np.random.default_rng(3)
    drift = tuple(Drift(frame=frame, error=frame / 10) for frame in FRAMES)
    tracked = Tracking(key_frame=1, canvas=found.canvas, drift=drift)
    write_bytes(paths.align_report, found.model_dump_json().encode())
    write_bytes(paths.track, tracked.model_dump_json().encode())
    write_image(paths.align_difference, np.zeros((18, 32, 3), np.uint8))
    finals = []
    for frame in FRAMES:
        wide = rng.integers(40, 200, (found.wide[3], found.wide[2], 3), np.uint8)
        bands = {
            side: np.full((rows * 4, 48, 3), 120, np.uint8)
            for side, rows in zip(("top", "bottom"), found.band_rows, strict=True)
        }
        real = composed(wide, bands, found)[0]
        final = np.where(real[..., 3:] == 255, real[..., :3], 77).astype(np.uint8)
        finals.append(final)
        write_image(paths.final(frame), final)
        write_image(paths.aligned("wide", frame), wide)
        write_image(paths.aligned("dvd", frame), np.full((9, 12, 3), 90, np.uint8))
        mask = foreground_mask(found)
        write_image(paths.tracked("foreground", frame), mask)
        write_image(paths.foreground(frame), np.dstack([final, mask]))
        for side, band in bands.items():
            write_image(paths.band(side, frame), band)
            write_image(paths.band(side), band)
        if frame == 1:
            _key(paths, real, final, mask)
    with VideoWriter(paths.mp4, found.canvas, Fraction(25)) as video:
        for final in finals:
            video.write(final)
    described = values(SETTINGS, root, paths, found, tracked)
    fill(load_template("priority_composite"), described, paths.project).write(paths.project)
    return paths, found


def foreground_mask(found: Alignment) -> NDArray[np.uint8]:
    """White on the foreground's square."""
    mask = np.zeros((found.canvas[1], found.canvas[0]), np.uint8)
    mask[SQUARE] = 255
    return mask


def _key(
    paths: ShotPaths, real: NDArray[np.uint8], final: NDArray[np.uint8], mask: NDArray[np.uint8]
) -> None:
    """Real composite, generated plate and masks of the key frame."""
    write_image(paths.real_key, np.dstack([final, real[..., 3]]))
    write_image(paths.plate_key, np.dstack([final, 255 - mask]))
    write_image(paths.mask("foreground", "binary"), mask)
    write_image(paths.mask_diff, np.zeros_like(final))

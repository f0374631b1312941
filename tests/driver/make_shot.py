"""A small finished shot with every file that checks, report and preview read."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.shot.alignment import Alignment
from driver.shot.paths import ShotPaths
from driver.shot.seam import cover
from driver.shot.settings import Foreground, Seam, Settings
from driver.shot.tracking import Drift, Tracking
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.images import write_image
from ofx_helpers.media.video_writer import VideoWriter
from tests.driver.make_alignment import make_alignment

FRAMES = (1, 2, 3)
SETTINGS = Settings(name="small", foreground=Foreground(hue=90), seam=Seam(feather_px=2))


def make_shot(root: Path) -> tuple[ShotPaths, Alignment]:
    """Three frames of 64×36: the widescreen's own pixels in the middle, a foreground on it."""
    paths, found = ShotPaths(root), make_alignment(frames=len(FRAMES))
    rng = np.random.default_rng(3)
    width, height = found.canvas
    write_bytes(paths.align_report, found.model_dump_json().encode())
    drift = tuple(Drift(frame=frame, error=frame / 10) for frame in FRAMES)
    tracked = Tracking(key_frame=1, canvas=found.canvas, drift=drift)
    write_bytes(paths.track, tracked.model_dump_json().encode())
    finals = []
    for frame in FRAMES:
        final = rng.integers(40, 200, (height, width, 3), np.uint8)
        wide = rng.integers(40, 200, (found.wide[3], width, 3), np.uint8)
        final[found.wide[1] :][: found.wide[3]] = wide
        finals.append(final)
        write_image(paths.final(frame), final)
        write_image(paths.aligned("wide", frame), wide)
        write_image(paths.aligned("dvd", frame), np.full((9, 12, 3), 90, np.uint8))
        write_image(paths.foreground(frame), np.zeros((height, width, 4), np.uint8))
        write_image(paths.tracked("foreground", frame), foreground_mask(found))
        for side, rows in zip(("top", "bottom"), found.band_rows, strict=True):
            band = np.full((rows * 4, 48, 3), 120, np.uint8)
            write_image(paths.band(side, frame), band)
            write_image(paths.band(side), band)
    _key(paths, found, finals[0])
    with VideoWriter(paths.mp4, found.canvas, Fraction(25)) as video:
        for final in finals:
            video.write(final)
    return paths, found


def foreground_mask(found: Alignment) -> NDArray[np.uint8]:
    """A square in the widescreen's middle."""
    mask = np.zeros((found.canvas[1], found.canvas[0]), np.uint8)
    mask[14:22, 28:36] = 255
    return mask


def _key(paths: ShotPaths, found: Alignment, final: NDArray[np.uint8]) -> None:
    """Real composite, generated plate and masks of the key frame."""
    real = cover(found.canvas, found.wide_rect)
    for side in ("top", "bottom"):
        real |= cover(found.canvas, found.band_rect(side))
    foreground = foreground_mask(found)
    write_image(paths.real_key, np.dstack([final, real.astype(np.uint8) * 255]))
    write_image(paths.plate_key, np.dstack([final, np.where(foreground > 0, 0, 255).astype("u1")]))
    write_image(paths.mask("foreground", "binary"), foreground)
    write_image(paths.mask_diff, np.zeros_like(final))

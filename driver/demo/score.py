"""How near the rebuilt frame comes to the truth, beside plain Lanczos and plain Telea."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.demo.pair import Pair, truth
from driver.shot import alignment
from driver.shot.alignment import Alignment
from driver.shot.colour import apply_table, grade_table
from driver.shot.compose import available, paint
from driver.shot.paths import ShotPaths
from ofx_helpers.media.images import read_grey8, read_image, read_rgb8

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Score:
    """PSNR in dB against the truth, over all frames."""

    region: str
    ours: float
    plain: float
    plain_name: str


def scores(paths: ShotPaths, pair: Pair, frames: list[int]) -> tuple[Score, ...]:
    """Bands beside a Lanczos upscale with the same colour match, corners beside Telea.

    Pixels of the restyled foreground and of the face count in neither.
    """
    found = alignment.load(paths.align_report)
    originals = list(truth(pair))
    canvas = found.canvas
    wide = available(found.wide_rect, canvas)
    top, bottom = (available(found.band_rect(side), canvas) for side in ("top", "bottom"))
    bands = (top | bottom) & ~wide
    key = read_image(paths.real_key).pixels
    missing = key[..., 3] == 0
    telea = cv2.inpaint(
        np.ascontiguousarray(key[..., :3]), missing.astype(np.uint8), 5, cv2.INPAINT_TELEA
    )
    errors = np.zeros((4, 2))
    for frame in frames:
        original = originals[found.matched_pair_indices[frame - 1][0] - 1]
        plain = ~_layered(paths, frame, canvas)
        final = read_rgb8(paths.final(frame))
        lanczos = _lanczos(paths, found, frame)
        seen, hole = (np.asarray(region & plain, np.uint8) for region in (bands, missing))
        for row, (image, region) in enumerate(
            ((final, seen), (lanczos, seen), (final, hole), (telea, hole))
        ):
            # Sums of squares of whole numbers: exact.
            total = cv2.norm(image, original, cv2.NORM_L2SQR, region)
            errors[row] += total, np.count_nonzero(region) * image.shape[2]
    values = [_psnr(total, count) for total, count in errors]
    return (
        Score("bands", values[0], values[1], "Lanczos"),
        Score("corners", values[2], values[3], "Telea"),
    )


def _psnr(total: float, count: float) -> float:
    return float(10 * np.log10(255.0**2 / max(total / max(count, 1), 1e-9)))


def _layered(paths: ShotPaths, frame: int, canvas: tuple[int, int]) -> NDArray[np.bool_]:
    """Where foreground or face lie on the frame."""
    covered = np.zeros((canvas[1], canvas[0]), bool)
    for layer in ("foreground", "face"):
        path = paths.tracked(layer, frame)
        if path.exists():
            covered |= read_grey8(path) > 0
    return covered


def _lanczos(paths: ShotPaths, found: Alignment, frame: int) -> Image:
    """The whole DVD frame, upscaled by Lanczos, placed and colour-matched as the bands are."""
    dvd = read_rgb8(paths.aligned("dvd", frame))
    place = found.dvd_rect
    big = cv2.resize(dvd, (place.width, place.height), interpolation=cv2.INTER_LANCZOS4)
    matched = apply_table(big, grade_table(found.grade))
    image = np.zeros((found.canvas[1], found.canvas[0], 3), np.uint8)
    paint(image, matched, place)
    return image

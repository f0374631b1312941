"""What one pass over a frame's files finds: each layer of the final frame beside its source."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.alignment import Alignment
from driver.shot.colour import to_linear
from driver.shot.compose import available, composed
from driver.shot.motion import to_cv
from driver.shot.paths import ShotPaths
from driver.shot.seam import authoritative, band_core
from driver.shot.settings import Settings
from driver.shot.tracking import Tracking
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_grey8, read_image, read_rgb8

Mask = NDArray[np.bool_]
Image = NDArray[np.uint8]
BLACK = 1.5
"""Mean level of 255 under which a picture is black."""
# Luminance as the Merge operation `color` keeps it (W3C compositing, 'Lum').
LUMINANCE = np.array([0.3, 0.59, 0.11])


@dataclass(frozen=True)
class Shot:
    """What the checks look at."""

    settings: Settings
    paths: ShotPaths
    alignment: Alignment
    tracking: Tracking
    frames: Sequence[int]


@dataclass(frozen=True)
class Measured:
    """One frame's numbers, by layer; `problem` says which file is missing or broken."""

    frame: int
    problem: str = ""
    layer: str = "final"
    numbers: dict[str, float] = field(default_factory=dict)


def measure(shot: Shot, progress: Callable[[int, int], None]) -> list[Measured]:
    """Every frame, two at a time."""
    found: list[Measured] = []
    plate = read_image(shot.paths.plate_key).pixels
    with ThreadPoolExecutor(2) as pool:
        for one in pool.map(lambda frame: _frame(shot, frame, plate), shot.frames):
            found.append(one)
            progress(len(found), len(shot.frames))
    return found


def _frame(shot: Shot, frame: int, plate: Image) -> Measured:
    layer = "final"
    try:
        canvas = shot.alignment.canvas
        final = read_rgb8(shot.paths.final(frame), size=canvas)
        layer = "sources"
        wide = read_rgb8(shot.paths.aligned("wide", frame), size=shot.alignment.wide[2:])
        bands = {
            side: read_rgb8(shot.paths.band(side, frame), size=(rect.width, rect.height))
            for side in ("top", "bottom")
            if not (rect := shot.alignment.band_rect(side)).empty
        }
        foreground = _mask(shot, "foreground", frame)
        face = _mask(shot, "face", frame) if shot.settings.face.asset else None
        layer = "foreground"
        cut = None if foreground is None else read_image(shot.paths.foreground(frame), size=canvas)
    except MediaError as error:
        return Measured(frame, problem=str(error), layer=layer)
    real, masks = composed(wide, bands, shot.alignment)
    layered = _layered(shot, foreground, face)
    numbers = _real_layers(shot, final, real[..., :3], masks, layered)
    numbers["generated"] = _generated(shot, frame, final, plate, masks["missing"] & ~layered)
    numbers["black"] = float(final.mean() < BLACK <= real[..., :3].mean())
    if foreground is not None and cut is not None:
        numbers |= _foreground(foreground, face, cut.pixels, masks["missing"])
        inside = (foreground == 255) & ~masks["missing"]
        inside &= True if face is None else face == 0
        numbers["luminance"] = _luminance(final, real[..., :3], inside)
    return Measured(frame, numbers=numbers)


def _mask(shot: Shot, layer: str, frame: int) -> Image | None:
    """The tracked mask, or None where the shot has no such layer."""
    if layer == "foreground" and shot.settings.segment.model == "none":
        return None
    path = shot.paths.tracked(layer, frame)
    if layer == "face" and not path.exists():
        return None
    return read_grey8(path, size=shot.alignment.canvas)


def _layered(shot: Shot, foreground: Image | None, face: Image | None) -> Mask:
    """Where restyle or face may change the picture; the face's mask with the blur of its edge."""
    canvas = shot.alignment.canvas
    covered = np.zeros((canvas[1], canvas[0]), np.bool_)
    if foreground is not None and shot.settings.foreground.restyles:
        covered |= foreground > 0
    if face is not None:
        # The project's blur reaches about three times its size in all.
        reach = 2 * round(1.5 * shot.settings.face.feather_px) + 1
        covered |= cv2.dilate(face, np.ones((reach, reach), np.uint8)) > 0
    return covered


def _real_layers(
    shot: Shot, final: Image, real: Image, masks: dict[str, Mask], layered: Mask
) -> dict[str, float]:
    """Greatest difference in levels to the widescreen in its core, and to the bands outside it."""
    canvas, place = shot.alignment.canvas, shot.alignment.wide_rect
    core = available(authoritative(canvas, place, shot.settings.seam.feather_px), canvas)
    difference = cv2.absdiff(final, real).max(axis=2)
    wide = difference[core & ~layered]
    sides = np.zeros(core.shape, np.bool_)
    for side in ("top", "bottom"):
        # Two pixels more: a sub-pixel rest filters the edge as well.
        rect = shot.alignment.band_rect(side)
        feather = shot.settings.seam.feather_px + (2 if shot.alignment.apply_residual else 0)
        sides |= available(band_core(canvas, rect, feather), canvas)
    bands = difference[masks["bands"] & sides & ~masks["wide"] & ~layered]
    return {
        "widescreen": float(wide.max(initial=0)),
        "touched": float(np.count_nonzero(wide)),
        "bands": float(bands.max(initial=0)),
    }


def _generated(shot: Shot, frame: int, final: Image, plate: Image, where: Mask) -> float:
    """Mean difference in levels to the plate where the camera has taken it.

    The project filters the moved plate with another kernel than this, so only a mean is exact.
    """
    matrix = to_cv(np.array(shot.tracking.camera_matrix(frame)))
    moved = cv2.warpPerspective(plate, matrix, shot.alignment.canvas, flags=cv2.INTER_CUBIC)
    where = where & (moved[..., 3] == 255)
    if not where.any():
        return 0.0
    return float(np.abs(final[where].astype(np.float32) - moved[where][:, :3]).mean())


def _foreground(
    mask: Image, face: Image | None, cut: NDArray[np.generic], missing: Mask
) -> dict[str, float]:
    """The mask's pixels that are not real, and how far the cut-out's alpha is from the mask."""
    plain = np.ones(mask.shape, np.bool_) if face is None else face == 0
    alpha = cut[..., 3].astype(np.int16) if cut.shape[2] == 4 else np.full(mask.shape, 255)
    return {
        "beyond": float(np.count_nonzero(mask[missing])),
        "cut-out": float(np.abs(alpha - mask)[plain].max(initial=0)),
    }


def _luminance(final: Image, real: Image, where: Mask) -> float:
    """Difference of the mean luminance over a region, in percent of white, in linear light."""
    if not where.any():
        return 0.0
    light = [to_linear(image[where] / 255.0).mean(axis=0) @ LUMINANCE for image in (final, real)]
    return float(abs(light[0] - light[1]) * 100)

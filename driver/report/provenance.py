"""Which source each pixel of a frame came from."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot import alignment, tracking
from driver.shot.alignment import Alignment
from driver.shot.compose import available
from driver.shot.motion import to_cv
from driver.shot.paths import ShotPaths
from driver.shot.seam import authoritative, band_core
from driver.shot.settings import Settings
from driver.shot.tracking import Matrix
from ofx_helpers.media.images import read_grey8, read_image

Labels = NDArray[np.uint8]


@dataclass(frozen=True)
class Origin:
    """A source, and the colour that stands for it on the map (RGB, 0 to 255)."""

    name: str
    colour: tuple[int, int, int]


ORIGINS = (
    Origin("neutral", (60, 60, 60)),
    Origin("generated", (214, 84, 76)),
    Origin("bands", (240, 178, 62)),
    Origin("widescreen", (66, 122, 198)),
    Origin("seam", (158, 202, 225)),
    Origin("foreground, restyled", (104, 173, 92)),
    Origin("face", (196, 106, 190)),
)
NEUTRAL, GENERATED, BANDS, WIDE, SEAM, FOREGROUND, FACE = range(len(ORIGINS))


def provenance(
    found: Alignment,
    feather: int,
    plate_alpha: NDArray[np.uint8],
    camera: Matrix,
    foreground: NDArray[np.uint8] | None,
    face: NDArray[np.uint8] | None,
) -> Labels:
    """The (height, width) map of indices into `ORIGINS`, in the runbook's order of priority.

    `plate_alpha` is the generated plate's on the key frame, moved by `camera`. `foreground` and
    `face` are the frame's masks, 0 to 255, where those layers change the picture; a pixel belongs
    to them where they cover half of it.
    """
    canvas = found.canvas
    labels = np.full((canvas[1], canvas[0]), NEUTRAL, np.uint8)
    matrix = to_cv(np.array(camera))
    moved = cv2.warpPerspective(plate_alpha, matrix, canvas, flags=cv2.INTER_NEAREST)
    # Where the moving plate has left the canvas's edge, the resting one shows.
    labels[(moved > 127) | (plate_alpha > 127)] = GENERATED
    for side in ("top", "bottom"):
        band = found.band_rect(side)
        labels[available(band, canvas)] = SEAM
        labels[available(band_core(canvas, band, feather), canvas)] = BANDS
    labels[available(found.wide_rect, canvas)] = SEAM
    labels[available(authoritative(canvas, found.wide_rect, feather), canvas)] = WIDE
    if foreground is not None:
        labels[foreground > 127] = FOREGROUND
    if face is not None:
        labels[face > 127] = FACE
    return labels


def frame_provenance(settings: Settings, paths: ShotPaths, frame: int) -> Labels:
    """The map of one frame of a shot, from its files."""

    def mask(layer: str) -> NDArray[np.uint8] | None:
        path = paths.tracked(layer, frame)
        return read_grey8(path) if path.exists() else None

    return provenance(
        alignment.load(paths.align_report),
        settings.seam.feather_px,
        read_image(paths.plate_key).pixels[..., 3].astype(np.uint8),
        tracking.load(paths.track).camera_matrix(frame),
        mask("foreground") if settings.foreground.restyles else None,
        mask("face") if settings.face.asset else None,
    )


def shares(labels: Labels) -> Mapping[str, float]:
    """Percent of the frame by source, of those that occur."""
    counts = np.bincount(labels.ravel(), minlength=len(ORIGINS)) * (100.0 / labels.size)
    return {
        origin.name: round(float(percent), 3)
        for origin, percent in zip(ORIGINS, counts, strict=True)
        if percent > 0
    }


def picture(labels: Labels) -> NDArray[np.uint8]:
    """The map in colours: (height, width, 3) RGB."""
    palette = np.array([origin.colour for origin in ORIGINS], np.uint8)
    return palette[labels]

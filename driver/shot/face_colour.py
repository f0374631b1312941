"""The colour of what surrounds the face, which the face's picture is matched to."""

import numpy as np
from numpy.typing import NDArray

from driver.shot.colour import to_linear
from driver.shot.masks import Mask, bounds, grow
from driver.shot.tracking import FaceColour


def face_colour(
    rgb: NDArray[np.uint8], face: Mask, foreground: Mask, real: Mask
) -> FaceColour | None:
    """Mean and deviation of linear RGB around the face of an 8-bit picture; None without a face.

    Around is a ring a quarter of the face's size wide. It keeps to the foreground, as far as that
    leaves a tenth of it: what lies behind a head says nothing about the light on it.
    """
    box = bounds(face)
    if box is None:
        return None
    ring = grow(face, max(2.0, max(box[2:]) / 4)) & ~face & real
    skin = ring & foreground
    chosen = skin if skin.any() and skin.sum() >= 0.1 * ring.sum() else ring
    light = to_linear(rgb[chosen if chosen.any() else face] / 255)
    mean, std = light.mean(axis=0).round(6), light.std(axis=0).round(6)
    return FaceColour(
        mean=(float(mean[0]), float(mean[1]), float(mean[2])),
        std=(float(std[0]), float(std[1]), float(std[2])),
    )

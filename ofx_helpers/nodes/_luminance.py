"""Luminance by the choice ids of Natron's `luminanceMath` parameter."""

import numpy as np
from numpy.typing import NDArray

LUMINANCE_WEIGHTS = {
    # Y rows of the RGB to XYZ matrices: BT.709 (D65), BT.2020, ACES AP0 and AP1; CCIR 601 luma.
    "rec709": (0.2126729, 0.7151522, 0.0721750),
    "rec2020": (0.2627002119, 0.6779980711, 0.0593017165),
    "acesap0": (0.3439664498, 0.7281660966, -0.0721325464),
    "acesap1": (0.2722287168, 0.6740817658, 0.0536895174),
    "ccir601": (0.2989, 0.5866, 0.1145),
    "average": (1 / 3, 1 / 3, 1 / 3),
}


def luminance(rgb: NDArray[np.float32], math: str) -> NDArray[np.float32]:
    """The (h, w, 1) luminance of the first three channels of (h, w, c) linear pixels."""
    if math == "max":
        top: NDArray[np.float32] = rgb[..., :3].max(-1, keepdims=True)
        return top
    weights = np.array(LUMINANCE_WEIGHTS[math], np.float32)
    grey: NDArray[np.float32] = (rgb[..., :3] @ weights)[..., None]
    return grey

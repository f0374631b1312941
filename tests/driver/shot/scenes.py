"""Textured pictures moved by a known motion, for the tests of tracking."""

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.motion import Array, scaling, to_cv, translation


def texture(size: tuple[int, int], seed: int = 1, coarse: int = 3) -> NDArray[np.uint8]:
    """Smooth noise, 8-bit RGB (h, w, 3) for a (width, height)."""
    random = np.random.default_rng(seed)
    noise = random.random((size[1], size[0], 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), coarse) + 0.6 * cv2.GaussianBlur(noise, (0, 0), 12)
    low, high = soft.min(), soft.max()
    return ((soft - low) / (high - low) * 255).astype(np.uint8)


def turned(
    centre: tuple[float, float], scale: float, degrees: float, dx: float, dy: float
) -> Array:
    """Scale and counter-clockwise rotation about a point, then a move by (dx, dy), y down."""
    angle = np.radians(degrees)
    turn = np.eye(3)
    turn[:2, :2] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    out = translation(centre[0] + dx, centre[1] + dy) @ scaling(scale) @ turn
    return np.asarray(out @ translation(-centre[0], -centre[1]))


def moved(picture: NDArray[np.uint8], matrix: Array) -> NDArray[np.uint8]:
    """The picture after a motion of the plane, its border mirrored."""
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(
        cv2.warpPerspective(
            picture, to_cv(matrix), size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
    )


def over(
    background: NDArray[np.uint8],
    picture: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    matrix: Array,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A masked picture moved over a background, and its mask there."""
    size = (background.shape[1], background.shape[0])
    soft = cv2.warpPerspective(mask.astype(np.float32), to_cv(matrix), size)
    blend = background * (1 - soft[..., None]) + moved(picture, matrix) * soft[..., None]
    return np.rint(blend).astype(np.uint8), soft > 0.5

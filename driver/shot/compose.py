"""Puts pictures where the geometry says, on plain top-down arrays."""

import cv2
import numpy as np
import numpy.typing as npt

from driver.shot import geometry
from driver.shot.alignment import Alignment, Residual
from driver.shot.geometry import Rect

Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def available(rect: Rect, canvas: tuple[int, int]) -> Mask:
    """Where on the canvas (h, w) a placed picture has pixels."""
    mask = np.zeros((canvas[1], canvas[0]), np.bool_)
    seen = rect.intersect(Rect(0, 0, *canvas))
    mask[seen.y : seen.bottom, seen.x : seen.right] = True
    return mask


def paint(onto: Rgb, picture: Rgb, rect: Rect) -> None:
    """Writes an 8-bit (h, w, 3) picture of the rectangle's size onto the canvas, cut at its edge.

    The one function here that changes an array it is given.
    """
    height, width = onto.shape[:2]
    seen = rect.intersect(Rect(0, 0, width, height))
    if not seen.empty:
        onto[seen.y : seen.bottom, seen.x : seen.right] = picture[
            seen.y - rect.y : seen.bottom - rect.y, seen.x - rect.x : seen.right - rect.x
        ]


def moved(
    picture: npt.NDArray[np.float32], rect: Rect, canvas: tuple[int, int], rest: Residual
) -> npt.NDArray[np.float32]:
    """A placed (h, w, channels) float picture on the canvas after the rest, filtered once.

    Outside the picture is 0: give it premultiplied, with its alpha, to know where it has pixels.
    """
    origin_x, origin_y = geometry.center(canvas[0]), geometry.center(canvas[1])
    # Edge coordinates to edge coordinates; warpAffine counts from the middle of the first pixel.
    x = origin_x + rest.dx + rest.scale * (rect.x + 0.5 - origin_x) - 0.5
    y = origin_y + rest.dy + rest.scale * (rect.y + 0.5 - origin_y) - 0.5
    matrix = np.array([[rest.scale, 0, x], [0, rest.scale, y]])
    out: npt.NDArray[np.float32] = cv2.warpAffine(
        picture, matrix, canvas, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    return out


def rest_of(alignment: Alignment) -> Residual | None:
    """The sub-pixel rest that the graph applies, if any."""
    return alignment.residual if alignment.apply_residual else None

"""Poisson-joined bands, stored so that the project's Grade gives the joined picture."""

import numpy as np
import numpy.typing as npt

from driver.shot.alignment import Alignment, Residual
from driver.shot.colour import graded, to_linear, to_srgb, ungraded
from driver.shot.compose import moved, rest_of
from driver.shot.geometry import Rect
from driver.shot.poisson import blended

Rgb = npt.NDArray[np.uint8]


def joined(band: Rgb, wide: Rgb, side: str, found: Alignment, feather: int) -> Rgb:
    """An upscaled band (8-bit sRGB) whose graded colours meet the widescreen's at the seam.

    The correction is found and added in sRGB after the colour match and the result taken back
    through the match: the project grades poisson bands just as it grades others. Only the first
    `feather` rows of the widescreen copy (at least one) are looked at.
    """
    light = graded(to_linear(band / 255.0), found.grade)
    there, known = _wide_over(found.band_rect(side), wide, found)
    known = _near_the_seam(known, side, max(feather, 1))
    result = blended(to_srgb(light), there, known, side)
    stored = to_srgb(ungraded(to_linear(np.clip(result, 0, 1)), found.grade))
    return np.rint(stored * 255).astype(np.uint8)


def _wide_over(
    rect: Rect, wide: Rgb, found: Alignment
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """The widescreen copy (sRGB 0 to 1) on a band's pixels, and where it has any."""
    canvas, rest = found.canvas, rest_of(found)
    picture = np.concatenate([wide / 255.0, np.ones((*wide.shape[:2], 1))], axis=2)
    if rest is not None:
        # Where the band lies before the rest moves it: the wide moves the other way.
        back = Residual(scale=1 / rest.scale, dx=-rest.dx / rest.scale, dy=-rest.dy / rest.scale)
        picture = moved(picture.astype(np.float32), found.wide_rect, canvas, back)
        lies = Rect(0, 0, *canvas)
    else:
        lies = found.wide_rect
    out = np.zeros((rect.height, rect.width, 4))
    both = rect.intersect(lies)
    if not both.empty:
        out[both.y - rect.y : both.bottom - rect.y, both.x - rect.x : both.right - rect.x] = (
            picture[both.y - lies.y : both.bottom - lies.y, both.x - lies.x : both.right - lies.x]
        )
    return out[..., :3], out[..., 3] > 0.999


def _near_the_seam(known: npt.NDArray[np.bool_], side: str, rows: int) -> npt.NDArray[np.bool_]:
    filled = np.flatnonzero(known.any(axis=1))
    near = known.copy()
    if len(filled) and side == "top":
        near[filled[0] + rows :] = False
    elif len(filled):
        near[: max(0, filled[-1] + 1 - rows)] = False
    return near

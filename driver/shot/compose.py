"""Puts real pictures where the geometry says, on plain top-down arrays."""

import numpy as np
import numpy.typing as npt

from driver.shot.alignment import Alignment, Residual
from driver.shot.colour import apply_table, grade_table, graded, to_linear, to_srgb
from driver.shot.geometry import Rect
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.resample import output_region, resample

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
    """A placed RGBA picture on the canvas after the rest, as the project's Transform filters it.

    `picture` is (h, w, 4) float32 of the rectangle's size, premultiplied; so is the result, of the
    canvas's size. The engine's own resampler does it: the composite will have the same pixels.
    """
    width, height = canvas
    y = height - rect.bottom
    window = Window(rect.x, y, rect.right, y + rect.height)
    source = Frame(np.ascontiguousarray(picture[::-1], np.float32), window)
    centre_x, centre_y = width / 2, height / 2
    # Natron's y runs up.
    direct = np.array(
        [
            [rest.scale, 0, centre_x * (1 - rest.scale) + rest.dx],
            [0, rest.scale, centre_y * (1 - rest.scale) - rest.dy],
            [0, 0, 1],
        ]
    )
    whole = Window(0, 0, width, height)
    touched = output_region([direct], window, True, whole).intersect(whole)
    out = np.zeros((height, width, 4), np.float32)
    if not touched.empty:
        out[touched.y1 : touched.y2, touched.x1 : touched.x2] = resample(
            source, np.linalg.inv(direct), touched
        )
    return np.ascontiguousarray(out[::-1])


def rest_of(alignment: Alignment) -> Residual | None:
    """The sub-pixel rest that the graph applies, if any."""
    return alignment.residual if alignment.apply_residual else None


def composed(wide: Rgb, bands: dict[str, Rgb], found: Alignment) -> tuple[Rgb, dict[str, Mask]]:
    """The canvas (h, w, 4) in 8-bit sRGB, alpha 255 where real, and the layers' availability.

    Bands ('top', 'bottom'; those that there are) are graded to the widescreen copy. The seam is
    hard here: the project feathers it. Masks: 'wide' and 'bands' say where each has pixels, the
    one under the other too; 'missing' where neither has.
    """
    canvas = found.canvas
    colours = np.zeros((canvas[1], canvas[0], 3), np.uint8)
    has_bands = np.zeros((canvas[1], canvas[0]), np.bool_)
    for side, band in bands.items():
        has_bands |= _paint_band(colours, band, side, found)
    has_wide = available(found.wide_rect, canvas)
    paint(colours, wide, found.wide_rect)
    missing = ~(has_wide | has_bands)
    alpha = np.where(missing, 0, 255).astype(np.uint8)
    masks = {"wide": has_wide, "bands": has_bands, "missing": missing}
    return np.concatenate([colours, alpha[..., None]], axis=2), masks


def _paint_band(colours: Rgb, band: Rgb, side: str, found: Alignment) -> Mask:
    rect, rest = found.band_rect(side), rest_of(found)
    if rest is None:
        paint(colours, apply_table(band, grade_table(found.grade)), rect)
        return available(rect, found.canvas)
    light = graded(to_linear(band / 255.0), found.grade)
    solid = np.concatenate([light, np.ones((*band.shape[:2], 1))], axis=2).astype(np.float32)
    placed = moved(solid, rect, found.canvas, rest)
    # A pixel that the band covers in part is left to the generated plate.
    has: Mask = placed[..., 3] > 0.999
    colours[has] = np.rint(to_srgb(placed[has][:, :3]) * 255).astype(np.uint8)
    return has

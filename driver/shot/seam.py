"""Where the widescreen's pixels are untouchable: farther from its edge than the seam reaches."""

from driver.shot.geometry import Rect


def authoritative(canvas: tuple[int, int], wide: Rect, feather: int) -> Rect:
    """The widescreen's pixels farther from its edge than the seam's feather.

    Only edges inside the (width, height) canvas have a seam; at the canvas's own edge nothing
    lies beneath to fade to.
    """
    whole = Rect(0, 0, *canvas).intersect(wide)
    left = feather if whole.x > 0 else 0
    top = feather if whole.y > 0 else 0
    right = feather if whole.right < canvas[0] else 0
    bottom = feather if whole.bottom < canvas[1] else 0
    return Rect(
        whole.x + left,
        whole.y + top,
        max(0, whole.width - left - right),
        max(0, whole.height - top - bottom),
    )


def band_core(canvas: tuple[int, int], band: Rect, feather: int) -> Rect:
    """A band's columns farther from its left and right edge than the seam's feather.

    A band no wider than both feathers has hard sides, as the project gives it.
    """
    if feather <= 0 or band.width <= 2 * feather:
        return band
    left = feather if band.x > 0 else 0
    right = feather if band.right < canvas[0] else 0
    return Rect(band.x + left, band.y, band.width - left - right, band.height)

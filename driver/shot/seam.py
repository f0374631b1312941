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

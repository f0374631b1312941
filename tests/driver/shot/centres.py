"""Rule 1 of the runbook, as tests ask it."""

from driver.shot.geometry import Rect, center


def center_delta(canvas: tuple[int, int], source: tuple[int, int], rect: Rect) -> tuple[int, int]:
    """How far the source's centre sample lands from the canvas's centre pixel, (0, 0) if exact."""
    scale_x, scale_y = rect.width // source[0], rect.height // source[1]
    return (
        rect.x + scale_x * center(source[0]) - center(canvas[0]),
        rect.y + scale_y * center(source[1]) - center(canvas[1]),
    )

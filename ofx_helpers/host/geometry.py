"""Between canonical coordinates and pixels.

A canonical x is a pixel x times the pixel aspect, divided by the render scale; y has no aspect.
"""

from collections.abc import Callable
from math import ceil, floor, isfinite

from ofx_helpers.engine.frame import Window
from ofx_helpers.host.types import Box

FAR = 1 << 24
"""Pixels beyond this are as good as infinite: plug-ins overflow on larger coordinates."""


def to_pixels(box: Box, scale: float = 1.0, aspect: float = 1.0) -> Window:
    """The pixels that a canonical box touches; an empty box gives an empty window."""
    if box[2] <= box[0] or box[3] <= box[1]:
        return Window(0, 0, 0, 0)
    across = scale / aspect
    return Window(
        _whole(box[0] * across, floor),
        _whole(box[1] * scale, floor),
        _whole(box[2] * across, ceil),
        _whole(box[3] * scale, ceil),
    )


def _whole(value: float, rounding: Callable[[float], int]) -> int:
    if not isfinite(value) or abs(value) > FAR:
        return -FAR if value < 0 else FAR
    return rounding(value)


def box_of(window: Window, scale: float = 1.0, aspect: float = 1.0) -> Box:
    """The canonical box of a window."""
    across = aspect / scale
    return (window.x1 * across, window.y1 / scale, window.x2 * across, window.y2 / scale)


def union(boxes: list[Box]) -> Box:
    """The smallest box around those that are not empty; zeros where all are."""
    solid = [box for box in boxes if box[2] > box[0] and box[3] > box[1]]
    if not solid:
        return (0.0, 0.0, 0.0, 0.0)
    low = tuple(min(box[i] for box in solid) for i in (0, 1))
    high = tuple(max(box[i] for box in solid) for i in (2, 3))
    return (low[0], low[1], high[0], high[1])


def canonical(matrix: tuple[float, ...], aspect_in: float, aspect_out: float) -> tuple[float, ...]:
    """A matrix between pixels as one between canonical coordinates."""
    return tuple(
        value * (aspect_out if row == 0 else 1.0) / (aspect_in if column == 0 else 1.0)
        for row, line in enumerate((matrix[:3], matrix[3:6], matrix[6:]))
        for column, value in enumerate(line)
    )

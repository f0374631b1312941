"""Black bars and blank edges: how many pixels of each side hold no picture."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLACK = 24
"""Brightest level (of 255) that black may reach with noise; tape black is noisy."""
STEP = 12
"""Levels by which the picture must exceed the bar beside it."""
SHARE = 0.5
"""Part of an edge along which that step must be seen in some frame."""
LARGEST = 0.35
"""Most of a side that a bar may take: beyond it the scene is dark, not framed."""


class Crop(NamedTuple):
    """Pixels to cut off each side."""

    left: int
    top: int
    right: int
    bottom: int


def find_borders(frames: Iterable[NDArray[np.uint8]]) -> Crop:
    """Bars that are black in all of several frames, (height, width, 3) uint8 RGB, top-down.

    A bar counts only where it ends in a straight step to brighter picture along much of its
    length; where all is dark, or the picture fades into black, nothing is cut.
    """
    peak: NDArray[np.float32] | None = None
    for frame in frames:
        luma = _smooth(frame.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32))
        peak = luma if peak is None else np.maximum(peak, luma)
    if peak is None:
        raise ValueError("borders need at least one frame")
    top = bottom = left = right = 0
    # Twice: side bars hide a part of the edge of top bars, and the other way round.
    for _ in range(2):
        rows = peak[:, left : peak.shape[1] - right]
        top, bottom = _bar(rows), _bar(rows[::-1])
        columns = peak[top : peak.shape[0] - bottom].T
        left, right = _bar(columns), _bar(columns[::-1])
    return Crop(left, top, right, bottom)


def _smooth(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of three along rows then columns: single noisy or dead pixels vanish, edges stay."""
    for axis in (0, 1):
        if luma.shape[axis] >= 3:
            before, after = np.roll(luma, 1, axis), np.roll(luma, -1, axis)
            low, high = np.minimum(before, after), np.maximum(before, after)
            middle = np.clip(luma, low, high)
            # Rolled ends meet the other side of the picture.
            ends = (slice(None),) * axis + ([0, -1],)
            middle[ends] = luma[ends]
            luma = middle
    return luma


def _bar(lines: NDArray[np.float32]) -> int:
    """Lines of a bar at the start of `lines` (lines, pixels); 0 where there is none for sure."""
    limit = int(lines.shape[0] * LARGEST)
    levels = np.percentile(lines[: limit + 1], 98, axis=1)
    dark = levels <= BLACK
    if not dark[0] or dark.all():
        return 0
    size = int(np.argmin(dark))
    bar = np.median(lines[:size])
    # A bar is as black at its edge as in its depth; light that falls off is not.
    depth = np.median(levels[: max(1, size // 2)])
    if levels[max(0, size - 3) : max(1, size - 1)].max() > depth + STEP / 2:
        return 0
    # Three lines on: the first ones may be half blank, and are then cut too.
    inside = lines[size + 2 : size + 5]
    if not len(inside) or (inside.max(axis=0) > bar + STEP).mean() < SHARE:
        return 0
    full = np.median(inside) - bar
    while size < limit and np.median(lines[size]) - bar < 0.6 * full:
        size += 1
        full = np.median(lines[size + 2 : size + 5]) - bar
    return size

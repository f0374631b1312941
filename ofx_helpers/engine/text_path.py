"""Text bent along a circle's arc.

Every point of the outlines, control points too, walks its x along the arc and its y off it.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.text_raster import UNIT, Points, fixed, flatten

Floats = NDArray[np.float64]
_TOLERANCE = 0.1


def along_arc(
    contours: Sequence[tuple[Points, ...]],
    matrix: Floats,
    middle: tuple[float, float],
    radius: float,
    angle: float,
) -> list[tuple[Points, ...]]:
    """Contours on the canvas (1/256 pixel) bent along an arc of the text's plane.

    `matrix` (2×3) maps that plane to the canvas; the arc starts right of `middle` and turns
    clockwise (y down) through `angle` degrees.
    """
    linear, offset = matrix[:, :2], matrix[:, 2]
    inverse = np.linalg.inv(linear)
    path = (_arc(middle, radius, math.radians(angle), linear, offset) - offset) @ inverse.T
    steps = np.diff(path, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    keep = lengths > 0
    starts, steps, lengths = path[:-1][keep], steps[keep], lengths[keep]
    if not len(lengths):
        return []
    ends = np.cumsum(lengths)

    def bend(points: Points) -> Points:
        plane = (points / UNIT - offset) @ inverse.T
        x, y = plane[:, 0], plane[:, 1]
        # Past the end the last stretch goes on straight, before the start the first.
        which = np.minimum(np.searchsorted(ends, x, side="left"), len(ends) - 1)
        share = (x - (ends[which] - lengths[which])) / lengths[which]
        aim = steps[which]
        normal = np.stack((-aim[:, 1], aim[:, 0]), axis=1) * (y / lengths[which])[:, None]
        return fixed((starts[which] + aim * share[:, None] + normal) @ linear.T + offset)

    return [tuple(bend(curve) for curve in contour) for contour in contours]


def _arc(
    middle: tuple[float, float], radius: float, angle: float, linear: Floats, offset: Floats
) -> Floats:
    """The arc as cairo flattens it, on the canvas in pixels: cubics, each halved into lines."""
    halves = 1
    while angle / halves > math.pi:
        halves *= 2
    points: list[Floats] = []
    for half in range(halves):
        begin, end = angle * half / halves, angle * (half + 1) / halves
        count = _segments(end - begin, radius * float(np.linalg.norm(linear, 2)))
        for i in range(count):
            a = begin + (end - begin) * i / count
            b = begin + (end - begin) * (i + 1) / count
            h = 4 / 3 * math.tan((b - a) / 4)
            knots = np.array(
                (
                    (math.cos(a), math.sin(a)),
                    (math.cos(a) - h * math.sin(a), math.sin(a) + h * math.cos(a)),
                    (math.cos(b) + h * math.sin(b), math.sin(b) - h * math.cos(b)),
                    (math.cos(b), math.sin(b)),
                )
            )
            device = fixed((np.array(middle) + radius * knots) @ linear.T + offset)
            points.append(flatten(*device)[0] / UNIT)
    return np.concatenate(points)


def _segments(angle: float, radius: float) -> int:
    """How many cubics cairo takes so that none is further off than its tolerance."""
    errors = ((math.pi, 0.0185185185185185036127), (math.pi / 2, 0.000272567143730179811158))
    tolerance = _TOLERANCE / radius if radius else 1.0
    step = next((size for size, error in errors if error < tolerance), None)
    if step is None:
        parts = 3
        while 2 / 27 * math.sin(math.pi / parts / 4) ** 6 / math.cos(math.pi / parts / 4) ** 2 > (
            tolerance
        ):
            parts += 1
        step = math.pi / parts
    return max(1, math.ceil(abs(angle) / step))

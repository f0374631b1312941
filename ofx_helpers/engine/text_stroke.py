"""Outlines widened to lines as cairo strokes them: mitred corners, rounded cusps.

A closed outline becomes two rings, one on either side, that overlap themselves inside corners;
filled together under the non-zero rule they are the stroke. Where a curve was flattened its own
direction sets the width, not that of the chord. Widths are the user's, so a skewed or unevenly
scaled plane widens unevenly. Facts from cairo 1.16 (cairo-path-stroke-polygon.c).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.text_raster import UNIT, Points

Floats = NDArray[np.float64]
Pair = tuple[float, float]
MITRE = 10.0
TOLERANCE = 0.1


@dataclass(frozen=True)
class Stretch:
    """Part of an outline, a line or a flattened curve: (n, 2) points and directions in pixels."""

    points: Floats
    aims: Floats
    curve: bool = False
    smooth: bool = False
    """Whether it goes on from the one before as part of the same curve, with a round joint."""


@dataclass(frozen=True)
class _Face:
    """The stroke's ends across the line at a point; lengths in 1/256 pixel."""

    point: Pair
    aim: Pair
    """Direction on the canvas, of length 1."""
    left: Pair
    right: Pair

    def moved(self, point: Pair) -> "_Face":
        dx, dy = point[0] - self.point[0], point[1] - self.point[1]
        return _Face(
            point,
            self.aim,
            (self.left[0] + dx, self.left[1] + dy),
            (self.right[0] + dx, self.right[1] + dy),
        )


def stroke(outline: Sequence[Stretch], width: float, matrix: Floats) -> list[Points]:
    """The rings to fill for a closed outline in device pixels.

    `matrix` (2×2) maps the user's plane, in which `width` is measured, to pixels.
    """
    return _Stroker(width / 2, matrix).rings(outline)


class _Stroker:
    def __init__(self, half: float, matrix: Floats) -> None:
        self.half = half
        self.matrix = matrix
        self.inverse = np.linalg.inv(matrix)
        self.sign = 1.0 if np.linalg.det(matrix) > 0 else -1.0
        self.cusp = 2 * (1 - TOLERANCE / half) ** 2 - 1 if half > TOLERANCE else -2.0
        self.left: list[Pair] = []
        self.right: list[Pair] = []

    def rings(self, outline: Sequence[Stretch]) -> list[Points]:
        first: _Face | None = None
        now: _Face | None = None
        for part in outline:
            points = [(float(x), float(y)) for x, y in np.rint(part.points * UNIT)]
            aims = [(float(x), float(y)) for x, y in part.aims]
            start = self._face(points[0], aims[0])
            if now is None:
                first = start
                self._both(start)
            else:
                self._join(now, start)
            now = start
            for point, aim in zip(points[1:], aims[1:], strict=True):
                if not part.curve:
                    after = now.moved(point)
                else:
                    after = self._face(point, aim)
                    if now.aim[0] * after.aim[0] + now.aim[1] * after.aim[1] < self.cusp:
                        self._both(now.moved(point))
                        side = self.right if _cross(now.aim, after.aim) > 0 else self.left
                        # Cairo turns about the point before, and so does Natron's picture.
                        side += self._fan(now, after)
                self._both(after)
                now = after
        if first is None or now is None:
            return []
        self._close(now, first)
        return [np.array(side, np.int64) for side in (self.left, self.right[::-1])]

    def _face(self, point: Pair, aim: Pair) -> _Face:
        length = math.hypot(*aim) or 1.0
        aim = aim[0] / length, aim[1] / length
        user = self.inverse @ np.array(aim)
        user /= math.hypot(*user) or 1.0
        across = self.matrix @ np.array((-user[1], user[0])) * (self.half * self.sign)
        dx, dy = (float(value) for value in np.rint(across * UNIT))
        left, right = (point[0] + dx, point[1] + dy), (point[0] - dx, point[1] - dy)
        return _Face(point, aim, left, right)

    def _both(self, face: _Face) -> None:
        self.left.append(face.left)
        self.right.append(face.right)

    def _join(self, before: _Face, after: _Face) -> None:
        turn = _turn(before.aim, after.aim)
        if turn != 0 or before.left != after.left:
            self._corner(before, after, turn)

    def _close(self, before: _Face, after: _Face) -> None:
        outer, tip = self._corner(before, after, _turn(before.aim, after.aim))
        if tip is not None:
            outer[0] = tip

    def _corner(self, before: _Face, after: _Face, turn: float) -> tuple[list[Pair], Pair | None]:
        """Adds both sides of a corner; the outer side, and its tip where it has one."""
        tip = None
        outer, inner = (self.right, self.left) if turn > 0 else (self.left, self.right)
        ends = (before.right, after.right) if turn > 0 else (before.left, after.left)
        other = after.left if turn > 0 else after.right
        if (before.left, before.right) != (after.left, after.right):
            tip = _tip(before, after, *ends)
            if tip is None:
                outer.append(ends[1])
            else:
                outer[-1] = tip
        inner += [before.point, other]
        return outer, tip

    def _fan(self, before: _Face, after: _Face) -> list[Pair]:
        """Points of the pen's circle from one face's outer end to the other's."""
        turn = _cross(before.aim, after.aim)
        ends = (before.right, after.right) if turn > 0 else (before.left, after.left)
        at = np.array(before.point)
        start = self.inverse @ (np.array(ends[0]) - at)
        end = self.inverse @ (np.array(ends[1]) - np.array(after.point))
        sweep = math.atan2(start[0] * end[1] - start[1] * end[0], float(start @ end))
        corner = 2 * math.pi / self._corners()
        angle = math.atan2(start[1], start[0])
        first, last = round(angle / corner), round((angle + sweep) / corner)
        found: list[Pair] = []
        for i in range(first, last, 1 if last > first else -1):
            spoke = np.array((math.cos(i * corner), math.sin(i * corner)))
            x, y = at + np.rint(self.matrix @ spoke * (self.half * UNIT))
            found.append((float(x), float(y)))
        return found

    def _corners(self) -> int:
        """How many corners the pen's circle has."""
        radius = self.half * float(np.linalg.norm(self.matrix, 2))
        if radius <= TOLERANCE:
            return 4
        count = math.ceil(2 * math.pi / math.acos(1 - TOLERANCE / radius))
        return max(4, count + count % 2)


def _cross(a: Pair, b: Pair) -> float:
    return a[0] * b[1] - a[1] * b[0]


def _turn(before: Pair, after: Pair) -> float:
    """Which way the line turns; for a reversal by its own direction, as cairo decides."""
    turn = _cross(before, after)
    if abs(turn) > 1e-12:
        return turn
    if before[0] * after[0] + before[1] * after[1] >= 0:
        return 0.0
    return 1.0 if before[0] > 0 or (before[0] == 0 and before[1] > 0) else -1.0


def _tip(before: _Face, after: _Face, first: Pair, second: Pair) -> Pair | None:
    """The mitre's point where both outer sides meet; None where a bevel is drawn."""
    (dx1, dy1), (dx2, dy2) = before.aim, after.aim
    if not MITRE**2 * (1 + dx1 * dx2 + dy1 * dy2) >= 2:
        return None
    turn = _cross(before.aim, after.aim)
    if turn == 0:
        return None
    along = _cross((second[0] - first[0], second[1] - first[1]), after.aim) / turn
    x, y = first[0] + along * dx1, first[1] + along * dy1
    middle = before.point
    spoke = x - middle[0], y - middle[1]
    sides = [
        np.sign(_cross((end[0] - middle[0], end[1] - middle[1]), spoke)) for end in (first, second)
    ]
    # Rounding can put the tip of nearly parallel sides anywhere: then a bevel.
    return None if sides[0] == sides[1] else (float(np.rint(x)), float(np.rint(y)))

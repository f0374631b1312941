"""Dashed strokes: the drawn lengths of an outline, as pieces that are filled together.

Dashes measure the user's plane along the chords of flattened curves; within a curve they bend
with round joints, at corners with mitres, and where an outline begins and ends on a dash those
two are one. Ends are cut square at the point. Facts from cairo 1.16 (cairo-path-stroke.c).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.text_raster import Points, fixed
from ofx_helpers.engine.text_stroke import MITRE, TOLERANCE, Stretch

Floats = NDArray[np.float64]


def dashed(
    outline: Sequence[Stretch], width: float, matrix: Floats, dashes: Sequence[float]
) -> list[Points]:
    """The pieces to fill for a closed outline in device pixels.

    `matrix` (2×2) maps the user's plane, in which `width` and `dashes` (on, off, …; at least one
    above 0) are measured, to pixels.
    """
    inverse = np.linalg.inv(matrix)
    user = [Stretch(part.points @ inverse.T, part.aims) for part in outline]
    pieces = [piece for dash in _dashes(user, dashes) for piece in _widen(dash, width / 2)]
    return [_oriented(fixed(piece @ matrix.T)) for piece in pieces]


def _unit(aim: Floats) -> Floats:
    length = math.hypot(*aim)
    return aim / length if length else aim


def _widen(parts: Sequence[Stretch], half: float) -> list[Floats]:
    pieces: list[Floats] = []
    for part in parts:
        normal = np.array((-part.aims[0][1], part.aims[0][0])) * half
        start, end = part.points
        pieces.append(np.array((start + normal, end + normal, end - normal, start - normal)))
    for first, second in pairwise(parts):
        joint = _fan if second.smooth else _corner
        pieces += joint(second.points[0], first.aims[0], second.aims[0], half)
    return pieces


def _corner(point: Floats, before: Floats, after: Floats, half: float) -> list[Floats]:
    turn = float(before[0] * after[1] - before[1] * after[0])
    if abs(turn) < 1e-9:
        return []
    side = -half if turn > 0 else half
    outer = [point + side * np.array((-aim[1], aim[0])) for aim in (before, after)]
    straight = float(before @ after)
    if MITRE**2 * (1 + straight) >= 2:
        # The mitre's tip lies along the half angle at half ÷ cos(half the turn).
        tip = point + (outer[0] + outer[1] - 2 * point) / (1 + straight)
        return [np.array((point, outer[0], tip, outer[1]))]
    return [np.array((point, outer[0], outer[1]))]


def _fan(point: Floats, before: Floats, after: Floats, half: float) -> list[Floats]:
    turn = float(before[0] * after[1] - before[1] * after[0])
    side = -1.0 if turn > 0 else 1.0
    start = math.atan2(side * before[0], -side * before[1])
    sweep = math.atan2(turn, float(before @ after))
    steps = max(2, math.ceil(abs(sweep) / math.acos(max(-1.0, 1 - TOLERANCE / max(half, 0.2)))))
    angles = start + np.linspace(0, sweep, steps + 1)
    arc = point + half * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return [np.concatenate((point[None], arc))]


def _oriented(piece: Points) -> Points:
    """The piece with a positive area, so that overlapping pieces never cancel."""
    x, y = piece[:, 0], piece[:, 1]
    area = (x * np.roll(y, -1) - np.roll(x, -1) * y).sum()
    return piece[::-1] if area < 0 else piece


def _dashes(parts: Sequence[Stretch], lengths: Sequence[float]) -> list[list[Stretch]]:
    """The drawn lengths along a closed outline; an odd pattern alternates at each repeat."""
    pattern = list(lengths) * (2 if len(lengths) % 2 else 1)
    which, left = 0, pattern[0]
    found: list[list[Stretch]] = []
    drawn: list[Stretch] = []
    for part in parts:
        for i in range(len(part.points) - 1):
            start, end = part.points[i], part.points[i + 1]
            total = float(np.hypot(*(end - start)))
            aim = _unit(end - start)
            done = 0.0
            while total - done > 1e-9:
                step = min(left, total - done)
                if which % 2 == 0 and step > 0:
                    points = np.array((start + aim * done, start + aim * (done + step)))
                    drawn.append(Stretch(points, np.array((aim, aim)), smooth=i > 0))
                done += step
                left -= step
                if left <= 1e-9:
                    if which % 2 == 0 and drawn:
                        found.append(drawn)
                        drawn = []
                    which = (which + 1) % len(pattern)
                    left = pattern[which]
    if drawn:
        found.append(drawn)
    if found and parts and np.abs(found[-1][-1].points[1] - parts[0].points[0]).max() < 1e-6:
        # The last dash reaches the first, which starts where the outline does.
        last = found.pop()
        found[:1] = [last + (found or [last[:1]])[0]]
    return found

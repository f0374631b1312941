"""Parametric parameters: curves over their own axis instead of time, sampled as plug-ins do."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.params import Params

Plane = NDArray[np.float64]


def curves(params: Params, name: str, defaults: Sequence[Curve]) -> list[Curve]:
    """The curves of a parametric parameter; where one is not stored, its default."""
    stored = params.node.params.get(name, ())
    found = []
    for index, default in enumerate(defaults):
        curve = stored[index] if index < len(stored) else None
        found.append(curve if isinstance(curve, Curve) and curve.keys else default)
    return found


def straight(*points: tuple[float, float], slope: float = 0.0) -> Curve:
    """A curve through points, every key with the same slope."""
    return Curve(tuple(Key(x, y, left=slope, right=slope) for x, y in points))


def look_up(values: Plane, table: Plane, low: float, high: float) -> Plane:
    """Linear interpolation in a table over [low, high]; beyond it the table's ends."""
    return np.interp(values, np.linspace(low, high, len(table)), table)


def evaluated(curve: Curve, values: Plane) -> Plane:
    """`Curve.at` of each value, all at once."""
    keys = curve.keys
    times = np.array([key.time for key in keys])
    heights = np.array([key.value for key in keys])
    index = np.searchsorted(times, values, side="right")
    before, after = np.maximum(index - 1, 0), np.minimum(index, len(keys) - 1)
    span = times[after] - times[before]
    inside = span > 0
    t = (values - times[before]) / np.where(inside, span, 1)
    start = np.array([key.right for key in keys])[before] * span
    end = np.array([key.left for key in keys])[after] * span
    low, high = heights[before], heights[after]
    t2, t3 = t * t, t * t * t
    cubic = (2 * t3 - 3 * t2 + 1) * low + (t3 - 2 * t2 + t) * start
    cubic = cubic + (3 * t2 - 2 * t3) * high + (t3 - t2) * end
    slope = np.where(index == 0, keys[0].left, keys[-1].right)
    found = np.where(inside, cubic, low + (values - times[before]) * slope)
    held = np.array([key.interpolation == Interpolation.CONSTANT for key in keys])[before]
    return np.where(held & (index > 0), low, found)

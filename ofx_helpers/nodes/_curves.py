"""Parametric parameters: curves over their own axis instead of time, sampled as plug-ins do."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.curve import Curve, Key
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

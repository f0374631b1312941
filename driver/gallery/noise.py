"""Fractal value noise without state: the same seed, the same hills on every machine."""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]


def profile(x: Plane, *, seed: int, octaves: int = 5, rough: float = 0.5) -> Plane:
    """A line of hills at positions `x` (any unit, one hill a unit), from about -1 to 1."""
    table = np.random.default_rng(seed).uniform(-1, 1, (octaves, 256))
    total = np.zeros(x.shape)
    for octave, values in enumerate(table):
        place = x * 2**octave
        left = np.floor(place).astype(int)
        share = place - left
        share = share * share * (3 - 2 * share)
        total += rough**octave * (
            values[left % 256] * (1 - share) + values[(left + 1) % 256] * share
        )
    return total


def field(x: Plane, y: Plane, *, seed: int, octaves: int = 5, rough: float = 0.5) -> Plane:
    """Clouds at places (x, y), arrays that broadcast to (h, w); from about -1 to 1."""
    table = np.random.default_rng(seed).uniform(-1, 1, (octaves, 64, 64))
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    for octave, values in enumerate(table):
        column, row = x * 2**octave, y * 2**octave
        left, low = np.floor(column).astype(int), np.floor(row).astype(int)
        across, up = column - left, row - low
        across, up = across * across * (3 - 2 * across), up * up * (3 - 2 * up)
        at = [values[(low + j) % 64, (left + i) % 64] for j in (0, 1) for i in (0, 1)]
        lower = at[0] * (1 - across) + at[1] * across
        upper = at[2] * (1 - across) + at[3] * across
        total += rough**octave * (lower * (1 - up) + upper * up)
    return total

"""ImageMagick's plasma, compiled: its random numbers, and a walk over ever smaller quarters."""

from typing import Any

import numpy as np

from ofx_helpers.engine.compiled import compiled


@compiled
def draw(state: Any) -> float:
    """A random number from 0 to 1 of the four 64-bit numbers `state`, which go on.

    Formula: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators" (2018),
    xoshiro256+.
    """
    value = state[0] + state[3]
    moved = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= moved
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
    return float(value >> np.uint64(11)) / 9007199254740991.0


@compiled
def _near(value: float) -> int:
    return int(np.ceil(value - 0.5))


@compiled
def _mix(pixels: Any, state: Any, place: Any, ends: Any, noise: float) -> None:
    for channel in range(3):
        mean = (pixels[ends[1], ends[0], channel] + pixels[ends[3], ends[2], channel]) / 2.0
        pixels[place[1], place[0], channel] = mean + noise * draw(state) - noise / 2.0


@compiled
def _quarter(pixels: Any, state: Any, box: Any, noise: float) -> bool:
    """Sets the middles of a quarter's sides and its own; whether it can't be divided further."""
    x1, y1, x2, y2 = box
    across, up = _near((x1 + x2) / 2), _near((y1 + y2) / 2)
    wide, high = x1 != across or x2 != across, y1 != up or y2 != up
    if not (wide or high):
        return False
    if wide:
        _mix(pixels, state, (x1, up), (x1, y1, x1, y2), noise)
        if x1 != x2:
            _mix(pixels, state, (x2, up), (x2, y1, x2, y2), noise)
    if high:
        if x1 != across or y2 != up:
            _mix(pixels, state, (across, y2), (x1, y2, x2, y2), noise)
        if y1 != y2:
            _mix(pixels, state, (across, y1), (x1, y1, x2, y1), noise)
    if x1 != x2 or y1 != y2:
        _mix(pixels, state, (across, up), (x1, y1, x2, y2), noise)
    return bool(x2 - x1 < 3 and y2 - y1 < 3)


@compiled
def plasma(pixels: Any, state: Any, depth: int) -> bool:
    """One pass over (h, w, 3) pixels, divided `depth` times; whether no quarter is left to divide.

    `state` is used up; each pass starts with the same.
    """
    noise = 1.0 / (2.0 * depth)
    done = True
    for number in range(4**depth):
        x1, y1, x2, y2 = 0, 0, pixels.shape[1] - 1, pixels.shape[0] - 1
        for level in range(depth):
            if x1 == x2 and y1 == y2:
                break
            half = (number >> (2 * (depth - 1 - level))) & 3
            across, up = _near((x1 + x2) / 2), _near((y1 + y2) / 2)
            if half & 1:
                y1 = up
            else:
                y2 = up
            if half & 2:
                x1 = across
            else:
                x2 = across
        if (x1 != x2 or y1 != y2) and not _quarter(pixels, state, (x1, y1, x2, y2), noise):
            done = False
    return done

"""Animation curves, evaluated as Natron's `Curve` does."""

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise


class Interpolation(IntEnum):
    """The methods of a key, with the numbers that a project file stores."""

    CONSTANT = 0
    LINEAR = 1
    SMOOTH = 2
    CATMULL_ROM = 3
    CUBIC = 4
    HORIZONTAL = 5
    FREE = 6
    BROKEN = 7
    NONE = 8


class Steps(IntEnum):
    """Which values a curve may have, by what kind of parameter it belongs to."""

    NONE = 0
    """Any."""
    WHOLE = 1
    """Whole numbers: the nearest, from a half upwards."""
    SWITCH = 2
    """Off and on, 0 and 1: on from a half."""


@dataclass(frozen=True)
class Key:
    """One key: time in frames, value in the parameter's unit, derivatives in units per frame."""

    time: float
    value: float
    interpolation: Interpolation = Interpolation.SMOOTH
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True)
class Curve:
    """Keys in order of time.

    Beyond the first and the last the curve goes on straight, with the slope of that key's outer
    side, which Natron stores as 0 except for cubic, free and broken ends.
    """

    keys: tuple[Key, ...]
    steps: Steps = Steps.NONE
    low: float = -math.inf
    high: float = math.inf
    """What lies below or above the limits is at them."""

    def at(self, time: float) -> float:
        """The value at `time` in frames: cubic Hermite between keys, with stored derivatives.

        A segment whose left key is constant holds it. The derivatives of a saved project already
        obey the interpolation method, so linear and smooth segments need no special case.
        """
        value = min(max(self._between(time), self.low), self.high)
        if self.steps is Steps.NONE:
            return value
        return math.floor(value + 0.5) if self.steps is Steps.WHOLE else value >= 0.5

    def _between(self, time: float) -> float:
        keys = self.keys
        if not keys:
            raise ValueError("a curve without keys has no value")
        index = bisect_right(keys, time, key=lambda key: key.time)
        if index == 0:
            return keys[0].value + (time - keys[0].time) * keys[0].left
        before = keys[index - 1]
        if before.interpolation == Interpolation.CONSTANT:
            return before.value
        if index == len(keys):
            return before.value + (time - before.time) * before.right
        return self._inside(before, keys[index], time)

    def integral(self, first: float, last: float) -> float:
        """What the curve sums up to from one time to another: value times frames."""
        if last < first:
            return -self.integral(last, first)
        times = [first, *(key.time for key in self.keys if first < key.time < last), last]
        total = 0.0
        for low, high in pairwise(times):
            # Two-point Gauss: exact for cubics, and never on a key, where a held value jumps.
            middle, reach = (low + high) / 2, (high - low) / math.sqrt(12)
            total += (high - low) / 2 * (self.at(middle - reach) + self.at(middle + reach))
        return total

    def periodic(self, time: float, period: float) -> float:
        """The value where the curve repeats: the last key leads to the first, `period` on.

        There itself a last key that is constant still holds.
        """
        first, last = self.keys[0], self.keys[-1]
        if not first.time <= time <= first.time + period:
            time = (time - first.time) % period + first.time
        if time < last.time:
            return self.at(time)
        if last.interpolation == Interpolation.CONSTANT:
            return last.value
        return self._inside(last, replace(first, time=first.time + period), time)

    def _inside(self, before: Key, after: Key, time: float) -> float:
        span = after.time - before.time
        t = (time - before.time) / span
        p0, p3 = before.value, after.value
        m0, m1 = before.right * span, after.left * span
        t2, t3 = t * t, t * t * t
        return (
            (2 * t3 - 3 * t2 + 1) * p0
            + (t3 - 2 * t2 + t) * m0
            + (3 * t2 - 2 * t3) * p3
            + (t3 - t2) * m1
        )

"""A parameter's value over time: a constant, keys with straight lines between, or a function."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise
from math import floor
from typing import Any

Tuple = tuple[Any, ...]
Function = Callable[[float], Tuple]
Between = Callable[[Tuple, Tuple, float, float, float], Tuple]
"""(value before, value after, time before, time after, time) → value."""

_STEP = 1e-3
"""Frames between the samples of a function's derivative."""
_PER_FRAME = 8
"""Simpson intervals a frame for a function's integral."""


class Values:
    """One parameter's value; its numbers are blended, texts and switches are held."""

    def __init__(self, constant: Tuple, blend: bool, whole: bool = False) -> None:
        """`blend`: straight lines between keys; `whole`: rounded to whole numbers."""
        self.constant = constant
        self.keys: list[tuple[float, Tuple]] = []
        self.function: Function | None = None
        self.blend = blend
        self.whole = whole
        self.between: Between | None = None

    @property
    def animated(self) -> bool:
        """Whether it may change with time."""
        return bool(self.keys) or self.function is not None

    def set(self, value: Tuple) -> None:
        """A constant: keys and function are forgotten."""
        self.constant, self.keys, self.function = value, [], None

    def set_keys(self, keys: list[tuple[float, Tuple]]) -> None:
        """Keys in any order; of two at one time the later one holds."""
        self.keys = sorted(dict(keys).items())
        self.function = None

    def set_function(self, function: Function) -> None:
        """What gives the value at any time."""
        self.keys, self.function = [], function

    def set_key(self, time: float, value: Tuple) -> None:
        """One key more, or another value of the one at that time."""
        if self.function is None:
            self.set_keys([*self.keys, (time, value)])

    def delete_key(self, time: float) -> bool:
        """Whether there was one at that time; the last one leaves its value behind."""
        kept = [key for key in self.keys if key[0] != time]
        if len(kept) == len(self.keys):
            return False
        if not kept:
            self.constant = self.keys[0][1]
        self.keys = kept
        return True

    def at(self, time: float) -> Tuple:
        """The value at a time."""
        if self.function is not None:
            return self.function(time)
        keys = self.keys
        if not keys:
            return self.constant
        index = bisect_right(keys, time, key=lambda key: key[0])
        if index == 0:
            return keys[0][1]
        if index == len(keys):
            return keys[-1][1]
        (before, a), (after, b) = keys[index - 1], keys[index]
        if self.between and time != before:
            return self.between(a, b, before, after, time)
        if not self.blend:
            return a
        amount = (time - before) / (after - before)
        mixed = tuple(p + (q - p) * amount for p, q in zip(a, b, strict=True))
        return tuple(floor(v + 0.5) for v in mixed) if self.whole else mixed

    def derivative(self, time: float) -> Tuple:
        """Units a frame; at a key the slope that follows it."""
        if self.function is not None:
            low, high = self.function(time - _STEP), self.function(time + _STEP)
            return tuple((q - p) / (2 * _STEP) for p, q in zip(low, high, strict=True))
        keys = self.keys
        index = bisect_right(keys, time, key=lambda key: key[0])
        if index in (0, len(keys)):
            return (0.0,) * len(self.at(time))
        (before, a), (after, b) = keys[index - 1], keys[index]
        return tuple((q - p) / (after - before) for p, q in zip(a, b, strict=True))

    def integral(self, first: float, last: float) -> Tuple:
        """Units × frames between two times; negative where they are the other way round."""
        if last < first:
            return tuple(-value for value in self.integral(last, first))
        if self.function is not None:
            return self._simpson(first, last)
        stops = [first, *(time for time, _ in self.keys if first < time < last), last]
        total = [0.0] * len(self.at(first))
        for a, b in pairwise(stops):
            middle = self.at((a + b) / 2) if self.blend else self.at(a)
            total = [t + v * (b - a) for t, v in zip(total, middle, strict=True)]
        return tuple(total)

    def _simpson(self, first: float, last: float) -> Tuple:
        function = self.function
        assert function is not None
        count = max(2, 2 * round((last - first) * _PER_FRAME / 2))
        step = (last - first) / count
        samples = [function(first + i * step) for i in range(count + 1)]
        weights = [1, *(4 if i % 2 else 2 for i in range(1, count)), 1]
        return tuple(
            sum(w * s[d] for w, s in zip(weights, samples, strict=True)) * step / 3
            for d in range(len(samples[0]))
        )

    def nearest_key(self, time: float, direction: int) -> int | None:
        """Index of the key at a time (0), before it (−1) or after it (1)."""
        times = [key[0] for key in self.keys]
        index = bisect_left(times, time)
        exact = index < len(times) and times[index] == time
        if direction == 0:
            return index if exact else None
        if direction < 0:
            return index - 1 if index > 0 else None
        after = index + 1 if exact else index
        return after if after < len(times) else None

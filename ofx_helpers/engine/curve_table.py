"""A curve as Natron's colour configuration has it: a table, straight between its steps.

In the dark the steps of sRGB's encoding table are coarse: the code of a pixel can differ from the
formula's by one, which a JPEG then spreads over a block. Beyond its ends a table is constant.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class CurveTable:
    """`curve` sampled `count` times from `low` to `high`, in single precision as OpenColorIO."""

    def __init__(
        self, curve: Callable[[NDArray[Any]], NDArray[Any]], low: float, high: float, count: int
    ) -> None:
        """Nothing is computed before the first use."""
        self._curve, self._low, self._high, self._count = curve, low, high, count
        span = float(np.float32(high)) - float(np.float32(low))
        self._scale, self._offset = np.float32(1 / span), np.float32(-np.float32(low) / span)

    @cached_property
    def _grid(self) -> NDArray[np.float64]:
        return np.linspace(self._low, self._high, self._count)

    @cached_property
    def _steps(self) -> Floats:
        steps: Floats = self._curve(self._grid).astype(np.float32)
        return steps

    def __call__(self, values: NDArray[Any]) -> Floats:
        """Any shape; NaN counts as the table's beginning."""
        last = np.float32(self._count - 1)
        at = (values.astype(np.float32) * self._scale + self._offset) * last
        at = np.nan_to_num(np.clip(at, 0, last))
        below = at.astype(np.int32)
        here = self._steps[below]
        above = self._steps[np.minimum(below + 1, self._count - 1)]
        found: Floats = here + (above - here) * (at - below.astype(np.float32))
        return found

    def inverse(self, values: NDArray[Any]) -> Floats:
        """What gives these values; the table must rise."""
        found: Floats = np.interp(values, self._steps, self._grid).astype(np.float32)
        return found

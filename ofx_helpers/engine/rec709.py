"""The Rec.709 curve with the constants of its 12-bit definition, as openfx-misc has it.

Step by step in the precision of the pixels: a keyer tells a grey by what this rounding leaves.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SCALE, _POWER = np.float32(1.0993), np.float32(0.45)
_SHIFT = _SCALE - np.float32(1)


def encode(linear: NDArray[Any]) -> NDArray[Any]:
    """Linear light to encoded values; below 0 is 0."""
    curve = _SCALE * _power(np.maximum(linear, 0.0181), _POWER) - _SHIFT
    both = np.where(linear < 0.0181, np.maximum(linear, 0) * 4.5, curve)
    return both.astype(linear.dtype, copy=False)


def decode(encoded: NDArray[Any]) -> NDArray[Any]:
    """Encoded values to linear light; below 0 is 0."""
    curve = _power((np.maximum(encoded, 0.08145) + _SHIFT) / _SCALE, 1 / _POWER)
    both = np.where(encoded < 0.08145, np.maximum(encoded, 0) / 4.5, curve)
    return both.astype(encoded.dtype, copy=False)


def _power(base: NDArray[Any], exponent: np.float32) -> NDArray[Any]:
    """Rounded once: numpy's own power in single precision is not as near as a C library's."""
    powers = np.power(base, exponent, dtype=np.float64)
    return powers.astype(base.dtype)  # type: ignore[no-any-return]

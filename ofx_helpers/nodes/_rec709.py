"""The Rec.709 curve with the constants of its 12-bit definition, as openfx-misc has it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def encode(linear: NDArray[Any]) -> NDArray[Any]:
    """Linear light to encoded values; below 0 is 0."""
    curve = 1.0993 * np.maximum(linear, 0.0181) ** 0.45 - 0.0993
    both = np.where(linear < 0.0181, np.maximum(linear, 0) * 4.5, curve)
    return both.astype(linear.dtype, copy=False)  # type: ignore[no-any-return]


def decode(encoded: NDArray[Any]) -> NDArray[Any]:
    """Encoded values to linear light; below 0 is 0."""
    curve = ((np.maximum(encoded, 0.08145) + 0.0993) / 1.0993) ** (1 / 0.45)
    both = np.where(encoded < 0.08145, np.maximum(encoded, 0) / 4.5, curve)
    return both.astype(encoded.dtype, copy=False)  # type: ignore[no-any-return]

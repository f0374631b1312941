"""The sRGB transfer curve (IEC 61966-2-1) and the grade, on plain top-down arrays."""

import numpy as np
import numpy.typing as npt

from driver.shot.alignment import Grade

Floats = npt.NDArray[np.float64]


def to_linear(encoded: npt.ArrayLike) -> Floats:
    """Scene-linear light from sRGB values, 0 to 1."""
    value = np.asarray(encoded, np.float64)
    curve = ((np.maximum(value, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(value <= 0.04045, value / 12.92, curve)


def to_srgb(linear: npt.ArrayLike) -> Floats:
    """sRGB values, 0 to 1, from scene-linear light; what lies outside 0 to 1 is clipped."""
    value = np.clip(np.asarray(linear, np.float64), 0, 1)
    curve = 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(value <= 0.0031308, value * 12.92, curve)


def graded(linear: Floats, grade: Grade) -> Floats:
    """Linear (…, 3) light after the grade, as Natron's Grade gives it with its blacks clamped."""
    out = np.maximum(linear * np.array(grade.multiply) + np.array(grade.offset), 0)
    powered: Floats = out ** (1 / np.array(grade.gamma))
    return powered


def ungraded(linear: Floats, grade: Grade) -> Floats:
    """What `graded` turns into this linear (…, 3) light."""
    value = np.maximum(linear, 0) ** np.array(grade.gamma)
    before: Floats = (value - np.array(grade.offset)) / np.array(grade.multiply)
    return before


def grade_table(grade: Grade) -> npt.NDArray[np.uint8]:
    """A table (256, 3) from 8-bit sRGB to graded 8-bit sRGB."""
    levels = np.repeat(to_linear(np.arange(256) / 255)[:, None], 3, axis=1)
    return np.rint(to_srgb(graded(levels, grade)) * 255).astype(np.uint8)


def apply_table(
    picture: npt.NDArray[np.uint8], table: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """An 8-bit RGB picture (h, w, 3) through a table (256, 3), channel by channel."""
    return np.stack([table[picture[..., i], i] for i in range(3)], axis=2)

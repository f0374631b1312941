"""Reflection: openfx-arena's mirrors of a half or a quarter, and a reflection in the lower half.

Rows here run upwards, as Natron has them. A half's odd row or column stays empty.
"""

import numpy as np

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import magick

_QUARTERS = {
    "NorthWest": (True, False),
    "NorthEast": (True, True),
    "SouthWest": (False, False),
    "SouthEast": (False, True),
}
"""Whether the quarter that fills all four is the upper, and the right one."""


def _mirrored(image: Pixels, mirror: str) -> Pixels:
    height, width = image.shape[:2]
    rows, columns = height // 2, width // 2
    if mirror in ("Flip", "Flop", "Flip+Flop"):
        return image[:: -1 if "Flip" in mirror else 1, :: -1 if "Flop" in mirror else 1]
    made = np.zeros_like(image)
    if mirror in ("North", "South"):
        turned = image[::-1]
        upper, lower = (image, turned) if mirror == "North" else (turned, image)
        made[rows : 2 * rows], made[:rows] = upper[rows : 2 * rows], lower[:rows]
    elif mirror in ("East", "West"):
        turned = image[:, ::-1]
        right, left = (image, turned) if mirror == "East" else (turned, image)
        made[:, columns : 2 * columns] = right[:, columns : 2 * columns]
        made[:, :columns] = left[:, :columns]
    elif mirror in _QUARTERS:
        north, east = _QUARTERS[mirror]
        part = image[rows : 2 * rows] if north else image[:rows][::-1]
        part = part[:, columns : 2 * columns][:, ::-1] if east else part[:, :columns]
        made[rows : 2 * rows, :columns] = part
        made[rows : 2 * rows, columns : 2 * columns] = part[:, ::-1]
        made[:rows, columns : 2 * columns] = part[::-1, ::-1]
        made[:rows, :columns] = part[::-1]
    else:
        return image
    return np.clip(made, 0, 1)


def _over(canvas: Pixels, image: Pixels, row: int) -> None:
    """Puts an image over the canvas from a row on; colours are not multiplied by alpha."""
    first, last = max(row, 0), min(row + len(image), len(canvas))
    if first >= last:
        return
    top, under = image[first - row : last - row], canvas[first:last]
    alpha = top[..., 3:] + under[..., 3:] - top[..., 3:] * under[..., 3:]
    mixed = top[..., :3] * top[..., 3:] + under[..., :3] * under[..., 3:] * (1 - top[..., 3:])
    under[..., :3] = np.divide(mixed, alpha, out=np.zeros_like(mixed), where=alpha != 0)
    under[..., 3:] = alpha
    np.clip(under, 0, 1, out=under)


def _reflection(context: Context, image: Pixels) -> Pixels:
    params = context.params
    image = _mirrored(image, params.choice("mirror"))
    if not params.flag("reflection"):
        return image
    half = len(image) // 2
    offset = min(max(params.whole("offset"), 1 - half), half - 1)
    turned = image[::-1]
    start = max(2 * offset, 0)
    canvas = np.zeros_like(image)
    _over(canvas, turned[start : start + half - offset], -params.whole("spacing"))
    first = half - abs(offset)
    _over(canvas, image[first : first + half + offset], half - offset)
    return canvas


NODE = magick("net.fxarena.openfx.Reflection", _reflection)

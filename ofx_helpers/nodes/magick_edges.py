"""Edges: openfx-arena's difference of the brightest and the darkest of each surroundings.

Facts from ImageMagick 6 (morphology.c): the shapes, and that neither goes beyond 0 to 1.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import magick
from ofx_helpers.nodes._magick_blur import blur

_SMALLEST = {"Octagon": 2, "Plus": 2, "Cross": 2, "Disk": 4}
"""The reach where the width says none; elsewhere it is 1."""


def shape(name: str, width: float) -> tuple[NDArray[np.bool_], tuple[int, int]]:
    """A kernel's shape (rows, columns), and its centre's row and column.

    Raises RenderError for a kernel that is no plain shape.
    """
    if name == "Rectangle":
        side = int(width) if width >= 1 else 3
        return np.ones((side, side), bool), ((side - 1) // 2, (side - 1) // 2)
    if width < (0.4 if name == "Disk" else 1.0):
        width = 0
    size = 2 * int(width) + 1 if name not in ("Square", "Disk") else int(2 * width + 1)
    if not width:
        size = 2 * _SMALLEST.get(name, 1) + 1
    reach = (size - 1) // 2
    v, u = np.mgrid[-reach : size - reach, -reach : size - reach]
    far = np.abs(u) + np.abs(v)
    if name == "Diamond":
        found = far <= reach
    elif name == "Square":
        found = far >= 0
    elif name == "Octagon":
        found = far <= reach + reach // 2
    elif name == "Disk":
        found = u * u + v * v <= (int(width * width) if width else 18)
    elif name == "Plus":
        found = (u == 0) | (v == 0)
    elif name == "Cross":
        found = np.abs(u) == np.abs(v)
    else:
        raise RenderError(
            f"Edges has no kernel {name} here: choose Diamond, Square, Rectangle, Octagon, Disk, "
            "Plus or Cross."
        )
    return found, (reach, reach)


def _extreme(image: NDArray[np.floating], name: str, width: float, *, most: bool) -> Pixels:
    found, (row, column) = shape(name, width)
    height, wide = image.shape[:2]
    rows, columns = found.shape
    if most:
        found, row, column = found[::-1, ::-1], rows - 1 - row, columns - 1 - column
    around = ((row, rows - 1 - row), (column, columns - 1 - column), (0, 0))
    padded = np.pad(image[..., :3], around, "edge")
    made: Pixels = np.full((height, wide, 3), 0 if most else 1, np.float32)
    for v, u in np.argwhere(found):
        part = padded[v : v + height, u : u + wide]
        made = np.maximum(made, part) if most else np.minimum(made, part)
    return made


def _edges(context: Context, image: Pixels) -> NDArray[np.floating]:
    params = context.params
    if params.flag("gray"):
        raise RenderError(
            f"{context.node.name}: `gray` takes ImageMagick's reduction to 256 greys, which is not "
            "here: put a Saturation of 0 before it instead."
        )
    sigma = params.number("smoothing")
    smooth = blur(image, 0, sigma) if sigma > 0 else image
    name, width = params.choice("kernel").removesuffix("Kernel"), params.number("width")
    bright, dark = (_extreme(smooth, name, width, most=most) for most in (True, False))
    made = np.abs(bright - dark) * np.float32(params.number("brightness") or 1)
    return np.concatenate([made, smooth[..., 3:]], axis=-1)


NODE = magick("net.fxarena.openfx.Edges", _edges)

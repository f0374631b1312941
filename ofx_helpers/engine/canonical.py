"""Between pixels and canonical coordinates, in which pictures of any pixel aspect meet.

A pixel's aspect is its width over its height. A canonical x is a pixel's x times the aspect of
its picture; y is the same in both. As in OpenFX, regions of definition and the places and sizes
that parameters hold are canonical; pixels are asked for by their numbers, whoever's they are.
The divisions are Natron's own to the last bit: where one leaves a rest, Natron's picture has a
column more, too.
"""

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Window

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2, canonical, y up; regions may lie between pixels."""
Matrix = NDArray[np.float64]


def box_of(window: Window, aspect: float) -> Box:
    """The canonical box of pixels of this aspect."""
    x1, y1, x2, y2 = window
    return x1 * aspect, float(y1), x2 * aspect, float(y2)


def touched(box: Box, aspect: float) -> Window:
    """The pixels of this aspect that a canonical box touches, as `RectD::toPixelEnclosing`."""
    x1, y1, x2, y2 = box
    return Window(floor(x1 / aspect), floor(y1), ceil(x2 / aspect), ceil(y2))


def nearest(box: Box, aspect: float) -> Window:
    """The pixels of this aspect whose edges are nearest to a canonical box's."""
    x1, y1, x2, y2 = unrounded(box, aspect)
    return Window(floor(x1 + 0.5), floor(y1 + 0.5), ceil(x2 - 0.5), ceil(y2 - 0.5))


def unrounded(box: Box, aspect: float) -> Box:
    """A canonical box in pixels of this aspect, not rounded."""
    x1, y1, x2, y2 = box
    return x1 / aspect, y1, x2 / aspect, y2


def union(boxes: list[Box]) -> Box:
    """The smallest box around those that are not empty; zeros where all are."""
    solid = [box for box in boxes if box[2] > box[0] and box[3] > box[1]]
    if not solid:
        return 0.0, 0.0, 0.0, 0.0
    x1, y1, x2, y2 = zip(*solid, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def in_pixels(matrix: Matrix, source: float, output: float) -> Matrix:
    """A canonical 3×3 matrix as one from pixels of the source's aspect to those of the output's."""
    if source == output == 1:
        return matrix
    return np.asarray(
        np.diag([1 / output, 1, 1]) @ matrix @ np.diag([source, 1.0, 1.0]), np.float64
    )

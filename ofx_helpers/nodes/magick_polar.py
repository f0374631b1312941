"""Arc and Polar: openfx-arena's pictures bent to a ring or a disc, and a disc unrolled.

Facts from ImageMagick 6 (distort.c) and the plug-ins: the bent picture lies in a box around it,
one pixel wider than it needs; what is larger than the source is made smaller, and the middle kept.
"""

from math import ceil, cos, floor, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import Grid, magick, rounded
from ofx_helpers.nodes._magick_resample import centred, resampled, scaled

Image = NDArray[np.floating]
_TINY = 1e-12


def _box(low: tuple[float, float], high: tuple[float, float]) -> tuple[Grid, Grid]:
    """The middles of the pixels of a box that holds these corners: x and y, (h, w)."""
    left, top = (floor(side - 0.5) for side in low)
    width, height = ceil(high[0] - left + 0.5), ceil(high[1] - top + 0.5)
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    return columns + left + 0.5, rows + top + 0.5


def _turns(angle: Grid) -> Grid:
    """Angles as turns, from minus a half to a half."""
    turns = angle / (2 * pi)
    nearest: Grid = turns - np.where(turns < 0, np.ceil(turns - 0.5), np.floor(turns + 0.5))
    return nearest


def _arc(context: Context, image: Pixels) -> Image:
    params = context.params
    source = image[::-1] if params.flag("flip") else image
    height, width = image.shape[:2]
    middle = radians(params.number("rotate")) - pi / 2
    middle = 2 * pi * float(_turns(np.array(middle)))
    angle = radians(params.number("angle"))
    thick = float(height - 1)
    outer = width / angle + thick / 2
    top, bottom = (rounded(params.number(name)) for name in ("top", "bottom"))
    if params.number("top") and params.number("bottom"):
        outer, thick = float(top), float(top - bottom)
    ends = [(side, radius) for side in (middle - angle / 2, middle + angle / 2)
            for radius in (outer, outer - thick)]  # fmt: skip
    quarter = ceil((middle - angle / 2) / (pi / 2)) * (pi / 2)
    while quarter < middle + angle / 2:
        ends.append((quarter, outer))
        quarter += pi / 2
    places = [(radius * cos(side), radius * sin(side)) for side, radius in ends]
    x, y = _box(
        (min(a for a, _ in places), min(b for _, b in places)),
        (max(a for a, _ in places), max(b for _, b in places)),
    )
    along, up = 2 * pi * width / angle, height / thick
    radius = np.hypot(x, y)
    made = resampled(
        source,
        _turns(np.arctan2(y, x) - middle) * along + (width - 1) / 2,
        (outer - radius) * up - 0.5,
        along / (2 * pi * np.maximum(radius, _TINY)),
        np.full(x.shape, up),
        params.choice("pixel"),
    )
    made = made[::-1] if params.flag("flip") else made
    if made.shape[1] > width:
        made = scaled(made, width, max(floor(width / made.shape[1] * made.shape[0] + 0.5), 1))
    return _fitted(made, width, height)


def _fitted(made: Grid, width: int, height: int) -> Grid:
    if made.shape[0] > height:
        made = scaled(made, max(floor(height / made.shape[0] * made.shape[1] + 0.5), 1), height)
    return np.clip(centred(made, width, height), 0, 1)


def _rolled(image: Image, beyond: str) -> Grid:
    height, width = image.shape[:2]
    radius = min(width, height) / 2
    x, y = _box((-radius, -radius), (radius, radius))
    far = np.hypot(x, y)
    return resampled(
        image,
        _turns(np.arctan2(x, y)) * width + width / 2 - 0.5,
        far * height / radius - 0.5,
        width / (4 * pi * pi * np.maximum(far, _TINY)),
        np.full(x.shape, height / radius),
        beyond,
    )


def _unrolled(image: Image, beyond: str) -> Grid:
    height, width = image.shape[:2]
    radius = min(width, height) / 2
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    angle = (columns + 0.5) * 2 * pi / width - pi
    far = (rows + 0.5) * radius / height
    one = np.ones(far.shape)
    return resampled(
        image,
        far * np.sin(angle) + width / 2 - 0.5,
        far * np.cos(angle) + height / 2 - 0.5,
        one,
        one,
        beyond,
    )


def _turned(image: Image, degrees: float, beyond: str) -> Grid:
    """Clockwise about the middle, as ImageMagick turns."""
    height, width = image.shape[:2]
    x0, y0 = width // 2, height // 2
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    x, y = columns + 0.5 - x0, rows + 0.5 - y0
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    one = np.ones(x.shape)
    return resampled(
        image,
        cosine * x + sine * y + x0 - 0.5,
        cosine * y - sine * x + y0 - 0.5,
        one,
        one,
        beyond,
    )


def _polar(context: Context, image: Pixels) -> Image:
    params, beyond = context.params, context.params.choice("pixel")
    height, width = image.shape[:2]
    source = image[::-1] if params.flag("flip") else image
    degrees = params.number("rotate")
    if params.flag("dePolar"):
        return _fitted(_unrolled(source, beyond), width, height)
    made = _rolled(source, beyond)
    return _fitted(_turned(made, degrees, beyond) if degrees else made, width, height)


NODES = (
    magick("net.fxarena.openfx.Arc", _arc, top_first=True),
    magick("net.fxarena.openfx.Polar", _polar, top_first=True),
)

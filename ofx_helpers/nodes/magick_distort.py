"""Roll, Swirl, Implode and Wave: openfx-arena's distortions by ImageMagick's formulas.

Facts from ImageMagick 6 (fx.c): pixels lie on whole numbers and the centre is half the width and
height; a swirl and an implosion work inside the ellipse that fits the picture.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import Grid, bilinear, magick, rounded

Image = NDArray[np.floating]


def _roll(context: Context, image: Pixels) -> Image:
    x, y = (rounded(context.params.number(name)) for name in ("x", "y"))
    rolled: Image = np.roll(image, (y, x), axis=(0, 1))
    return rolled


def _ellipse(image: Image) -> tuple[Grid, Grid, Grid, tuple[float, float]]:
    """x and y from the centre, the distance as a share of the ellipse's radius, the centre."""
    height, width = image.shape[:2]
    centre = width * 0.5, height * 0.5
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    x, y = columns - centre[0], rows - centre[1]
    radius = max(centre)
    wider, higher = max(width / height, 1.0), max(height / width, 1.0)
    return x, y, np.hypot(x * higher, y * wider) / radius, centre


def _swirled(image: Image, degrees: float, beyond: str) -> Image:
    x, y, distance, centre = _ellipse(image)
    height, width = image.shape[:2]
    wider, higher = max(width / height, 1.0), max(height / width, 1.0)
    angle = np.radians(degrees) * (1 - distance) ** 2
    sine, cosine = np.sin(angle), np.cos(angle)
    u, v = x * higher, y * wider
    there = bilinear(
        image,
        (cosine * u - sine * v) / higher + centre[0],
        (sine * u + cosine * v) / wider + centre[1],
        beyond,
    )
    return np.where((distance < 1)[..., None], there, image)


def _swirl(context: Context, image: Pixels) -> Image:
    return _swirled(image, context.params.number("amount"), context.params.choice("vpixel"))


def _implode(context: Context, image: Pixels) -> Image:
    params = context.params
    x, y, distance, centre = _ellipse(image)
    inside = distance < 1
    with np.errstate(divide="ignore", over="ignore"):
        factor = np.sin(np.pi / 2 * distance) ** -params.number("factor")
    factor = np.where((distance == 0) | ~inside, 1.0, np.minimum(factor, 1e9))
    there = bilinear(image, factor * x + centre[0], factor * y + centre[1], "Edge")
    made: Image = np.where(inside[..., None], there, image)
    degrees = params.number("swirl")
    return _swirled(made, degrees, "Edge") if degrees else made


def _wave(context: Context, image: Pixels) -> Image:
    height, width = image.shape[:2]
    amplitude, length = (rounded(context.params.number(name)) for name in ("amp", "length"))
    steps = 2 * np.pi * np.arange(width) / (length or 1e-12)
    lift = (amplitude + amplitude * np.sin(steps)).astype(np.float32)
    rows, columns = np.mgrid[: height + 2 * amplitude, :width].astype(np.float64)
    return bilinear(image, columns, rows - lift, "Background", (0.0, 0.0))


NODES = (
    magick("net.fxarena.openfx.Roll", _roll, top_first=True),
    magick("net.fxarena.openfx.Swirl", _swirl, top_first=True),
    magick("net.fxarena.openfx.Implode", _implode),
    magick("net.fxarena.openfx.Wave", _wave, top_first=True),
)

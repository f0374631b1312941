"""A hiker who looks over the lake: parts drawn as masks, rounded and lit by their own thickness."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float64]
Plane = NDArray[np.float64]
Points = list[tuple[float, float]]

_FINE = 3  # drawn so many times larger
_SUN = np.array((0.86, -0.22, -0.10)) / np.linalg.norm((0.86, -0.22, -0.10))
"""Towards the sun: right, down, to the viewer; it stands a little behind the hiker."""


def figure(
    width: int, height: int, time: float, *, middle: float = 0.44, foot: float = 0.94
) -> tuple[Picture, Plane]:
    """The hiker's colours (h, w, 3) and its matte (h, w), 0 to 1.

    `middle` is the column and `foot` the row that it stands on, in shares of width and height.
    """
    canvas = _Canvas(width, height, middle, foot)
    sway = 0.004 * np.sin(2 * np.pi * time)
    wind = 2 * np.pi * 2 * time
    skin, jacket, dark = (0.80, 0.52, 0.38), (0.70, 0.17, 0.10), (0.17, 0.18, 0.25)
    # Legs, one bent a little, and boots.
    for hip, knee, foot_x in ((-0.034, -0.046, -0.052), (0.036, 0.058, 0.050)):
        canvas.limb([(hip, -0.37), (knee, -0.20), (foot_x, -0.03)], 0.040, 0.023, dark)
        canvas.shape(
            [(foot_x - 0.026, -0.055), (foot_x + 0.026, -0.055), (foot_x + 0.040, 0.0),
             (foot_x - 0.034, 0.0)],
            (0.24, 0.15, 0.09),
        )  # fmt: skip
    # Arms, one on the strap, the other on a walking stick; coat over them.
    canvas.limb([(0.150, -0.40), (0.166, -0.004)], 0.0055, 0.0045, (0.42, 0.28, 0.15))
    canvas.limb([(0.062, -0.560), (0.112, -0.470), (0.146, -0.385)], 0.030, 0.019, jacket)
    canvas.limb([(0.147, -0.388), (0.151, -0.366)], 0.016, 0.014, skin)
    canvas.limb([(-0.062, -0.560), (-0.112, -0.475), (-0.074, -0.505)], 0.030, 0.022, jacket)
    canvas.shape(
        [(-0.052 + sway, -0.598), (0.0 + sway, -0.616), (0.052 + sway, -0.598), (0.080, -0.570),
         (0.074, -0.44), (0.084, -0.315), (0.0, -0.306), (-0.084, -0.315), (-0.074, -0.44),
         (-0.080, -0.570)],
        jacket,
    )  # fmt: skip
    # Rucksack with its roll, lid, pocket and straps.
    canvas.shape(
        [(-0.050 + sway, -0.572), (0.050 + sway, -0.572), (0.064, -0.50), (0.060, -0.375),
         (-0.060, -0.375), (-0.064, -0.50)],
        (0.30, 0.34, 0.20),
    )  # fmt: skip
    canvas.shape([(-0.054 + sway, -0.580), (0.054 + sway, -0.580), (0.060, -0.515),
                  (-0.060, -0.515)], (0.36, 0.40, 0.24))  # fmt: skip
    canvas.shape([(-0.040, -0.470), (0.040, -0.470), (0.043, -0.392), (-0.043, -0.392)],
                 (0.25, 0.28, 0.17))  # fmt: skip
    for x in (-0.030, 0.030):
        canvas.limb([(x, -0.560), (x * 1.05, -0.400)], 0.0045, 0.0045, (0.46, 0.32, 0.18))
    canvas.limb([(-0.066, -0.594), (0.066, -0.594)], 0.023, 0.023, (0.58, 0.50, 0.36))
    for x in (-0.034, 0.034):
        canvas.limb([(x, -0.616), (x, -0.572)], 0.005, 0.005, (0.40, 0.27, 0.15))
    # Scarf in the wind.
    tail = [
        (-0.02 - 0.028 * i, -0.632 + 0.010 * i + 0.010 * i * np.sin(wind - 0.9 * i))
        for i in range(7)
    ]
    canvas.limb(tail, 0.021, 0.009, (0.88, 0.60, 0.16))
    canvas.limb([(-0.030, -0.628), (0.032, -0.626)], 0.023, 0.023, (0.92, 0.65, 0.20))
    # Head from behind, hair, hat.
    canvas.limb([(sway, -0.690), (sway, -0.662)], 0.036, 0.030, skin)
    canvas.limb([(sway, -0.700), (sway - 0.002, -0.672)], 0.038, 0.033, (0.22, 0.13, 0.08))
    canvas.shape(
        [(-0.034 + sway, -0.708), (-0.030 + sway, -0.748), (-0.012 + sway, -0.762),
         (0.016 + sway, -0.760), (0.032 + sway, -0.744), (0.038 + sway, -0.708)],
        (0.47, 0.34, 0.19),
    )  # fmt: skip
    canvas.limb([(-0.036 + sway, -0.712), (0.040 + sway, -0.713)], 0.006, 0.006, (0.24, 0.14, 0.08))
    brim = [(0.074 * np.cos(a) + 0.002 + sway, -0.702 + 0.013 * np.sin(a))
            for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)]  # fmt: skip
    canvas.shape(brim, (0.50, 0.36, 0.20), soft=0.002)
    return canvas.picture()


class _Canvas:
    """Paints parts one over the other; shares of the height, from the foot point."""

    def __init__(self, width: int, height: int, middle: float, foot: float) -> None:
        self._size = (width, height)
        self._unit = height * _FINE
        self._origin = np.array((middle * width * _FINE, foot * height * _FINE))
        shape = (height * _FINE, width * _FINE)
        self._colours = np.zeros((*shape, 3))
        self._matte = np.zeros(shape)

    def limb(self, points: Points, start: float, end: float, colour: object) -> None:
        """A line that is `start` thick at its first point and `end` at its last (radii)."""
        mask = np.zeros(self._matte.shape, np.uint8)
        path = np.array(points, float)
        steps = np.linspace(0, len(path) - 1, 160)
        places = np.stack([np.interp(steps, np.arange(len(path)), path[:, c]) for c in (0, 1)], -1)
        for place, radius in zip(places, np.linspace(start, end, 160), strict=True):
            x, y = self._origin + place * self._unit
            centre = (round(x * 16), round(y * 16))
            cv2.circle(mask, centre, round(radius * self._unit * 16), 255, -1, cv2.LINE_AA, 4)
        self._paint(mask, colour)

    def shape(self, points: Points, colour: object, soft: float = 0.008) -> None:
        """A polygon with corners rounded by about `soft`."""
        mask = np.zeros(self._matte.shape, np.uint8)
        places = np.rint((self._origin + np.array(points) * self._unit) * 16).astype(np.int32)
        cv2.fillPoly(mask, [places], 255, cv2.LINE_AA, 4)
        blurred = cv2.GaussianBlur(mask, (0, 0), soft * self._unit)
        mask = np.clip((blurred.astype(float) - 127) * 6 + 127, 0, 255).astype(np.uint8)
        self._paint(mask, colour)

    def _paint(self, mask: NDArray[np.uint8], colour: object) -> None:
        """Round the part by its distance to the edge, light it from the sun and from the sky."""
        thick = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 5)
        reach = 0.040 * self._unit  # deeper than this a part is flat
        depth = np.clip(thick / reach, 0, 1)
        bulge = np.sqrt(1 - (1 - depth) ** 2) * reach * 0.75
        bulge = cv2.GaussianBlur(bulge, (0, 0), 0.003 * self._unit)
        down, right = np.gradient(bulge)
        normal = np.stack([-right, -down, np.ones_like(right)], -1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        sun = np.clip(normal @ _SUN, 0, 1)[..., None]
        sky = (0.62 - 0.40 * normal[..., 1:2]) * np.array((0.62, 0.66, 0.86))
        base = np.asarray(colour, float)
        # Sky all around, sun on what turns to it, and its glare along that edge.
        lit = base * (0.78 * sky + 1.25 * sun * np.array((1.0, 0.80, 0.55)))
        lit = lit + sun**3 * np.array((0.75, 0.48, 0.22)) * (0.30 + base)
        share = (mask / 255.0)[..., None]
        self._colours = self._colours * (1 - share) + np.clip(lit, 0, 1) * share
        self._matte = 1 - (1 - self._matte) * (1 - share[..., 0])

    def picture(self) -> tuple[Picture, Plane]:
        """Made small: colours not darkened by the matte's edge, and the matte."""
        matte = cv2.resize(self._matte, self._size, interpolation=cv2.INTER_AREA)
        # What is painted is premultiplied by its cover already.
        colours = cv2.resize(self._colours, self._size, interpolation=cv2.INTER_AREA)
        known = np.maximum(matte, 1e-6)[..., None]
        return np.where(matte[..., None] > 0, np.clip(colours / known, 0, 1), 0.0), matte

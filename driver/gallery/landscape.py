"""A lake in the mountains at the end of the day, in layers, drawn by formula.

Pictures are (h, w, 3) float64, display-referred RGB from 0 to 1, top-down. `time` runs from 0 to 1
while the camera moves to the right; nearer layers move farther.
"""

import numpy as np
from numpy.typing import NDArray

from driver.gallery.noise import field, profile

Picture = NDArray[np.float64]
Plane = NDArray[np.float64]
HORIZON = 0.66
"""Rows above the lake, as a share of the height."""
SUN = (0.73, 0.44)
"""Where the sun stands: shares of width and height."""

_TOP, _MIDDLE, _LOW = (0.13, 0.21, 0.44), (0.56, 0.47, 0.60), (1.0, 0.74, 0.47)
_HAZE = np.array((0.93, 0.66, 0.50))
# From far to near: height over the lake, hills across, how much of the haze, colour, parallax.
_RIDGES = (
    (0.30, 2.3, 0.66, (0.36, 0.40, 0.58), 0.01),
    (0.205, 3.1, 0.46, (0.25, 0.29, 0.44), 0.02),
    (0.12, 4.2, 0.26, (0.15, 0.20, 0.29), 0.04),
    (0.055, 6.5, 0.10, (0.07, 0.11, 0.14), 0.07),
)


def landscape(width: int, height: int, time: float) -> Picture:
    """Sky, mountains, their reflection and the near bank."""
    far = _with_lake(_above(width, height, time), height, time)
    grass, cover = bank(width, height, time)
    return far + (grass - far) * cover[..., None]


def _grid(width: int, height: int) -> tuple[Plane, Plane]:
    """Shares of the height: columns (1, w), rows (h, 1)."""
    return (np.arange(width)[None] + 0.5) / height, (np.arange(height)[:, None] + 0.5) / height


def _blend(below: Picture, colour: object, share: Plane) -> Picture:
    return below + (np.asarray(colour, float) - below) * share[..., None]


def _ramp(y: Plane, *stops: tuple[float, tuple[float, float, float]]) -> Picture:
    places = [place for place, _ in stops]
    return np.stack(
        [np.interp(y, places, [colour[c] for _, colour in stops]) for c in range(3)], -1
    )


def _smooth(low: float, high: float, value: Plane) -> Plane:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _above(width: int, height: int, time: float) -> Picture:
    x, y = _grid(width, height)
    aspect = width / height
    sky = _ramp(y / HORIZON, (0.0, _TOP), (0.62, _MIDDLE), (1.0, _LOW))
    picture = np.broadcast_to(sky, (height, width, 3)).copy()
    far = np.hypot(x - SUN[0] * aspect, y - SUN[1])
    picture = _blend(picture, (1.0, 0.80, 0.52), 0.75 * np.exp(-((far / 0.26) ** 2)))
    clouds = field(x * 1.6 + 0.10 * time, y * 6.5, seed=11, octaves=6)
    share = _smooth(0.12, 0.75, clouds) * _smooth(0.02, 0.16, y) * (1 - _smooth(0.36, 0.52, y))
    lit = _smooth(0.75, 0.05, far)[..., None]
    cloud = (0.50, 0.44, 0.58) + (np.array((1.0, 0.72, 0.56)) - (0.50, 0.44, 0.58)) * lit
    picture = picture + (cloud - picture) * (0.85 * share)[..., None]
    picture = _blend(picture, (1.0, 0.96, 0.84), _smooth(0.047, 0.043, far))
    picture = _blend(picture, (1.0, 0.90, 0.70), 0.55 * np.exp(-((far / 0.085) ** 2)))
    for index, ridge in enumerate(_RIDGES):
        picture = _ridge(picture, x, y, far, time, index, ridge)
    return picture


def _ridge(
    picture: Picture,
    x: Plane,
    y: Plane,
    far: Plane,
    time: float,
    index: int,
    ridge: tuple[float, float, float, tuple[float, float, float], float],
) -> Picture:
    tall, hills, haze, colour, parallax = ridge
    place = (x + parallax * time * 2) * hills
    line = profile(place, seed=30 + index, octaves=8, rough=0.52)
    crest = HORIZON - tall * (0.62 + 0.42 * line)
    depth = y - crest  # below the crest
    slope = profile(place + 0.03, seed=30 + index, octaves=6, rough=0.52) - line
    rock = field(
        place * 2.2 + 5 * depth, depth * 16 + place, seed=50 + index, octaves=6, rough=0.62
    )
    light = np.clip(0.5 + 2.2 * slope + 0.45 * rock, 0, 1) * np.exp(-np.clip(depth, 0, None) * 7)
    body = np.asarray(colour) * (0.82 + 0.10 * rock[..., None])
    body = body + (np.array((0.98, 0.62, 0.40)) - body) * (0.42 * light)[..., None]
    mist = haze + (1 - haze) * 0.55 * _smooth(0.0, tall, depth) * (index < 3)
    glow = np.exp(-((far / 0.42) ** 2))[..., None]
    haze_colour = np.array((0.66, 0.58, 0.68)) * (1 - glow) + _HAZE * glow
    body = body + (haze_colour - body) * (mist * (1.0 - 0.15 * index))[..., None]
    edge = 1.2 / picture.shape[0]
    return np.asarray(picture + (body - picture) * _smooth(-edge, edge, depth)[..., None])


def _with_lake(above: Picture, height: int, time: float) -> Picture:
    width = above.shape[1]
    x, y = _grid(width, height)
    shore = round(HORIZON * height)
    deep = y[shore:] - HORIZON
    ripple = field(x * 3.5, deep * 70 / (1 + 9 * deep) + 0.8 * time, seed=77, octaves=4, rough=0.55)
    rows = shore - 1 - (deep * height * (0.94 + 0.02 * ripple) + ripple * (2 + 26 * deep))
    rows = np.clip(rows, 0, shore - 1).astype(int)
    columns = np.clip(np.arange(width) + (ripple * (1.5 + 16 * deep)).astype(int), 0, width - 1)
    water = above[rows, columns] * (0.80, 0.83, 0.90)
    water = _blend(water, (0.10, 0.16, 0.30), 0.18 + 0.9 * deep + 0 * x)
    path = np.exp(-(((x - SUN[0] * width / height) / (0.05 + 0.35 * deep)) ** 2))
    spark = _smooth(0.15, 0.75, field(x * 9, deep * 150 + 3 * time, seed=5, octaves=3))
    water = _blend(water, (1.0, 0.86, 0.62), 0.8 * path * spark)
    whole = above.copy()
    whole[shore:] = water
    line = np.exp(-(((y - HORIZON) * height / 1.6) ** 2)) * np.ones_like(x)
    return _blend(whole, (0.98, 0.80, 0.62), 0.35 * line)


def bank(width: int, height: int, time: float, start: int = 0) -> tuple[Picture, Plane]:
    """The near bank's colours (h, w, 3), and where it is (h, w).

    Blades of grass: its crest is drawn again and again, a little lower each time; `start` leaves
    out so many of the farthest 26 rows.
    """
    x, y = _grid(width, height)
    place = x + 0.22 * time
    crest = 0.885 + 0.030 * profile(place * 1.7 + 3.1, seed=21, octaves=3)
    rng = np.random.default_rng(8)
    offsets = rng.uniform(0, 99, 26)
    picture, where = np.zeros((height, width, 3)), np.zeros((height, width))
    for step in range(start, 26):
        depth = step / 25
        jagged = np.abs(profile(place * 120 + offsets[step], seed=90 + step, octaves=2))
        line = crest + depth * 0.28 - jagged * (0.016 + 0.022 * depth)
        sunny = 0.5 + 0.5 * profile(place * 3 + step, seed=60, octaves=3)
        rim = np.exp(-np.clip(y - line, 0, None) * (170 - 90 * depth))
        warm = np.array((0.86, 0.62, 0.26)) * (0.40 + 0.45 * sunny[..., None])
        dark = np.array((0.085, 0.125, 0.075)) * (1.15 - 0.5 * depth)
        colour = dark + (warm - dark) * (rim * (0.62 - 0.30 * depth))[..., None]
        cover = _smooth(-0.7 / height, 0.7 / height, y - line)
        picture = picture + (colour - picture) * cover[..., None]
        where = 1 - (1 - where) * (1 - cover)
    return picture, where

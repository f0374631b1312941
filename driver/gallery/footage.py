"""The scene as files, as a person's footage would come: picture, matte, and layers apart."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.gallery.figure import figure
from driver.gallery.fireflies import fireflies
from driver.gallery.landscape import bank, landscape
from ofx_helpers.media.images import write_image

WIDTH, HEIGHT, FRAMES = 480, 270, 12
WIDE_TOP, WIDE_HEIGHT = 44, 182
"""Rows that the widescreen copy shows."""
DVD_LEFT, DVD_WIDTH = 60, 360
"""Columns that the open-matte copy shows."""
_IN_GRASS = 4  # rows of the bank's grass behind the hiker's boots

Picture = NDArray[np.float64]
Bytes = NDArray[np.uint8]


def draw(folder: Path) -> None:
    """Writes frames 1 to `FRAMES` of each layer into `folder`, as `NAME.####.png`.

    `scene` is the whole picture, `plate` the same without the hiker, `matte` the hiker's matte.
    `wide` and `dvd` are partial copies of the scene, `top` and `bottom` the rows of `dvd` above
    and below `wide`, `generated` a plate that is transparent around the hiker. `screen` is the
    hiker before a green screen, `fireflies` lights on black, `cutout` the hiker with alpha and
    `grass` the near bank with alpha.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for frame in range(1, FRAMES + 1):
        for name, picture in layers((frame - 1) / (FRAMES - 1)).items():
            write_image(folder / f"{name}.{frame:04}.png", picture)


def layers(time: float) -> dict[str, Bytes]:
    """Each layer at a time from 0 to 1, top-down sRGB or grey."""
    plate = landscape(WIDTH, HEIGHT, time)
    colours, matte = figure(WIDTH, HEIGHT, time)
    matte = matte * (1 - bank(WIDTH, HEIGHT, time, _IN_GRASS)[1])
    scene = _bytes(plate + (colours - plate) * matte[..., None])
    dvd = _soft(scene)[:, DVD_LEFT : DVD_LEFT + DVD_WIDTH]
    end = WIDE_TOP + WIDE_HEIGHT
    far = (cv2.dilate(matte, np.ones((25, 25))) == 0).astype(np.float64)
    return {
        "scene": scene,
        "plate": _bytes(plate),
        "matte": _bytes(matte),
        "wide": scene[WIDE_TOP:end],
        "dvd": dvd,
        "top": dvd[:WIDE_TOP],
        "bottom": dvd[end:],
        "screen": _bytes(_screen() + (colours - _screen()) * matte[..., None]),
        "fireflies": _bytes(fireflies(WIDTH, HEIGHT, time)),
        "cutout": _bytes(np.dstack([colours, matte])),
        "grass": _bytes(np.dstack(bank(WIDTH, HEIGHT, time))),
        "generated": np.dstack([_soft(_bytes(plate)), _bytes(far)]),
    }


def _screen() -> Picture:
    """Green cloth, a little darker to the sides."""
    across = np.linspace(-1, 1, WIDTH)[None, :, None]
    return np.array((0.16, 0.70, 0.26)) * (1 - 0.10 * across**2) * np.ones((HEIGHT, 1, 1))


def _soft(picture: Bytes) -> Bytes:
    """What is left of a picture at a quarter of its size."""
    small = cv2.resize(picture, None, None, 0.25, 0.25, cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (WIDTH, HEIGHT), None, 0, 0, cv2.INTER_CUBIC))


def _bytes(picture: Picture) -> Bytes:
    found: Bytes = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return found

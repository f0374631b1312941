"""Modulate: openfx-arena's brightness, saturation and hue in per cent, in ImageMagick's HSL.

Formula from ImageMagick 6 (gem.c, enhance.c), with lightness beyond 1 as it comes.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import Grid, magick

_TINY = 1e-12


def _divided(number: Grid, by: Grid) -> Grid:
    """A quotient by what is kept away from 0."""
    result: Grid = number / np.where(np.abs(by) < _TINY, np.where(by < 0, -_TINY, _TINY), by)
    return result


def _modulate(context: Context, image: Pixels) -> NDArray[np.floating]:
    params = context.params
    colours = image[..., :3].astype(np.float64)
    red, green, blue = np.moveaxis(colours, -1, 0)
    high, low = colours.max(-1), colours.min(-1)
    chroma = high - low
    light = (high + low) / 2
    grey = chroma <= 0
    safe = np.where(grey, 1, chroma)
    hue = np.where(
        high == red,
        (green - blue) / safe + np.where(green < blue, 6, 0),
        np.where(high == green, 2 + (blue - red) / safe, 4 + (red - green) / safe),
    )
    hue = np.where(grey, 0, hue / 6)
    full = np.where(light <= 0.5, 2 * light, 2 - 2 * light)
    saturation = np.where(grey, 0, _divided(chroma, full))
    hue += (params.number("hue") - 100) / 200
    saturation *= params.number("saturation") / 100
    light *= params.number("brightness") / 100
    chroma = np.where(light <= 0.5, 2 * light, 2 - 2 * light) * saturation
    turn = (hue - np.floor(hue)) * 6
    other = chroma * (1 - np.abs(turn - 2 * np.floor(turn / 2) - 1))
    least = light - chroma / 2
    part = np.floor(turn).astype(int)
    none = np.zeros_like(chroma)
    made = np.stack(
        [
            np.choose(part, (chroma, other, none, none, other, chroma), mode="clip"),
            np.choose(part, (other, chroma, chroma, other, none, none), mode="clip"),
            np.choose(part, (none, none, other, chroma, chroma, other), mode="clip"),
        ],
        axis=-1,
    )
    return np.concatenate([made + least[..., None], image[..., 3:]], axis=-1)


NODE = magick("net.fxarena.openfx.Modulate", _modulate)

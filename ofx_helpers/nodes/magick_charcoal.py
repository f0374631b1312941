"""Charcoal: openfx-arena's charcoal drawing: edges, blurred, stretched, inverted and made grey.

Facts from ImageMagick 6 (fx.c, effect.c, enhance.c): an edge is a pixel as often as it has
neighbours, less these; the sum is divided by the smallest number, so that edges are black or white.
"""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import LUMA, magick
from ofx_helpers.nodes._magick_blur import blur, reach, summed

Image = NDArray[np.floating]
_EDGE_SIGMA = 0.5
_DARKEST, _BRIGHTEST = 0.0015, 0.0005  # the shares of pixels that become black and white
_LEVELS = 65535


def _edge(image: Image, radius: float) -> Image:
    size = 2 * reach(radius, _EDGE_SIGMA) + 1
    kernel = np.full((size, size), -1.0)
    kernel[size // 2, size // 2] = size * size - 1
    made = summed(image, kernel)
    np.clip(made[..., :3], 0, 1, out=made[..., :3])
    return made


def _levels(values: Image) -> NDArray[np.int64]:
    return (np.clip(values, 0, 1) * _LEVELS + 0.5).astype(np.int64)


def _stretched(colours: Image) -> NDArray[np.float64]:
    """The colours (h, w, 3), so that the darkest luma becomes 0 and the brightest 1."""
    count = np.bincount(_levels(colours.astype(np.float64) @ LUMA).ravel(), minlength=_LEVELS + 1)
    total = count.sum()
    black = int(np.argmax(count.cumsum() > _DARKEST * total))
    white = _LEVELS - int(np.argmax(count[::-1].cumsum() > total - (1 - _BRIGHTEST) * total))
    if black == white:
        return colours.astype(np.float64)
    return np.clip((_levels(colours) - black) / (white - black), 0, 1)


def _charcoal(context: Context, image: Pixels) -> Image:
    radius, sigma = (context.params.number(name) for name in ("radius", "sigma"))
    soft = blur(_edge(image, radius), radius, sigma)
    grey = (1 - _stretched(soft[..., :3])) @ LUMA
    return np.concatenate([np.repeat(grey[..., None], 3, axis=-1), soft[..., 3:]], axis=-1)


NODE = magick("net.fxarena.openfx.Charcoal", _charcoal)

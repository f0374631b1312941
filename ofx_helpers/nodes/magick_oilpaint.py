"""Oilpaint: openfx-arena's oil painting, each pixel the commonest brightness of those around it.

Facts from ImageMagick 6 (paint.c): brightness has 256 steps.
"""

import numpy as np

from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._magick import LUMA, magick, rounded

_SMALLEST = 3  # the reach that ImageMagick takes where it may choose


def _oilpaint(context: Context, image: Pixels) -> Pixels:
    radius = context.params.number("radius")
    if radius <= 0:
        return image
    from ofx_helpers.nodes._oilpaint_kernel import commonest

    luma = image[..., :3].astype(np.float64) @ LUMA
    levels = np.clip(np.nan_to_num(luma) * 255, 0, 255)
    place = np.zeros((*luma.shape, 2), np.int64)
    commonest((levels + 0.5).astype(np.uint8), rounded(radius) or _SMALLEST, place)
    painted: Pixels = image[place[..., 0], place[..., 1]]
    return painted


NODE = magick("net.fxarena.openfx.Oilpaint", _oilpaint)

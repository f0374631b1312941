"""Saturation: mixes each pixel with its own luminance."""

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.nodes._luminance import luminance


def _saturate(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    math = params.choice("luminanceMath")
    # The plug-in's ACES AP1 case runs on into CCIR 601, and so do its pictures.
    grey = luminance(pixels, "ccir601" if math == "acesap1" else math)
    amount = np.float32(params.number("saturation"))
    rgb = pixels[..., :3]
    rgb *= amount
    rgb += (np.float32(1) - amount) * grey
    if params.flag("clampBlack"):
        np.maximum(pixels, 0, out=pixels)
    if params.flag("clampWhite"):
        np.minimum(pixels, 1, out=pixels)
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.SaturationPlugin",),
    mask="Mask",
    components=with_colour,
    process=True,
    # An alpha that is not processed is not clamped either, and the one to multiply by.
    process_inside=True,
    premult=True,
    point=_saturate,
)

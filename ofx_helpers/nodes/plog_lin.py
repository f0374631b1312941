"""PLogLin: Josh Pines' log curve to linear light and back, through a reference grey.

Formula: the printing density of a code above the reference's, 10 ** (density · step / gamma).
"""

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType

_CODES = 1023.0
_DARKEST = 1e-10


def _convert(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    light, code = (np.array(params.colour(name)[:3]) for name in ("linRef", "logRef"))
    density, gamma = (np.array(params.colour(name)[:3]) for name in ("density", "nGamma"))
    rgb = pixels[..., :3].astype(np.float64)
    if params.choice("operation") == "log2lin":
        pixels[..., :3] = light * 10 ** ((rgb * _CODES - code) * density / gamma)
    else:
        stops = np.log10(np.maximum(rgb, _DARKEST) / light)
        pixels[..., :3] = (code + stops * gamma / density) / _CODES
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.PLogLin",),
    components=with_colour,
    mask="Mask",
    process=True,
    premult=True,
    point=_convert,
)

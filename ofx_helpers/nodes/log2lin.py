"""Log2Lin: Cineon's printing density to linear light and back.

Formula: Kodak, "Conversion of 10-bit log film data to 8-bit linear or video data" (1995).
"""

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType

_DENSITY = 0.002
_CODES = 1023.0


def _convert(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    black, white = np.array(params.colour("black")[:3]), np.array(params.colour("white")[:3])
    gamma = np.array(params.colour("gamma")[:3])
    offset = 10 ** ((black - white) * _DENSITY / gamma)
    gain = 1 / (1 - offset)
    rgb = pixels[..., :3].astype(np.float64)
    if params.choice("operation") == "log2lin":
        pixels[..., :3] = gain * (10 ** ((_CODES * rgb - white) * _DENSITY / gamma) - offset)
    else:
        density = np.log10(rgb / gain + offset) * gamma / _DENSITY
        pixels[..., :3] = (density + white) / _CODES
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.Log2Lin",),
    components=with_colour,
    mask="Mask",
    process=True,
    premult=True,
    point=_convert,
)

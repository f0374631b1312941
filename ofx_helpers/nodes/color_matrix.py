"""ColorMatrix: each output channel a weighted sum of R, G, B and A."""

import numpy as np

from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import LARGEST, Context, NodeType, usual_depth

_OUTPUTS = ("outputRed", "outputGreen", "outputBlue", "outputAlpha")


def _apply(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    matrix = np.array([params.colour(name) for name in _OUTPUTS], np.float32)
    result: Pixels = pixels @ matrix.T
    if params.flag("clampBlack"):
        np.maximum(result, 0, out=result)
    if params.flag("clampWhite"):
        # The plug-in compares shares with the largest code.
        np.minimum(result, LARGEST[usual_depth(context)], out=result)
    return result


NODE = NodeType(
    plugins=("net.sf.openfx.ColorMatrixPlugin",),
    mask="Mask",
    process=True,
    process_inside=True,
    premult=True,
    point=_apply,
)

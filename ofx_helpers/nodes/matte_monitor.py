"""MatteMonitor: alpha between 0 and 1 drawn towards 0.5, so that it can be seen."""

import numpy as np

from ofx_helpers.engine.components import with_alpha
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, always


def _stretch(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    alpha = pixels[..., 3]
    between = (alpha > 0) & (alpha < 1)
    slope = np.float32(context.params.number("slope"))
    alpha[between] = np.float32(0.5) + (alpha[between] - np.float32(0.5)) * slope
    return pixels


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("slope") == 1 else None


NODE = NodeType(
    plugins=("net.sf.openfx.MatteMonitorPlugin",),
    components=with_alpha,
    cut=always,
    same=_same,
    point=_stretch,
)

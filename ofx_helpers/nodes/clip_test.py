"""ClipTest: zebra stripes where a processed channel leaves its range."""

import numpy as np

from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.nodes._filters import processed


def _zebra(context: Context, pixels: Pixels, window: Window) -> Pixels:
    params, channels = context.params, processed(context)
    lower, upper = (np.array(params.colour(name), np.float32) for name in ("lower", "upper"))
    low = (pixels < lower)[..., channels].any(-1)
    high = (pixels > upper)[..., channels].any(-1)
    x, y = np.arange(window.x1, window.x2)[None, :], np.arange(window.y1, window.y2)[:, None]
    stripe = ((x + y) & 4) / 4
    drawn = np.where(low, 0.8 + 0.2 * stripe, 0.1 * stripe)
    for channel in channels:
        pixels[..., channel] = np.where(low | high, drawn, pixels[..., channel])
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.ClipTestPlugin",),
    mask="Mask",
    process=True,
    premult=True,
    point=_zebra,
)

"""VectorToColor: the direction of a vector as hue, its length as saturation or value."""

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, floats_only
from ofx_helpers.nodes.color_transform import hsv_to_rgb


def _colour(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    if context.components("Source") != "RGBA":
        pixels[..., 3] = 0  # the plug-in is handed RGB, whose fourth channel counts as 0
    x, y = (
        pixels[..., "rgba".index(params.choice(name))].astype(np.float64)
        for name in ("xChannel", "yChannel")
    )
    hue = np.arctan2(-y if params.flag("inverseY") else y, x) / (2 * np.pi)
    if params.flag("opposite"):
        hue += 0.5
    length, full = np.hypot(x, y), np.ones_like(x)
    both = (full, length) if params.flag("modulateV") else (length, full)
    hsv = np.stack([hue, *both], -1).astype(np.float32)
    pixels[..., :3] = hsv if params.flag("hsvOutput") else hsv_to_rgb(hsv)
    pixels[..., 3] = 1
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.VectorToColorPlugin",),
    components=with_colour,
    depth=floats_only,
    process=True,
    point=_colour,
)

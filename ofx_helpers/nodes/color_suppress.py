"""ColorSuppress: takes out the excess of one or two primaries over the others."""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Components, Context, NodeType
from ofx_helpers.nodes._luminance import luminance

# In the order in which the plug-in applies them: the channels that lose, and those they exceed.
_STEPS = (
    ("yellow", (1, 0), (2,)),
    ("magenta", (2, 0), (1,)),
    ("cyan", (1, 2), (0,)),
    ("red", (0,), (1, 2)),
    ("green", (1,), (0, 2)),
    ("blue", (2,), (0, 1)),
)


def _suppress(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    rgb = pixels[..., :3].astype(np.float64)
    changed: NDArray[np.float64] = np.zeros(pixels.shape[:2])
    for name, losing, others in _STEPS:
        amount = params.number(f"{name}Suppress")
        if amount == 0:
            continue
        top = np.minimum.reduce([rgb[..., channel] for channel in losing])
        rest = np.maximum.reduce([rgb[..., channel] for channel in others])
        excess = np.maximum(top - rest, 0) * amount
        for channel in losing:
            rgb[..., channel] -= excess
        changed += np.abs(excess)
    mode = params.choice("outputMode")
    if mode != "alpha":
        if params.flag("preserveLuma"):
            math = params.choice("luminanceMath")
            rgb += luminance(pixels, math) - luminance(rgb.astype(np.float32), math)
        pixels[..., :3] = rgb
    if mode != "image":
        pixels[..., 3] = changed
    return pixels


def _components(context: Context) -> Components:
    image = context.params.choice("outputMode") == "image"
    return with_colour(context) if image else "RGBA"


NODE = NodeType(
    plugins=("net.sf.openfx.ColorSuppress",),
    components=_components,
    mask="Mask",
    process=True,
    forgetful=True,
    premult=True,
    point=_suppress,
)

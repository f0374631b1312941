"""Despill: takes a screen's colour out of what it spills on, by a map of the excess."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.finish import mixed, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import (
    LARGEST,
    Components,
    Context,
    NodeType,
    Want,
    usual_depth,
)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    wants = [Want("Source", window)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _despill(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    source = frames[0].pixels
    red, green, blue = source[..., 0], source[..., 1], source[..., 2]
    screen, other = (green, blue) if params.choice("screenType") == "green" else (blue, green)
    share = np.float32(params.number("spillmapMix"))
    limit = (red * share + other * (1 - share)) * np.float32(1 - params.number("expandSpillmap"))
    spill = np.maximum(screen - limit, 0)
    scales = [params.number(f"scale{name}") for name in ("Red", "Green", "Blue")]
    result = source.copy()
    for channel, scale in enumerate(scales):
        plane = result[..., channel]
        plane += spill * np.float32(scale + params.number("brightness"))
        if params.flag("clampBlack"):
            np.maximum(plane, 0, out=plane)
        if params.flag("clampWhite"):
            np.minimum(plane, 1, out=plane)
    # In 8 and 16 bits the plug-in takes these shares for codes.
    result /= np.float32(LARGEST[usual_depth(context)])
    mask = frames[1].pixels if uses_mask(context) else None
    result = mixed(params, "Mask", result, source, mask, params.number("mix"))
    if params.flag("outputSpillMap"):
        result[..., 3] = spill
    return result


def _components(context: Context) -> Components:
    return "RGBA" if context.params.flag("outputSpillMap") else with_colour(context)


NODE = NodeType(
    plugins=("net.sf.openfx.Despill",),
    components=_components,
    process=True,
    wants=_wants,
    render=_despill,
)

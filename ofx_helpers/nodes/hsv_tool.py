"""HSVTool: turns, scales and shifts hue, saturation and brightness of a range of colours."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.finish import mask_weight, unpremultiply, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import (
    Components,
    Context,
    NodeType,
    Same,
    Want,
    usual_components,
)
from ofx_helpers.engine.params import Params

_SELECTIONS = {
    "source": (False, False, False),
    "hue": (True, False, False),
    "saturation": (False, True, False),
    "brightness": (False, False, True),
    "minhuesaturation": (True, True, False),
    "minhuebrightness": (True, False, True),
    "minsaturationbrightness": (False, True, True),
    "min": (True, True, True),
}


def _hue(params: Params) -> tuple[float, ...]:
    """Start, end, roll-off and middle in degrees, then turn and gain."""
    change = params.number("hueRotation"), params.number("hueRotationGain")
    start, end = params.pair("hueRange")
    if end == start + 360:
        return 0.0, 360.0, 0.0, 0.0, *change
    start, end = start % 360, end % 360
    start, end = min(start, end), max(start, end)
    if end - start > 180:
        # Two hues mean the smaller arc between them.
        start, end = end, start
    rolloff = min(max(params.number("hueRangeRolloff"), 0.0), 180.0)
    middle = (start + ((end - start + 180) % 360 - 180) / 2) % 360
    return start, end, rolloff, middle, *change


def _range(params: Params, name: str) -> tuple[float, ...]:
    """Low, high, roll-off, shift and gain."""
    low, high = sorted(params.pair(f"{name}Range"))
    rolloff = max(params.number(f"{name}RangeRolloff"), 0.0)
    adjust = params.number(f"{name}Adjustment"), params.number(f"{name}AdjustmentGain")
    return low, high, rolloff, *adjust


_WHOLE = {"hue": (0.0, 360.0), "saturation": (0.0, 1.0), "brightness": (0.0, 1.0)}


def _same(context: Context) -> Same | None:
    """Without a turn or a shift nothing is done, whatever the gains and clamps say.

    Only a selection that goes into the alpha counts, where its ranges are not the whole ones.
    """
    params = context.params
    names = ("hueRotation", "saturationAdjustment", "brightnessAdjustment")
    if params.number("mix") == 0:
        return Same("Source")
    if any(params.number(name) != 0 for name in names):
        return None
    wanted = _SELECTIONS[params.choice("outputAlpha")]
    chosen = [name for name, is_wanted in zip(_WHOLE, wanted, strict=True) if is_wanted]
    whole = all(params.pair(f"{name}Range") == _WHOLE[name] for name in chosen)
    return Same("Source") if whole or usual_components(context) != "RGBA" else None


def _wants(context: Context, window: Window) -> Sequence[Want]:
    wants = [Want("Source", window)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Pixels:
    from ofx_helpers.nodes._hsv_kernel import turn

    params = context.params
    wanted = _SELECTIONS[params.choice("outputAlpha")]
    divide = params.flag("premult")
    source = frames[0].pixels
    pixels = unpremultiply(source) if divide else source.copy()
    selection = np.empty(pixels.shape[:2], np.float32)
    turn(
        pixels,
        np.array(_hue(params)),
        np.array(_range(params, "saturation")),
        np.array(_range(params, "brightness")),
        params.flag("clampBlack"),
        params.flag("clampWhite"),
        np.array(wanted),
        selection,
    )
    if not any(wanted):
        # As Natron has it: "source" leaves the alpha out, and premultiplying by it leaves nothing.
        pixels[..., 3] = 0
        if divide:
            pixels[...] = 0
    mix = params.number("mix")
    if uses_mask(context):
        weight = mask_weight(params, "Mask", frames[1].pixels, mix)
        pixels = pixels * weight + (np.float32(1) - weight) * source
        selection = np.minimum(
            selection, mask_weight(params, "Mask", frames[1].pixels, 1.0)[..., 0]
        )
    elif mix != 1:
        pixels = pixels * np.float32(mix) + np.float32(1 - mix) * source
    if any(wanted):
        pixels[..., 3] = selection
    return pixels


def _components(context: Context) -> Components:
    return with_colour(context) if context.params.choice("outputAlpha") == "source" else "RGBA"


NODE = NodeType(
    plugins=("net.sf.openfx.HSVToolPlugin",),
    components=_components,
    process=True,
    forgetful=True,
    same=_same,
    wants=_wants,
    render=_render,
)

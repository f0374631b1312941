"""HueCorrect: saturation, luminance, channels, suppression and hue by curves over the hue."""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._luminance import luminance
from ofx_helpers.nodes.color_transform import hsv_to_rgb, rgb_to_hsv

Plane = NDArray[np.float64]

_CURVES = ("hue", "sat", "lum", "red", "green", "blue", "r_sup", "g_sup", "b_sup", "sat_thrsh")
_STEPS = 1024
"""The plug-in samples its curves; 1023 steps over the six sectors from magenta to magenta."""
_TURN = 6.0  # hues: the curves close, the last key leads to the first


def _sampled(params: Params) -> dict[str, Plane | None]:
    """Each curve at the steps; None where it is the default (1, or 0 for the threshold)."""
    curves = params.node.params.get("hue", ())
    at = np.linspace(0, _TURN, _STEPS)
    found: dict[str, Plane | None] = {}
    for index, name in enumerate(_CURVES):
        curve = curves[index] if index < len(curves) else None
        found[name] = None
        if isinstance(curve, Curve) and curve.keys:
            found[name] = np.maximum([curve.periodic(float(x), _TURN) for x in at], 0)
    return found


def _correct(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    math = params.choice("luminanceMath")
    curves = _sampled(params)
    mix = params.number("mixLuminance") if params.flag("mixLuminanceEnable") else 0.0
    before = luminance(pixels, math)
    hsv = rgb_to_hsv(pixels[..., :3])
    saturation = hsv[..., 1].astype(np.float64)
    # Red stands at 1 on the curves, so that they begin and end in magenta.
    position = hsv[..., 0].astype(np.float64) * 6 + 1
    position = np.where(position > 6, position - 6, position)
    steps = np.linspace(0, 6, _STEPS)

    def at(name: str) -> Plane | float:
        values = curves[name]
        if values is None:
            return 0.0 if name == "sat_thrsh" else 1.0
        sampled: Plane = np.interp(position, steps, values)
        return sampled

    turn = at("hue")
    rgb = pixels[..., :3].astype(np.float64)
    if curves["hue"] is not None:
        hue = hsv[..., 0] + (turn - 1) / 2
        hsv[..., 0] = hue - np.floor(hue)
        rgb = np.where((np.asarray(turn) != 1)[..., None], hsv_to_rgb(hsv), rgb)
    for channel, name in enumerate(("r_sup", "g_sup", "b_sup")):
        if curves[name] is not None:
            low = np.minimum(*(rgb[..., other] for other in range(3) if other != channel))
            excess = np.maximum(rgb[..., channel] - low, 0)
            rgb[..., channel] -= excess * (1 - at(name))
    threshold = np.broadcast_to(np.asarray(at("sat_thrsh")), saturation.shape)
    coloured = saturation > threshold
    share = np.where(coloured, threshold / np.where(coloured, saturation, 1), 1.0)
    share = np.where(~coloured & (threshold == 0), 0.0, share)
    for channel, name in enumerate(("red", "green", "blue")):
        rgb[..., channel] *= share + (1 - share) * at(name) * at("lum")
    if curves["sat"] is not None:
        amount = np.asarray(at("sat"))[..., None]
        rgb = (1 - amount) * luminance(rgb.astype(np.float32), math) + amount * rgb
    if mix > 0:
        after = luminance(rgb.astype(np.float32), math)
        lit = after > 0
        rgb = np.where(lit, rgb * (1 + mix * (before / np.where(lit, after, 1) - 1)), before)
    if params.flag("clampBlack"):
        rgb = np.maximum(rgb, 0)
    if params.flag("clampWhite"):
        rgb = np.minimum(rgb, 1)
    pixels[..., :3] = rgb
    return pixels


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("mix") == 0 else None


NODE = NodeType(
    plugins=("net.sf.openfx.HueCorrect",),
    components=with_colour,
    mask="Mask",
    process=True,
    forgetful=True,
    premult=True,
    same=_same,
    point=_correct,
)

"""ColorCorrect: saturation, contrast, gamma, gain and offset, for tones and for all."""

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._curves import evaluated
from ofx_helpers.nodes._luminance import luminance

_MIDDLE_GREY = np.float32(0.18)
_STEPS = 1024
Array = NDArray[np.float32]


def _processed(params: Params) -> list[int]:
    """The channels that change; the others stay inside every step, which mixes them."""
    names = [f"NatronOfxParamProcess{channel}" for channel in "RGBA"]
    return [index for index, name in enumerate(names) if params.flag(name)]


def _idle(params: Params, group: str) -> bool:
    enable = f"{group}Enable"
    if enable in params and not params.flag(enable):
        return True
    return all(
        set(params.colour(f"{group}{name}")) == {neutral}
        for name, neutral in (
            ("Saturation", 1.0),
            ("Contrast", 1.0),
            ("Gamma", 1.0),
            ("Gain", 1.0),
            ("Offset", 0.0),
        )
    )


def _correct(params: Params, group: str, pixels: Array, math: str) -> Array:
    """The group applied to a copy of (h, w, 4) pixels; the same array where it does nothing."""
    if _idle(params, group):
        return pixels
    original = pixels
    pixels = pixels.copy()

    def colour(name: str) -> Array:
        return np.array(params.colour(f"{group}{name}"), np.float32)

    saturation = colour("Saturation")[:3]
    if (saturation != 1).any():
        grey = luminance(pixels, math)
        for channel in (c for c in _processed(params) if c < 3):
            share = saturation[channel]
            plane = pixels[..., channel]
            plane *= share
            plane += (np.float32(1) - share) * grey[..., 0]
    contrast = colour("Contrast")
    if (contrast != 1).any():
        raised = np.power(np.maximum(pixels, 0) / _MIDDLE_GREY, contrast) * _MIDDLE_GREY
        pixels = np.where(pixels > 0, raised, pixels)
    gamma = colour("Gamma")
    if (gamma != 1).any():
        # Gamma 0 sends every tone below 1 to 0, as the power's limit does.
        exponent = np.divide(
            np.float32(1), gamma, out=np.full(4, np.inf, np.float32), where=gamma != 0
        )
        pixels = np.where(pixels > 0, np.power(np.maximum(pixels, 0), exponent), pixels)
    pixels = (pixels * colour("Gain") + colour("Offset")).astype(np.float32)
    for channel in set(range(4)) - set(_processed(params)):
        pixels[..., channel] = original[..., channel]
    return pixels


def _default_tones(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of shadows and highlights: those fade out at 0.09, these in from 0.5 to 1."""

    def smooth(t: NDArray[np.float64]) -> NDArray[np.float64]:
        t = np.clip(t, 0, 1)
        return t * t * (3 - 2 * t)

    return 1 - smooth(x / 0.09), smooth((x - 0.5) / 0.5)


def _tones(params: Params, tone: Array) -> tuple[Array, Array]:
    """The shares of shadows and highlights at a luminance, by a table as the plug-in's own.

    Its 1024 steps over `range` are visible to 1e-5, so they are kept; beyond it there is none.
    The clamps of the result hold for the shares too.
    """
    low, high = sorted(params.pair("range"))
    high = high if high > low else low + 1
    steps = np.linspace(low, high, _STEPS)
    beyond = (tone < low) | (tone > high)
    lowest = 0.0 if params.flag("clampBlack") else -np.inf
    highest = 1.0 if params.flag("clampWhite") else np.inf

    def share(values: NDArray[np.float64], exact: NDArray[np.float64]) -> Array:
        found = np.interp(tone, steps, np.clip(values, lowest, highest))
        found[beyond] = np.clip(exact, lowest, highest)
        return found.astype(np.float32)

    curves = params.node.params.get("toneRanges", ())
    stored = [curve for curve in curves if isinstance(curve, Curve) and curve.keys]
    outside = tone[beyond].astype(np.float64)
    if len(stored) == 2:
        inside = [evaluated(curve, steps) for curve in stored]
        exact = [evaluated(curve, outside) for curve in stored]
    else:
        inside, exact = list(_default_tones(steps)), list(_default_tones(outside))
    return share(inside[0], exact[0]), share(inside[1], exact[1])


def _color_correct(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    math = params.choice("luminanceMath")
    names = ("Shadows", "Midtones", "Highlights")
    groups = [_correct(params, name, pixels, math) for name in names]
    if any(group is not pixels for group in groups):
        shadow, highlight = _tones(params, luminance(pixels, math))
        middle = np.float32(1) - shadow - highlight
        pixels = groups[0] * shadow + groups[1] * middle + groups[2] * highlight
    pixels = _correct(params, "Master", pixels, math)
    for channel in _processed(params):
        if params.flag("clampBlack"):
            np.maximum(pixels[..., channel], 0, out=pixels[..., channel])
        if params.flag("clampWhite"):
            np.minimum(pixels[..., channel], 1, out=pixels[..., channel])
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.ColorCorrectPlugin",),
    mask="Mask",
    components=with_colour,
    process=True,
    premult=True,
    point=_color_correct,
)

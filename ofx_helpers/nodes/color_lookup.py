"""ColorLookup: a curve for each channel and one for all, in four ways.

Formulas: the "film-like" curve keeps hue as in Adobe's reference of DNG tone curves; "weighted
standard" averages what each channel's curve would do to the colour as a whole.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._curves import Plane, curves, evaluated, look_up, straight
from ofx_helpers.nodes._luminance import luminance

_STEPS = 1024
_DEFAULT = straight((0.0, 0.0), (1.0, 1.0), slope=1.0)
_SMALL = 1e-8
Apply = Callable[[Plane], Plane]


def _table(params: Params, own: tuple[Curve, ...]) -> Apply:
    """What a channel becomes: its curve, and what the other curves add to the identity."""
    low, high = sorted(params.pair("range"))
    if low == high:
        high = low + 1

    def exact(values: Plane) -> Plane:
        total = evaluated(own[0], values)
        for curve in own[1:]:
            total = total + evaluated(curve, values) - values
        return _clamped(params, total)

    table = exact(np.linspace(low, high, _STEPS)).astype(np.float32).astype(np.float64)

    def apply(values: Plane) -> Plane:
        result = look_up(values, table, low, high)
        beyond = (values < low) | (values > high)
        if beyond.any():
            result[beyond] = exact(values[beyond])
        return result

    return apply


def _clamped(params: Params, values: Plane) -> Plane:
    if params.flag("clampBlack"):
        values = np.maximum(values, 0)
    if params.flag("clampWhite"):
        values = np.minimum(values, 1)
    return values


def _plain(_context: Context, rgb: Plane, each: list[Apply], _master: Apply) -> Plane:
    return np.stack([each[channel](rgb[..., channel]) for channel in range(3)], -1)


def _weighted(context: Context, rgb: Plane, each: list[Apply], _master: Apply) -> Plane:
    result = np.zeros_like(rgb)
    for leader in range(3):
        before = rgb[..., leader]
        after = each[leader](before)
        for channel in range(3):
            share = 0.5 if channel == leader else 0.25
            result[..., channel] += share * _follow(before, after, rgb[..., channel])
    return _clamped(context.params, result)


def _follow(before: Plane, after: Plane, other: Plane) -> Plane:
    """Where another channel goes when one moves: in proportion, towards black or white."""
    down = other + (after - before) * other / before
    up = other + (after - before) * (1 - other) / (1 - before)
    return np.where(other == before, after, np.where(other < before, down, up))


def _film_like(context: Context, rgb: Plane, each: list[Apply], master: Apply) -> Plane:
    """The master curve on the largest and the smallest channel; the middle one between them."""
    order = np.argsort(rgb, axis=-1, kind="stable")
    low, middle, high = np.moveaxis(np.take_along_axis(rgb, order, -1), -1, 0)
    top, bottom = master(high), master(low)
    spread = high - low
    share = np.divide(middle - low, spread, out=np.zeros_like(low), where=spread != 0)
    toned = np.stack([bottom, bottom + (top - bottom) * share, top], -1)
    result = np.empty_like(rgb)
    np.put_along_axis(result, order, toned, -1)
    for channel in range(3):
        value = rgb[..., channel]
        bright = value >= _SMALL
        gain = each[channel](value) / np.where(bright, value, 1)
        result[..., channel] *= np.where(bright, gain, 1.0)
    return _clamped(context.params, result)


def _by_luminance(context: Context, rgb: Plane, each: list[Apply], master: Apply) -> Plane:
    math = context.params.choice("luminanceMath")
    light = luminance(rgb.astype(np.float32), math)[..., 0].astype(np.float64)
    light = np.maximum(light, np.float32(_SMALL))
    gain = (master(light) / light)[..., None]
    return _clamped(context.params, gain * _plain(context, rgb, each, master))


_MODES = {
    "standard": _plain,
    "weightedstandard": _weighted,
    "filmlike": _film_like,
    "luminance": _by_luminance,
}


def _look_up(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    mode = params.choice("masterCurveMode")
    master, *channels = curves(params, "lookupTable", [_DEFAULT] * 5)
    both = mode in ("standard", "weightedstandard")
    each = [_table(params, (curve, master) if both else (curve,)) for curve in channels[:3]]
    rgb: NDArray[np.float64] = pixels[..., :3].astype(np.float64)
    alpha = _table(params, (channels[3],))(pixels[..., 3].astype(np.float64))
    pixels[..., :3] = _MODES[mode](context, rgb, each, _table(params, (master,)))
    pixels[..., 3] = alpha
    return pixels


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("mix") == 0 else None


NODE = NodeType(
    plugins=("net.sf.openfx.ColorLookupPlugin",),
    mask="Mask",
    process=True,
    forgetful=True,
    premult=True,
    same=_same,
    point=_look_up,
)

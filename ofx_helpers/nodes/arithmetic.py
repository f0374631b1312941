"""Add, Multiply, Gamma, Invert and Clamp: one formula for each channel alone."""

from collections.abc import Callable

import numpy as np

from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same

Change = Callable[[Context, Pixels, int], None]
"""Changes a (h, w) plane in place; the number says which channel it is."""


def _point(change: Change) -> Callable[[Context, Pixels, Window], Pixels]:
    def point(context: Context, pixels: Pixels, _window: Window) -> Pixels:
        for index, channel in enumerate("RGBA"):
            if context.params.flag(f"NatronOfxParamProcess{channel}"):
                change(context, pixels[..., index], index)
        return pixels

    return point


def _add(context: Context, plane: Pixels, channel: int) -> None:
    plane += np.float32(context.params.colour("value")[channel])


def _multiply(context: Context, plane: Pixels, channel: int) -> None:
    plane *= np.float32(context.params.colour("value")[channel])


def _gamma(context: Context, plane: Pixels, channel: int) -> None:
    value = context.params.colour("value")[channel]
    if not context.params.flag("invert"):
        value = 1 / max(value, 1e-8)
    if value != 1:
        np.power(plane, np.float32(value), out=plane, where=plane > 0)


def _invert(_context: Context, plane: Pixels, _channel: int) -> None:
    np.subtract(np.float32(1), plane, out=plane)


def _clamp(context: Context, plane: Pixels, channel: int) -> None:
    params = context.params
    low, high = params.colour("minimum")[channel], params.colour("maximum")[channel]
    below, above = plane < np.float32(low), plane > np.float32(high)
    if params.flag("minimumEnable"):
        to = params.colour("minClampTo")[channel] if params.flag("minClampToEnable") else low
        plane[below] = to
    else:
        below[...] = False
    if params.flag("maximumEnable"):
        to = params.colour("maxClampTo")[channel] if params.flag("maxClampToEnable") else high
        plane[above & ~below] = to


_NEUTRAL = {"AddPlugin": 0.0, "MultiplyPlugin": 1.0, "GammaPlugin": 1.0}
"""The value that changes nothing: then the picture is not unpremultiplied either."""


def _same(context: Context) -> Same | None:
    params = context.params
    chosen = [i for i, name in enumerate("RGBA") if params.flag(f"NatronOfxParamProcess{name}")]
    if params.number("mix") == 0 or not chosen:
        return Same("Source")
    name = context.node.plugin.rpartition(".")[2]
    if name == "Clamp":
        idle = not params.flag("minimumEnable") and not params.flag("maximumEnable")
        return Same("Source") if idle else None
    neutral = _NEUTRAL.get(name)
    if neutral is None or any(params.colour("value")[i] != neutral for i in chosen):
        return None
    return Same("Source")


NODES = tuple(
    NodeType(
        plugins=(f"net.sf.openfx.{name}",),
        mask="Mask",
        # Invert and Clamp leave other channels as unpremultiplying and premultiplying does.
        process=change not in (_invert, _clamp),
        premult=True,
        same=_same,
        point=_point(change),
    )
    for name, change in (
        ("AddPlugin", _add),
        ("MultiplyPlugin", _multiply),
        ("GammaPlugin", _gamma),
        ("Invert", _invert),
        ("Clamp", _clamp),
    )
)

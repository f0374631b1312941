"""Grade: black and white point, lift, gain, offset and gamma, or their reverse."""

import math

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same

_IDLE = {
    "blackPoint": 0.0,
    "whitePoint": 1.0,
    "black": 0.0,
    "white": 1.0,
    "multiply": 1.0,
    "offset": 0.0,
    "gamma": 1.0,
}


def _processed(context: Context) -> list[int]:
    params = context.params
    names = [f"NatronOfxParamProcess{channel}" for channel in "RGBA"]
    return [index for index, name in enumerate(names) if params.flag(name)]


def _same(context: Context) -> Same | None:
    params = context.params
    if params.number("mix") == 0 or not _processed(context):
        return Same("Source")
    if params.flag("clampBlack") or params.flag("clampWhite"):
        return None
    idle = all(set(params.colour(name)) == {value} for name, value in _IDLE.items())
    return Same("Source") if idle else None


def _line(values: dict[str, float]) -> tuple[float, float]:
    """Slope and intercept of the linear part."""
    span = values["whitePoint"] - values["blackPoint"]
    gain = values["multiply"] * (values["white"] - values["black"]) / span if span else 0.0
    return gain, values["offset"] + values["black"] - gain * values["blackPoint"]


def _power(plane: Pixels, exponent: float) -> None:
    """Raise the positive values in place; others stay, as Natron leaves them."""
    if exponent != 1:
        np.power(plane, np.float32(exponent), out=plane, where=plane > 0)


def _forward(plane: Pixels, gain: float, lift: float, gamma: float) -> None:
    plane *= np.float32(gain)
    plane += np.float32(lift)
    if gamma > 0:
        _power(plane, 1 / gamma)
    else:
        plane[...] = np.where(plane < 1, 0.0, np.where(plane == 1, 1.0, math.inf))


def _reverse(plane: Pixels, gain: float, lift: float, gamma: float) -> None:
    _power(plane, gamma)
    plane -= np.float32(lift)
    if gain != 0:
        plane *= np.float32(1 / gain)


def _grade(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    params = context.params
    colours = {name: params.colour(name) for name in _IDLE}
    change = _reverse if params.flag("reverse") else _forward
    for channel in _processed(context):
        values = {name: colour[channel] for name, colour in colours.items()}
        plane = pixels[..., channel]
        change(plane, *_line(values), values["gamma"])
        if params.flag("clampBlack"):
            np.maximum(plane, 0, out=plane)
        if params.flag("clampWhite"):
            np.minimum(plane, 1, out=plane)
    return pixels


NODE = NodeType(
    plugins=("net.sf.openfx.GradePlugin",),
    mask="Mask",
    components=with_colour,
    premult=True,
    same=_same,
    point=_grade,
)

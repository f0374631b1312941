"""Keyer and ChromaKeyer: a matte from luminance, a colour, or the chrominance of a screen.

Formulas: K. Jack, "Video Demystified", chroma keying (rotation of CbCr to the key's direction,
non-additive mix with the masks, foreground suppression); the ranges of Nuke's Keyer.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.finish import mask_channel
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want, no_bytes
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.rec709 import decode, encode
from ofx_helpers.nodes._luminance import luminance

Plane = NDArray[np.float64]

_LUMA = {"ccir601": (0.299, 0.114), "rec709": (0.2126390058, 0.07219231534)}
_LUMA["rec2020"] = (0.2627, 0.0593)


class _Inputs(NamedTuple):
    """Source, inside and outside masks (h, w) from 0 to 1, background, and where a source is."""

    source: NDArray[np.float64]
    inside: Plane
    outside: Plane
    background: Pixels
    there: NDArray[np.bool_]


def _wants(_context: Context, window: Window) -> Sequence[Want]:
    return [Want(label, window) for label in ("Source", "InM", "OutM", "Bg")]


def _inputs(context: Context, window: Window, frames: Sequence[Frame]) -> _Inputs:
    source = frames[0].pixels
    there = np.zeros(source.shape[:2], bool)
    part = context.region("Source").intersect(window)
    if not part.empty:
        there[
            part.y1 - window.y1 : part.y2 - window.y1, part.x1 - window.x1 : part.x2 - window.x1
        ] = True
    inside, outside = (
        _mask(context, label, frame) for label, frame in (("InM", frames[1]), ("OutM", frames[2]))
    )
    if context.params.choice("sourceAlphaHandling").startswith("inside"):
        inside = np.maximum(inside, np.clip(source[..., 3], 0, 1))
    return _Inputs(source.astype(np.float64), inside, outside, frames[3].pixels, there)


def _mask(context: Context, label: str, frame: Frame) -> Plane:
    channel = mask_channel(context.params, label)
    if channel is None:
        return np.zeros(frame.pixels.shape[:2])
    return np.clip(frame.pixels[..., channel].astype(np.float64), 0, 1)


def _output(
    context: Context,
    given: _Inputs,
    colour: NDArray[np.float64],
    matte: Plane,
    hidden_colour: float = 0.0,
) -> Pixels:
    """The chosen picture; `colour` is the suppressed foreground, `matte` what background shows."""
    params = context.params
    result = np.empty(given.source.shape, np.float32)
    show = params.choice("show")
    hidden = ~given.there | (given.outside >= 1)
    matte = np.where(hidden, 1.0, matte)
    colour = np.where(hidden[..., None], hidden_colour, colour)
    result[..., 3] = 1 - matte
    if show == "intermediate":
        result[..., :3] = given.source[..., :3]
    elif show == "composite":
        whole = np.ones(matte.shape)
        if params.choice("sourceAlphaHandling") == "normal":
            whole = np.where(given.there, given.source[..., 3], 1.0)
        share, below = whole[..., None], given.background[..., :3]
        result[..., :3] = share * (colour + below * matte[..., None]) + (1 - share) * below
    else:
        result[..., :3] = colour
    return result


# Keyer


def _range(params: Params, key: Plane, mode: str) -> Plane:
    """The matte of a key value: 1 around the centre, falling over the softness on each side."""
    centre = params.number("center")
    low, high = centre + params.number("toleranceLower"), centre + params.number("toleranceUpper")
    soft_low, soft_high = params.number("softnessLower"), params.number("softnessUpper")
    if mode == "screen":
        # Nothing is too much of the screen's colour.
        high, soft_high = centre + 1.0, 1.0
    rise = (key - (low + soft_low)) / -soft_low if soft_low < 0 else np.zeros_like(key)
    fall = ((high + soft_high) - key) / soft_high if soft_high > 0 else np.zeros_like(key)
    conditions = [
        (low <= 0) & (key <= 0),
        key < low + soft_low,
        (key < low) & (soft_low < 0),
        key <= high,
        (high >= 1) & (key >= 1),
        (key < high + soft_high) & (soft_high > 0),
    ]
    return np.select(conditions, [1.0, 0.0, rise, 1.0, 1.0, fall], 0.0)


def _closing(params: Params, mode: str) -> float:
    angle = params.number("despillAngle")
    if mode == "none" or mode == "screen":
        return math.tan(math.radians(90 - 0.5 * angle))
    return 0.0


def _keyer(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    given = _inputs(context, window, frames)
    rgb, mode = given.source[..., :3], params.choice("mode")
    key_colour = np.array(params.colour("keyColor")[:3])
    total, norm = float(key_colour.sum()), float(np.sqrt((key_colour**2).sum()))
    along = rgb @ key_colour
    away = np.zeros(along.shape)
    if mode in ("screen", "none"):
        across = (rgb**2).sum(-1) - (along**2 / norm**2 if norm else 0)
        away = np.sqrt(np.maximum(0, across))
    if mode == "none":
        matte = np.ones(along.shape)
    else:
        grey = mode == "luminance" or total == 0
        key = along / total if total else along
        if grey:
            source = given.source.astype(np.float32)
            key = luminance(source, params.choice("luminanceMath"))[..., 0].astype(np.float64)
        matte = _range(params, key - away, mode)
    matte = np.where(given.inside > 0, np.minimum(matte, 1 - given.inside), matte)
    matte = np.where(given.outside > 0, np.maximum(matte, given.outside), matte)
    show, despill = params.choice("show"), params.number("despill")
    colour = rgb
    if despill > 0 and mode in ("none", "screen") and show != "intermediate" and norm > 0:
        excess = along / norm - away * _closing(params, mode)
        most = matte * min(despill, 1.0) + (1 - matte) * max(0.0, despill - 1)
        shift = np.where(excess > 0, np.minimum(most * np.maximum(norm, excess), excess), 0)
        colour = rgb - shift[..., None] * key_colour / norm
    if show != "unpremultiplied":
        colour = colour * (1 - matte)[..., None]
    return _output(context, given, np.clip(colour, 0, 1), matte)


# ChromaKeyer


def _difference(rgb: NDArray[np.float32], luma: tuple[float, float]) -> tuple[Plane, Plane, Plane]:
    """Y, Cb and Cr of (…, 3) colours, step by step in single precision.

    A grey has no other hue than what this rounding leaves it.
    """
    one, two = np.float32(1), np.float32(2)
    red, blue = np.float32(luma[0]), np.float32(luma[1])
    y = red * rgb[..., 0] + (one - red - blue) * rgb[..., 1] + blue * rgb[..., 2]
    b, r = (rgb[..., 2] - y) / (two * (one - blue)), (rgb[..., 0] - y) / (two * (one - red))
    return y.astype(np.float64), b.astype(np.float64), r.astype(np.float64)


def _tangent(degrees: float) -> float:
    return math.tan(math.radians(degrees / 2)) if degrees < 180 else math.inf


def _chroma_keyer(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    given = _inputs(context, window, frames)
    luma = _LUMA[params.choice("colorspace")]
    linear = params.flag("linearProcessing")
    key_rgb = np.array(params.colour("keyColor")[:3], np.float32)
    rgb = given.source[..., :3].astype(np.float32)
    if not linear:
        key_rgb, rgb = encode(key_rgb), encode(rgb)
    key_y, key_b, key_r = (float(part) for part in _difference(key_rgb, luma))
    if key_b == 0 and key_r == 0:
        key_b = 1.0  # no chrominance: a blue screen
    key_x = 2 * math.hypot(key_b, key_r)
    cos, sin = 2 * key_b / key_x, 2 * key_r / key_x
    y, b, r = _difference(rgb, luma)
    x, z = 2 * (cos * b + sin * r), np.abs(2 * (cos * r - sin * b))
    accept = _tangent(params.number("acceptanceAngle"))
    slope = z / accept if accept > 0 else np.full_like(z, math.inf)
    key = np.where((x > 0) & (z <= accept * x), x - slope, 0.0) if accept > 0 else np.zeros_like(x)
    keyed = key != 0
    # The outside mask is held against the key as it was before the inside mask.
    low = (given.outside > 0) & (key < given.outside)
    key = np.where((given.inside > 0) & (key > 1 - given.inside), 1 - given.inside, key)
    key = np.where(low, given.outside, key)
    x = np.where(keyed, key + slope, x)
    suppress = params.number("suppressionAngle")
    grey = x > 0
    if 0 < suppress < 180:
        grey = grey & (x - z / _tangent(suppress) > 0)
    b = np.where(grey, 0.0, np.clip(b - key * cos / 2, -0.5, 0.5))
    r = np.where(grey, 0.0, np.clip(r - key * sin / 2, -0.5, 0.5))
    y = y - (key_y / key_x) * key
    red, blue = y + 2 * (1 - luma[0]) * r, y + 2 * (1 - luma[1]) * b
    green = (y - luma[0] * red - luma[1] * blue) / (1 - luma[0] - luma[1])
    colour = np.clip(np.stack([red, green, blue], -1), 0, 1)
    if not linear:
        colour = decode(colour)
    colour = np.where((y < 0)[..., None], 0.0, colour)
    gain, lift = params.number("keyGain"), params.number("keyLift")
    if gain <= 0:
        matte = (key > 0).astype(np.float64)
    elif lift >= 1:
        matte = (key >= gain * key_x).astype(np.float64)
    else:
        matte = np.clip((key / (gain * key_x) - lift) / (1 - lift), 0, 1)
    white = params.choice("show") == "unpremultiplied"
    if white:
        # What divides by 0 is white.
        alpha = 1 - matte[..., None]
        colour = np.where(alpha == 0, 1.0, colour / np.where(alpha == 0, 1, alpha))
    return _output(context, given, colour, matte, hidden_colour=float(white))


NODES = tuple(
    NodeType(
        plugins=(f"net.sf.openfx.{name}",),
        components=always_rgba,
        depth=no_bytes,
        process=name == "KeyerPlugin",
        wants=_wants,
        render=render,
    )
    for name, render in (("KeyerPlugin", _keyer), ("ChromaKeyerPlugin", _chroma_keyer))
)

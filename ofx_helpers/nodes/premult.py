"""Premult and Unpremult: multiply or divide the chosen channels by one of them."""

import numpy as np

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.frame import Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, always

_CHANNELS = "RGBA"


def _factor(context: Context, pixels: Pixels) -> Pixels | None:
    """The (h, w) channel to use; None for the constant 1."""
    chosen = context.params.choice("premultChannel")
    if chosen in ("0", "1"):
        return None if chosen == "1" else np.zeros(pixels.shape[:2], np.float32)
    return pixels[..., _CHANNELS.index(chosen[-1])].copy()


def _channels(context: Context) -> list[int]:
    names = [f"NatronOfxParamProcess{channel}" for channel in _CHANNELS]
    return [index for index, name in enumerate(names) if context.params.flag(name)]


def _same(context: Context) -> Same | None:
    idle = not _channels(context) or context.params.choice("premultChannel") == "1"
    return Same("Source") if idle else None


def _premult(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    factor = _factor(context, pixels)
    if factor is not None:
        for channel in _channels(context):
            pixels[..., channel] *= factor
    return pixels


def _unpremult(context: Context, pixels: Pixels, _window: Window) -> Pixels:
    factor = _factor(context, pixels)
    if factor is not None:
        divisor = np.where(factor > np.finfo(np.float32).eps, factor, np.float32(1))
        for channel in _channels(context):
            pixels[..., channel] /= divisor
    return pixels


NODES = tuple(
    NodeType(
        plugins=(f"net.sf.openfx.{name}",),
        components=always_rgba,
        cut=always,
        same=_same,
        point=point,
    )
    for name, point in (("Premult", _premult), ("Unpremult", _unpremult))
)

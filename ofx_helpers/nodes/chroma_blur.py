"""ChromaBlur: the colour smoothed, the luminance kept, in CIE xyY."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Pixels
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.engine.smooth import margin, smooth, spread
from ofx_helpers.nodes._filters import around

_TO_XYZ = {
    # Linear RGB to CIE XYZ: B. Lindbloom for Rec.709 (D65); Rec. ITU-R BT.2087 for BT.2020; the
    # Academy's S-2014-004 for AP0 and AP1.
    "rec709": (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    ),
    "rec2020": (
        (0.6369580483, 0.1446169036, 0.1688809752),
        (0.2627002120, 0.6779980715, 0.0593017165),
        (0.0, 0.0280726930, 1.0609850577),
    ),
    "acesap0": (
        (0.9525523959, 0.0, 0.0000936786),
        (0.3439664498, 0.7281660966, -0.0721325464),
        (0.0, 0.0, 1.0088251844),
    ),
    "acesap1": (
        (0.6624541811, 0.1340042065, 0.1561876870),
        (0.2722287168, 0.6740817658, 0.0536895174),
        (-0.0055746495, 0.0040607335, 1.0103391003),
    ),
}


def _size(context: Context) -> tuple[float, float]:
    params = context.params
    x, y = params.pair("size")
    return x / context.aspect, x if params.flag("uniform") else y


def _reach(context: Context) -> tuple[int, int]:
    kind, (x, y) = context.params.choice("filter"), _size(context)
    return margin(kind, x), margin(kind, y)


def _seen(context: Context) -> tuple[int, int]:
    kind, (x, y) = context.params.choice("filter"), _size(context)
    return spread(kind, x), spread(kind, y)


def _blur(context: Context, pixels: Pixels) -> Pixels:
    matrix: NDArray[np.float64] = np.array(_TO_XYZ[context.params.choice("colorspace")])
    xyz = pixels[..., :3] @ matrix.T
    total, light = xyz.sum(-1), xyz[..., 1]
    scale = np.where(total > 0, 1 / np.where(total > 0, total, 1), 0)
    chroma = np.zeros(pixels.shape, np.float32)
    chroma[..., :2] = xyz[..., :2] * scale[..., None]
    chroma = smooth(chroma, context.params.choice("filter"), _size(context), nearest=True)
    x, y = chroma[..., 0].astype(np.float64), chroma[..., 1].astype(np.float64)
    # Black far and wide has no chroma: 0 by 0 is what a mask mixes, and white in the end.
    share = light / y
    mixed = np.stack([x * share, light, (1 - x - y) * share], -1)
    result = pixels.copy()
    result[..., :3] = mixed @ np.linalg.inv(matrix).T
    return result


def _same(context: Context) -> Same | None:
    kind, largest = context.params.choice("filter"), max(_size(context))
    boxes = kind in ("box", "triangle", "quadratic")
    return Same("Source") if (largest <= 1 and boxes) or largest < 0.24 else None


NODE = replace(
    around("net.sf.cimg.CImgChromaBlur", _blur, _reach, _same, _seen, alone=False),
    components=with_colour,
)

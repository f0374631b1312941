"""ErodeSmooth: erosion or dilation without corners, as a weighted mean that prefers extremes.

Formula: L. J. van Vliet, "Robust local max-min filters by normalized power-weighted filtering"
(ICPR 2004): blur(x^(p+1)) / blur(x^p).
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.smooth import margin, smooth, spread
from ofx_helpers.nodes._filters import processed

_SMALLEST = 1e-8  # the least weight
_OFFSET = 0.1  # keeps values away from 0


def _size(context: Context) -> tuple[float, float]:
    """Along x and y; positive erodes, and both have one sign."""
    params = context.params
    x, y = params.pair("size")
    if params.flag("uniform"):
        y = x
    elif x * y < 0:
        y = 0.0
    return x / context.aspect, y


def _same(context: Context) -> Same | None:
    idle = _size(context) == (0, 0) or context.params.number("mix") == 0
    return Same("Source") if idle else None


def _idle(context: Context) -> bool:
    kind, largest = context.params.choice("filter"), max(abs(side) for side in _size(context))
    return largest <= 1 if kind in ("box", "triangle", "quadratic") else largest < 0.24


def _region(context: Context) -> Window:
    source, params = context.region("Source"), context.params
    if source.empty or not params.flag("expandRoD") or _idle(context):
        return source
    kind, (x, y) = params.choice("filter"), _size(context)
    return source.grow(spread(kind, abs(x)), spread(kind, abs(y)))


def _area(context: Context, window: Window) -> Window:
    kind, (x, y) = context.params.choice("filter"), _size(context)
    return window.grow(margin(kind, abs(x)), margin(kind, abs(y))).intersect(_region(context))


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return (Want("Source", _area(context, window).nearest(context.region("Source"))),)


def _nearest(context: Context) -> bool:
    return context.params.choice("boundary") == "nearest"


def _padded(context: Context, frame: Frame, area: Window) -> Pixels:
    """The source over the area: outside it black, or its nearest pixel."""
    return (frame.nearest(area) if _nearest(context) else frame.crop(area)).pixels


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
    params, (x, y) = context.params, _size(context)
    low, high = params.pair("range")
    area = _area(context, window)
    pixels = _padded(context, frames[0], area)
    # Erosion is the dilation of the negative.
    start, end = (low, high) if x < 0 or y < 0 else (high, low)
    if start == end:
        return Frame(pixels, area)
    values = ((pixels - start) / (end - start) + _OFFSET).astype(np.float32)
    exponent = params.whole("exponent")
    least = _SMALLEST ** (1 / exponent)
    weights = ((np.maximum(values, 0).astype(np.float64) + least) ** exponent).astype(np.float32)
    kind, size = params.choice("filter"), (abs(x), abs(y))
    nearest = _nearest(context)
    above = smooth(values * weights, kind, size, nearest=nearest)
    below = smooth(weights, kind, size, nearest=nearest)
    mean = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
    # Other channels keep their values, which go on beyond the source's edge too.
    result, channels = pixels.copy(), processed(context)
    result[..., channels] = ((mean - _OFFSET) * (end - start) + start)[..., channels]
    return Frame(result, area)


NODE = NodeType(
    plugins=("net.sf.cimg.CImgErodeSmooth",),
    mask="Mask",
    premult=True,
    nearest=_nearest,
    region=_region,
    same=_same,
    wants=_wants,
    render=_render,
)

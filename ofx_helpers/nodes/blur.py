"""Blur and what is made of it: Bloom, Laplacian, Sharpen, Soften and ErodeBlur."""

from collections.abc import Callable, Sequence

import numpy as np

from ofx_helpers.engine.derive import derived
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.masked_box import found, mask_wants, possible
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.smooth import margin, smooth, spread

_RECURSIVE = ("gaussian", "quasigaussian")
Finish = Callable[[Context, Pixels, Pixels], Pixels]
"""(context, source, blurred) to the result."""


def _size(context: Context) -> tuple[float, float]:
    params = context.params
    if context.node.plugin == "eu.cimg.ErodeBlur":
        diameter = 2 * abs(params.number("size"))
        return diameter / context.aspect, diameter
    x, y = params.pair("size")
    if params.flag("uniform"):
        y = x
    return x / context.aspect, y


def _kind(context: Context) -> str:
    if context.node.plugin == "eu.cimg.ErodeBlur":
        return "triangle"
    return context.params.choice("filter")


def _largest(context: Context) -> tuple[float, float]:
    x, y = _size(context)
    ratio, count = _bloom(context)
    return x * ratio ** (count - 1), y * ratio ** (count - 1)


def _bloom(context: Context) -> tuple[float, int]:
    """The ratio between a Bloom's kernels and their number; 1 kernel for other nodes."""
    if "bloomRatio" not in context.params:
        return 1.0, 1
    ratio, count = context.params.number("bloomRatio"), context.params.whole("bloomCount")
    return (ratio, max(1, count)) if ratio > 1 else (1.0, 1)


def _nearest(context: Context) -> bool:
    params = context.params
    if "boundary" in params:
        return params.choice("boundary") == "nearest"
    # The sharpening family has no such parameter and takes the nearest pixel.
    return context.node.plugin != "eu.cimg.ErodeBlur"


def _orders(context: Context) -> tuple[int, int]:
    """How often the picture is derived along x and y."""
    if "orderX" not in context.params:
        return 0, 0
    x, y = (max(0, context.params.whole(name)) for name in ("orderX", "orderY"))
    return x, y


def _grown(context: Context, window: Window) -> Window:
    """The window and what Natron lets the filter reach from it."""
    kind, recursive = _kind(context), _kind(context) in _RECURSIVE
    reach = [spread(kind, size) for size in _largest(context)]
    more = [order if recursive else min(order, 1) for order in _orders(context)]
    return window.grow(reach[0] + more[0], reach[1] + more[1])


def _idle(context: Context) -> bool:
    x, y = _largest(context)
    return (
        max(x, y) <= 1 if _kind(context) in ("box", "triangle", "quadratic") else (max(x, y) < 0.24)
    )


def _same(context: Context) -> Same | None:
    params = context.params
    if params.number("mix") == 0:
        return Same("Source")
    if "amount" in params and params.number("amount") == 0:
        return Same("Source")
    plain = not context.node.plugin.endswith("CImgLaplacian")
    return Same("Source") if plain and _idle(context) and not any(_orders(context)) else None


def _region(context: Context) -> Window:
    source = context.region("Source")
    params = context.params
    result = source
    if (
        not source.empty
        and "expandRoD" in params
        and params.flag("expandRoD")
        and not (_idle(context) and not any(_orders(context)))
    ):
        result = _grown(context, source)
    if "cropToFormat" in params and params.flag("cropToFormat"):
        result = kept_inside(result, source, context.input_format("Source"))
    return result


def kept_inside(grown: Window, source: Window, format: Window) -> Window:
    """Sides of the source that lie in the format do not grow out of it."""
    if format.empty:
        return grown
    return Window(
        max(grown.x1, format.x1) if source.x1 >= format.x1 else grown.x1,
        max(grown.y1, format.y1) if source.y1 >= format.y1 else grown.y1,
        min(grown.x2, format.x2) if source.x2 <= format.x2 else grown.x2,
        min(grown.y2, format.y2) if source.y2 <= format.y2 else grown.y2,
    )


def _area(context: Context, window: Window) -> Window:
    """What the filter runs over: the window and what reaches into it, inside the output.

    Under a mask it begins as far from what the mask leaves as Natron lets it.
    """
    x, y = _largest(context)
    kind, region = _kind(context), _region(context)
    more = max(_orders(context))
    near = window.grow(margin(kind, x) + more, margin(kind, y) + more).intersect(region)
    if kind not in _RECURSIVE:
        return near
    box = possible(context, region)
    return near.intersect(_grown(context, box))


def _wants(context: Context, window: Window) -> Sequence[Want]:
    area = _area(context, window)
    wants = [Want("Source", area.nearest(context.region("Source")))]
    if _kind(context) in _RECURSIVE:
        wants += mask_wants(context, _region(context))
    return wants


def padded(frame: Frame, area: Window, nearest: bool) -> Pixels:
    """The frame over an area: outside it its nearest pixel, or black."""
    return (frame.nearest(area) if nearest else frame.crop(area)).pixels


def _render_with(finish: Finish) -> Callable[[Context, Window, Sequence[Frame]], Frame]:
    def render(context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
        params = context.params
        if _kind(context) in _RECURSIVE and found(context, _region(context), frames).empty:
            return frames[0]
        area, nearest = _area(context, window), _nearest(context)
        source = padded(frames[0], area, nearest)
        (x, y), (ratio, count) = _size(context), _bloom(context)
        orders = _orders(context)
        if any(orders):
            blurred = derived(source, _kind(context), (x, y), orders, nearest=nearest)
        else:
            blurred = smooth(source, _kind(context), (x, y), nearest=nearest)
        for step in range(1, count):
            size = (x * ratio**step, y * ratio**step)
            blurred += smooth(source, _kind(context), size, nearest=nearest)
        if count > 1:
            blurred /= np.float32(count)
        result = finish(context, source, blurred)
        if "alphaThreshold" in params and params.number("alphaThreshold") > 0:
            alpha = result[..., 3]
            alpha[alpha < params.number("alphaThreshold")] = 0
        return Frame(result, area)

    return render


def _blurred(_context: Context, _source: Pixels, blurred: Pixels) -> Pixels:
    return blurred


def _difference(_context: Context, source: Pixels, blurred: Pixels) -> Pixels:
    return source - blurred


def _sharpen(context: Context, source: Pixels, blurred: Pixels) -> Pixels:
    amount = np.float32(context.params.number("amount"))
    return source + amount * (source - blurred)


def _soften(context: Context, source: Pixels, blurred: Pixels) -> Pixels:
    amount = np.float32(context.params.number("amount"))
    return source - amount * (source - blurred)


def _edge_of_triangle(size: float, x: float) -> float:
    """A step edge at 0 blurred by a triangle of half-width `size`, at x."""
    if size <= 0:
        return 1.0 if x >= 0 else 0.0
    if abs(x) >= size:
        return 1.0 if x > 0 else 0.0
    share = x / size
    return 0.5 + share * (1 + (0.5 if x < 0 else -0.5) * share)


def _erode(context: Context, _source: Pixels, blurred: Pixels) -> Pixels:
    """Stretch the blurred edge so that it is one pixel wide (more with `blur`) and moved."""
    size, blur = context.params.number("size"), context.params.number("blur")
    width = 2 * abs(size)
    inner, outer = (1 - blur if size > 0 else 1.0), (1 - blur if size < 0 else 1.0)
    low = _edge_of_triangle(width, (size - 0.5) * inner)
    high = _edge_of_triangle(width, (size + 0.5) * outer)
    if high <= low:
        return (blurred > low).astype(np.float32)
    stretched: Pixels = np.clip((blurred - np.float32(low)) / np.float32(high - low), 0, 1)
    return stretched


def _node(plugin: str, finish: Finish) -> NodeType:
    return NodeType(
        plugins=(plugin,),
        mask="Mask",
        process_inside=True,
        premult=True,
        nearest=_nearest,
        takes_less=True,
        region=_region,
        same=_same,
        wants=_wants,
        render=_render_with(finish),
    )


NODES = (
    _node("net.sf.cimg.CImgBlur", _blurred),
    _node("net.sf.cimg.CImgBloom", _blurred),
    _node("net.sf.cimg.CImgLaplacian", _difference),
    _node("net.sf.cimg.CImgSharpen", _sharpen),
    _node("net.sf.cimg.CImgSoften", _soften),
    _node("eu.cimg.ErodeBlur", _erode),
)

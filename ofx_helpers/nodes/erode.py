"""Erode, Dilate and Median: each pixel from the order of its neighbours' values."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want

_ROWS = 32  # of a median's windows at a time: they are copied n² times


def _reach(context: Context) -> tuple[int, int]:
    """How many pixels to look away along x and y; negative for the opposite operation."""
    if context.node.plugin.endswith("Median"):
        size = max(1, context.params.whole("size"))
        return size, size
    x, y = context.params.pair("size")
    return round(x), round(y)


def _same(context: Context) -> Same | None:
    idle = _reach(context) == (0, 0) or context.params.number("mix") == 0
    return Same("Source") if idle else None


def _region_with(growing: int) -> Callable[[Context], Window]:
    """Grown where the node makes bright things bigger: `growing` is the sign of such a size."""

    def region(context: Context) -> Window:
        source = context.region("Source")
        if source.empty or not context.params.flag("expandRoD"):
            return source
        x, y = (max(0, growing * size) for size in _reach(context))
        return source.grow(x, y)

    return region


def _area(context: Context, window: Window, region: Window) -> Window:
    x, y = _reach(context)
    return window.grow(abs(x), abs(y)).intersect(region)


def _node(plugin: str, filter_: Callable[[Context, Pixels], Pixels], growing: int) -> NodeType:
    where = _region_with(growing) if growing else (lambda context: context.region("Source"))

    def wants(context: Context, window: Window) -> Sequence[Want]:
        return (Want("Source", _area(context, window, where(context))),)

    def render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
        return Frame(filter_(context, frames[0].pixels), frames[0].window)

    return NodeType(
        plugins=(plugin,),
        mask="Mask",
        process_inside=True,
        premult=True,
        region=where,
        same=_same,
        wants=wants,
        render=render,
    )


def _morph(pixels: Pixels, x: int, y: int, bright: bool) -> Pixels:
    """The brightest or darkest of a rectangle; beyond the edge, the closest pixel."""
    if x <= 0 and y <= 0:
        return pixels
    kernel = np.ones((2 * max(0, y) + 1, 2 * max(0, x) + 1), np.uint8)
    operation = cv2.dilate if bright else cv2.erode
    result: Pixels = operation(
        np.ascontiguousarray(pixels), kernel, borderType=cv2.BORDER_REPLICATE
    )
    return result


def _erode(context: Context, pixels: Pixels) -> Pixels:
    x, y = _reach(context)
    return _morph(_morph(pixels, x, y, False), -x, -y, True)


def _dilate(context: Context, pixels: Pixels) -> Pixels:
    x, y = _reach(context)
    return _morph(_morph(pixels, x, y, True), -x, -y, False)


def _median(context: Context, pixels: Pixels) -> Pixels:
    reach = _reach(context)[0]
    threshold = context.params.number("threshold")
    if threshold > 0 or reach > 2:
        return _median_of_windows(pixels, reach, threshold)
    # OpenCV repeats pixels beyond the edge, where the plug-in leaves them out.
    result: Pixels = cv2.medianBlur(np.ascontiguousarray(pixels), 2 * reach + 1)
    height, width = pixels.shape[:2]
    near = min(2 * reach, height, width)
    result[:reach] = _median_of_windows(pixels[:near], reach, 0)[:reach]
    result[-reach:] = _median_of_windows(pixels[-near:], reach, 0)[-reach:]
    result[:, :reach] = _median_of_windows(pixels[:, :near], reach, 0)[:, :reach]
    result[:, -reach:] = _median_of_windows(pixels[:, -near:], reach, 0)[:, -reach:]
    return result


def _median_of_windows(pixels: Pixels, reach: int, threshold: float) -> Pixels:
    """The median of the values inside the picture that differ by at most `threshold` (if > 0)."""
    side = 2 * reach + 1
    padded = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
    result = np.empty_like(pixels)
    for start in range(0, pixels.shape[0], _ROWS):
        rows = slice(start, start + _ROWS)
        values = windows[rows]
        if threshold > 0:
            centre = pixels[rows][..., None, None]
            values = np.where(np.abs(values - centre) <= threshold, values, np.nan)
        result[rows] = np.nanmedian(values, axis=(-2, -1))
    return result


NODES = (
    _node("net.sf.cimg.CImgErode", _erode, -1),
    _node("net.sf.cimg.CImgDilate", _dilate, 1),
    _node("net.sf.cimg.CImgMedian", _median, 0),
)

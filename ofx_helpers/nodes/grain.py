"""CImgNoise: gaussian, uniform, salt and pepper, Poisson or Rice noise upon a picture."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, Same
from ofx_helpers.nodes._filters import processed, source_or_format, whole_picture
from ofx_helpers.nodes._hash import Whole, normal_plane, places, random_plane, seed, whole_plane

Plane = NDArray[np.float64]

_BRIGHT = 100  # a Poisson distribution of a larger mean is taken as a normal one


def _salt_and_pepper(values: Plane, sigma: float, start: Whole, window: Window) -> Plane:
    """`sigma` percent of the values become the least or the largest of the picture."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = 0.0, 1.0
    x, _ = places(window)
    # Which pixels are hit counts from the top.
    rows = np.arange(window.height, 0, -1, dtype=np.int64) + window.y1
    y = rows.astype(np.uint32)[:, None]
    result = values.copy()
    for channel in range(values.shape[-1]):
        hit = whole_plane(start, x, y, channel) / float(1 << 32) * 100 < sigma
        bright = random_plane(start, window, channel) < 0.5
        plane = result[..., channel]
        plane[hit] = np.where(bright, high, low)[hit]
    return result


def _poisson(mean: Plane, start: Whole, window: Window, channel: int) -> Plane:
    uniform = random_plane(start + np.uint32(1), window, channel)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        few = np.floor(mean / -np.log(uniform))
        many = np.floor(np.sqrt(np.maximum(mean, 0)) * normal_plane(start, window, channel) + mean)
    return np.where(mean <= 1e-10, 0, np.where(mean > _BRIGHT, many, few))


def _noisy(context: Context, values: Plane, window: Window) -> Plane:
    """The processed channels (h, w, n) with noise."""
    params = context.params
    kind, sigma = params.choice("type"), params.number("sigma")
    start = seed(params, context.time)
    if kind == "saltnpepper":
        return _salt_and_pepper(values, sigma, start, window)
    result = values.copy()
    for channel in range(values.shape[-1]):
        if kind == "gaussian":
            result[..., channel] += sigma * normal_plane(start, window, channel)
        elif kind == "uniform":
            result[..., channel] += sigma * (2 * random_plane(start, window, channel) - 1)
        elif kind == "poisson":
            result[..., channel] = sigma * _poisson(
                values[..., channel] / sigma, start, window, channel
            )
        else:
            # Natron takes the first channel for all of them, and one number for both parts.
            part = result[..., 0] / np.sqrt(2) + sigma * normal_plane(start, window, channel)
            result[..., channel] = np.hypot(part, part)
    return result


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    found, channels = frames[0], processed(context)
    result = found.pixels.copy()
    if channels and result.size:
        values = found.pixels[..., channels].astype(np.float64)
        result[..., channels] = _noisy(context, values, found.window)
    return Frame(result, found.window)


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("sigma") == 0 else None


def _varies(context: Context) -> bool:
    return not context.params.flag("staticSeed")


NODE = replace(
    whole_picture(
        "net.sf.cimg.CImgNoise", lambda _context, pixels: pixels, _same, source_or_format
    ),
    render=_render,
    varies=_varies,
)

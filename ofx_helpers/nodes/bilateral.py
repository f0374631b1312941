"""Bilateral, its guided form and RollingGuidance: means of near pixels with near values.

Formulas: J. Chen, S. Paris and F. Durand, "Real-time edge-aware image processing with the
bilateral grid" (2007): values and their count gathered in a coarse grid over place and guide,
smoothed there and read back between its cells; Q. Zhang, X. Shen, L. Xu and J. Jia, "Rolling
guidance filter" (2014): a blurred picture sharpened as its own guide.

The grid begins at the picture's corner and at the guide's least value, so that every pixel
depends, a little, on the whole picture.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.finish import unpremultiply
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import (
    Context,
    NodeType,
    Same,
    Want,
    all_regions,
    usual_components,
)
from ofx_helpers.engine.smooth import smooth
from ofx_helpers.nodes._filters import idle_without_mix, processed, whole_picture

Planes = NDArray[np.float32]
"""Any number of channels, (h, w, n)."""

_PER_SIGMA = 2.4  # a smoothing filter's size for a deviation of 1
_LEVELS = 256  # the guide's range never has more cells than this


def _blurred(planes: Planes, sigma: float) -> Planes:
    four = np.zeros((*planes.shape[:2], 4), np.float32)
    four[..., : planes.shape[-1]] = planes
    size = sigma * _PER_SIGMA
    return smooth(four, "gaussian", (size, size), nearest=True)[..., : planes.shape[-1]]


def _smooth_grid(grid: Planes, sigmas: tuple[float, float, float]) -> Planes:
    """Smooths (rows, columns, levels, 2): the border repeats in place, levels end in black."""
    for axis, sigma in enumerate(sigmas):
        rows = np.moveaxis(grid, axis, 0)
        columns = np.ascontiguousarray(rows).reshape(rows.shape[0], -1, 1)
        done = smooth(columns, "gaussian", (0.0, sigma * _PER_SIGMA), nearest=axis < 2)
        grid = np.moveaxis(done.reshape(rows.shape), 0, axis)
    return np.ascontiguousarray(grid)


def _filtered(planes: Planes, guide: Planes, sigma_s: float, sigma_r: float) -> Planes:
    """`planes` smoothed where `guide`, of the same shape, is even. Deviations in pixels, values."""
    from ofx_helpers.nodes._bilateral_kernel import gather, spread

    least, most = np.float32(guide.min()), np.float32(guide.max())
    if least == most:
        return _blurred(planes, sigma_s)
    steps = np.array([max(sigma_s, 1.0), max(sigma_r, (most - least) / _LEVELS)], np.float32)
    sigmas = np.array([sigma_s, sigma_r], np.float32) / steps
    pads = (2 * sigmas).astype(np.intp) + 1
    h, w = planes.shape[:2]
    lengths = np.array([h - 1, w - 1, most - least], np.float32) / steps[[0, 0, 1]]
    shape = (lengths + 1).astype(np.intp) + 2 * pads[[0, 0, 1]]
    deviations = (float(sigmas[0]), float(sigmas[0]), float(sigmas[1]))
    result = np.empty_like(planes)
    for channel in range(planes.shape[-1]):
        grid = np.zeros((*shape, 2), np.float32)
        gather(planes[..., channel], guide[..., channel], grid, pads, steps, least)
        grid = _smooth_grid(grid, deviations)
        spread(guide[..., channel], grid, pads, steps, least, result[..., channel])
    return result


def _sigmas(context: Context) -> tuple[float, float]:
    return context.params.number("sigma_s"), context.params.number("sigma_r")


def _bilateral(context: Context, pixels: Pixels) -> Pixels:
    channels = processed(context)
    planes = np.ascontiguousarray(pixels[..., channels])
    for _ in range(context.params.whole("iterations") if planes.size else 0):
        planes = _filtered(planes, planes, *_sigmas(context))
    result = pixels.copy()
    result[..., channels] = planes
    return result


def _rolling(context: Context, pixels: Pixels) -> Pixels:
    channels = processed(context)
    planes = np.ascontiguousarray(pixels[..., channels])
    guide = _blurred(planes, _sigmas(context)[0]) if planes.size else planes
    for _ in range(1, context.params.whole("iterations") if planes.size else 0):
        guide = _filtered(planes, guide, *_sigmas(context))
    result = pixels.copy()
    result[..., channels] = guide
    return result


def _idle(context: Context) -> Same | None:
    return Same("Source") if min(_sigmas(context)) <= 0 else None


def _idle_guided(context: Context) -> Same | None:
    return Same("Source") if context.params.whole("iterations") <= 0 else _idle(context)


def _idle_rolling(context: Context) -> Same | None:
    idle = context.params.whole("iterations") <= 0 or _sigmas(context)[0] == 0
    return Same("Source") if idle else None


def _both(context: Context, _window: Window) -> Sequence[Want]:
    area = all_regions(context)
    return Want("Source", area), Want("Guide", area)


def _guided(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    source, guide = (np.ascontiguousarray(frame.pixels) for frame in frames)
    if context.params.flag("premult"):
        guide = unpremultiply(guide)  # the engine does so with the source only
    # All that the pictures have: those not processed still say how wide the guide's range is.
    channels = slice(3 if usual_components(context) == "RGB" else 4)
    guide, planes = guide[..., channels], np.ascontiguousarray(source[..., channels])
    for _ in range(context.params.whole("iterations") if source.size else 0):
        planes = _filtered(planes, guide, *_sigmas(context))
    result = source.copy()
    result[..., channels] = planes
    return Frame(result, frames[0].window)


NODES = (
    whole_picture("net.sf.cimg.CImgBilateral", _bilateral, _idle),
    whole_picture("net.sf.cimg.CImgRollingGuidance", _rolling, _idle_rolling),
    NodeType(
        plugins=("net.sf.cimg.CImgBilateralGuided",),
        process=True,
        premult=True,
        region=all_regions,
        wants=_both,
        render=_guided,
        same=idle_without_mix(_idle_guided),
    ),
)

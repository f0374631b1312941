"""EdgeDetect: the length of the gradient, of each channel or of all together.

Formulas: R. Deriche's recursive first derivative; S. Di Zenzo, "A note on the gradient of a
multi-image" (1986) for the tensor of several channels.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.smooth import smooth, spread, van_vliet_terms
from ofx_helpers.nodes._filters import processed
from ofx_helpers.nodes.blur import kept_inside, padded

Plane = NDArray[np.float64]

_CENTRED = np.array([[-0.5, 0.0, 0.5]])
_TURNED = ((2 - math.sqrt(2)) / 4, (math.sqrt(2) - 1) / 2)
_KERNELS = {
    "simple": _CENTRED,
    "sobel": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8,
    "rotinvariant": np.array([[-w, 0, w] for w in (_TURNED[0], _TURNED[1], _TURNED[0])]),
}
"""Along x; along y they are transposed."""
_NARROW = 0.5  # below this deviation the recursive Gaussian is Deriche's


def _kind(context: Context) -> str:
    """The smoothing filter."""
    chosen = context.params.choice("filter")
    return "gaussian" if chosen in _KERNELS else chosen


def _size(context: Context) -> tuple[float, float]:
    size = context.params.number("blurSize")
    return size / context.graph.pixel_aspect, size


def _region(context: Context) -> Window:
    source, params = context.region("Source"), context.params
    result = source
    if not source.empty and params.flag("expandRoD"):
        x, y = (spread(_kind(context), size) + 1 for size in _size(context))
        result = source.grow(x, y)
    if params.flag("cropToFormat"):
        result = kept_inside(result, source, context.input_format("Source"))
    return result


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    return (Want("Source", context.region("Source")),)


def _filtered(pixels: Pixels, kernel: NDArray[np.float64]) -> Pixels:
    found: Pixels = cv2.filter2D(
        np.ascontiguousarray(pixels), cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE
    )
    return found


def _deriche_slope(pixels: Pixels, sigma: float) -> Pixels:
    """The first derivative along the rows' order, axis 0."""
    from ofx_helpers.engine.smooth_kernels import two_sided

    e = math.exp(-1.695 / max(sigma, 0.1))
    weight = -((1 - e) ** 3) / (2 * (e + 1))
    feedback = np.array([2 * e, -e * e])
    gain = 1 - feedback.sum()
    rows = np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1)
    steps = np.array([0.0, weight, -weight, 0.0])
    result: Pixels = two_sided(rows, steps, feedback, True, weight / gain, -weight / gain)
    return np.reshape(result, pixels.shape)


def _van_vliet_slope(pixels: Pixels, sigma: float) -> Pixels:
    """The first derivative along axis 0: differences, smoothed there and back, 0 at the start."""
    feedback, gain, boundary = van_vliet_terms(sigma)
    rows = pixels.astype(np.float64)
    ends = np.concatenate([rows[:1], rows, rows[-1:]])
    out = (ends[2:] - ends[:-2]) / 2
    states = [np.zeros_like(out[0])] * 3

    def step(value: Plane) -> Plane:
        for weight, state in zip(feedback, states, strict=True):
            value = value + weight * state
        states[:] = [value, *states[:2]]
        return value

    for index in range(len(out) - 1):
        out[index] = step(out[index])
    square = gain * gain
    states[:] = [
        sum(weight * state for weight, state in zip(row, states, strict=True)) * square
        for row in boundary
    ]
    out[-1] = states[0]
    for index in range(len(out) - 2, 0, -1):
        out[index] = step(out[index] * square)
    out[0] = 0
    slopes: Pixels = out.astype(np.float32)
    return slopes


def _along_x(pixels: Pixels, kind: str, size: tuple[float, float]) -> Pixels:
    """Smoothed, and derived along x."""
    sigma = size[0] / 2.4
    if kind == "quasigaussian" or (kind == "gaussian" and sigma < _NARROW):
        across = smooth(pixels, kind, (0.0, size[1]), nearest=True)
        derived: Pixels = cv2.transpose(_deriche_slope(cv2.transpose(across), sigma))
        return derived
    if kind == "gaussian":
        slopes: Pixels = cv2.transpose(_van_vliet_slope(cv2.transpose(pixels), sigma))
        return smooth(slopes, kind, (0.0, size[1]), nearest=True)
    return _filtered(smooth(pixels, kind, size, nearest=True), _CENTRED)


def _gradients(context: Context, pixels: Pixels) -> tuple[Plane, Plane]:
    chosen, kind, (x, y) = context.params.choice("filter"), _kind(context), _size(context)
    if chosen in _KERNELS:
        smoothed = smooth(pixels, kind, (x, y), nearest=True)
        across, up = (_filtered(smoothed, k) for k in (_KERNELS[chosen], _KERNELS[chosen].T))
    else:
        across = _along_x(pixels, kind, (x, y))
        up = cv2.transpose(_along_x(cv2.transpose(pixels), kind, (y, x)))
    scaled = across * _response(kind, x), up * _response(kind, y)
    return scaled[0].astype(np.float64), scaled[1].astype(np.float64)


def _response(kind: str, size: float) -> float:
    """What makes the answer to a step edge 1 again after smoothing."""
    if kind in ("gaussian", "quasigaussian"):
        # One factor lacks the size in Natron, too.
        return 2 * math.pi * (size / 2.4) / 2.4 if size / 2.4 >= 0.1 else 1.0
    if size <= 1:
        return 1.0
    if kind == "box":
        return size
    if kind == "triangle":
        return 2 * size * size / (2 * size + 1)
    return 12 * size**3 / (9 * size * size - 4)


def _strength(across: Plane, up: Plane, rule: str) -> Plane:
    """(h, w, n) gradients to (h, w, n) or, of all channels together, (h, w, 1)."""
    squares: Plane = across**2 + up**2
    if rule == "rms":
        squares = squares.mean(-1, keepdims=True)
    elif rule == "max":
        squares = squares.max(-1, keepdims=True)
    elif rule == "tensor" and squares.shape[-1] > 1:
        xx, yy = (across**2).sum(-1, keepdims=True), (up**2).sum(-1, keepdims=True)
        xy = (across * up).sum(-1, keepdims=True)
        squares = (xx + yy + np.sqrt((xx - yy) ** 2 + 4 * xy**2)) / 2
    lengths: Plane = np.sqrt(squares)
    return lengths


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    params, area = context.params, _region(context)
    if params.flag("nms"):
        raise RenderError(
            f"{context.node.name} thins its edges (nms), which the embedded engine does not: "
            "switch it off, or render with Natron."
        )
    pixels = padded(frames[0], area, True)
    result, channels = pixels.copy(), processed(params)
    across, up = (found[..., channels] for found in _gradients(context, pixels))
    result[..., channels] = _strength(across, up, params.choice("multiChannel"))
    size = params.number("erodeSize")
    if size and channels:
        x, y = (2 * math.floor(abs(size) / by) + 1 for by in (context.graph.pixel_aspect, 1))
        change = cv2.erode if size > 0 else cv2.dilate
        result[..., channels] = change(result, np.ones((y, x), np.uint8))[..., channels]
    return Frame(result, area)


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("mix") == 0 else None


NODE = NodeType(
    plugins=("eu.cimg.EdgeDetect",),
    mask="Mask",
    premult=True,
    region=_region,
    same=_same,
    wants=_wants,
    render=_render,
)

"""EdgeDetect: the length of the gradient, of each channel or of all together.

Formulas: R. Deriche's recursive first derivative; S. Di Zenzo, "A note on the gradient of a
multi-image" (1986) for the tensor of several channels.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.derive import derived
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.masked_box import found, mask_wants
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.smooth import smooth, spread
from ofx_helpers.nodes._filters import processed
from ofx_helpers.nodes.blur import kept_inside, padded

Plane = NDArray[np.float64]

_Terms = tuple[tuple[np.float32, int, int], ...]
_ONE, _TWO = np.float32(1), np.float32(2)
_SIDE, _MIDDLE = (_TWO - np.sqrt(_TWO)) / np.float32(4), (np.sqrt(_TWO) - _ONE) / _TWO
_KERNELS: dict[str, tuple[_Terms, _Terms, np.float32]] = {
    "simple": (((_ONE, 1, 0), (-_ONE, -1, 0)), ((_ONE, 0, 1), (-_ONE, 0, -1)), _TWO),
    "sobel": (
        (
            (-_ONE, -1, -1),
            (_ONE, 1, -1),
            (-_TWO, -1, 0),
            (_TWO, 1, 0),
            (-_ONE, -1, 1),
            (_ONE, 1, 1),
        ),
        (
            (-_ONE, -1, -1),
            (-_TWO, 0, -1),
            (-_ONE, 1, -1),
            (_ONE, -1, 1),
            (_TWO, 0, 1),
            (_ONE, 1, 1),
        ),
        np.float32(8),
    ),
    "rotinvariant": (
        (
            (-_SIDE, -1, -1),
            (-_MIDDLE, -1, 0),
            (-_SIDE, -1, 1),
            (_SIDE, 1, -1),
            (_MIDDLE, 1, 0),
            (_SIDE, 1, 1),
        ),
        (
            (-_SIDE, -1, -1),
            (-_MIDDLE, 0, -1),
            (-_SIDE, 1, -1),
            (_SIDE, -1, 1),
            (_MIDDLE, 0, 1),
            (_SIDE, 1, 1),
        ),
        _ONE,
    ),
}
"""(weight, x, y) of what is summed along x and along y, and what it is divided by.

In this order: on its rounding it depends how equal neighbours look to `_thinned`."""


def _kind(context: Context) -> str:
    """The smoothing filter."""
    chosen = context.params.choice("filter")
    return "gaussian" if chosen in _KERNELS else chosen


def _size(context: Context) -> tuple[float, float]:
    size = context.params.number("blurSize")
    return size / context.aspect, size


def _seen(context: Context, window: Window) -> Window:
    """The window and what Natron lets the filter reach from it."""
    x, y = (spread(_kind(context), size) + 1 for size in _size(context))
    return window.grow(x, y)


def _region(context: Context) -> Window:
    source, params = context.region("Source"), context.params
    result = source
    if not source.empty and params.flag("expandRoD"):
        result = _seen(context, source)
    if params.flag("cropToFormat"):
        result = kept_inside(result, source, context.input_format("Source"))
    return result


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    return (Want("Source", context.region("Source")), *mask_wants(context, _region(context)))


def _area(context: Context, frames: Sequence[Frame]) -> Window:
    """What is filtered: what the mask leaves and what Natron lets the filter see around it."""
    region = _region(context)
    box = found(context, region, frames)
    return _seen(context, box).intersect(region) if not box.empty else box


def _summed(pixels: Pixels, terms: _Terms, divisor: np.float32) -> Pixels:
    """In single precision, one term after the other, with the nearest pixel beyond the edge."""
    around = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    h, w = pixels.shape[:2]
    total = np.zeros_like(pixels)
    for weight, x, y in terms:
        total += weight * around[1 + y : h + 1 + y, 1 + x : w + 1 + x]
    return total / divisor


def _gradients(context: Context, pixels: Pixels) -> tuple[Plane, Plane]:
    """As Natron keeps them, in single precision."""
    chosen, kind, (x, y) = context.params.choice("filter"), _kind(context), _size(context)
    if chosen in _KERNELS:
        smoothed = smooth(pixels, kind, (x, y), nearest=True)
        terms_x, terms_y, divisor = _KERNELS[chosen]
        across, up = (_summed(smoothed, terms, divisor) for terms in (terms_x, terms_y))
    else:
        across = derived(pixels, kind, (x, y), (1, 0), nearest=True)
        up = derived(pixels, kind, (x, y), (0, 1), nearest=True)
    scaled = (across, _response(kind, x)), (up, _response(kind, y))
    along_x, along_y = (
        (plane.astype(np.float64) * by).astype(np.float32).astype(np.float64)
        for plane, by in scaled
    )
    return along_x, along_y


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


def _largest(across: Plane, up: Plane) -> Plane:
    """The tensor's larger eigenvalue, (h, w, 1)."""
    xx, yy = (across**2).sum(-1, keepdims=True), (up**2).sum(-1, keepdims=True)
    xy = (across * up).sum(-1, keepdims=True)
    apart = xx * xx - 2 * xx * yy + yy * yy + 4 * xy * xy
    largest: Plane = (xx + yy + np.sqrt(np.maximum(apart, 0))) / 2
    return largest


def _strength(across: Plane, up: Plane, rule: str) -> Plane:
    """(h, w, n) gradients to (h, w, n) or, of all channels together, (h, w, 1)."""
    squares: Plane = across**2 + up**2
    if rule == "rms":
        squares = squares.mean(-1, keepdims=True)
    elif rule == "max":
        squares = squares.max(-1, keepdims=True)
    elif rule == "tensor" and squares.shape[-1] > 1:
        squares = _largest(across, up)
    lengths: Plane = np.sqrt(squares)
    return lengths


def _direction(across: Plane, up: Plane, rule: str) -> tuple[Plane, Plane]:
    """The gradient across which each edge is thinned, of each channel or (h, w, 1) of all."""
    if rule == "separate" or across.shape[-1] == 1:
        return across, up
    if rule == "rms":
        return across.sum(-1, keepdims=True), up.sum(-1, keepdims=True)
    squares = across**2 + up**2
    if rule == "max":
        largest = squares.argmax(-1)[..., None]
        return np.take_along_axis(across, largest, -1), np.take_along_axis(up, largest, -1)
    xx = (across**2).sum(-1, keepdims=True)
    return (across * up).sum(-1, keepdims=True), _largest(across, up) - xx


def _thinned(edges: Pixels, across: Plane, up: Plane) -> Pixels:
    """Only what is largest across its edge is kept, with the height of a parabola through it.

    Formula: F. Devernay, "A non-maxima suppression method for edge detection" (1995).
    """
    # In single precision, in which Natron keeps them.
    x, y = (plane.astype(np.float32)[1:-1, 1:-1] for plane in (across, up))
    flat = np.abs(x) >= np.abs(y)
    major, minor = np.where(flat, x, y), np.where(flat, y, x)
    slope = np.divide(minor, major, out=np.zeros_like(major), where=major != 0)

    def at(x: int, y: int) -> Plane:
        h, w = edges.shape[:2]
        return edges[1 + y : h - 1 + y, 1 + x : w - 1 + x].astype(np.float64)

    def beside(side: int) -> Plane:
        """Between the three neighbours on one side."""
        low = np.where(flat, at(side, -1), at(-1, side))
        middle = np.where(flat, at(side, 0), at(0, side))
        high = np.where(flat, at(side, 1), at(1, side))
        return _parabola(low, middle, high, side * slope.astype(np.float64))

    before, here, after = beside(-1), at(0, 0), beside(1)
    bend, lean = ((after - here) + (before - here)) / 2, (after - before) / 2
    kept = (before < here) & (here >= after) & (major != 0)
    top = here - np.divide(lean * lean, 4 * bend, out=np.zeros_like(bend), where=kept)
    thin = np.zeros_like(edges)
    thin[1:-1, 1:-1] = np.where(kept, top, 0)
    return thin


def _parabola(low: Plane, middle: Plane, high: Plane, at: Plane) -> Plane:
    """Through three values at -1, 0 and 1."""
    bend = ((high - middle) + (low - middle)) / 2
    return bend * at * at + (high - low) / 2 * at + middle


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    params, area = context.params, _area(context, frames)
    if area.empty:
        return frames[0]
    pixels = padded(frames[0], area, True)
    result, channels = pixels.copy(), processed(context)
    across, up = (found[..., channels] for found in _gradients(context, pixels))
    rule = params.choice("multiChannel")
    result[..., channels] = _strength(across, up, rule)
    size = params.number("erodeSize")
    if size and channels:
        x, y = (2 * math.floor(abs(size) / by) + 1 for by in (context.aspect, 1))
        change = cv2.erode if size > 0 else cv2.dilate
        result[..., channels] = change(result, np.ones((y, x), np.uint8))[..., channels]
    if params.flag("nms") and channels:
        result[..., channels] = _thinned(result[..., channels], *_direction(across, up, rule))
    return Frame(result, area)


def _same(context: Context) -> Same | None:
    return Same("Source") if context.params.number("mix") == 0 else None


NODE = NodeType(
    plugins=("eu.cimg.EdgeDetect",),
    mask="Mask",
    premult=True,
    nearest=lambda _: True,
    region=_region,
    same=_same,
    wants=_wants,
    render=_render,
)

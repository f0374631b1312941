# ruff: noqa: N803 - A and B are the field's own names, a and b their alphas
"""The blend functions of Merge on premultiplied pixels.

Formulas: the Merge operations that Nuke and Natron document, W3C Compositing and Blending 1
for the blend modes, PDF 1.7 for hue, saturation, colour and luminosity. Each takes A, B of shape
(h, w, c) and their alphas a, b of shape (h, w, 1), all float32, and returns (h, w, c).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Window

Array = NDArray[np.float32]
Blend = Callable[[Array, Array, Array, Array], Array]

_ONE = np.float32(1)
_HALF = np.float32(0.5)
_TWO = np.float32(2)
_SMALL = 131_072  # pixels; see `engine.kernels`


def _divided(
    numerator: Array, denominator: Array, usable: NDArray[np.bool_], other: Array
) -> Array:
    result = np.array(np.broadcast_to(other, np.broadcast_shapes(numerator.shape, usable.shape)))
    np.divide(numerator, denominator, out=result, where=usable)
    return result


def _zeros(like: Array) -> Array:
    return np.zeros_like(like)


def over(A: Array, B: Array, a: Array, b: Array) -> Array:
    return A + B * (_ONE - a)


def _conjoint_over(A: Array, B: Array, a: Array, b: Array) -> Array:
    share = _divided(np.broadcast_to(a, b.shape), b, b > 0, _zeros(b))
    return np.where(a > b, A, A + B * (_ONE - share))


def _disjoint_over(A: Array, B: Array, a: Array, b: Array) -> Array:
    outside = B * (_ONE - a)
    both = A + _divided(outside, np.broadcast_to(b, B.shape), b > 0, outside)
    return np.where(a >= 1, A, np.where(a + b < 1, A + B, both))


def _divide(A: Array, B: Array, a: Array, b: Array) -> Array:
    return _divided(A, B, B > 0, _zeros(B))


def _geometric(A: Array, B: Array, a: Array, b: Array) -> Array:
    total = A + B
    return _divided(_TWO * A * B, total, total != 0, _zeros(B))


def _multiply(A: Array, B: Array) -> Array:
    return np.where((A < 0) & (B < 0), A, A * B)


def _screen(A: Array, B: Array) -> Array:
    return np.where((A <= 1) | (B <= 1), A + B - A * B, np.maximum(A, B))


def _hard_light(A: Array, B: Array) -> Array:
    return np.where(_TWO * A < 1, _multiply(_TWO * A, B), _screen(_TWO * A - _ONE, B))


def _soft_light(A: Array, B: Array, a: Array, b: Array) -> Array:
    excess = _TWO * A - _ONE
    dark = B + excess * B * (_ONE - B)
    low = B + excess * (((np.float32(16) * B - 12) * B + 4) * B - B)
    high = B + excess * (np.sqrt(np.maximum(B, 0)) - B)
    return np.where(_TWO * A <= 1, dark, np.where(4 * B <= 1, low, high))


def _color_dodge(A: Array, B: Array, a: Array, b: Array) -> Array:
    return np.where(A >= 1, A, np.minimum(_ONE, _divided(B, _ONE - A, A < 1, A)))


def _color_burn(A: Array, B: Array, a: Array, b: Array) -> Array:
    return np.where(A <= 0, A, _ONE - np.minimum(_ONE, _divided(_ONE - B, A, A > 0, A)))


def _pin_light(A: Array, B: Array, a: Array, b: Array) -> Array:
    return np.where(A >= 0.5, np.maximum(B, (A - _HALF) * 2), np.minimum(B, A * 2))


def _reflect(A: Array, B: Array, a: Array, b: Array) -> Array:
    lit = np.minimum(_ONE, _divided(A * A, _ONE - B, B < 1, A))
    return np.where(B >= 1, _ONE, lit)


def _freeze(A: Array, B: Array, a: Array, b: Array) -> Array:
    root = np.sqrt(np.maximum(_ONE - A, 0))
    cold = np.maximum(_ONE - _divided(root, B, B > 0, A), 0)
    return np.where(B <= 0, np.float32(0), cold)


BLENDS: dict[str, Blend] = {
    "atop": lambda A, B, a, b: A * b + B * (_ONE - a),
    "average": lambda A, B, a, b: (A + B) / _TWO,
    "color-burn": _color_burn,
    "color-dodge": _color_dodge,
    "conjoint-over": _conjoint_over,
    "copy": lambda A, B, a, b: A.copy(),
    "difference": lambda A, B, a, b: np.abs(A - B),
    "disjoint-over": _disjoint_over,
    "divide": _divide,
    "exclusion": lambda A, B, a, b: A + B - _TWO * A * B,
    "freeze": _freeze,
    "from": lambda A, B, a, b: B - A,
    "geometric": _geometric,
    "grain-extract": lambda A, B, a, b: B - A + _HALF,
    "grain-merge": lambda A, B, a, b: B + A - _HALF,
    "hard-light": lambda A, B, a, b: _hard_light(A, B),
    "hypot": lambda A, B, a, b: np.sqrt(A * A + B * B),
    "in": lambda A, B, a, b: A * b,
    "mask": lambda A, B, a, b: B * a,
    "matte": lambda A, B, a, b: A * a + B * (_ONE - a),
    "max": lambda A, B, a, b: np.maximum(A, B),
    "min": lambda A, B, a, b: np.minimum(A, B),
    "minus": lambda A, B, a, b: A - B,
    "multiply": lambda A, B, a, b: _multiply(A, B),
    "out": lambda A, B, a, b: A * (_ONE - b),
    "over": over,
    "overlay": lambda A, B, a, b: _hard_light(B, A),
    "pinlight": _pin_light,
    "plus": lambda A, B, a, b: A + B,
    "reflect": _reflect,
    "screen": lambda A, B, a, b: _screen(A, B),
    "soft-light": _soft_light,
    "stencil": lambda A, B, a, b: B * (_ONE - a),
    "under": lambda A, B, a, b: A * (_ONE - b) + B,
    "xor": lambda A, B, a, b: A * (_ONE - b) + B * (_ONE - a),
}
"""The operations that treat each channel alone, alpha too."""

MASKABLE = frozenset(BLENDS) - {
    "atop",
    "conjoint-over",
    "copy",
    "disjoint-over",
    "in",
    "mask",
    "matte",
    "out",
    "over",
    "screen",
    "stencil",
    "under",
    "xor",
}
"""The operations whose alpha becomes a + b − ab when alpha masking is on."""

KEEPS_B = frozenset(
    ("atop", "exclusion", "matte", "over", "plus", "screen", "stencil", "under", "xor")
)
"""The operations that give B where A is transparent black."""

HSL = ("hue", "saturation", "color", "luminosity")
"""The operations on hue, saturation, colour and luminosity; in the order of `_hsl_kernel`."""

_LUMA = np.array([0.3, 0.59, 0.11], np.float32).astype(np.float64)
_TINY = np.finfo(np.float64).tiny


def _saturation(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    span: NDArray[np.float64] = colour.max(-1, keepdims=True) - colour.min(-1, keepdims=True)
    return span


def _luma(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    return (colour @ _LUMA)[..., None]


def _with_saturation(
    colour: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    low = colour.min(-1, keepdims=True)
    span = colour.max(-1, keepdims=True) - low
    grey = np.abs(span) < _TINY
    return np.where(grey, 0.0, (colour - low) * wanted / np.where(grey, 1.0, span))


def _with_luma(
    colour: NDArray[np.float64], alpha: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    colour = colour + (wanted - _luma(colour))
    luma = _luma(colour)
    low, high = colour.min(-1, keepdims=True), colour.max(-1, keepdims=True)
    span = luma - low
    raised = np.where(
        np.abs(span) < _TINY,
        0.0,
        luma + (colour - luma) * luma / np.where(np.abs(span) < _TINY, 1.0, span),
    )
    colour = np.where(low < 0, raised, colour)
    span = high - luma
    lowered = np.where(
        np.abs(span) < _TINY,
        alpha,
        luma + (colour - luma) * (alpha - luma) / np.where(np.abs(span) < _TINY, 1.0, span),
    )
    return np.where(high > alpha, lowered, colour)


def hsl_blend(operation: str, A: Array, B: Array, a: Array, b: Array) -> Array:
    """Hue, saturation, color or luminosity of RGB (h, w, 3), in double precision inside.

    The colours are unpremultiplied first, as the PDF formulas want them.
    """
    sa, da = a.astype(np.float64), b.astype(np.float64)
    source = np.divide(A, sa, out=np.zeros(A.shape), where=np.abs(sa) >= _TINY)
    backdrop = np.divide(B, da, out=np.zeros(B.shape), where=np.abs(da) >= _TINY)
    luma = _luma(backdrop) * sa
    if operation == "hue":
        colour = _with_saturation(source * da, _saturation(backdrop) * sa)
    elif operation == "saturation":
        colour = _with_saturation(backdrop * sa, _saturation(source) * da)
    elif operation == "color":
        colour = source * da
    else:
        colour, luma = backdrop * sa, _luma(source) * da
    result = (1 - sa) * B + (1 - da) * A + _with_luma(colour, sa * da, luma)
    return result.astype(np.float32)


def merged(operation: str, masking: bool, a_pixels: Array, b_pixels: Array) -> Array:
    """A merged over B by any operation, (h, w, 4), or (h, w, 1) of alpha alone but for HSL.

    With `masking`, alpha is a + b − ab for the operations that allow it; for matte it always is.
    """
    a, b = a_pixels[..., -1:], b_pixels[..., -1:]
    blend = BLENDS.get(operation)
    both = operation == "matte" or (masking and operation in MASKABLE)
    large = a.size >= _SMALL and a_pixels.shape[2] == 4
    if operation == "over" and large:
        from ofx_helpers.engine import kernels

        result = np.empty_like(a_pixels)
        kernels.over(a_pixels, b_pixels, result)
        return result
    if blend is not None and not both:
        return blend(a_pixels, b_pixels, a, b)
    result = np.empty_like(a_pixels)
    if blend is None and large:
        from ofx_helpers.nodes import _hsl_kernel

        _hsl_kernel.blend(HSL.index(operation), a_pixels, b_pixels, result)
    else:
        rgb = (a_pixels[..., :-1], b_pixels[..., :-1], a, b)
        result[..., :-1] = hsl_blend(operation, *rgb) if blend is None else blend(*rgb)
    result[..., -1:] = a + b - a * b
    return result


def inside(region: Window, window: Window) -> tuple[slice, slice]:
    """Rows and columns of the pixels of `window` that lie in `region`."""
    part = region.intersect(window)
    return (
        slice(part.y1 - window.y1, max(part.y1, part.y2) - window.y1),
        slice(part.x1 - window.x1, max(part.x1, part.x2) - window.x1),
    )


def blacken_outside(pixels: Array, window: Window, regions: Sequence[Window]) -> None:
    """Blacken what lies in no input: operations such as grain-merge give a value even there."""
    if any(region.contains(window) for region in regions):
        return
    somewhere = np.zeros(pixels.shape[:2], bool)
    for region in regions:
        if not region.intersect(window).empty:
            somewhere[inside(region, window)] = True
    pixels[~somewhere] = 0

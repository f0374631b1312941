"""OIIOResize: the source's whole region resized to a format, a size or by a scale.

Filters are those of OpenImageIO by name: a weight for each distance in output pixels (in source
pixels where the picture grows), the weights of a pixel summing to 1, black outside.
Formulas: D. Mitchell and A. Netravali; R. Keys; F. Harris (Blackman-Harris); C. Lanczos.
"""

from collections.abc import Callable, Sequence
from math import pi

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box, box_of
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.resample import enclosing
from ofx_helpers.nodes._generator import FORMAT_ASPECTS, FORMATS

Values = NDArray[np.float64]
Taps = NDArray[np.intp]
Weigh = Callable[[Values], Values]


def _cubic(inner: Sequence[float], outer: Sequence[float]) -> Weigh:
    """Two cubics of the distance, up to 1 and up to 2; the coefficients from the cube down."""

    def weigh(x: Values) -> Values:
        x = np.abs(x)
        near, far = np.polyval(inner, x), np.polyval(outer, x)
        return np.where(x < 1, near, np.where(x < 2, far, 0.0))

    return weigh


def _keys(a: float) -> Weigh:
    return _cubic((a + 2, -a - 3, 0, 1), (a, -5 * a, 8 * a, -4 * a))


def _lanczos(lobes: int) -> Weigh:
    return lambda x: np.sinc(x) * np.sinc(x / lobes)


def _gauss(sharp: float) -> Weigh:
    return lambda x: np.where(np.abs(x) < 1, np.exp(-sharp * x * x), 0.0)


def _blackman_harris(x: Values) -> Values:
    terms = (0.35875, 0.48829, 0.14128, 0.01168)
    return np.asarray(sum(term * np.cos(pi * k * x) for k, term in enumerate(terms)))


# By name: how wide the filter is, in pixels, how far its formula reaches (what lies further weighs
# nothing), and the formula. OpenImageIO takes the same one for both Lanczos filters.
_FILTERS: dict[str, tuple[float, float, Weigh]] = {
    "box": (1, 0.5, np.ones_like),
    "triangle": (2, 1, lambda x: np.maximum(0.0, 1 - np.abs(x))),
    "gaussian": (3, 1, _gauss(2)),
    "sharp-gaussian": (2, 1, _gauss(4)),
    "catmull-rom": (4, 2, _keys(-0.5)),
    "blackman-harris": (3, 1, _blackman_harris),
    "sinc": (4, 2, np.sinc),
    "lanczos3": (6, 3, _lanczos(3)),
    "nuke-lanczos6": (6, 3, _lanczos(3)),
    "mitchell": (4, 2, _cubic((7 / 6, -2, 0, 8 / 9), (-7 / 18, 2, -10 / 3, 16 / 9))),
    "bspline": (4, 2, _cubic((1 / 2, -1, 0, 2 / 3), (-1 / 6, 1, -2, 4 / 3))),
    "cubic": (4, 2, _keys(0)),
    "keys": (4, 2, _keys(-0.5)),
    "simon": (4, 2, _keys(-0.75)),
    "rifman": (4, 2, _keys(-1)),
}
_UNSTEADY = ("radial-lanczos3", "disk")
"""Filters that OpenImageIO's own resizing gets wrong, or stops at."""


def _named(params: Params) -> str:
    """The chosen format; this node's menu writes one family without the second underscore."""
    return params.choice("format").replace("Super35", "Super_35")


def _aspect(context: Context) -> float | None:
    """That of the format, where it resizes to one."""
    if context.params.choice("type") != "format":
        return None
    return FORMAT_ASPECTS.get(_named(context.params), 1.0)


def _box(context: Context) -> Box:
    params = context.params
    x1, y1, x2, y2 = context.box("Source")
    match params.choice("type"):
        case "format":
            width, height = FORMATS[_named(params)]
            return box_of(Window(0, 0, width, height), FORMAT_ASPECTS.get(_named(params), 1.0))
        case "size":
            width, height = (int(value) for value in params.pair("size"))
            across, up = x2 - x1, y2 - y1
            if params.flag("preservePAR") and across >= 1 and up >= 1:
                if width / across < height / up:
                    height = int(up * width / across)
                else:
                    width = int(across * height / up)
        case _:
            sx, sy = params.pair("scale")
            x1, x2, y1, y2 = x1 * sx, x2 * sx, y1 * sy, y2 * sy
            return min(x1, x2 - 1), min(y1, y2 - 1), max(x1 + 1, x2), max(y1 + 1, y2)
    return 0.0, 0.0, float(width), float(height)


def _region(context: Context) -> Window:
    if context.region("Source").empty:
        return Window(0, 0, 0, 0)
    return enclosing(_box(context), context.format, aspect=context.aspect)


def _format(context: Context) -> Window | None:
    params = context.params
    if params.choice("type") == "scale":
        return None
    if params.choice("type") == "size":
        width, height = params.pair("size")
        return Window(0, 0, round(width), round(height))
    return _region(context)


def _same(context: Context) -> Same | None:
    if context.params.choice("type") == "scale":
        return Same("Source") if context.params.pair("scale") == (1, 1) else None
    if context.params.choice("type") == "size":
        x, y = context.params.pair("size")
        return Same("Source") if context.own_region("Source") == (0, 0, x, y) else None
    if context.input_aspect("Source") != context.aspect:
        return None
    return Same("Source") if context.region("Source") == _region(context) else None


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    return (Want("Source", context.own_region("Source")),)


def _filter(context: Context, ratios: tuple[float, float]) -> str:
    """The name of the filter; RenderError for one that nobody can render."""
    name = context.params.choice("filter")
    if name == "default":
        return "blackman-harris" if max(ratios) > 1 else "lanczos3"
    if name in _UNSTEADY:
        raise RenderError(
            f"{context.node.name} ({context.node.plugin}) resizes with {name}, which OpenImageIO "
            "itself does not get right: choose another filter."
        )
    return name


def _taps(low: int, high: int, old: int, new: int, width: float) -> tuple[Taps, Values]:
    """For new pixels `low` to `high`: the old ones under them, (n, taps), and how far these are.

    `old` and `new` are the whole lengths. Distances are in new pixels, up to half the `width`, in
    OpenImageIO's single precision, since pixels often lie right at the end of a filter.
    """
    one, half = np.float32(1), np.float32(0.5)
    ratio = np.float32(new) / np.float32(old)
    shares = (np.arange(low, high).astype(np.float32) + half) * (one / np.float32(new))
    centres = shares * np.float32(old)
    first = np.floor(centres)
    reach = int(np.ceil(np.float32(width / 2) / ratio))
    steps = np.arange(-reach, reach + 1)
    away = ratio * (steps[None].astype(np.float32) - (centres - first - half)[:, None])
    return (first[:, None] + steps).astype(np.intp), away.astype(np.float64)


def _weighed(name: str, low: int, high: int, old: int, new: int) -> tuple[Taps, Values]:
    """As `_taps`, with weights that sum to 1 instead of distances."""
    width, reach, weigh = _FILTERS[name]
    # A filter that is made wider for a picture that grows keeps its shape, but for the sinc.
    ratio = np.float32(new) / np.float32(old)
    wide = float(np.float32(width) * max(np.float32(1), ratio))
    taps, away = _taps(low, high, old, new, wide)
    scaled = away if name == "sinc" else away * (2 * reach / wide)
    weights = np.where(np.abs(away) <= wide / 2, weigh(scaled), 0.0)
    sums = weights.sum(axis=1, keepdims=True)
    return taps, np.divide(weights, sums, out=np.zeros_like(weights), where=sums != 0)


def _summed(pixels: Pixels, taps: Taps, weights: Values) -> Pixels:
    """Rows of (h, w, 4) as weighted sums of rows; there is black around the picture."""
    inside = (taps >= 0) & (taps < len(pixels))
    weights, taps = np.where(inside, weights, 0), np.where(inside, taps, 0)
    result = np.zeros((len(taps), *pixels.shape[1:]), np.float32)
    for tap in range(taps.shape[1]):
        result += pixels[taps[:, tap]] * weights[:, tap, None, None].astype(np.float32)
    return result


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    source, target = frames[0], _region(context)
    ratios = target.width / source.window.width, target.height / source.window.height
    part = window.shift(-target.x1, -target.y1)
    if context.params.choice("filter") == "impulse":
        columns = np.floor((np.arange(part.x1, part.x2) + 0.5) / ratios[0]).astype(np.intp)
        rows = np.floor((np.arange(part.y1, part.y2) + 0.5) / ratios[1]).astype(np.intp)
        nearest: Pixels = source.pixels[rows[:, None], columns[None]]
        return nearest
    name = _filter(context, ratios)
    columns, across = _weighed(name, part.x1, part.x2, source.window.width, target.width)
    rows, up = _weighed(name, part.y1, part.y2, source.window.height, target.height)
    lines = _summed(source.pixels, rows, up)
    turned = _summed(lines.swapaxes(0, 1), columns, across)
    return np.ascontiguousarray(turned.swapaxes(0, 1))


NODE = NodeType(
    plugins=("fr.inria.openfx.OIIOResize",),
    process=True,
    region=_region,
    box=_box,
    format=_format,
    aspect=_aspect,
    many_aspects=True,
    same=_same,
    wants=_wants,
    render=_render,
)

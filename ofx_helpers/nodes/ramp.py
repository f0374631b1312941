"""Ramp, Radial, Rectangle and CheckerBoard: pictures from nothing, over their source."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box, touched, unrounded
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Components, Context, NodeType, Want, usual_components
from ofx_helpers.nodes._generator import (
    aspect_of,
    box,
    chosen_depth,
    encoded,
    format_of,
    rectangle,
    region,
    shown,
)

Grid = NDArray[np.float64]
Share = Callable[[Context, Grid, Grid], Grid]
"""The share of color1, (h, w), from pixel columns (1, w) and rows (h, 1)."""

_EMPTY: Box = (0.0, 0.0, 0.0, 0.0)
_EASE: dict[str, Callable[[Grid], Grid]] = {
    "linear": lambda t: t,
    "plinear": lambda t: t**3,
    "easein": lambda t: t * t * (2 - t),
    "easeout": lambda t: t * (1 + t * (1 - t)),
    "smooth": lambda t: t * t * (3 - 2 * t),
    "none": np.ones_like,
}


def _smooth(t: Grid) -> Grid:
    """Two parabolas that meet in the middle; 1 above 1, the first one also below 0."""
    t = np.minimum(t, 1)
    return np.where(t < 0.5, 2 * t * t, 1 - 2 * (1 - t) ** 2)


def _ramp(context: Context, x: Grid, y: Grid) -> Grid:
    params = context.params
    (x0, y0), (x1, y1) = params.pair("point0"), params.pair("point1")
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    aspect = context.aspect
    along = ((x + 0.5) * aspect - x0) * (x1 - x0) + ((y + 0.5) - y0) * (y1 - y0)
    t = np.clip(along / length, 0, 1) if length else np.zeros_like(along)
    kind = params.choice("type")
    return np.where(t >= 1, 1.0, _EASE[kind](t))


def _box(context: Context) -> tuple[float, float, float, float]:
    """x1, y1, x2, y2 in pixels."""
    return unrounded(rectangle(context) or context.format_box, context.aspect)


def _centred(context: Context) -> tuple[float, float, float, float]:
    """The box where pixel centres, not their corners, have whole coordinates."""
    x1, y1, x2, y2 = _box(context)
    return x1 - 0.5, y1 - 0.5, x2 - 0.5, y2 - 0.5


def _ellipse(
    x: Grid, y: Grid, centre: tuple[Grid, Grid], radius: tuple[float, float]
) -> tuple[Grid, Grid, Grid, Grid]:
    """Squared distances in radii of a pixel's nearer and farther corner, and the nearer's parts."""
    nearer, farther = [], []
    for position, middle, length in zip((x, y), centre, radius, strict=True):
        offset = position - middle
        side = np.where(offset <= -0.5, 0.5, np.where(offset >= 0.5, -0.5, 0.0))
        nearer.append((offset + side) / length)
        farther.append((offset - side) / length)
    near = nearer[0] ** 2 + nearer[1] ** 2
    far = farther[0] ** 2 + farther[1] ** 2
    return near, np.maximum(near, far), nearer[0], nearer[1]


def _covered(near: Grid, far: Grid) -> Grid:
    """How much of a pixel lies inside the ellipse: 1, 0, or by its corners' distances."""
    inner, outer = np.sqrt(near), np.sqrt(far)
    span = np.where(outer > inner, outer - inner, 1)
    return np.where(near >= 1, 0.0, np.where(far <= 1, 1.0, (1 - inner) / span))


def _radial(context: Context, x: Grid, y: Grid) -> Grid:
    params = context.params
    x1, y1, x2, y2 = _centred(context)
    radius = ((x2 - x1) / 2, (y2 - y1) / 2)
    if min(radius) <= 0:
        return np.zeros(np.broadcast_shapes(x.shape, y.shape))
    centre = (np.float64((x1 + x2) / 2), np.float64((y1 + y2) / 2))
    near, far, _, _ = _ellipse(x, y, centre, radius)  # type: ignore[arg-type]
    softness = params.number("softness")
    t = np.ones_like(near)
    if softness > 0:
        t = np.where(near <= 0, 1.0, _smooth((1 - np.sqrt(near)) / softness))
        if params.flag("plinear"):
            t = t**3
    return t * _covered(near, far)


def _rectangle(context: Context, x: Grid, y: Grid) -> Grid:
    params = context.params
    x1, y1, x2, y2 = _centred(context)
    softness = params.number("softness")
    soft = (softness / context.aspect, softness)
    dx, dy = np.minimum(x - x1, x2 - x), np.minimum(y - y1, y2 - y)
    inside = (dx > -0.5) & (dy > -0.5)
    edge = np.clip(dx + 0.5, 0, 1) * np.clip(dy + 0.5, 0, 1)
    share = edge
    if softness > 0:
        ramps = _smooth(np.maximum(dx, 0.5) / soft[0]) * _smooth(np.maximum(dy, 0.5) / soft[1])
        share = ramps * edge
    rx, ry = params.pair("cornerRadius")
    rx, ry = min(rx / context.aspect, (x2 - x1) / 2), min(ry, (y2 - y1) / 2)
    if rx > 0 and ry > 0:
        corner = ((x < x1 + rx) | (x > x2 - rx)) & ((y < y1 + ry) | (y > y2 - ry))
        centre = (np.where(x < x1 + rx, x1 + rx, x2 - rx), np.where(y < y1 + ry, y1 + ry, y2 - ry))
        near, far, nx, ny = _ellipse(x, y, centre, (rx, ry))
        rounded = _covered(near, far)
        if softness > 0:
            ramps = _smooth(dx / soft[0]) * _smooth(dy / soft[1])
            length = np.sqrt(near)
            stretch = np.divide(1, length, out=np.ones_like(length), where=length > 0) - 1
            away = np.hypot(nx * rx * stretch * context.aspect, ny * ry * stretch)
            away = np.where(near <= 0, min(rx, ry), away) / softness
            away = np.where(away < 1, _smooth(away), away)
            rounded = rounded * np.minimum(np.minimum(away, ramps), 1)
        share = np.where(corner, rounded, share)
    return np.where(inside, share, 0.0)


def _grid(window: Window) -> tuple[Grid, Grid]:
    x = np.arange(window.x1, window.x2, dtype=np.float64)[None, :]
    y = np.arange(window.y1, window.y2, dtype=np.float64)[:, None]
    return x, y


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return (Want("Source", window),) if context.connected("Source") else ()


def _render_with(share: Share) -> Callable[[Context, Window, Sequence[Frame]], Pixels]:
    def render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
        params = context.params
        if _components(context) == "Alpha" and share is not _rectangle:
            # Of what they draw these plug-ins then write not the alpha but the red, which is none.
            return np.zeros((window.height, window.width, 4), np.float32)
        t = share(context, *_grid(window))[..., None]
        outer, inner = np.array(params.colour("color0")), np.array(params.colour("color1"))
        drawn = (outer * (1 - t) + inner * t).astype(np.float32)
        if frames:
            below = frames[0].pixels
            if share is _ramp and usual_components(context) == "RGB":
                below = _misread(below)
            drawn += below * (np.float32(1) - drawn[..., 3:4])
        return drawn

    return render


def _misread(pixels: Pixels) -> Pixels:
    """A picture without alpha as Natron's Ramp takes it: for an alpha, the next pixel's red."""
    result = pixels.copy()
    reds = pixels[..., 0].reshape(-1)
    result[..., 3] = np.append(reds[1:], reds[-1:]).reshape(pixels.shape[:2])
    return result


def _shape_box(context: Context) -> Box:
    """Where a Radial or Rectangle has pixels: its box, its source, or everything."""
    params = context.params
    source = context.connected("Source")
    whole = _ramp_box(context)
    nothing = whole if source else _EMPTY
    if params.number("mix") == 0:
        return nothing
    if params.choice("extent") != "format" and any(params.colour("color0")):
        return whole
    if not any(params.colour("color1")):
        return nothing
    found = rectangle(context)
    if found is None or (source and not params.flag("expandRoD")):
        return whole
    border = 0 if params.choice("extent") == "format" else 1
    x1, y1, x2, y2 = found
    drawn = (x1 - border, y1 - border, x2 + border, y2 + border)
    if not source or context.region("Source").empty:
        return drawn
    low, high = np.minimum(drawn[:2], whole[:2]), np.maximum(drawn[2:], whole[2:])
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _line(width: float) -> tuple[float, float]:
    """How far a line reaches below and above its middle, in pixels."""
    return (width / 2 + 0.25, max(width, 1.0) / 2 - 0.25) if width > 0 else (0.0, 0.0)


def _on_line(at: Grid, line: Grid | float, reach: tuple[float, float]) -> NDArray[np.bool_]:
    hit: NDArray[np.bool_] = (line - reach[0] <= at) & (at < line + reach[1])
    return hit


def _checkerboard(context: Context, window: Window, _frames: Sequence[Frame]) -> Pixels:
    params = context.params
    x1, y1, x2, y2 = _box(context)
    x, y = _grid(window)
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    width, height = params.pair("boxSize")
    width, height = max(1.0, width / context.aspect), max(1.0, height)
    odd_x = np.floor((x - middle_x) / width).astype(np.int64) & 1
    odd_y = np.floor((y - middle_y) / height).astype(np.int64) & 1
    which = np.where(odd_y == 1, np.where(odd_x == 1, 2, 3), odd_x)
    line, middle = params.number("lineWidth"), params.number("centerlineWidth")
    across_line, across_middle = _line(line / context.aspect), _line(middle / context.aspect)
    # In this order, so that a line that ends right on a pixel ends as the plug-in's.
    nearest_x = middle_x + width * np.floor((x - middle_x) / width + 0.5)
    nearest_y = middle_y + height * np.floor((y - middle_y) / height + 0.5)
    lines_x, lines_y = _on_line(x, nearest_x, across_line), _on_line(y, nearest_y, _line(line))
    # The middle row hides everything, other rows' lines hide the middle column.
    which = np.where(lines_x, 4, which)
    which = np.where(_on_line(x, middle_x, across_middle), 5, which)
    which = np.where(lines_y, 4, which)
    which = np.where(_on_line(y, middle_y, _line(middle)), 5, which)
    names = ("color0", "color1", "color2", "color3", "lineColor", "centerlineColor")
    colours = np.array([params.colour(name) for name in names], np.float32)
    drawn: Pixels = shown(context, encoded(context, colours[None]))[0][which]
    return drawn


def _no_wants(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


def _ramp_box(context: Context) -> Box:
    return context.box("Source") if context.connected("Source") else context.format_box


def _components(context: Context) -> Components:
    """Those of the source, with an alpha where one is drawn; those of a mask that is all it has."""
    if context.connected("Mask") and not context.connected("Source"):
        return "Alpha"
    usual = usual_components(context)
    drawn = context.params.flag("NatronOfxParamProcessA")
    return "RGBA" if usual == "RGB" and drawn else usual


def _node(
    plugin: str,
    share: Share,
    where: Callable[[Context], Box],
    **more: Any,
) -> NodeType:
    return NodeType(
        plugins=(plugin,),
        mask="Mask",
        components=_components,
        process=True,
        region=lambda context: touched(where(context), context.aspect),
        box=where,
        wants=_wants,
        render=_render_with(share),
        **more,
    )


_EXTENT: dict[str, Any] = {"aspect": aspect_of, "format": format_of}


NODES = (
    _node("net.sf.openfx.Ramp", _ramp, _ramp_box),
    _node("net.sf.openfx.Radial", _radial, _shape_box, **_EXTENT),
    _node("net.sf.openfx.Rectangle", _rectangle, _shape_box, **_EXTENT),
    NodeType(
        plugins=("net.sf.openfx.CheckerBoardPlugin",),
        depth=chosen_depth,
        region=region,
        box=box,
        format=format_of,
        aspect=aspect_of,
        wants=_no_wants,
        render=_checkerboard,
    ),
)

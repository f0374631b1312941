"""STMap and IDistort: a second picture says where each pixel comes from, or how far away.

Facts of openfx-misc: STMap's U and V run from 0 to 1 over the source's format, IDistort's are
pixels; a third channel multiplies the result; the source is reduced by the map's own slope,
taken between the two neighbours.
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.nodes._warped import Grid, centres, sampled


def _uv_window(context: Context, window: Window) -> Window:
    """The map under a window and its neighbours, as far as there are any."""
    return window.grow(1, 1).intersect(context.region("UV"))


def _wants(context: Context, window: Window) -> Sequence[Want]:
    uv = Want("UV", _uv_window(context, window))
    return (Want("Source", context.upstream().region), uv)


def _channel(context: Context, name: str, uv: Frame, window: Window) -> Grid:
    """A channel of the map over the window and a pixel around it: (h + 2, w + 2).

    Beside the map's own edge the edge pixel is repeated; other pixels without map are 0.
    """
    shape = (window.height + 2, window.width + 2)
    choice = context.params.choice(name)
    if choice in ("0", "1"):
        return np.full(shape, float(choice))
    if uv.window.empty:
        return np.full(shape, 1.0 if choice[-1:] == "A" else 0.0)
    values = uv.pixels[..., "RGBA".index(choice[-1])].astype(np.float64)
    around, have = window.grow(1, 1), uv.window
    rows = np.arange(around.y1, around.y2)
    columns = np.arange(around.x1, around.x2)
    found = values[
        np.clip(rows, have.y1, have.y2 - 1)[:, None] - have.y1,
        np.clip(columns, have.x1, have.x2 - 1)[None, :] - have.x1,
    ]
    far_rows = (rows < have.y1 - 1) | (rows > have.y2)
    far_columns = (columns < have.x1 - 1) | (columns > have.x2)
    found[far_rows] = 0.0
    found[:, far_columns] = 0.0
    return found


def _missing(uv: Frame, window: Window) -> Grid:
    """1 where the map has a pixel, else 0."""
    have = uv.window
    rows, columns = np.arange(window.y1, window.y2), np.arange(window.x1, window.x2)
    inside_rows = (rows >= have.y1) & (rows < have.y2)
    inside_columns = (columns >= have.x1) & (columns < have.x2)
    return (inside_rows[:, None] & inside_columns[None, :]).astype(np.float64)


def _map(context: Context, uv: Frame, window: Window) -> tuple[Grid, Grid, Grid, Grid]:
    """U, V (h, w), their slopes (h, w, 4) as ux, uy, vx, vy, and the channel that multiplies."""
    params = context.params
    u, v, a = (_channel(context, f"channel{c}", uv, window) for c in "UVA")
    if params.flag("unpremultUV"):
        divisor = np.where(a == 0, 1.0, a)
        u, v = u / divisor, v / divisor
    (u0, v0), (us, vs) = params.pair("uvOffset"), params.pair("uvScale")
    u, v = (u - u0) * us, (v - v0) * vs
    slopes = [
        slope
        for grid in (u, v)
        for slope in (
            (grid[1:-1, 2:] - grid[1:-1, :-2]) / 2,
            (grid[2:, 1:-1] - grid[:-2, 1:-1]) / 2,
        )
    ]
    inner = np.s_[1:-1, 1:-1]
    share = a[inner]
    if not uv.window.empty and params.choice("channelA") not in ("0", "1"):
        share = share * _missing(uv, window)
    return u[inner], v[inner], np.stack(slopes, axis=-1), share


def _wrapped(values: Grid, how: str) -> Grid:
    if how == "repeat":
        return values - np.floor(values)
    if how == "mirror":
        half = values / 2 - np.floor(values / 2)
        return np.where(half <= 0.5, 2 * half, 2 - 2 * half)
    return values


def _st_region(context: Context) -> Window:
    return context.region("UV") if context.connected("Source") else Window(0, 0, 0, 0)


def _st_format(context: Context) -> Window:
    return context.input_format("UV" if context.connected("UV") else "Source")


def _st_map(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    u, v, slopes, share = _map(context, frames[1], window)
    params = context.params
    area = context.region("Source") if params.flag("useRoD") else context.input_format("Source")
    x = area.x1 + _wrapped(u, params.choice("wrapU")) * area.width
    y = area.y1 + _wrapped(v, params.choice("wrapV")) * area.height
    steps = slopes * np.array([area.width, area.width, area.height, area.height])
    pixels = sampled(context, frames[0], x, y, steps)
    return (pixels * share[..., None]).astype(np.float32)


def _i_distort(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    u, v, slopes, share = _map(context, frames[1], window)
    x, y = centres(window)
    pixels = sampled(context, frames[0], x + u, y + v, slopes + np.array([1.0, 0.0, 0.0, 1.0]))
    return (pixels * share[..., None]).astype(np.float32)


NODES = (
    NodeType(
        plugins=("net.sf.openfx.STMap",),
        region=_st_region,
        wants=_wants,
        render=_st_map,
        mask="Mask",
        process=True,
        concatenates="Source",
        format=_st_format,
    ),
    NodeType(
        plugins=("net.sf.openfx.IDistort",),
        wants=_wants,
        render=_i_distort,
        mask="Mask",
        process=True,
        concatenates="Source",
    ),
)

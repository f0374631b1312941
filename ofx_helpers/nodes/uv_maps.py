"""STMap and IDistort: a second picture says where each pixel comes from, or how far away.

Facts of openfx-misc: STMap's U and V run from 0 to 1 over the source's format, IDistort's are
pixels; a third channel multiplies the result; the source is reduced by the map's own slope,
taken between the two neighbours.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want, floats_only
from ofx_helpers.nodes._warped import Grid, centres, sampled


def _uv_window(context: Context, window: Window) -> Window:
    """The map under a window and its neighbours, as far as there are any."""
    return window.grow(1, 1).intersect(context.region("UV"))


def _wants(context: Context, window: Window) -> Sequence[Want]:
    uv = Want("UV", _uv_window(context, window))
    return (Want("Source", context.upstream().region), uv)


def _channel(context: Context, name: str, around: Frame) -> Grid:
    """A channel of the map, (h, w): 0 where there is none, one value where it is no channel."""
    choice = context.params.choice(name)
    whole = around.pixels.shape[:2]
    if choice in ("0", "1"):
        return np.full(whole, float(choice))
    if choice[-1:] == "A" and context.components("UV") == "RGB":
        return np.ones(whole)
    if not context.connected("UV"):
        return np.full(whole, 1.0 if choice[-1:] == "A" else 0.0)
    return around.pixels[..., "RGBA".index(choice[-1])].astype(np.float64)


def _slope(values: Grid, have: NDArray[np.bool_], axis: int) -> Grid:
    """Half the difference of two neighbours; one that the map lacks is as the pixel itself."""
    inner = values[1:-1, 1:-1]
    low, high = [slice(1, -1), slice(1, -1)], [slice(1, -1), slice(1, -1)]
    low[axis], high[axis] = slice(None, -2), slice(2, None)
    after = np.where(have[tuple(high)], values[tuple(high)], inner)
    before = np.where(have[tuple(low)], values[tuple(low)], inner)
    return np.asarray((after - before) / 2, np.float64)


def _map(
    context: Context, uv: Frame, window: Window, region: Window
) -> tuple[Grid, Grid, Grid, Grid]:
    """U, V (h, w), their slopes (h, w, 4) as ux, uy, vx, vy, and the channel that multiplies.

    The plug-in fetches the map over what it renders, no further.
    """
    params = context.params
    around = uv.crop(window.grow(1, 1))
    fetched = uv.window.intersect(region).intersect(context.whole(window))
    ones = Frame(np.ones((fetched.height, fetched.width, 4), np.float32), fetched)
    have = ones.crop(around.window).pixels[..., 0] > 0
    u, v, a = (_channel(context, f"channel{c}", around) for c in "UVA")
    if params.flag("unpremultUV"):
        divisor = np.where(a == 0, 1.0, a)
        u, v = u / divisor, v / divisor
    (u0, v0), (us, vs) = params.pair("uvOffset"), params.pair("uvScale")
    inner = np.s_[1:-1, 1:-1]
    slopes = [
        _slope(grid, have, axis) * scale for grid, scale in ((u, us), (v, vs)) for axis in (1, 0)
    ]
    return (u[inner] - u0) * us, (v[inner] - v0) * vs, np.stack(slopes, axis=-1), a[inner]


def _wrapped(values: Grid, how: str) -> Grid:
    if how == "repeat":
        return values - np.floor(values)
    if how == "mirror":
        half = values / 2 - np.floor(values / 2)
        return np.where(half <= 0.5, 2 * half, 2 - 2 * half)
    return values


def _st_region(context: Context) -> Window:
    return context.region("UV")


def _st_format(context: Context) -> Window:
    return context.input_format("UV" if context.connected("UV") else "Source")


def _st_map(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    u, v, slopes, share = _map(context, frames[1], window, _st_region(context))
    params = context.params
    area = context.region("Source") if params.flag("useRoD") else context.input_format("Source")
    x = area.x1 + _wrapped(u, params.choice("wrapU")) * area.width
    y = area.y1 + _wrapped(v, params.choice("wrapV")) * area.height
    steps = slopes * np.array([area.width, area.width, area.height, area.height])
    pixels = sampled(context, frames[0], x, y, steps)
    return (pixels * share[..., None]).astype(np.float32)


def _i_distort(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    u, v, slopes, share = _map(context, frames[1], window, context.region("Source"))
    x, y = centres(window)
    pixels = sampled(context, frames[0], x + u, y + v, slopes + np.array([1.0, 0.0, 0.0, 1.0]))
    return (pixels * share[..., None]).astype(np.float32)


NODES = (
    NodeType(
        plugins=("net.sf.openfx.STMap",),
        depth=floats_only,
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
        depth=floats_only,
        wants=_wants,
        render=_i_distort,
        mask="Mask",
        process=True,
        concatenates="Source",
    ),
)

"""SlitScan: each row, column or pixel from a time of its own."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import mask_channel
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want, all_regions

_MAP = "Retime Map"


def _by_map(context: Context) -> bool:
    return context.params.choice("retimeFunction") == "retimemap"


def _gain(context: Context) -> float:
    """Frames from value 0 to value 1; without a map, where one is asked for, all is 0."""
    lacks = _by_map(context) and not context.connected(_MAP)
    return 0.0 if lacks else context.params.number("retimeGain")


def _time(context: Context, value: float) -> float:
    params = context.params
    start = 0.0 if params.flag("retimeAbsolute") else context.time
    return value * _gain(context) + params.number("retimeOffset") + start


def _one_time(context: Context) -> float | None:
    """The one time that is shown, None where there are several or two are blended."""
    if _gain(context) != 0:
        return None
    time = _time(context, 0.0)
    if context.params.choice("filter") == "nearest":
        return float(math.floor(time + 0.5))
    return time if time == math.trunc(time) else None


def _same(context: Context) -> Same | None:
    time = _one_time(context)
    return None if time is None else Same("Source", time)


def _region(context: Context) -> Window:
    time = _one_time(context)
    return all_regions(context) if time is None else context.region("Source", time)


def _values(context: Context, window: Window, frames: Sequence[Frame]) -> NDArray[np.float64]:
    """The retime function over the window, (h, w), (h, 1) or (1, w)."""
    source = context.region("Source")
    match context.params.choice("retimeFunction"):
        case "horizontalslit":
            steps = np.arange(window.y1, window.y2) - source.y1
            return (steps / max(1, source.height - 1))[:, None]
        case "verticalslit":
            steps = np.arange(window.x1, window.x2) - source.x1
            return (steps / max(1, source.width - 1))[None]
    channel = mask_channel(context.params, _MAP)
    if channel is None or not context.connected(_MAP):
        return np.zeros((1, 1))
    return frames[-1].pixels[..., channel].astype(np.float64)


def _times(context: Context, window: Window) -> list[int]:
    """The frames that the window may show."""
    params = context.params
    if _by_map(context) and context.connected(_MAP):
        start = 0.0 if params.flag("retimeAbsolute") else context.time
        # Natron goes beyond the range where the map does: so do values up to 1.
        ends = [start + value for value in params.pair("frameRange")]
        ends += [_time(context, 0.0), _time(context, 1.0)]
    else:
        values = _values(context, window, ())
        ends = [_time(context, float(value)) for value in (values.min(), values.max())]
    low, high = min(ends), max(ends)
    if params.choice("filter") == "nearest":
        return list(range(math.floor(low + 0.5), math.floor(high + 0.5) + 1))
    return list(range(math.floor(low), math.ceil(high) + 1))


def _wants(context: Context, window: Window) -> Sequence[Want]:
    wants = [Want("Source", window, float(time)) for time in _times(context, window)]
    mapped = _by_map(context) and context.connected(_MAP)
    return [*wants, Want(_MAP, window)] if mapped else wants


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    times = _times(context, window)  # a map comes behind the pictures of these
    found = {time: frame.pixels for time, frame in zip(times, frames, strict=False)}
    params, shape = context.params, (window.height, window.width)
    at = _values(context, window, frames) * _gain(context) + params.number("retimeOffset")
    if not params.flag("retimeAbsolute"):
        at = at + context.time
    at = np.broadcast_to(at, shape)
    near = params.choice("filter") == "nearest"
    first = np.floor(at + 0.5) if near else np.floor(at)
    last = first if near else np.ceil(at)
    if first.min() < times[0] or last.max() > times[-1]:
        raise RenderError(
            f"{context.node.name}'s Retime Map asks for frames {first.min():g} to {last.max():g}, "
            f"and has {times[0]} to {times[-1]}: widen its frameRange."
        )
    share = (at - first).astype(np.float32)[..., None]
    result = np.zeros((*shape, 4), np.float32)
    for time, pixels in found.items():
        here = first == time
        if near:
            result[here] = pixels[here]
            continue
        result[here] += pixels[here] * (1 - share[here])
        before = (first == time - 1) & (at != first)
        result[before] += pixels[before] * share[before]
    return result


def _always(_context: Context) -> bool:
    return True


NODE = NodeType(
    plugins=("net.sf.openfx.SlitScan",),
    region=_region,
    wants=_wants,
    same=_same,
    render=_render,
    varies=_always,
)

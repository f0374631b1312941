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
Frames = NDArray[np.float64]


def _by_map(context: Context) -> bool:
    return context.params.choice("retimeFunction") == "retimemap"


def _gain(context: Context) -> float:
    """Frames from value 0 to value 1; without a map, where one is asked for, all is 0."""
    lacks = _by_map(context) and not context.connected(_MAP)
    return 0.0 if lacks else context.params.number("retimeGain")


def _one_time(context: Context) -> float | None:
    """The one time that is shown, None where there are several or two are blended."""
    if _gain(context) != 0:
        return None
    time = float(_times(context, np.zeros(1))[0])
    if context.params.choice("filter") == "nearest":
        return float(math.floor(time + 0.5))
    return time if time == math.trunc(time) else None


def _same(context: Context) -> Same | None:
    time = _one_time(context)
    return None if time is None else Same("Source", time)


def _region(context: Context) -> Window:
    time = _one_time(context)
    return all_regions(context) if time is None else context.region("Source", time)


def _slit(context: Context, window: Window) -> NDArray[np.float64]:
    """The times of the window's rows, (h, 1), or columns, (1, w); (1, 1) where all have one."""
    source = context.region("Source")
    values = np.zeros((1, 1))
    match context.params.choice("retimeFunction"):
        case "horizontalslit":
            steps = np.arange(window.y1, window.y2) - source.y1
            values = (steps / max(1, source.height - 1))[:, None]
        case "verticalslit":
            steps = np.arange(window.x1, window.x2) - source.x1
            values = (steps / max(1, source.width - 1))[None]
    return _times(context, values)


def _times(context: Context, values: NDArray[np.float64]) -> NDArray[np.float64]:
    start = 0.0 if context.params.flag("retimeAbsolute") else context.time
    return values * _gain(context) + context.params.number("retimeOffset") + start


def _between(context: Context, times: NDArray[np.float64]) -> tuple[Frames, Frames]:
    """The two frames that each time lies between, or twice the nearest one."""
    if context.params.choice("filter") == "nearest":
        nearest = np.floor(times + 0.5)
        return nearest, nearest
    return np.floor(times), np.ceil(times)


def _parts(context: Context, window: Window) -> list[tuple[float, Window]]:
    """The frames that the window may show, and where each is needed."""
    params = context.params
    if _by_map(context) and context.connected(_MAP):
        start = 0.0 if params.flag("retimeAbsolute") else context.time
        # Natron goes beyond the range where the map does: so do values up to 1.
        ends = [start + value for value in params.pair("frameRange")]
        ends += list(_times(context, np.array([0.0, 1.0])))
        low, high = _between(context, np.array([min(ends), max(ends)]))
        return [(float(time), window) for time in range(int(low[0]), int(high[1]) + 1)]
    first, last = _between(context, _slit(context, window))
    found = []
    for time in np.unique([first, last]):
        rows, columns = np.nonzero((first == time) | (last == time))
        x1, x2 = window.x1 + int(columns.min()), window.x1 + int(columns.max()) + 1
        y1, y2 = window.y1 + int(rows.min()), window.y1 + int(rows.max()) + 1
        x2, y2 = (window.x2 if first.shape[1] == 1 else x2), (window.y2 if len(first) == 1 else y2)
        found.append((float(time), Window(x1, y1, x2, y2)))
    return found


def _wants(context: Context, window: Window) -> Sequence[Want]:
    wants = [Want("Source", part, time) for time, part in _parts(context, window)]
    mapped = _by_map(context) and context.connected(_MAP)
    return [*wants, Want(_MAP, window)] if mapped else wants


def _by_the_map(context: Context, picture: Pixels) -> NDArray[np.float64]:
    """The times of the pixels, (h, w)."""
    channel = mask_channel(context.params, _MAP)
    if channel is None:
        return _times(context, np.zeros(picture.shape[:2]))
    return _times(context, picture[..., channel].astype(np.float64))


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    parts = _parts(context, window)
    mapped = len(frames) > len(parts)
    at = _by_the_map(context, frames[-1].pixels) if mapped else _slit(context, window)
    first, last = _between(context, at)
    if mapped and (first.min() < parts[0][0] or last.max() > parts[-1][0]):
        raise RenderError(
            f"{context.node.name}'s Retime Map asks for frames {first.min():g} to {last.max():g}, "
            f"and has {parts[0][0]:g} to {parts[-1][0]:g}: widen its frameRange."
        )
    shape = (window.height, window.width)
    # How much of the later frame; none where both are one.
    late: Pixels = np.where(first == last, 0.0, at - first).astype(np.float32)
    late = np.broadcast_to(late, shape)
    first, last = np.broadcast_to(first, shape), np.broadcast_to(last, shape)
    result = np.zeros((*shape, 4), np.float32)
    for (time, part), frame in zip(parts, frames, strict=False):
        inside = (
            slice(part.y1 - window.y1, part.y2 - window.y1),
            slice(part.x1 - window.x1, part.x2 - window.x1),
        )
        share = np.where(first[inside] == time, 1 - late[inside], np.float32(0))
        share += np.where(last[inside] == time, late[inside], np.float32(0))
        used, target = share != 0, result[inside]
        target[used] += frame.pixels[used] * share[used, None]
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

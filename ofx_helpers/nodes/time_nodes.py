"""Nodes that show their input at another time: FrameHold, TimeOffset, FrameRange, AppendClip…"""

import math

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, never_rendered


def _hold(context: Context) -> Same:
    first, increment = context.params.whole("firstFrame"), context.params.whole("increment")
    if increment == 0:
        return Same("Source", float(first))
    steps = math.floor((context.time - first) / increment)
    return Same("Source", float(first + steps * increment))


def _offset(context: Context) -> Same:
    params = context.params
    time = context.time - params.whole("timeOffset")
    if params.flag("reverseInput"):
        low, high = context.frames("Source")
        time = low + high - time
    if params.flag("clipToInputRange"):
        low, high = context.frames("Source")
        time = min(max(time, low), high)
    return Same("Source", float(time))


def _range(context: Context) -> Same:
    first, last = context.params.pair("frameRange")
    time = context.time
    if first <= time <= last:
        return Same("Source")
    rule = context.params.choice("before" if time < first else "after")
    span = last - first + 1
    if rule == "hold":
        return Same("Source", first if time < first else last)
    if rule == "black":
        return Same(None)
    if rule == "loop":
        return Same("Source", first + (time - first) % span)
    if rule == "bounce":
        step = (time - first) % max(2 * span - 2, 1)
        return Same("Source", first + (step if step < span else 2 * span - 2 - step))
    return Same("Source")


def _node(plugin: str, same: object) -> NodeType:
    def region(context: Context) -> Window:
        chosen = same(context)  # type: ignore[operator]
        return Window(0, 0, 0, 0) if chosen.label is None else context.region("Source", chosen.time)

    return NodeType(
        plugins=(plugin,),
        region=region,
        same=same,  # type: ignore[arg-type]
        # Even over a still: FrameRange shows black outside its range.
        varies=lambda _context: True,
        transparent=plugin == "net.sf.openfx.FrameRange",
        render=never_rendered,
    )


NODES = (
    _node("net.sf.openfx.FrameHold", _hold),
    _node("net.sf.openfx.timeOffset", _offset),
    _node("net.sf.openfx.FrameRange", _range),
)

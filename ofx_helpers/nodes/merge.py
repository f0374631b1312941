"""Merge and the nodes that are a Merge with another default operation."""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.canonical import Box, union
from ofx_helpers.engine.components import with_alpha
from ofx_helpers.engine.finish import mixed, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.nodes._blend import KEEPS_B, blacken_outside, inside, merged

_CHANNELS = "RGBA"
_EMPTY = Window(0, 0, 0, 0)
_EXACT = ("over", "plus")  # with a black A they give B to the last bit


def _sources(context: Context) -> list[str]:
    """The connected A inputs, in the order in which they are merged."""
    labels = [label for label in context.labels if label not in ("B", "Mask")]
    return [label for label in labels if context.connected(label)]


def _switches(context: Context, prefix: str) -> list[bool]:
    return [context.params.flag(f"{prefix}Channels{channel}") for channel in _CHANNELS]


def _region(context: Context) -> Window:
    if context.params.number("mix") == 0:
        return context.region("B")
    box = context.params.choice("bbox")
    if box in ("a", "b"):
        # An unconnected one says nothing; Natron then takes the project's format.
        label = box.upper()
        return context.region(label) if context.connected(label) else context.format
    labels = [label for label in ("B", *_sources(context)) if context.connected(label)]
    regions = [context.region(label) for label in labels]
    if not regions:
        return _EMPTY
    result = regions[0]
    for region in regions[1:]:
        result = result.union(region) if box == "union" else result.intersect(region)
    return result


def _box(context: Context) -> Box:
    """As `_region`, canonical: where sources lie between pixels, so does what is made of them."""
    if context.params.number("mix") == 0:
        return context.box("B")
    bbox = context.params.choice("bbox")
    if bbox in ("a", "b"):
        label = bbox.upper()
        return context.box(label) if context.connected(label) else context.format_box
    labels = [label for label in ("B", *_sources(context)) if context.connected(label)]
    boxes = [context.box(label) for label in labels]
    if bbox == "union" or not boxes:
        return union(boxes)
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    low_x, low_y, high_x, high_y = max(x1), max(y1), min(x2), min(y2)
    return low_x, low_y, max(high_x, low_x), max(high_y, low_y)


def _plain(context: Context) -> bool:
    """Whether every channel goes in and out and no mask or mix weakens the result."""
    return (
        all(_switches(context, "A") + _switches(context, "B") + _switches(context, "Output"))
        and context.params.number("mix") == 1
        and not uses_mask(context)
    )


def _effect(context: Context, label: str) -> Window:
    """Where an A input can change B: its region, within that of a mask that is not inverted."""
    region, params = context.region(label), context.params
    if not uses_mask(context) or ("maskInvert" in params and params.flag("maskInvert")):
        return region
    return region.intersect(context.region("Mask"))


def _same(context: Context) -> Same | None:
    params = context.params
    outputs = _switches(context, "Output")
    if params.number("mix") == 0 or not any(outputs):
        return Same("B", beyond=True)
    if any(out and not b for out, b in zip(outputs, _switches(context, "B"), strict=True)):
        return None
    sources = _sources(context)
    operation = params.choice("operation")
    # Since version 2 an A without a pixel counts as black whatever the operation.
    keeps_b = operation in KEEPS_B or context.node.version == 1
    if keeps_b and all(_effect(context, label).empty for label in sources):
        return Same("B", beyond=True)
    if operation == "over" and len(sources) == 1 and _plain(context):
        # Hidden under an opaque layer: the layer itself, untouched to the last bit.
        region = _region(context)
        if not region.empty and context.opaque(sources[0]).contains(region):
            return Same(sources[0], computed=True)
    return None


def _same_over(context: Context, window: Window) -> Same | None:
    """A where it hides B, B where neither A nor the mask has a pixel."""
    params, masked = context.params, uses_mask(context)
    nowhere = context.filled("Mask").intersect(window).empty
    if masked and nowhere and not ("maskInvert" in params and params.flag("maskInvert")):
        return Same("B")
    if params.choice("operation") not in _EXACT or not _plain(context):
        return None
    sources = _sources(context)
    if all(context.filled(label).intersect(window).empty for label in sources):
        return Same("B")
    last = sources[-1]
    if params.choice("operation") == "over" and context.opaque(last).contains(window):
        return Same(last)
    return None


def _edges(context: Context) -> Sequence[Window]:
    sources = _sources(context)
    found = [context.filled(label) for label in sources]
    if uses_mask(context):
        found.append(context.filled("Mask"))
    elif context.params.choice("operation") == "over":
        found += [context.opaque(label) for label in sources[-1:]]
    return found


def _uncovered(window: Window, cover: Window) -> Window:
    """The box of what `cover` leaves of `window`: smaller only where it cuts a whole side off."""
    x1, y1, x2, y2 = window
    if cover.y1 <= y1 and cover.y2 >= y2:
        if cover.x1 <= x1 < cover.x2:
            x1 = min(cover.x2, x2)
        if cover.x2 >= x2 > cover.x1:
            x2 = max(cover.x1, x1)
    if cover.x1 <= window.x1 and cover.x2 >= window.x2:
        if cover.y1 <= y1 < cover.y2:
            y1 = min(cover.y2, y2)
        if cover.y2 >= y2 > cover.y1:
            y2 = max(cover.y1, y1)
    left = Window(x1, y1, x2, y2)
    return _EMPTY if left.empty else left


def _wants(context: Context, window: Window) -> Sequence[Want]:
    sources = _sources(context)
    below = window
    if context.params.choice("operation") == "over" and sources and _plain(context):
        below = _uncovered(window, context.opaque(sources[0]).intersect(window))
    wants = [Want("B", below), *(Want(label, window) for label in sources)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _chosen(pixels: Pixels, switches: list[bool]) -> Pixels:
    return pixels if all(switches) else pixels * np.array(switches, np.float32)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    sources = _sources(context)
    operation, masking = params.choice("operation"), params.flag("screenAlpha")
    original = frames[0].crop(window).pixels
    if not sources and operation in KEEPS_B:
        # Nothing is merged, and the channels of B that go in do not matter.
        return _chosen(original, _switches(context, "Output"))
    below = _chosen(original, _switches(context, "B"))
    a_switches = _switches(context, "A")
    above = frames[1].pixels if sources else np.zeros_like(original)
    result = merged(operation, masking, _chosen(above, a_switches), below)
    if operation not in KEEPS_B:
        first = [context.own_region(label) for label in ("B", *sources[:1])]
        blacken_outside(result, window, first)
    for label, frame in zip(sources[1:], frames[2:], strict=False):
        part = inside(context.own_region(label), window)
        above = _chosen(frame.pixels[part], a_switches)
        result[part] = merged(operation, masking, above, result[part])
    mix = params.number("mix")
    mask = frames[-1].pixels if uses_mask(context) else None
    result = mixed(params, "Mask", result, original, mask, mix)
    for channel, wanted in enumerate(_switches(context, "Output")):
        if not wanted:
            result[..., channel] = original[..., channel]
    return result


def _opaque(context: Context) -> Window:
    if context.params.choice("operation") != "over" or not _plain(context):
        return _EMPTY
    return max(
        (context.opaque(label) for label in ("B", *_sources(context))),
        key=lambda found: found.width * found.height,
    )


def _node(plugin: str) -> NodeType:
    return NodeType(
        plugins=(plugin,),
        main="B",
        mask=None,
        components=with_alpha,
        region=_region,
        box=_box,
        same=_same,
        same_over=_same_over,
        edges=_edges,
        wants=_wants,
        render=_render,
        opaque=_opaque,
    )


NODES = tuple(
    _node(f"net.sf.openfx.Merge{name}")
    for name in (
        ["Plugin", "Plus", "Matte", "Multiply", "In", "Out", "Screen", "Max", "Min", "Difference"]
    )
)

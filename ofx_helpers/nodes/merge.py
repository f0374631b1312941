"""Merge and the nodes that are a Merge with another default operation.

MergeRoto takes alphas and mask from layers named RotoMask, which no picture of the engine has.
Without them an A's own alpha counts, and the red of the mask (seen in Natron's pictures).
"""

from collections.abc import Sequence

import numpy as np

from ofx_helpers.engine.canonical import Box, union
from ofx_helpers.engine.components import with_alpha
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import mixed, uses_mask
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.nodes._blend import KEEPS_B, blacken_outside, inside, merged

_CHANNELS = "RGBA"
_EMPTY = Window(0, 0, 0, 0)
_ROTO = "net.sf.openfx.MergeRoto"
_BLACKEN = {
    *(f"net.sf.openfx.{name}" for name in ("TransformPlugin", "TransformMaskedPlugin", "DirBlur")),
    *(f"net.sf.openfx.{name}" for name in ("CornerPinPlugin", "CornerPinMaskedPlugin", "Card3D")),
    *(f"net.sf.openfx.{name}" for name in ("Position", "CropPlugin", "Reformat")),
    *(f"net.sf.openfx.{name}" for name in ("AdjustRoDPlugin", "IDistort", "STMap", "SpriteSheet")),
    *("net.sf.openfx.LensDistortion", "fr.inria.openfx.OIIOResize"),
}
"""The nodes that draw a layer black which they do not find: as RotoMask it makes an A black."""
_EXACT = ("over", "plus")  # with a black A they give B to the last bit


def _sources(context: Context) -> list[str]:
    """The connected A inputs, in the order in which they are merged."""
    labels = [label for label in context.labels if label not in ("B", "Mask")]
    return [label for label in labels if context.connected(label)]


def _seen(context: Context, window: Window) -> list[str]:
    """The A inputs that are merged where a window is rendered.

    Natron gets no picture from an A that lies beside all that is asked for, and goes on with the
    next one. What is inside the format is a part of that: it asks for the whole.
    """
    sources = _sources(context)
    if context.params.choice("operation") in KEEPS_B:
        return sources  # it makes no difference
    whole = context.format if context.format.contains(window) else window
    asked = _region(context).intersect(whole)
    return [label for label in sources if not context.region(label).intersect(asked).empty]


def _shows_b(context: Context, seen: Sequence[str]) -> bool:
    """Whether the result is B where there is no A.

    Since version 2 an A without a picture counts as black whatever the operation.
    """
    if context.params.choice("operation") in KEEPS_B:
        return True
    return context.node.version == 1 and not seen


def _switches(context: Context, prefix: str) -> list[bool]:
    return [context.params.flag(f"{prefix}Channels{channel}") for channel in _CHANNELS]


def _counted(context: Context) -> list[str] | None:
    """The inputs whose regions make the node's; None where it is the project's format."""
    if context.params.number("mix") == 0:
        return ["B"]
    bbox = context.params.choice("bbox")
    if bbox in ("a", "b"):
        # An unconnected one says nothing; Natron then takes the project's format.
        return [bbox.upper()] if context.connected(bbox.upper()) else None
    return [label for label in ("B", *_sources(context)) if context.connected(label)]


def _region(context: Context) -> Window:
    labels = _counted(context)
    if labels is None:
        return context.format
    whole = context.params.choice("bbox") == "union"
    regions = [context.region(label) for label in labels]
    result = regions[0] if regions else _EMPTY
    for region in regions[1:]:
        result = result.union(region) if whole else result.intersect(region)
    return result


def _blackened(context: Context) -> list[str]:
    """The inputs of a MergeRoto in which Natron finds a black RotoMask."""
    if context.node.plugin != _ROTO:
        return []
    nodes, inputs = context.graph.nodes, context.node.inputs
    labels = [*_sources(context), *(["B"] if context.connected("B") else [])]
    return [label for label in labels if nodes[inputs[label]].plugin in _BLACKEN]


def _refuse_alphas(context: Context, blackened: list[str]) -> None:
    """Raises RenderError where a black RotoMask is the alpha of a picture that is not black."""
    params = context.params
    # Elsewhere the alpha of B does not count.
    counts = params.choice("operation") not in (*_EXACT, "copy") or params.flag("screenAlpha")
    for label in blackened:
        if params.flag("maskInvert") or (label == "B" and counts):
            source = context.graph.nodes[context.node.inputs[label]]
            raise RenderError(
                f"{context.node.name} ({_ROTO}) looks for the layer RotoMask in {source.name} "
                f"({source.plugin}), where Natron finds a black one: use a Merge instead, or "
                f"render with Natron, or with Misc.ofx.bundle and --nodes prefer-ofx."
            )


def _box(context: Context) -> Box:
    """As `_region`, canonical: where sources lie between pixels, so does what is made of them."""
    labels = _counted(context)
    if labels is None:
        return context.format_box
    boxes = [context.box(label) for label in labels]
    if len(boxes) == 1:
        return boxes[0]
    if context.params.choice("bbox") == "union" or not boxes:
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
        and not _blackened(context)
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
    _refuse_alphas(context, _blackened(context))
    if params.number("mix") == 0 or not any(outputs):
        return Same("B", beyond=True)
    if any(out and not b for out, b in zip(outputs, _switches(context, "B"), strict=True)):
        return None
    sources = _sources(context)
    operation = params.choice("operation")
    if _shows_b(context, ()) and all(_effect(context, label).empty for label in sources):
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
    sources = _seen(context, window)
    if context.node.version == 1 and not sources and all(_switches(context, "Output")):
        return Same("B")
    if params.choice("operation") not in _EXACT or not _plain(context):
        return None
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
    sources = _seen(context, window)
    below = window
    if context.params.choice("operation") == "over" and sources and _plain(context):
        below = _uncovered(window, context.opaque(sources[0]).intersect(window))
    wants = [Want("B", below), *(Want(label, window) for label in sources)]
    return [*wants, Want("Mask", window)] if uses_mask(context) else wants


def _chosen(pixels: Pixels, switches: list[bool]) -> Pixels:
    return pixels if all(switches) else pixels * np.array(switches, np.float32)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    sources = _seen(context, window)
    operation, masking = params.choice("operation"), params.flag("screenAlpha")
    original = frames[0].crop(window).pixels
    if not sources and _shows_b(context, sources):
        # Nothing is merged, and the channels of B that go in do not matter.
        return _chosen(original, _switches(context, "Output"))
    below = _chosen(original, _switches(context, "B"))
    a_switches = _switches(context, "A")
    black = _blackened(context)
    above = frames[1].pixels if sources else np.zeros_like(original)
    above = np.zeros_like(above) if sources and sources[0] in black else above
    result = merged(operation, masking, _chosen(above, a_switches), below)
    if operation not in KEEPS_B:
        first = [context.own_region(label) for label in ("B", *sources[:1])]
        blacken_outside(result, window, first)
    for label, frame in zip(sources[1:], frames[2:], strict=False):
        part = inside(context.own_region(label), window)
        above = _chosen(frame.pixels[part], a_switches)
        above = np.zeros_like(above) if label in black else above
        result[part] = merged(operation, masking, above, result[part])
    mix = params.number("mix")
    mask = frames[-1].pixels if uses_mask(context) else None
    if mask is not None and context.node.plugin == _ROTO:
        mask = mask[..., [0, 0, 0, 0]]
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
        *("Plugin", "Plus", "Matte", "Multiply", "In", "Out", "Screen", "Max", "Min"),
        *("Difference", "Roto"),
    )
)

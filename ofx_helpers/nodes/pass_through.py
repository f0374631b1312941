"""Nodes that only carry pictures: dots, group ends, viewers, and those that change no pixel.

The engine renders one view, the first: of joined views the left one.
"""

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, never_rendered


def _first(context: Context) -> str:
    if context.node.plugin == "net.sf.openfx.joinViewsPlugin":
        return "Left"
    labels = [label for label in context.node.inputs if context.connected(label)]
    return labels[0] if labels else ""


def _region(context: Context) -> Window:
    return context.region(_first(context))


def _same(context: Context) -> Same:
    return Same(_first(context))


def _box(context: Context) -> Box:
    return context.box(_first(context))


NODE = NodeType(
    plugins=(
        "fr.inria.built-in.Dot",
        "fr.inria.built-in.BackDrop",
        "fr.inria.built-in.Input",
        "fr.inria.built-in.Output",
        "fr.inria.built-in.Viewer",
        "fr.inria.built-in.DiskCache",
        "fr.inria.built-in.OneView",
        "fr.inria.built-in.JoinViews",
        # Natron smears by the stroke that it makes the node for; by itself the node has none.
        "fr.inria.built-in.RotoSmear",
        "net.sf.openfx.oneViewPlugin",
        "net.sf.openfx.joinViewsPlugin",
        "net.sf.openfx.NoTimeBlurPlugin",
        "net.sf.openfx.ImageStatistics",
        "net.sf.openfx.TrackerPM",
    ),
    region=_region,
    box=_box,
    same=_same,
    render=never_rendered,
)

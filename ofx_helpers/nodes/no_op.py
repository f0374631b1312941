"""NoOp: changes no pixel, but what is known of the picture: its format and its pixel aspect.

Facts of openfx-misc: a format or the project gives its pixel aspect as well; `setPixelAspectRatio`
then gives another one. Its region is stretched by the aspect of the *format*, chosen or not.
"""

from ofx_helpers.engine.canonical import Box, nearest
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, never_rendered
from ofx_helpers.nodes._generator import (
    drawn_rectangle,
    extent_aspect,
    format_aspect,
    format_size,
)


def _extent(context: Context) -> str:
    """Where the format comes from: format, size, project, or "" where it stays."""
    params = context.params
    return params.choice("extent") if params.flag("setFormat") else ""


def _aspect(context: Context) -> float | None:
    params = context.params
    if params.flag("setPixelAspectRatio"):
        return params.number("outputPixelAspectRatio")
    return extent_aspect(context) if _extent(context) in ("format", "project") else None


def _format(context: Context) -> Window | None:
    match _extent(context):
        case "format":
            return Window(0, 0, *format_size(context))
        case "size":
            return nearest(drawn_rectangle(context), context.input_aspect("Source"))
        case "project":
            return context.format
        case _:
            return None


def _box(context: Context) -> Box:
    x1, y1, x2, y2 = context.box("Source")
    if context.params.flag("setPixelAspectRatio"):
        wider = format_aspect(context) / context.input_aspect("Source")
        return x1 * wider, y1, x2 * wider, y2
    return x1, y1, x2, y2


def _region(context: Context) -> Window:
    return context.own_region("Source")


def _same(_context: Context) -> Same:
    # Where the picture is says nothing about what is shown of it.
    return Same("Source", beyond=True)


NODE = NodeType(
    plugins=("net.sf.openfx.NoOpPlugin",),
    transparent=True,
    region=_region,
    box=_box,
    aspect=_aspect,
    format=_format,
    same=_same,
    render=never_rendered,
)

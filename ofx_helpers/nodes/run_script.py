"""RunScript: runs a program that the project names. Here none is run, so the node is refused.

It is a node of our own so that no plug-in found on the machine runs it unasked either: a project
may come from a stranger.
"""

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, NodeType


def _refused(context: Context) -> Window:
    raise RenderError(
        f"{context.node.name} ({context.node.plugin}) runs a program that the project names, which "
        f"the embedded engine never does: render with Natron, or disable the node."
    )


def _nothing(_context: Context, _window: Window, _frames: object) -> Frame:
    raise AssertionError("a refused node is never rendered")


NODE = NodeType(plugins=("fr.inria.openfx.RunScript",), region=_refused, render=_nothing)

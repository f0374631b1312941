"""Precomp: shows a node of another project, whose nodes stand in the graph behind its input.

The parameter `problem` says in words why there is none; it is raised when its picture is needed.
"""

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Components, Context, NodeType, Same, never_rendered


def _open(context: Context) -> str:
    if "problem" in context.params:
        raise RenderError(context.params.text("problem"))
    return "Source"


def _region(context: Context) -> Window:
    return context.region(_open(context))


def _same(context: Context) -> Same:
    return Same(_open(context))


def _components(context: Context) -> Components:
    return context.components("Source")


NODE = NodeType(
    plugins=("fr.inria.built-in.Precomp",),
    region=_region,
    same=_same,
    components=_components,
    render=never_rendered,
)

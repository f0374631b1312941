"""A project as the engine takes it: groups flattened, dots skipped, links followed."""

from collections.abc import Mapping

from driver.errors import MemecompError
from driver.project.document import Document
from driver.project.node import ProjectNode
from driver.project.params import Link, Param
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Animated, Graph, Node

GROUP = "fr.inria.built-in.Group"
INPUT = "fr.inria.built-in.Input"
OUTPUT = "fr.inria.built-in.Output"
DOT = "fr.inria.built-in.Dot"
_NOT_RENDERED = {INPUT, OUTPUT, DOT, "fr.inria.built-in.BackDrop", "fr.inria.built-in.Viewer"}
_MAX_HOPS = 10_000


def graph_of(document: Document) -> Graph:
    """The graph of a project's nodes.

    A node's name is its path with dots. Groups, their Inputs and Outputs, Dots, BackDrops and
    Viewers are gone; whoever read one of them reads what is behind it. A disabled node stays, with
    `disableNode` set; a disabled group passes its first input. A parameter that follows another
    has that one's value. Expressions are never run: the value that Natron stored stands.
    A parametric parameter is held as one curve per dimension over its own axis.

    Raises:
        MemecompError: an input names a node that is not there, or groups feed themselves.
    """
    nodes = {node.path: node for node in document.all_nodes()}
    wiring = _Wiring(nodes)
    size = document.format
    first, last = document.frame_range
    made = (
        Node(
            name=path,
            plugin=node.plugin,
            version=node.major_version,
            params=_params(node, nodes),
            inputs=wiring.inputs(node),
            shapes=node.shapes,
        )
        for path, node in nodes.items()
        if node.plugin not in _NOT_RENDERED and not _is_group(node)
    )
    return Graph(
        nodes={node.name: node for node in made},
        format=Window(0, 0, size.width, size.height),
        pixel_aspect=size.pixel_aspect,
        first=first,
        last=last,
        fps=document.fps,
        folder=document.path.parent,
    )


def _is_group(node: ProjectNode) -> bool:
    return node.plugin == GROUP or bool(node.children)


class _Wiring:
    """Finds what really feeds an input, through groups and dots."""

    def __init__(self, nodes: Mapping[str, ProjectNode]) -> None:
        self._nodes = nodes

    def inputs(self, node: ProjectNode) -> dict[str, str]:
        found = {label: self._source(node, name) for label, name in node.inputs.items()}
        return {label: name for label, name in found.items() if name}

    def _source(self, reader: ProjectNode, name: str) -> str | None:
        """Path of the node that `reader` gets when it is connected to its sibling `name`."""
        prefix = f"{reader.parent.path}." if reader.parent else ""
        for _hop in range(_MAX_HOPS):
            node = self._nodes.get(prefix + name)
            if node is None:
                raise MemecompError(
                    f"{reader.path} is connected to {prefix + name}, which the project lacks. "
                    "Connect it again in Natron."
                )
            step = self._step(node)
            if step is None:
                return None
            if step == (node, node.name):
                return node.path
            owner, name = step
            prefix = f"{owner.parent.path}." if owner.parent else ""
        raise MemecompError(f"The input of {reader.path} runs in a circle through groups.")

    def _step(self, node: ProjectNode) -> tuple[ProjectNode, str] | None:
        """One step up from a node that hands on another's picture: (sibling, name) to look at."""
        if _is_group(node):
            output = next((child for child in node.children if child.plugin == OUTPUT), None)
            if _disabled(node) or output is None:
                return self._first(node)
            return self._first(output)
        if node.plugin == INPUT and node.parent is not None:
            wanted = _input_label(node)
            name = node.parent.inputs.get(wanted)
            return (node.parent, name) if name else None
        if node.plugin in (DOT, OUTPUT):
            return self._first(node)
        return node, node.name

    def _first(self, node: ProjectNode) -> tuple[ProjectNode, str] | None:
        if _is_group(node):
            labels = [_input_label(child) for child in node.children if child.plugin == INPUT]
            name = next((node.inputs[label] for label in labels if label in node.inputs), None)
        else:
            name = next(iter(node.inputs.values()), None)
        return (node, name) if name else None


def _input_label(node: ProjectNode) -> str:
    """How the group around an Input node names that input."""
    label = node.label
    return label[5:] if label.lower().startswith("input") else label


def _disabled(node: ProjectNode) -> bool:
    stored = node.params.get("disableNode")
    return stored is not None and stored.values[:1] == (True,)


def _params(node: ProjectNode, nodes: Mapping[str, ProjectNode]) -> dict[str, tuple[Animated, ...]]:
    return {name: _followed(param, nodes) for name, param in node.params.items() if param.values}


def _followed(param: Param, nodes: Mapping[str, ProjectNode]) -> tuple[Animated, ...]:
    if not param.links:
        return param.values
    values = list(param.values)
    for dimension, link in enumerate(param.links[: len(values)]):
        if link is not None:
            values[dimension] = _master(link, nodes, values[dimension])
    return tuple(values)


def _master(link: Link, nodes: Mapping[str, ProjectNode], stored: Animated) -> Animated:
    node = nodes.get(link.node)
    master = node.params.get(link.param) if node else None
    if master is None or link.dimension >= len(master.values):
        return stored  # the master is at its default, which Natron stored here as well
    return master.values[link.dimension]

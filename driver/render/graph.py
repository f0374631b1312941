"""A project as the engine takes it: groups flattened, dots skipped, links followed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from driver.errors import MemecompError
from driver.project.catalog import near
from driver.project.document import Document
from driver.project.files import expanded, variables
from driver.project.node import ProjectNode
from driver.project.older import former_defaults, labels_beside, option_of
from driver.project.params import TEXTS, Link, Param
from driver.render.expressions import Expressions
from driver.render.layers import with_layers
from driver.render.precomp import Opening, with_precomps
from driver.render.trees import Trees
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.disabled import preferred_input
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Animated, Graph, Node

GROUP = "fr.inria.built-in.Group"
INPUT = "fr.inria.built-in.Input"
OUTPUT = "fr.inria.built-in.Output"
DOT = "fr.inria.built-in.Dot"
_NOT_RENDERED = {INPUT, OUTPUT, DOT, "fr.inria.built-in.BackDrop", "fr.inria.built-in.Viewer"}
_SHOW_FIRST = {"fr.inria.built-in.Viewer", "fr.inria.built-in.BackDrop"}
_MAX_HOPS = 10_000
_MAX_LINKS = 50


def graph_of(document: Document, allow: Callable[[Path], None] = lambda _path: None) -> Graph:
    """The graph of a project's nodes.

    A node's name is its path with dots. Groups, their Inputs and Outputs, Dots, BackDrops and
    Viewers are gone; whoever read one of them reads what is behind it. A disabled node stays, with
    `disableNode` set; a disabled group passes its first input. A parameter that follows another
    has that one's value. An expression is computed by a small evaluator of our own, never run as
    Python. Choices that an older Natron stored by label have the id of now.
    A parametric parameter is held as one curve per dimension over its own axis. The nodes of
    projects that Precomps show are there too; `allow` raises MemecompError for one that may not be
    read.

    Raises:
        MemecompError: an input names a node that is not there, or groups feed themselves.
    """
    return _graph(document, Opening(make=_graph, shown=shown_by, allow=allow))


def _graph(document: Document, opening: Opening) -> Graph:
    nodes = {node.path: node for node in document.all_nodes() if not node.instance_of}
    size = document.format
    first, last = document.frame_range
    trees = Trees(lambda: {node.path: wiring.inputs(node) for node in rendered})
    scope = _Scope(
        nodes,
        first,
        Expressions(nodes, _project_params(document), trees, document.timeline),
        variables(document),
    )
    wiring = _Wiring(nodes, scope)
    rendered = [
        node for node in nodes.values() if node.plugin not in _NOT_RENDERED and not _is_group(node)
    ]
    made = (
        Node(
            name=node.path,
            plugin=node.plugin,
            version=node.major_version,
            params=scope.params_of(node.path),
            inputs=wiring.inputs(node),
            shapes=node.shapes,
        )
        for node in rendered
    )
    known = with_precomps({node.name: node for node in made}, document, opening)
    return Graph(
        nodes=with_layers(known),
        format=Window(0, 0, size.width, size.height),
        pixel_aspect=size.pixel_aspect,
        first=first,
        last=last,
        fps=document.fps,
        # Absolute: `[Project]/a` is looked up below this folder, and must not name it twice.
        folder=document.path.absolute().parent,
        projects=tuple(sorted(opening.opened)),
    )


def _project_params(document: Document) -> dict[str, Param]:
    """The project's parameters that are stored, and those that are always there."""
    always = (
        Param("frameRange", "Int", document.frame_range),
        Param("frameRate", "Double", (document.fps,)),
    )
    return {param.name: param for param in always} | document.params


def shown_by(document: Document, path: str) -> str:
    """The name of the graph's node whose picture the project's node `path` shows.

    That is the node itself; for a group, a Dot or a Viewer it is what is behind it.

    Raises:
        MemecompError: no such node (near ones are listed), or nothing is connected to it.
    """
    nodes = {node.path: node for node in document.all_nodes() if not node.instance_of}
    if path not in nodes:
        raise MemecompError(f"{document.path} has no node {path!r}.{near(path, nodes)}")
    node = nodes[path]
    wiring = _Wiring(nodes, _Scope(nodes, document.frame_range[0], Expressions(nodes), {}))
    if node.plugin in _SHOW_FIRST:
        found = next(iter(wiring.inputs(node).values()), None)
    else:
        found = wiring.source(node, node.name)
    if found is None:
        raise MemecompError(f"{path} shows nothing: no node is connected to it.")
    return found


def _is_group(node: ProjectNode) -> bool:
    return node.plugin == GROUP or any(not child.instance_of for child in node.children)


class _Wiring:
    """Finds what really feeds an input, through groups and dots."""

    def __init__(self, nodes: Mapping[str, ProjectNode], scope: "_Scope") -> None:
        self._nodes = nodes
        self._scope = scope

    def inputs(self, node: ProjectNode) -> dict[str, str]:
        found = {label: self.source(node, name) for label, name in node.inputs.items()}
        return {label: name for label, name in found.items() if name}

    def source(self, reader: ProjectNode, name: str) -> str | None:
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
            if self._scope.disabled(node.path) or output is None:
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
            connected = [label for label in labels if label in node.inputs]
            name = node.inputs.get(preferred_input(node.plugin, 0, connected, ""))
        else:
            name = next(iter(node.inputs.values()), None)
        return (node, name) if name else None


def _input_label(node: ProjectNode) -> str:
    """How the group around an Input node names that input."""
    label = node.label
    return label[5:] if label.lower().startswith("input") else label


class _Scope:
    """The parameters of all nodes as the engine takes them."""

    def __init__(
        self,
        nodes: Mapping[str, ProjectNode],
        first: int,
        expressions: Expressions,
        variables: Mapping[str, str],
    ) -> None:
        self._nodes = nodes
        self._first = first
        self._variables = variables
        self._expressions = expressions

    def params_of(self, path: str) -> dict[str, tuple[Animated, ...]]:
        params = self._expressions.params(path)
        found = {name: self._values(path, param) for name, param in params.items() if param.values}
        node = self._nodes[path]
        for name, value in former_defaults(node.plugin, node.major_version).items():
            found.setdefault(name, (value,))
        for name, label in labels_beside(params).items():
            kind = self._expressions.kind(path, name)
            meant = option_of(label, -1, kind.options) if kind else ""
            if kind is not None and meant in kind.options:
                found[name] = (meant,)
        return found

    def disabled(self, path: str) -> bool:
        stored = self._expressions.params(path).get("disableNode")
        return stored is not None and self._values(path, stored)[:1] == (True,)

    def _values(self, path: str, param: Param, hops: int = 0) -> tuple[Animated, ...]:
        values: list[Animated] = [param.within(value) for value in param.values]
        first = param.values[0]
        if param.kind == "Choice" and not isinstance(first, Curve):
            kind = self._expressions.kind(path, param.name)
            options = (kind.options if kind else ()) or param.options
            if isinstance(first, str):
                values[0] = option_of(first, param.index, options)
            elif 0 <= param.index < len(options):
                values[0] = options[param.index]
        if isinstance(first, str) and param.kind in TEXTS - {"String"}:
            values[0] = expanded(first, self._variables)
        for dimension, link in enumerate(param.links[: len(values)]):
            if link is not None:
                values[dimension] = self._master(link, values[dimension], hops)
        for dimension, text in enumerate(param.expressions[: len(values)]):
            if text:
                values[dimension] = self._expressions.value(
                    path, param.name, dimension, self._first
                )
        return tuple(values)

    def _master(self, link: Link, stored: Animated, hops: int) -> Animated:
        if hops > _MAX_LINKS:
            raise MemecompError(f"{link.node}.{link.param} follows itself through other nodes.")
        known = self._expressions.params(link.node) if link.node in self._nodes else {}
        master = known.get(link.param)
        if master is None or link.dimension >= len(master.values):
            return stored  # the master is at its default, which Natron stored here as well
        return self._values(link.node, master, hops + 1)[link.dimension]

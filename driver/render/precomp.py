"""Precomp: a node that shows what another project makes.

Natron says (its Precomp node): with *Pre-Render* on, the pictures that one of that project's Write
nodes has written are read; with it off, one of that project's nodes is rendered. NatronRenderer 2.5
itself stops on a project that has one, so what it says is what is done. The other project's nodes
stand in the graph under `PRECOMP/NODE`, with that project's format and folder. What is wrong is
kept with the node and said when somebody needs its picture.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from driver.errors import MemecompError
from driver.project.catalog import PRECOMP, READ
from driver.project.document import Document, read
from driver.project.files import expanded, files, variables
from driver.render.trees import above
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.render import WRITER_PREFIXES

_RULES = {
    "Load previous": "previous",
    "Load next": "next",
    "Load nearest": "nearest",
    "Error": "error",
    "Black": "black",
}
DEEPEST = 16
"""How deep projects may show each other."""
MOST = 20_000
"""How many nodes of other projects a graph may have."""


@dataclass
class Opening:
    """What is known while projects open each other."""

    make: Callable[[Document, "Opening"], Graph]
    """The graph of a project."""
    shown: Callable[[Document, str], str]
    """The graph's node that shows a project's node."""
    allow: Callable[[Path], None] = lambda _path: None
    """Raises MemecompError for a file that may not be read."""
    chain: tuple[Path, ...] = ()
    """The projects that are being opened, the outermost first."""
    opened: dict[Path, Document] = field(default_factory=dict)
    graphs: dict[Path, Graph] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    """The names of all nodes of other projects; these three are shared by all that are opened."""


def with_precomps(
    nodes: Mapping[str, Node], document: Document, opening: Opening
) -> dict[str, Node]:
    """The nodes of a project by name, and those of the projects that its Precomps show."""
    found: dict[str, Node] = {}
    for node in nodes.values():
        if node.plugin != PRECOMP:
            found[node.name] = node
            continue
        try:
            for made in _opened(node, document, opening):
                found[made.name] = made
        except MemecompError as error:
            found[node.name] = replace(node, params={"problem": (f"{node.name}: {error}",)})
    return found


def _opened(node: Node, document: Document, opening: Opening) -> Iterator[Node]:
    if _value(node, "disableNode", False) is True:
        yield replace(node, params={}, inputs={})
        return
    path = _path(node, document)
    chain = (*opening.chain, document.path.resolve())
    if path.resolve() in chain:
        names = " → ".join(step.name for step in (*chain, path.resolve()))
        raise MemecompError(f"the projects show each other in a circle: {names}.")
    if len(chain) > DEEPEST:
        raise MemecompError(f"projects show each other more than {DEEPEST} deep.")
    opening.allow(path)
    if path not in opening.opened:
        opening.opened[path] = read(path)
    other = opening.opened[path]
    if other.format.pixel_aspect != document.format.pixel_aspect:
        raise MemecompError(f"the pixels of {path} have another shape than this project's.")
    if _value(node, "preRender", True) is True:
        yield _read_back(node, other)
    else:
        yield from _rendered(node, other, replace(opening, chain=chain))


def _value(node: Node, name: str, default: Any) -> Any:
    return node.params.get(name, (default,))[0]


def _path(node: Node, document: Document) -> Path:
    name = _value(node, "projectFilename", "")
    if not isinstance(name, str) or not name:
        raise MemecompError("it names no project: choose one, or disable it.")
    folder = document.path.absolute().parent
    return folder / expanded(name, variables(document)).replace("[Project]", str(folder))


def _read_back(node: Node, other: Document) -> Node:
    """A Read of what the chosen Write node has written."""
    writer = _value(node, "writeNode", "None")
    written = {use.node: use.path for use in files(other) if not use.reads}
    if writer not in written:
        chosen = "no Write Node is chosen" if writer == "None" else f"{writer!r} writes nothing"
        known = ", ".join(written) or "none"
        raise MemecompError(
            f"it shows what {other.path.name} has written before, and {chosen}. Choose one "
            f"({known}), or switch Pre-Render off."
        )
    rule = _RULES.get(str(_value(node, "onError", "Error")), "error")
    params = {"filename": (str(written[writer]),), "onMissingFrame": (rule,)}
    size = other.format
    own = Window(0, 0, size.width, size.height)
    return Node(name=node.name, plugin=READ, params=params, format=own)


def _rendered(node: Node, other: Document, opening: Opening) -> Iterator[Node]:
    """The other project's nodes that make its output node, and one that shows it."""
    wanted = _value(node, "outputNode", "")
    if not wanted:
        raise MemecompError(f"it says no Output Node of {other.path.name}: name one.")
    graph = opening.graphs.get(other.path)
    if graph is None:
        # Once, however often it is shown.
        graph = opening.graphs[other.path] = opening.make(other, opening)
    shown = opening.shown(other, wanted)
    prefix = f"{node.name}/"
    texts = {(use.node, use.param): str(use.path) for use in files(other)}
    inputs = {name: inner.inputs for name, inner in graph.nodes.items()}
    for inner in (graph.nodes[name] for name in above(shown, inputs) if name in graph.nodes):
        opening.made.append(inner.name)
        if len(opening.made) > MOST:
            raise MemecompError(f"more than {MOST} nodes of other projects are shown.")
        written = inner.plugin.startswith(WRITER_PREFIXES)
        yield replace(
            inner,
            name=prefix + inner.name,
            # Its files are that project's own business: here it shows what it would write.
            plugin=PRECOMP if written else inner.plugin,
            inputs={label: prefix + name for label, name in inner.inputs.items()},
            params={} if written else _placed(inner, graph.folder, texts),
            format=inner.format or graph.format,
        )
    yield replace(node, params={}, inputs={"Source": prefix + shown}, format=graph.format)


def _placed(
    node: Node, folder: Path, texts: Mapping[tuple[str, str], str]
) -> dict[str, tuple[Any, ...]]:
    """The node's parameters with file names that hold outside its own project."""

    def placed(name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return texts.get((node.name, name), value.replace("[Project]", str(folder)))

    return {
        name: tuple(placed(name, value) for value in values) for name, values in node.params.items()
    }

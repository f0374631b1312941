"""Which nodes a graph has, who feeds whom, and what type each one is."""

import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.node_type import NodeType

Resolver = Callable[[str], NodeType | None]
"""Finds the node type of a plug-in id, None where nobody has it."""

# Who distributes the plug-ins of an id's prefix: for the error about a missing one.
_SUPPLIERS: Mapping[str, str] = {
    "net.sf.openfx.": "the openfx-misc bundle (Misc.ofx.bundle)",
    "net.sf.cimg.": "the openfx-misc bundle (CImg.ofx.bundle)",
    "eu.cimg.": "the openfx-misc bundle (CImg.ofx.bundle)",
    "fr.inria.openfx.": "the openfx-io bundle (IO.ofx.bundle)",
    "net.fxarena.openfx.": "the openfx-arena bundle (Arena.ofx.bundle)",
    "fr.inria.built-in.": "Natron itself",
    "fr.inria.": "Natron's bundled PyPlugs, saved expanded in the project",
}


class Wiring:
    """A graph whose nodes' types a resolver finds when they are asked for."""

    def __init__(self, graph: Graph, resolve: Resolver) -> None:
        """Nothing is looked at until it is asked for."""
        self.graph = graph
        self._resolve = resolve
        self._order: tuple[str, ...] | None = None
        # What is known of a chain is asked for recursively, a few Python calls for each node.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000 + 12 * len(graph.nodes)))

    def node(self, name: str) -> Node:
        """The node, or an error that lists the near names."""
        node = self.graph.nodes.get(name)
        if node is None:
            near = get_close_matches(name, self.graph.nodes, 3)
            hint = f" Near: {', '.join(near)}." if near else ""
            raise RenderError(f"The project has no node {name}.{hint}")
        return node

    def type_of(self, name: str) -> NodeType:
        """The node's type; a missing one is an error that says who supplies it."""
        node = self.node(name)
        found = self._resolve(node.plugin)
        if found is None:
            prefixes = [prefix for prefix in _SUPPLIERS if node.plugin.startswith(prefix)]
            supplier = _SUPPLIERS[max(prefixes, key=len)] if prefixes else "an OpenFX bundle"
            raise RenderError(
                f"{name} is a {node.plugin}, which the embedded engine does not have. It comes "
                f"with {supplier}: render with Natron, or put the bundle on OFX_PLUGIN_PATH."
            )
        return found

    def input(self, name: str, label: str) -> str | None:
        """The name of the node on an input, None when unconnected or the node is gone."""
        source = self.node(name).inputs.get(label)
        return source if source in self.graph.nodes else None

    def order(self, *targets: str) -> tuple[str, ...]:
        """Every node that the targets could need, inputs before users; refuses cycles."""
        if self._order is not None and all(target in self._order for target in targets):
            return self._order
        done: dict[str, None] = {}
        open_: set[str] = set()
        stack: list[tuple[str, bool]] = [(target, False) for target in reversed(targets)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                open_.discard(name)
                done[name] = None
            elif name in open_:
                raise RenderError(f"{name} is its own input: the project's graph has a cycle.")
            elif name not in done:
                open_.add(name)
                stack.append((name, True))
                inputs = (self.input(name, label) for label in self.node(name).inputs)
                stack.extend((source, False) for source in inputs if source and source not in done)
        self._order = tuple(done)
        return self._order

"""What holds of every node's output at all times: which channels it has, and in how many bits."""

from collections.abc import Callable
from typing import TypeVar

from ofx_helpers.engine.components import on_another_plane
from ofx_helpers.engine.disabled import shown_by_disabled
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.node_type import Components, Context, Depth, NodeType
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.wiring import Resolver, Wiring

T = TypeVar("T")


class Outputs(Wiring):
    """A wiring's nodes, as the nodes below see them."""

    def __init__(self, graph: Graph, resolve: Resolver) -> None:
        """Nothing is looked at until it is asked for."""
        super().__init__(graph, resolve)
        self._components: dict[str, Components] = {}
        self._depths: dict[str, Depth] = {}

    def context(self, name: str, time: float) -> Context:
        """The node at a time, as its type sees it."""
        raise NotImplementedError

    def disabled(self, name: str, time: float) -> bool:
        """Whether the node is switched off."""
        node = self.node(name)
        switch = "disableNode"
        return switch in node.params and Params(node, time, {switch: False}).flag(switch)

    def passed_through(self, name: str, time: float) -> str | None:
        """The input label that a node shows instead of its own output: disabled, or drawing
        another plane than the colour.

        None when the node works. A disabled node without inputs shows nothing ("").
        """
        node = self.node(name)
        if not self.disabled(name, time) and not (node.inputs and on_another_plane(node)):
            return None
        kind = self._resolve(node.plugin)
        return shown_by_disabled(node, kind.main if kind else "Source")

    def components(self, name: str | None) -> Components:
        """Which channels a node's output has; RGBA without a node."""
        return self._always(name, self._components, lambda kind: kind.components, "RGBA")

    def depth(self, name: str | None) -> Depth:
        """In how many bits a node's output is kept; floats without a node."""
        return self._always(name, self._depths, lambda kind: kind.depth, "32f")

    def _always(
        self,
        name: str | None,
        known: dict[str, T],
        asked: Callable[[NodeType], Callable[[Context], T]],
        without: T,
    ) -> T:
        """What holds of a node's output, of that which it passes through if it does.

        A node that nobody has is an error where it is needed, and none where it is not.
        """
        while name is not None and name not in known:
            self.order(name)
            time = float(self.graph.first)
            shown = self.passed_through(name, time)
            kind = self._resolve(self.node(name).plugin)
            if shown is not None:
                name = self.input(name, shown)
            elif kind is None:
                return without
            else:
                known[name] = asked(kind)(self.context(name, time))
        return without if name is None else known[name]

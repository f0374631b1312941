"""Which nodes Natron renders together: each writer and all that is above it.

Natron's expressions ask a parameter of another node for its present value. The present of a node
that is rendered is the frame rendered; that of any other is where the project's time line stands.
"""

from collections.abc import Callable, Mapping
from functools import cached_property


class Trees:
    """The trees of a graph's last nodes, found when they are first asked for."""

    def __init__(self, inputs: Callable[[], Mapping[str, Mapping[str, str]]]) -> None:
        """Take what gives the nodes' inputs: by path, the paths of those above by label."""
        self._inputs = inputs

    def together(self, path: str, other: str) -> bool:
        """Whether a node, or some node of a group, is rendered wherever the node `path` is.

        A node that no tree holds is rendered alone, with what is above it.
        """
        inside = f"{other}."
        trees = [tree for tree in self._trees if path in tree]
        return any(other in tree or any(node.startswith(inside) for node in tree) for tree in trees)

    @cached_property
    def _trees(self) -> list[frozenset[str]]:
        inputs = self._inputs()
        used = {source for sources in inputs.values() for source in sources.values()}
        return [frozenset(above(path, inputs)) for path in inputs if path not in used]


def above(path: str, inputs: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A node and all that is above it, each once; `inputs` as `Trees` takes them."""
    found: dict[str, None] = {}
    waiting = [path]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting.extend(inputs.get(node, {}).values())
    return list(found)

"""Stereo and other views of a project: a writer whose file name says `%V` or `%v` writes each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from driver.errors import MemecompError
from driver.project.document import Document
from ofx_helpers.engine.graph import Animated, Graph, Node

JOIN = "fr.inria.built-in.JoinViews"
ONE = "fr.inria.built-in.OneView"
BOTH = (
    "net.sf.openfx.sideBySidePlugin",
    "net.sf.openfx.anaglyphPlugin",
    "net.sf.openfx.mixViewsPlugin",
)
"""The nodes that show the first two views at once, which they get as the inputs Left and Right."""
MARK = "@"
"""Stands between a node's name and a view's in the names of a graph with views."""
_NAME = re.compile(r"<[^/>]+>([^<]*)</")
_PLACE = re.compile(r"%[vV]")


def view_names(document: Document) -> list[str]:
    """The project's views in order; `Main` where it has only one."""
    stored = document.params.get("viewsList")
    text = stored.values[0] if stored and stored.values else ""
    return (_NAME.findall(text) if isinstance(text, str) else []) or ["Main"]


def in_view(text: str, view: str) -> str:
    """A file name for one view: `%V` is its name, `%v` the first letter of it, as a capital."""
    return text.replace("%V", view).replace("%v", view[:1].upper())


def base_of(writer: str) -> str:
    """The writer's name in the project, of one that stands for a view of it."""
    return writer.partition(MARK)[0]


def with_views(graph: Graph, views: Sequence[str], writers: Sequence[str]) -> Graph:
    """The graph with a writer for each view, where the writer's file name has a place for it.

    Each writer reads its view: readers with such a place have its file, JoinViews its input, and
    above a OneView there is that one's. Any other writer writes the first view, as in Natron.
    """
    if len(views) == 1 and not _asks(graph):
        return graph
    walk = _Walk(graph, views)
    for name in writers:
        if _places(graph.nodes[name]):
            for view in views:
                walk.enter(name, view, f"{name}{MARK}{view}")
        else:
            walk.enter(name, views[0], name)
    # Whatever no writer reads is still there to be shown.
    for name in graph.nodes:
        if name not in writers:
            walk.enter(name, views[0], name)
    return replace(graph, nodes=walk.made)


class _Walk:
    """Copies what a view shows, up from its writer; nodes of the first view keep their names."""

    def __init__(self, graph: Graph, views: Sequence[str]) -> None:
        self._graph, self._views = graph, views
        self.made: dict[str, Node] = {}

    def enter(self, name: str, view: str, called: str) -> None:
        """The node in this view, and all above it."""
        waiting = [(name, view, called)]
        while waiting:
            name, view, called = waiting.pop()
            if called in self.made:
                continue
            node = self._graph.nodes[name]
            inputs: dict[str, str] = {}
            for label, source, seen_in in self._read(node, view):
                found = self._behind(source, seen_in)
                if found is not None:
                    above, seen = found
                    inputs[label] = self._called(above, seen)
                    waiting.append((above, seen, inputs[label]))
            params = dict(node.params)
            if "filename" in params:
                params["filename"] = tuple(_seen(name, view) for name in params["filename"])
            self.made[called] = replace(node, name=called, inputs=inputs, params=params)

    def _read(self, node: Node, view: str) -> Iterator[tuple[str, str, str]]:
        """The labels of the node's inputs, with what is connected to them and in which view."""
        for label, source in node.inputs.items():
            yield label, source, view
            if node.plugin in BOTH and len(self._views) > 1:
                yield "Left", source, self._views[0]
                yield "Right", source, self._views[1]

    def _called(self, name: str, view: str) -> str:
        return name if view == self._views[0] else f"{name}{MARK}{view}"

    def _behind(self, name: str, view: str) -> tuple[str, str] | None:
        """The node and the view that are really shown, past the nodes that only choose a view."""
        for _ in range(len(self._graph.nodes) + 1):
            node = self._graph.nodes.get(name)
            if node is None:
                return None
            if node.plugin == ONE:
                chosen = node.params.get("view", (self._views[0],))[0]
                view = chosen if isinstance(chosen, str) else self._numbered(chosen)
                following = next(iter(node.inputs.values()), None)
            elif node.plugin == JOIN:
                following = node.inputs.get(view)
            else:
                return name, view
            if following is None:
                return None
            name = following
        raise MemecompError(f"{name} is its own input: the project's graph has a cycle.")

    def _numbered(self, chosen: Animated) -> str:
        index = int(chosen) if isinstance(chosen, int | float) else 0
        return self._views[index] if 0 <= index < len(self._views) else self._views[0]


def _seen(value: Animated, view: str) -> Animated:
    return in_view(value, view) if isinstance(value, str) and _PLACE.search(value) else value


def _places(node: Node) -> bool:
    stored = node.params.get("filename", ("",))[0]
    return isinstance(stored, str) and _PLACE.search(stored) is not None


def _asks(graph: Graph) -> bool:
    return any(_places(node) or node.plugin in (ONE, JOIN) for node in graph.nodes.values())


def staged_name(writer: str, suffix: str, film: bool) -> str:
    """The name of a writer's files on their way: with the view, as Natron will put it there."""
    _, mark, view = writer.partition(MARK)
    return f"f{f'.{view}' if mark else ''}{'' if film else '.####'}{suffix}"


def natron_patterns(staged: Mapping[str, str]) -> dict[str, str]:
    """What Natron is told of staged files: one pattern a writer, with `%V` where it has views."""
    found: dict[str, str] = {}
    for writer, pattern in staged.items():
        base, mark, view = writer.partition(MARK)
        head, slash, name = pattern.rpartition("/")
        found[base] = f"{head}{slash}{name.replace(f'f.{view}', 'f.%V', 1)}" if mark else pattern
    return found

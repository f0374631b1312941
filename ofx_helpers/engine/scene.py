"""A graph with its node types: what can be known about a frame before any pixel is computed."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from ofx_helpers.engine.components import on_another_plane
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Expression, Graph, Node, Shape
from ofx_helpers.engine.media_types import Media
from ofx_helpers.engine.node_type import (
    Box,
    Components,
    NodeType,
    Same,
    Upstream,
    same_region,
)
from ofx_helpers.engine.params import Params, catalogue

Resolver = Callable[[str], NodeType | None]
"""Finds the node type of a plug-in id, None where nobody has it."""

EMPTY = Window(0, 0, 0, 0)

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


@dataclass(frozen=True)
class Placed:
    """Pixels that exist: of a node at a time over a window that is not empty."""

    name: str
    time: float
    window: Window


class Scene:
    """One frame's questions and their answers; make a new one for each rendered frame."""

    def __init__(self, graph: Graph, resolve: Resolver, media: Media) -> None:
        """Nothing is looked at until it is asked for."""
        self.graph = graph
        self.media = media
        self._resolve = resolve
        self._regions: dict[tuple[str, float], Window] = {}
        self._contexts: dict[tuple[str, float], NodeContext] = {}
        self._static: dict[str, bool] = {}
        self._frames: dict[str, tuple[float, float]] = {}
        self._components: dict[str, Components] = {}
        self._order: tuple[str, ...] | None = None
        # Regions are asked for recursively, a few Python calls for each node of a chain.
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

    def context(self, name: str, time: float) -> "NodeContext":
        """The node at a time, as its type sees it."""
        key = (name, time)
        if key not in self._contexts:
            kind = self.type_of(name)
            params = Params(self.node(name), time, kind.defaults)
            self._contexts[key] = NodeContext(self, self.node(name), kind, params)
        return self._contexts[key]

    def input(self, name: str, label: str) -> str | None:
        """The name of the node on an input, None when unconnected or the node is gone."""
        source = self.node(name).inputs.get(label)
        return source if source in self.graph.nodes else None

    def passed_through(self, name: str, time: float) -> str | None:
        """The input label that a node shows instead of its own output: disabled, or drawing
        another plane than the colour.

        None when the node works. A disabled node without inputs shows nothing ("").
        """
        node = self.node(name)
        disabled = "disableNode" in node.params
        disabled = disabled and Params(node, time, {"disableNode": False}).flag("disableNode")
        if not disabled and not (node.inputs and on_another_plane(node)):
            return None
        kind = self._resolve(node.plugin)
        labels = [label for label in node.inputs if label != "Mask"]
        main = kind.main if kind else "Source"
        return main if main in labels else next(iter(labels), "")

    def region(self, name: str, time: float) -> Window:
        """Where the node has pixels at a time."""
        key = (name, time)
        if key not in self._regions:
            self.order(name)
            shown = self.passed_through(name, time)
            if shown is None:
                context = self.context(name, time)
                self._regions[key] = context.kind.region(context)
            else:
                source = self.input(name, shown)
                self._regions[key] = self.region(source, time) if source else EMPTY
        return self._regions[key]

    def box(self, name: str, time: float) -> Box:
        """The region before it is rounded to pixels."""
        self.order(name)
        source: str | None = name
        while source is not None:
            shown = self.passed_through(source, time)
            if shown is None:
                context = self.context(source, time)
                if context.kind.box is not None:
                    return context.kind.box(context)
                if context.kind.region is not same_region:
                    break
                shown = context.kind.main
            source = self.input(source, shown)
        x1, y1, x2, y2 = self.region(source, time) if source else EMPTY
        return float(x1), float(y1), float(x2), float(y2)

    def format_of(self, name: str, time: float) -> Window:
        """The format of a node's output, as `Write` uses it; the project's without a source."""
        source: str | None = name
        while source is not None:
            shown = self.passed_through(source, time)
            if shown is None:
                context = self.context(source, time)
                if context.kind.format is not None:
                    return context.kind.format(context)
                labels = [label for label in context.node.inputs if label != "Mask"]
                main = context.kind.main
                shown = main if main in labels else next(iter(labels), "")
            source = self.input(source, shown)
        return self.node(name).format or self.graph.format

    def components(self, name: str | None) -> Components:
        """Which channels a node's output has, the same at every time; RGBA without a node."""
        if name is None:
            return "RGBA"
        if name not in self._components:
            self.order(name)
            time = float(self.graph.first)
            shown = self.passed_through(name, time)
            if shown is not None:
                return self.components(self.input(name, shown))
            node = self.node(name)
            if self._resolve(node.plugin) is None:
                return "RGBA"  # an error where it is needed, and none where it is not
            context = self.context(name, time)
            self._components[name] = context.kind.components(context)
        return self._components[name]

    def static(self, name: str) -> bool:
        """Whether the node's pixels are the same at every time, as far as that is cheap to know."""
        if name not in self._static:
            self.order(name)
            context = self.context(name, float(self.graph.first))
            inputs = (self.input(name, label) for label in context.node.inputs)
            self._static[name] = (
                not context.kind.varies(context)
                and not animated(context.node)
                and all(self.static(source) for source in inputs if source)
            )
        return self._static[name]

    def frames(self, name: str) -> tuple[float, float]:
        """The first and last frame of a node."""
        if name not in self._frames:
            self.order(name)
            context = self.context(name, float(self.graph.first))
            self._frames[name] = context.kind.frames(context)
        return self._frames[name]

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

    def follow(self, name: str | None, time: float, window: Window) -> Placed | None:
        """The node that really computes these pixels, past disabled nodes and identities."""
        while name is not None:
            shown = self.passed_through(name, time)
            same = None if shown is not None else self._same(name, time)
            if same is None or not same.beyond:
                window = window.intersect(self.region(name, time))
            if window.empty:
                return None
            if shown is None:
                context = self.context(name, time)
                if same is None and context.kind.same_over is not None:
                    same = context.kind.same_over(context, window)
                if same is None:
                    return Placed(name, time, window)
                shown = same.label or ""
                time = time if same.time is None else same.time
            name = self.input(name, shown)
        return None

    def _same(self, name: str, time: float) -> Same | None:
        context = self.context(name, time)
        return context.kind.same(context)

    def upstream(self, name: str, time: float, label: str) -> tuple[Upstream, str | None, float]:
        """The transforms gathered above an input, and the node and time above them."""
        matrix = np.eye(3)
        source = self.input(name, label)
        while source is not None:
            shown = self.passed_through(source, time)
            if shown is None:
                context = self.context(source, time)
                same = context.kind.same(context) if context.kind.transparent else None
                if same is not None:
                    shown, time = same.label or "", time if same.time is None else same.time
                else:
                    own = context.kind.matrix(context) if context.kind.matrix else None
                    if own is None:
                        break
                    matrix = matrix @ own
                    shown = context.kind.concatenates or context.kind.main
            source = self.input(source, shown)
        region = self.region(source, time) if source else EMPTY
        return Upstream(matrix, region), source, time


def animated(node: Node) -> bool:
    """Whether the node or a shape of its has keys or an expression, or a shape comes and goes."""
    return _keyed(node.params) or any(_shape_animated(shape) for shape in node.shapes)


def _shape_animated(shape: Shape) -> bool:
    points = (vars(point).values() for point in (*shape.points, *shape.feather_points))
    return (
        _keyed(shape.params)
        or any(isinstance(value, Curve) for values in points for value in values)
        or shape.params.get("lifeTime", ("All",))[0] not in ("All", 0)
    )


def _keyed(params: Mapping[str, tuple[Any, ...]]) -> bool:
    changing = (Curve, Expression)
    return any(isinstance(value, changing) for values in params.values() for value in values)


@dataclass(frozen=True)
class NodeContext:
    """`node_type.Context` over a scene."""

    scene: Scene
    node: Node
    kind: NodeType
    params: Params
    memo: dict[str, Any] = field(default_factory=dict, compare=False)
    """What the node has found out at this time."""

    @property
    def graph(self) -> Graph:
        """The whole graph."""
        return self.scene.graph

    @property
    def time(self) -> float:
        """Time in frames."""
        return self.params.time

    @property
    def format(self) -> Window:
        """The project's format."""
        return self.node.format or self.scene.graph.format

    @property
    def media(self) -> Media:
        """What reads and writes files."""
        return self.scene.media

    @property
    def labels(self) -> tuple[str, ...]:
        """Every input label that the node could have, in the catalogue's order."""
        entry = catalogue().get(self.node.plugin)
        return tuple(entry["inputs"]) if entry else tuple(self.node.inputs)

    def input_format(self, label: str) -> Window:
        """The format of an input, the project's when unconnected."""
        source = self.scene.input(self.node.name, label)
        return self.scene.format_of(source, self.time) if source else self.format

    def frames(self, label: str) -> tuple[float, float]:
        """The input's first and last frame; the project's range when unconnected."""
        source = self.scene.input(self.node.name, label)
        if source is None:
            return float(self.graph.first), float(self.graph.last)
        return self.scene.frames(source)

    def connected(self, label: str) -> bool:
        """Whether an input has a node."""
        return self.scene.input(self.node.name, label) is not None

    def region(self, label: str, time: float | None = None) -> Window:
        """Where the input has pixels; empty when unconnected."""
        source = self.scene.input(self.node.name, label)
        at = self.time if time is None else time
        return self.scene.region(source, at) if source else EMPTY

    def components(self, label: str) -> Components:
        """Which channels the input has; RGBA when unconnected."""
        return self.scene.components(self.scene.input(self.node.name, label))

    def box(self, label: str) -> Box:
        """The region of an input before it was rounded to pixels."""
        source = self.scene.input(self.node.name, label)
        return self.scene.box(source, self.time) if source else (0.0, 0.0, 0.0, 0.0)

    def opaque(self, label: str) -> Window:
        """Where the input is known to have alpha 1 without computing it; often empty."""
        source = self.scene.input(self.node.name, label)
        placed = self.scene.follow(source, self.time, self.region(label))
        if placed is None:
            return EMPTY
        if self.scene.components(placed.name) == "RGB":
            return placed.window
        context = self.scene.context(placed.name, placed.time)
        found = context.kind.opaque(context) if context.kind.opaque else EMPTY
        return found.intersect(placed.window)

    def filled(self, label: str) -> Window:
        """Where the input may be anything but black: its region without borders of whole moves."""
        source = self.scene.input(self.node.name, label)
        placed = self.scene.follow(source, self.time, self.region(label))
        if placed is None:
            return EMPTY
        context = self.scene.context(placed.name, placed.time)
        moved = context.kind.shift(context) if context.kind.shift else None
        if moved is None or self.scene.components(placed.name) == "RGB":
            return placed.window
        return context.filled(context.kind.main).shift(*moved).intersect(placed.window)

    def resolve(self, name: str) -> Path:
        """A file name with `[Project]` replaced; relative ones lie beside the project."""
        folder = self.graph.folder
        return folder / name.replace("[Project]", str(folder))

    def upstream(self) -> Upstream:
        """The transforms gathered above `gathers`."""
        if self.gathers is None:
            return Upstream(np.eye(3), self.region(self.kind.main))
        return self.scene.upstream(self.node.name, self.time, self.gathers)[0]

    @property
    def gathers(self) -> str | None:
        """The input above which transforms are gathered now."""
        return None if self.kind.alone(self) else self.kind.concatenates

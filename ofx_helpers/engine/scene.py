"""A graph with its node types: what can be known about a frame before any pixel is computed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ofx_helpers.engine.canonical import Box, box_of, touched
from ofx_helpers.engine.changing import animated
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.media_types import Media
from ofx_helpers.engine.node_type import (
    Components,
    Depth,
    NodeType,
    Same,
    Upstream,
    same_region,
)
from ofx_helpers.engine.outputs import Outputs
from ofx_helpers.engine.params import Params, input_labels
from ofx_helpers.engine.wiring import Resolver

EMPTY = Window(0, 0, 0, 0)


@dataclass(frozen=True)
class Placed:
    """Pixels that exist: of a node at a time over a window that is not empty."""

    name: str
    time: float
    window: Window


class Scene(Outputs):
    """One frame's questions and their answers; make a new one for each rendered frame."""

    def __init__(self, graph: Graph, resolve: Resolver, media: Media) -> None:
        """Nothing is looked at until it is asked for."""
        super().__init__(graph, resolve)
        self.media = media
        self.banded = False
        """Whether the picture is asked for in bands, of which no node should know."""
        self._regions: dict[tuple[str, float], Window] = {}
        self._aspects: dict[str, float] = {}
        self._contexts: dict[tuple[str, float], NodeContext] = {}
        self._static: dict[str, bool] = {}
        self._frames: dict[str, tuple[float, float]] = {}

    def context(self, name: str, time: float) -> "NodeContext":
        """The node at a time, as its type sees it."""
        key = (name, time)
        if key not in self._contexts:
            kind = self.type_of(name)
            params = Params(self.node(name), time, kind.defaults)
            self._contexts[key] = NodeContext(self, self.node(name), kind, params)
        return self._contexts[key]

    def aspect(self, name: str) -> float:
        """The pixel aspect of a node's output, the same at every time."""
        if name not in self._aspects:
            self.order(name)
            time, found = float(self.graph.first), None
            if not self.disabled(name, time) and self._resolve(self.node(name).plugin):
                context = self.context(name, time)
                found = context.kind.aspect(context) if context.kind.aspect else None
            if found is None:
                labels = input_labels(self.node(name))
                sources = (self.input(name, label) for label in labels)
                first = next((source for source in sources if source), None)
                found = self.aspect(first) if first else self.graph.pixel_aspect
            self._aspects[name] = found
        return self._aspects[name]

    def region(self, name: str, time: float) -> Window:
        """Where the node has pixels at a time, in pixels of its own aspect."""
        key = (name, time)
        if key not in self._regions:
            self.order(name)
            shown, aspect = self.passed_through(name, time), self.aspect(name)
            if shown is not None:
                source = self.input(name, shown)
                self._regions[key] = self.seen(source, time, aspect) if source else EMPTY
                return self._regions[key]
            context = self.context(name, time)
            kind = context.kind
            if aspect == 1:
                found = kind.region(context)
            elif kind.box is not None:
                found = touched(kind.box(context), aspect)
            else:
                found = kind.region(context)
                if kind.region is not same_region:
                    found = touched(box_of(found, aspect), aspect)
            self._regions[key] = found
        return self._regions[key]

    def seen(self, name: str, time: float, aspect: float) -> Window:
        """Where the node is, in pixels of another one's aspect."""
        if self.aspect(name) == aspect:
            return self.region(name, time)
        return touched(self.box(name, time), aspect)

    def box(self, name: str, time: float) -> Box:
        """The region before it is rounded to pixels, canonical."""
        self.order(name)
        source: str | None = name
        while source is not None:
            shown = self.passed_through(source, time)
            if shown is None:
                context = self.context(source, time)
                kind = context.kind
                if kind.box is not None:
                    return kind.box(context)
                if kind.region is not same_region:
                    return box_of(kind.region(context), self.aspect(source))
                shown = kind.main
            source = self.input(source, shown)
        return 0.0, 0.0, 0.0, 0.0

    def format_of(self, name: str, time: float) -> Window:
        """The format of a node's output, as `Write` uses it; the project's without a source.

        It is in pixels of whoever gave it, and handed on as it is.
        """
        source: str | None = name
        while source is not None:
            shown = self.passed_through(source, time)
            if shown is None:
                context = self.context(source, time)
                given = context.kind.format(context) if context.kind.format else None
                if given is not None:
                    return given
                labels = [label for label in context.node.inputs if label != "Mask"]
                main = context.kind.main
                shown = main if main in labels else next(iter(labels), "")
            source = self.input(source, shown)
        return self.node(name).format or self.graph.format

    def format_seen(self, name: str, time: float) -> Window:
        """The format of a node's output, as `NodeContext.input_format` says."""
        while True:
            shown = self.passed_through(name, time)
            if shown is None:
                same = self._same(name, time)
                shown = None if same is None or same.computed else same.label
            above = None if shown is None else self.input(name, shown)
            if above is None:
                return self.format_of(name, time)
            name = above

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

    def follow(self, name: str | None, time: float, window: Window) -> Placed | None:
        """The node that really computes these pixels, past disabled nodes and identities."""
        while name is not None:
            shown = self.passed_through(name, time)
            same = None if shown is not None else self._same(name, time)
            if not self._shows_beyond(name, shown, same):
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

    def _shows_beyond(self, name: str, shown: str | None, same: Same | None) -> bool:
        """Whether the input that is shown instead of a node also shows outside its region."""
        if same is not None and same.beyond:
            return True
        label = shown if same is None else same.label
        source = None if label is None else self.input(name, label)
        # Pixels are taken by their numbers, and the node counts in others.
        return source is not None and self.aspect(source) != self.aspect(name)

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
    def aspect(self) -> float:
        """The width of a pixel of the output over its height."""
        return self.scene.aspect(self.node.name)

    @property
    def format(self) -> Window:
        """The project's format."""
        return self.node.format or self.scene.graph.format

    @property
    def format_box(self) -> Box:
        """The project's format in canonical coordinates."""
        return box_of(self.format, self.graph.pixel_aspect)

    @property
    def media(self) -> Media:
        """What reads and writes files."""
        return self.scene.media

    @property
    def labels(self) -> tuple[str, ...]:
        """Every input label that the node could have, in the catalogue's order."""
        return input_labels(self.node)

    def input_format(self, label: str) -> Window:
        """The format of an input in its own pixels, past identities, else the project's."""
        source = self.scene.input(self.node.name, label)
        return self.scene.format_seen(source, self.time) if source else self.format

    def input_aspect(self, label: str) -> float:
        """The pixel aspect of an input, the project's when unconnected."""
        source = self.scene.input(self.node.name, label)
        return self.scene.aspect(source) if source else self.graph.pixel_aspect

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
        """Where the input is, in pixels of the output's aspect; empty when unconnected."""
        source = self.scene.input(self.node.name, label)
        at = self.time if time is None else time
        return self.scene.seen(source, at, self.aspect) if source else EMPTY

    def own_region(self, label: str, time: float | None = None) -> Window:
        """Where the input has pixels, by their own numbers; empty when unconnected."""
        source = self.scene.input(self.node.name, label)
        at = self.time if time is None else time
        return self.scene.region(source, at) if source else EMPTY

    def components(self, label: str) -> Components:
        """Which channels the input has; RGBA when unconnected."""
        return self.scene.components(self.scene.input(self.node.name, label))

    def depth(self, label: str) -> Depth:
        """In how many bits the input is kept; floats when unconnected."""
        return self.scene.depth(self.scene.input(self.node.name, label))

    def box(self, label: str, time: float | None = None) -> Box:
        """The region of an input before it was rounded to pixels, canonical."""
        source = self.scene.input(self.node.name, label)
        at = self.time if time is None else time
        return self.scene.box(source, at) if source else (0.0, 0.0, 0.0, 0.0)

    def opaque(self, label: str) -> Window:
        """Where the input is known to have alpha 1 without computing it; often empty."""
        source = self.scene.input(self.node.name, label)
        placed = self.scene.follow(source, self.time, self.own_region(label))
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
        placed = self.scene.follow(source, self.time, self.own_region(label))
        if placed is None:
            return EMPTY
        context = self.scene.context(placed.name, placed.time)
        moved = context.kind.shift(context) if context.kind.shift else None
        if moved is None or self.scene.components(placed.name) == "RGB":
            return placed.window
        return context.filled(context.kind.main).shift(*moved).intersect(placed.window)

    def whole(self, window: Window) -> Window:
        """What is rendered together with a window, where it may be a band of a picture."""
        if not self.scene.banded:
            return window
        region = self.scene.region(self.node.name, self.time)
        return window.union(region.intersect(self.format))

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

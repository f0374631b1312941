"""Plug-ins as nodes of the engine: what a project asks for and no node of ours renders."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import numpy as np

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.finish import defined
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import (
    Components,
    Context,
    Matrix,
    NodeType,
    Same,
    Want,
    floats_only,
)
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.geometry import canonical, to_pixels
from ofx_helpers.host.live import Live
from ofx_helpers.host.loaded import Plugin
from ofx_helpers.host.scanning import Plugins, scan
from ofx_helpers.host.types import Description

_MAIN = ("Source", "B")
"""What a disabled node passes on, where it has an input of that name."""


class PluginNodes:
    """Node types of this machine's plug-ins, by identifier; nothing is scanned before one is asked.

    Instances live until `close`, each in the worker of its bundle (see `remote.py`).
    """

    def __init__(self, find: Callable[[], Plugins] = scan, *, in_process: bool = False) -> None:
        """`find` gives the plug-ins, once."""
        self._find = find
        self._in_process = in_process
        self._lock = threading.Lock()
        self._known: dict[str, list[Description]] = {}
        self._looked = False
        self._nodes: dict[str, _PluginNode] = {}

    def get(self, plugin: str) -> NodeType | None:
        """The plug-in of that identifier as a node type; None where there is none.

        A node is rendered by the major version that the project was saved with, where it is there.
        """
        with self._lock:
            if not self._looked:
                for found in self._find():
                    self._known.setdefault(found.identifier, []).append(found)
                self._looked = True
            if plugin not in self._known:
                return None
            if plugin not in self._nodes:
                versions = sorted(self._known[plugin], key=lambda entry: entry.version)
                self._nodes[plugin] = _PluginNode(
                    [Plugin(version, in_process=self._in_process) for version in versions]
                )
            return self._nodes[plugin].node_type

    def close(self) -> None:
        """Ends every instance; a node that is rendered again gets a new one."""
        with self._lock:
            for node in self._nodes.values():
                node.close()


class _Slot:
    """The place of one node's instance. Who holds it may ask for those of nodes upstream only."""

    def __init__(self, versions: Sequence[Plugin]) -> None:
        self.lock = threading.RLock()
        self._versions = versions
        self._live: Live | None = None

    def filled(self, context: Context) -> Live:
        """The node's instance, made anew where the node has changed."""
        if self._live is None or not self._live.serves(context):
            self.close()
            self._live = Live(self._version(context.node.version), context)
        return self._live

    def _version(self, major: int) -> Plugin:
        fitting = [one for one in self._versions if one.description.version[0] == major]
        return (fitting or self._versions)[-1]

    def close(self) -> None:
        with self.lock:
            live, self._live = self._live, None
        if live is not None:
            live.effect.close()


class _PluginNode:
    """One plug-in as a node type, and its instances, one for each node of a project."""

    def __init__(self, versions: Sequence[Plugin]) -> None:
        """`versions` of one plug-in, the newest last."""
        self._versions = versions
        self._lock = threading.Lock()
        self._slots: dict[str, _Slot] = {}
        entry = versions[-1].description
        pictures = [one.label for one in entry.inputs if not one.mask]
        main = next((name for name in _MAIN if name in pictures), (*pictures, "Source")[0])
        gathered = next((one.label for one in entry.inputs if one.transforms), None)
        self._through = next(
            (one.name for one in entry.inputs if one.label == (gathered or main)), ""
        )
        self.node_type = NodeType(
            plugins=(entry.identifier,),
            render=self._render,
            wants=self._wants,
            region=lambda context: to_pixels(self._box(context), aspect=context.aspect),
            box=self._box,
            aspect=self._aspect,
            same_over=self._same,
            format=self._format,
            frames=self._frames,
            varies=self._varies,
            components=self._components,
            depth=floats_only,
            matrix=self._matrix if entry.transforms else None,
            concatenates=gathered,
            main=main,
            # Natron itself keeps the channels that are off, where the plug-in has no such switches.
            process=all(one.name != "NatronOfxParamProcessR" for one in entry.parameters),
            defaults={
                one.name: one.default[0] if len(one.default) == 1 else list(one.default)
                for one in entry.parameters
                if one.default
            },
        )

    def close(self) -> None:
        with self._lock:
            gone, self._slots = list(self._slots.values()), {}
        for slot in gone:
            slot.close()

    @contextmanager
    def _at(self, context: Context) -> Iterator[Live]:
        """The node's instance, looking at the graph as `context` does; errors name the node."""
        node = context.node
        with self._lock:
            slot = self._slots.setdefault(node.name, _Slot(self._versions))
        try:
            with slot.lock:
                live = slot.filled(context)
                with live.seen_from(context):
                    yield live
        except PluginError as error:
            raise RenderError(f"{node.name}: {error}") from error

    def _box(self, context: Context) -> Box:
        with self._at(context) as live:
            return live.region(context.time)

    def _format(self, context: Context) -> Window:
        with self._at(context) as live:
            return live.output.format or context.format

    def _aspect(self, context: Context) -> float:
        with self._at(context) as live:
            return live.output.pixel_aspect

    def _frames(self, context: Context) -> tuple[float, float]:
        with self._at(context) as live:
            return live.effect.frames()

    def _varies(self, context: Context) -> bool:
        with self._at(context) as live:
            return live.output.varies or self._versions[-1].description.temporal

    def _components(self, context: Context) -> Components:
        with self._at(context) as live:
            made = live.output.components
        return cast(Components, made) if made in ("RGB", "Alpha") else "RGBA"

    def _same(self, context: Context, window: Window) -> Same | None:
        with self._at(context) as live:
            return live.same(context.time, window)

    def _matrix(self, context: Context) -> Matrix | None:
        with self._at(context) as live:
            found = live.effect.transform(context.time)
        # Natron gathers through the input that the plug-in names; the engine through one of them.
        if found is None or found[0] != self._through:
            return None
        aspect = 1 / context.aspect
        return np.array(canonical(found[1], aspect, aspect), np.float64).reshape(3, 3)

    def _wants(self, context: Context, window: Window) -> Sequence[Want]:
        with self._at(context) as live:
            return live.wants(context.time, window)

    def _render(self, context: Context, window: Window, frames: Sequence[Frame]) -> Frame:
        with self._at(context) as live:
            made = live.render(context.time, window, frames)
        return Frame(defined(made.pixels), made.window)

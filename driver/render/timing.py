"""Seconds that each node of the embedded engine takes, counted around what computes its pixels."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from driver.render.base import NodeTime
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.engine.wiring import Resolver


class Timing:
    """A resolver whose nodes are timed; safe to share by threads.

    Seconds of all threads together, without what the engine does around a node (mask, mix,
    premultiplication). A reader's are decoding and colour; encoding is nobody's. What is copied
    from file to file, or kept from the frame before, is not computed and not counted.
    """

    def __init__(self, resolve: Resolver) -> None:
        """Passes on what `resolve` finds."""
        self._resolve = resolve
        self._kinds: dict[str, NodeType] = {}
        self._seconds: dict[str, float] = defaultdict(float)
        self._calls: dict[str, int] = defaultdict(int)
        self._lock = Lock()

    def resolve(self, plugin: str) -> NodeType | None:
        """The node type, timed."""
        kind = self._resolve(plugin)
        if kind is None:
            return None
        if plugin not in self._kinds:
            self._kinds[plugin] = self._timed(kind)
        return self._kinds[plugin]

    def times(self) -> tuple[NodeTime, ...]:
        """What was measured so far, the slowest first."""
        with self._lock:
            found = [
                NodeTime(node=node, seconds=seconds, calls=self._calls[node])
                for node, seconds in self._seconds.items()
            ]
        return tuple(sorted(found, key=lambda item: -item.seconds))

    def _timed(self, kind: NodeType) -> NodeType:
        point, render = kind.point, kind.render

        def timed_point(context: Context, pixels: Pixels, window: Window) -> Pixels:
            began = time.perf_counter()
            assert point is not None
            result = point(context, pixels, window)
            self._add(context.node.name, time.perf_counter() - began)
            return result

        def timed_render(
            context: Context, window: Window, frames: Sequence[Frame]
        ) -> Pixels | Frame:
            began = time.perf_counter()
            assert render is not None
            result = render(context, window, frames)
            self._add(context.node.name, time.perf_counter() - began)
            return result

        return replace(
            kind,
            point=None if point is None else timed_point,
            render=None if render is None else timed_render,
        )

    def _add(self, node: str, seconds: float) -> None:
        with self._lock:
            self._seconds[node] += seconds
            self._calls[node] += 1


def joined(times: Sequence[NodeTime]) -> list[NodeTime]:
    """One entry a node, the slowest first."""
    seconds: dict[str, float] = defaultdict(float)
    calls: dict[str, int] = defaultdict(int)
    for item in times:
        seconds[item.node] += item.seconds
        calls[item.node] += item.calls
    found = [NodeTime(node=node, seconds=seconds[node], calls=calls[node]) for node in seconds]
    return sorted(found, key=lambda item: -item.seconds)

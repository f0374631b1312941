"""An instance of a plug-in in the place of a project's node.

The engine asks about regions, times and pixels in any order and from several threads; an instance
is connected to each input once. So it looks at the graph through the context that asks just now.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import floor
from typing import Any

import numpy as np

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.evaluate import input_frame
from ofx_helpers.engine.finish import mask_channel
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Expression
from ofx_helpers.engine.node_type import Context, Same, Want
from ofx_helpers.engine.older_defaults import older_defaults
from ofx_helpers.engine.params import Params
from ofx_helpers.host.geometry import union
from ofx_helpers.host.loaded import Plugin
from ofx_helpers.host.types import Above, Box, Clip, Parameter, Project, Values

_INFINITE = 1e8
"""Pixels. A region beyond it is everywhere: Natron takes the inputs' there, or the format's."""
_FORMATS = "NatronParamFormatChoice"
"""The menu that Natron fills with its own formats and the project's, which plug-ins need not have:
what is chosen there is stored as a size and a pixel aspect too.
"""
_AROUND = 3
"""Pixels that a filter takes around a point of a picture whose transform it applies."""


class Live:
    """An instance, its parameters as the project has them and its inputs connected.

    One thread at a time: `node.py` has the locks.
    """

    def __init__(self, plugin: Plugin, context: Context) -> None:
        """Makes the instance. Raises PluginError."""
        self._inputs = {entry.name: entry for entry in plugin.description.inputs}
        self._names = {entry.label: entry.name for entry in plugin.description.inputs}
        self._context = context
        self._node = context.node
        self._project = _project(context)
        self._facts = self._connections()
        parameters = {entry.name: entry for entry in plugin.description.parameters}
        self.effect = plugin.effect(self._project)
        try:
            self.effect.restore(_values(context, parameters))
            self.output = self.effect.connect(
                {
                    self._name(label): self._clip(label, facts)
                    for label, facts in self._facts.items()
                }
            )
        except BaseException:
            self.effect.close()
            raise

    def serves(self, context: Context) -> bool:
        """Whether it is the instance for that node, as it is now."""
        if context.node is not self._node and context.node != self._node:
            return False
        with self.seen_from(context):
            return _project(context) == self._project and self._connections() == self._facts

    @contextmanager
    def seen_from(self, context: Context) -> Iterator[None]:
        """While the plug-in is asked something on behalf of `context`."""
        before, self._context = self._context, context
        try:
            yield
        finally:
            self._context = before

    def region(self, time: float) -> Box:
        """Region of definition; edges at infinity are those of the inputs, or the format's."""
        box = self.effect.region(time)
        if all(abs(edge) < _INFINITE for edge in box):
            return box
        around = union([self._region(label, time) for label in self._facts])
        if around == (0.0, 0.0, 0.0, 0.0):
            around = self._context.format_box
        x1, y1, x2, y2 = (
            edge if abs(edge) < _INFINITE else bound
            for edge, bound in zip(box, around, strict=True)
        )
        return x1, y1, x2, y2

    def same(self, time: float, window: Window) -> Same | None:
        """What the plug-in passes on unchanged there; None where it has work to do."""
        found = self.effect.identity(time, window)
        if found is None or found[0] not in self._inputs:
            return None
        return Same(self._label(found[0]), None if found[1] == time else found[1])

    def wants(self, time: float, window: Window) -> list[Want]:
        """The pixels that the plug-in announces to need."""
        regions = self.effect.regions_of_interest(time, window)
        needed = self.effect.frames_needed(time)
        return [
            Want(label, self._above_region(label, at, regions.get(name, window)), at)
            for label, name in ((label, self._name(label)) for label in self._facts)
            for first, last in needed.get(name, [(time, time)])
            for at in _frames(first, last)
        ]

    def render(self, time: float, window: Window, frames: Sequence[Frame]) -> Frame:
        """The output over `window`; `frames` are those of `wants`, in that order."""
        wanted = self.wants(time, window)
        given = {(want.label, want.time): frame for want, frame in zip(wanted, frames, strict=True)}

        def fetch(name: str, at: float, part: Window) -> Frame:
            label = self._label(name)
            if self._above(label, at) is not None:
                return self._masked(name, given[label, at])
            frame = given.get((label, at))
            seen = part.intersect(self._context.own_region(label, at))
            if frame is None or not frame.window.contains(seen):
                frame = input_frame(self._context, label, at, part)
            return self._masked(name, frame.crop(part))

        return self.effect.render(time, window, fetch)

    def _name(self, label: str) -> str:
        return label if label in self._inputs else self._names.get(label, label)

    def _label(self, name: str) -> str:
        """How the project calls an input of the plug-in."""
        return next((label for label in self._facts if self._name(label) == name), name)

    def _connections(self) -> dict[str, Clip]:
        """What is known of each connected input but its region, by the project's label."""
        context, found = self._context, {}
        for label in context.node.inputs:
            if context.connected(label) and self._name(label) in self._inputs:
                components = context.components(label)
                found[label] = Clip(
                    region=_nowhere,
                    frames=context.frames(label),
                    format=context.input_format(label),
                    pixel_aspect=context.input_aspect(label),
                    components=components,
                    premultiplication="opaque" if components == "RGB" else "premultiplied",
                )
        return found

    def _clip(self, label: str, facts: Clip) -> Clip:
        gathers = self._inputs[self._name(label)].transforms
        return replace(
            facts,
            region=lambda time: self._region(label, time),
            above=(lambda time: self._above(label, time)) if gathers else None,
        )

    def _region(self, label: str, time: float) -> Box:
        return self._context.box(label, time)

    def _above(self, label: str, time: float) -> Above | None:
        """The transforms that the engine left to the plug-in."""
        context = self._context
        if time != context.time or not self._inputs[self._name(label)].transforms:
            return None
        found = context.upstream()
        if np.array_equal(found.matrix, np.eye(3)):
            return None
        return Above(tuple(found.matrix.ravel().tolist()), found.region)

    def _above_region(self, label: str, time: float, window: Window) -> Window:
        above = self._above(label, time)
        if above is None:
            return window
        try:
            inverse = np.linalg.inv(np.array(above.matrix).reshape(3, 3))
        except np.linalg.LinAlgError:
            return above.region
        x1, y1, x2, y2 = window
        corners = inverse @ np.array([[x1, x2, x1, x2], [y1, y1, y2, y2], [1, 1, 1, 1]], float)
        if (corners[2] <= 0).any():
            return above.region
        low, high = (corners[:2] / corners[2]).min(1), (corners[:2] / corners[2]).max(1)
        seen = Window(floor(low[0]), floor(low[1]), floor(high[0]) + 1, floor(high[1]) + 1)
        return seen.grow(_AROUND, _AROUND).intersect(above.region)

    def _masked(self, name: str, frame: Frame) -> Frame:
        """A mask's chosen channel as its alpha; other inputs as they are."""
        channel = mask_channel(self._context.params, self._label(name))
        if channel == 3:
            return frame
        pixels = frame.pixels.copy()
        pixels[..., 3] = 0 if channel is None else pixels[..., channel]
        return Frame(pixels, frame.window)


def _nowhere(_time: float) -> Box:
    """Stands in while connections are compared."""
    return (0.0, 0.0, 0.0, 0.0)


def _project(context: Context) -> Project:
    graph = context.graph
    return Project(
        format=graph.format,
        pixel_aspect=graph.pixel_aspect,
        fps=graph.fps,
        first=float(graph.first),
        last=float(graph.last),
        folder=graph.folder,
    )


def _frames(first: float, last: float) -> list[float]:
    """The whole frames of a range from its first on, and its last."""
    count = floor(last - first)
    return [first + step for step in range(count + 1)] + ([last] if last > first + count else [])


def _values(context: Context, parameters: dict[str, Parameter]) -> dict[str, Any]:
    """What the project stores of the plug-in's parameters, as `Effect.restore` takes it."""
    node = context.node
    stored = {**older_defaults(node.plugin, node.version), **node.params}
    found: dict[str, Any] = {}
    for name in stored:
        entry = parameters.get(name)
        if entry is None or entry.kind in ("Group", "Page", "PushButton"):
            continue
        if name == _FORMATS and context.params.choice(name) not in entry.options:
            continue
        if entry.kind == "Parametric":
            if all(isinstance(curve, Curve) for curve in node.params.get(name, ())):
                found[name] = node.params[name]
        elif any(isinstance(value, Curve | Expression) for value in node.params.get(name, ())):
            found[name] = lambda time, entry=entry: _value(context, entry, context.params.at(time))
        else:
            found[name] = _value(context, entry, context.params)
    return found


def _value(context: Context, entry: Parameter, params: Params) -> Values:
    kind, name = entry.kind, entry.name
    if kind == "Boolean":
        return (params.flag(name),)
    if kind == "Choice":
        chosen = params.choice(name)
        return (int(chosen) if chosen.isdecimal() and chosen not in entry.options else chosen,)
    if kind in ("String", "StrChoice", "Custom"):
        text = params.text(name)
        return (str(context.resolve(text)) if "[Project]" in text else text,)
    values = params.numbers(name)[: len(entry.default) or None]
    return tuple(map(round, values)) if kind.startswith("Integer") else values

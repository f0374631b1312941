"""A node's parameters at one time, typed, with the catalogue's defaults behind them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.graph import Animated, Expression, Node, Value
from ofx_helpers.engine.older_defaults import older_defaults

Nodes = Mapping[str, Mapping[str, Any]]
"""By plug-in id: `version`, `inputs` (labels in order), `params`."""


@lru_cache(maxsize=1)
def catalogue() -> Nodes:
    """Every node of Natron 2.5, those of openfx-arena that we have, and our own plug-in."""
    return {**_nodes("natron_2_5.json"), **_nodes("arena.json"), **own_nodes()}


@lru_cache(maxsize=1)
def own_nodes() -> Nodes:
    """Our own plug-in: Natron has it only where its bundle is installed."""
    return _nodes("own.json")


def _nodes(name: str) -> Nodes:
    text = files("ofx_helpers.catalog").joinpath(name).read_text("utf-8")
    nodes: Nodes = json.loads(text)["nodes"]
    return nodes


def input_labels(node: Node) -> tuple[str, ...]:
    """Every input label that a node could have, in the catalogue's order."""
    entry = catalogue().get(node.plugin)
    return tuple(entry["inputs"]) if entry else tuple(node.inputs)


@dataclass(frozen=True)
class Params:
    """Typed access to `node`'s parameters at `time` in frames.

    `extra` holds defaults that the catalogue lacks (for example those of our own plug-ins): a
    value, a list of them, or a choice's option id. A parameter that neither knows is an error.
    """

    node: Node
    time: float
    extra: Mapping[str, Any]

    def at(self, time: float) -> "Params":
        """The same parameters at another time."""
        return Params(self.node, time, self.extra)

    def __contains__(self, name: str) -> bool:
        """Whether the node stores the parameter or has a default for it."""
        return name in self.node.params or name in self.extra or name in self._defaults

    def is_set(self, name: str) -> bool:
        """Whether the node stores a value of its own."""
        return name in self.node.params

    def numbers(self, name: str) -> tuple[float, ...]:
        """A number parameter, one value per dimension, in its own unit."""
        return tuple(float(value) for value in self._values(name))

    def number(self, name: str) -> float:
        """The first dimension of a number parameter."""
        return float(self._values(name)[0])

    def pair(self, name: str) -> tuple[float, float]:
        """A two-dimensional parameter."""
        x, y = self.numbers(name)[:2]
        return x, y

    def colour(self, name: str) -> tuple[float, float, float, float]:
        """A colour parameter as R, G, B, A; an RGB parameter gets A 1."""
        values = (*self.numbers(name), 1.0, 1.0, 1.0)[:4]
        return values[0], values[1], values[2], values[3]

    def whole(self, name: str) -> int:
        """The first dimension of a whole-number parameter, rounded when animated."""
        return round(float(self._values(name)[0]))

    def flag(self, name: str) -> bool:
        """A switch."""
        return bool(self._values(name)[0])

    def text(self, name: str) -> str:
        """A string or file name, as stored."""
        return str(self._values(name)[0])

    def choice(self, name: str) -> str:
        """The id of the chosen option; for host menus without options, the index as text."""
        value = self._values(name)[0]
        if isinstance(value, str):
            return value
        options = self._defaults.get(name, {}).get("options") or ()
        index = round(float(value))
        return str(options[index]) if 0 <= index < len(options) else str(index)

    @property
    def _defaults(self) -> Mapping[str, Any]:
        entry = catalogue().get(self.node.plugin)
        params: Mapping[str, Any] = entry["params"] if entry else {}
        return params

    def _values(self, name: str) -> tuple[Value, ...]:
        defaults = self._default(name)
        stored = self.node.params.get(name)
        if stored is None:
            if defaults is None:
                raise RenderError(self._unknown(name))
            return defaults
        values = tuple(self._now(value, name) for value in stored)
        if defaults is not None and len(values) < len(defaults):
            return values + defaults[len(values) :]
        return values

    def _now(self, value: Animated, name: str) -> Value:
        if not isinstance(value, Curve | Expression):
            return value
        found = value.at(self.time)
        if isinstance(found, str):
            return found
        # Natron keeps what keys lead to within the parameter's limits.
        entry = self._defaults.get(name, {})
        low, high = entry.get("min"), entry.get("max")
        if low is not None and found < low:
            return float(low)
        return float(high) if high is not None and found > high else found

    def _default(self, name: str) -> tuple[Value, ...] | None:
        value = older_defaults(self.node.plugin, self.node.version).get(name, self.extra.get(name))
        if value is None:
            entry = self._defaults.get(name)
            if entry is None:
                return None
            value = entry.get("default", "")
            options = entry.get("options")
            if options and isinstance(value, int) and 0 <= value < len(options):
                value = options[value]
        return tuple(value) if isinstance(value, list | tuple) else (value,)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, [*self._defaults, *self.extra], 3)
        hint = f" Near: {', '.join(near)}." if near else ""
        return f"{self.node.name} ({self.node.plugin}) has no parameter {name}.{hint}"

"""Parameters of a description and of an instance, with their values."""

import re
from collections import deque
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from ofx_helpers.engine.curve import Curve, Interpolation
from ofx_helpers.host import handles
from ofx_helpers.host import names as n
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.custom import blender
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.param_schemas import KINDS, schema
from ofx_helpers.host.parametric import DEFAULT_INTERPOLATION, Parametric
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.status import OfxError, Status
from ofx_helpers.host.values import Tuple, Values

_HASHES = re.compile("#+")
_PERCENT = re.compile(r"%(?:0?(\d+))?d")
_TEXTS_KEPT = 64
"""Strings read from a parameter that stay alive after newer ones were read."""


class Param:
    """A parameter: described, or of an instance, then with values or curves."""

    def __init__(self, kind: str, name: str, properties: PropertySet) -> None:
        """Takes over the property set."""
        self.kind = kind
        self.name = name
        self.properties = properties
        self.holds = KINDS[kind]
        self.values: Values | None = None
        self.curves: list[Parametric] = []
        self._texts: deque[Any] = deque(maxlen=_TEXTS_KEPT)
        self.set: ParamSet | None = None
        self.handle = handles.add(self)

    def close(self) -> None:
        """Give the handles back."""
        handles.release(self.handle)
        self.properties.close()

    @property
    def options(self) -> tuple[str, ...]:
        """A choice's option ids: labels where the plug-in gave no ids."""
        labels = self.properties.all(n.PARAM_PROP_OPTION)
        ids = self.properties.all(n.PARAM_PROP_OPTION_ID)
        return tuple(ids[i] if i < len(ids) and ids[i] else label for i, label in enumerate(labels))

    def text(self, value: str) -> Any:
        """A C string that stays alive for a while."""
        return self.keep(ffi.new("char[]", value.encode()))

    def keep(self, data: Any) -> Any:
        """Memory handed to the plug-in, which stays alive for a while."""
        self._texts.append(data)
        return data

    def read(self, time: float) -> Tuple:
        """The value at a time as the plug-in reads it: a file name has its frame number."""
        assert self.values is not None
        value = self.values.at(time)
        if self.kind == "String" and self.properties[n.PARAM_PROP_STRING_MODE] == n.FILE_PATH:
            return (numbered(value[0], round(time)),)
        return value

    def default(self) -> Tuple:
        """The described default, in the type's Python form."""
        if self.holds.type is None:
            return ()
        return tuple(self.properties.all(n.PARAM_PROP_DEFAULT))

    def accept(self, value: Tuple) -> Tuple:
        """A value as the plug-in gives it, brought inside the limits."""
        if self.holds.type not in (int, float) or n.PARAM_PROP_MIN not in self.properties:
            return value
        low = self.properties.all(n.PARAM_PROP_MIN)
        high = self.properties.all(n.PARAM_PROP_MAX)
        return tuple(min(max(v, a), b) for v, a, b in zip(value, low, high, strict=False))

    def checked(self, given: Any) -> Tuple:
        """A value from outside as the plug-in has it, or a `PluginError` with what is wrong."""
        values = given if isinstance(given, tuple) else (given,)
        wanted = self.holds.dimensions
        if self.holds.type is None:
            raise self._wrong(f"a {self.kind} has no value")
        if len(values) != wanted:
            raise self._wrong(f"it takes {wanted} values, not {len(values)}")
        return self.accept(tuple(self._one(value) for value in values))

    def set_curves(self, given: Any) -> None:
        """The curves of a parametric: an engine's `Curve` or points (x, y) for each; one without
        keys keeps its default.
        """
        if not isinstance(given, (tuple, list)) or len(given) > len(self.curves):
            raise self._wrong(f"it takes {len(self.curves)} curves")
        for mine, other in zip(self.curves, given, strict=False):
            if isinstance(other, Curve):
                if other.keys:
                    mine.keys = list(other.keys)
                continue
            try:
                points = [(float(x), float(y)) for x, y in other]
            except (TypeError, ValueError):
                raise self._wrong(f"a curve is a list of (x, y) points, not {other!r}") from None
            mine.keys = []
            for x, y in points:
                mine.add(x, y)

    def _one(self, value: Any) -> Any:
        kind = self.holds.type
        if kind in (str, bytes):
            if not isinstance(value, str):
                raise self._wrong(f"it takes text, not {value!r}")
            if self.kind == "StrChoice" and self.options and value not in self.options:
                raise self._unknown_option(value)
            return value
        if self.kind == "Choice":
            return self._option(value)
        if isinstance(value, str) or not isinstance(value, (bool, int, float)):
            raise self._wrong(f"it takes a number, not {value!r}")
        if kind is float:
            return float(value)
        if value != int(value):
            raise self._wrong(f"it takes whole numbers, not {value!r}")
        return int(bool(value)) if self.kind == "Boolean" else int(value)

    def _option(self, value: Any) -> int:
        options = self.options
        if isinstance(value, str):
            labels = self.properties.all(n.PARAM_PROP_OPTION)
            for known in (options, labels):
                if value in known:
                    return known.index(value)
            raise self._unknown_option(value)
        if isinstance(value, float) and value != int(value):
            raise self._wrong(f"it takes an option or its number, not {value!r}")
        if not 0 <= value < max(1, len(options)):
            raise self._wrong(f"it has {len(options)} options, not one numbered {value}")
        return int(value)

    def _unknown_option(self, value: str) -> PluginError:
        near = get_close_matches(value, self.options, 3, 0.4) or self.options[:8]
        return self._wrong(f"{value!r} is none of its options; near: {', '.join(near)}")

    def _wrong(self, what: str) -> PluginError:
        where = self.set.plugin if self.set else "plug-in"
        return PluginError(f"{where}: parameter {self.name}: {what}")

    def shown(self, value: Tuple) -> Tuple:
        """A value for outside: booleans as such, a choice by its option's id."""
        if self.kind == "Boolean":
            return (bool(value[0]),)
        if self.kind == "Choice":
            options = self.options
            return (options[value[0]],) if 0 <= value[0] < len(options) else value
        return value


class ParamSet:
    """The parameters of a description or an instance, in the order they were defined."""

    def __init__(self, plugin: str) -> None:
        """`plugin` names the plug-in in errors."""
        self.plugin = plugin
        self.params: dict[str, Param] = {}
        self.properties = PropertySet({n.PROP_PARAM_SET_NEEDS_SYNCING: 0, n.PROP_PAGE_ORDER: str})
        self.curve_interpolation = DEFAULT_INTERPOLATION.get(plugin, Interpolation.SMOOTH)
        self.changed_by_plugin: Callable[[Param], None] | None = None
        self.handle = handles.add(self)

    def close(self) -> None:
        """Give every handle back."""
        for param in self.params.values():
            param.close()
        self.properties.close()
        handles.release(self.handle)

    def define(self, kind: str, name: str) -> Param:
        """A parameter more; an `OfxError` where type or name will not do."""
        if kind not in KINDS:
            raise OfxError(Status.UNKNOWN, f"no parameter type {kind}")
        if name in self.params:
            raise OfxError(Status.EXISTS, f"parameter {name} is defined twice")
        param = Param(kind, name, PropertySet(schema(kind, name)))
        if kind == "Parametric":
            param.curves = [Parametric()]
        self.params[name] = param
        param.set = self
        return param

    def find(self, name: str) -> Param:
        """A parameter by name, for a plug-in."""
        try:
            return self.params[name]
        except KeyError:
            raise OfxError(Status.UNKNOWN, f"no parameter {name}") from None

    def named(self, name: str) -> Param:
        """A parameter by name, for a person."""
        if name not in self.params:
            near = get_close_matches(name, self.params, 3, 0.5)
            hint = f"; near: {', '.join(near)}" if near else ""
            raise PluginError(f"{self.plugin} has no parameter {name}{hint}")
        return self.params[name]

    def instance(self, size: tuple[float, float]) -> "ParamSet":
        """An instance's set with defaults; normalised ones are multiplied by the project's size."""
        made = ParamSet(self.plugin)
        made.properties.put(n.PROP_PAGE_ORDER, *self.properties.all(n.PROP_PAGE_ORDER))
        for name, described in self.params.items():
            properties = described.properties.copy({n.PROP_TYPE: n.TYPE_PARAMETER_INSTANCE})
            param = made.params[name] = Param(described.kind, name, properties)
            param.set = made
            param.curves = [curve.copy() for curve in described.curves]
            if param.holds.type is not None:
                _scale_default(properties, size)
                blend = param.holds.animates
                param.values = Values(param.default(), blend, param.holds.type is int)
                param.values.between = blender(made.handle, properties)
        return made


def numbered(name: str, frame: int) -> str:
    """A file name with `####` or `%04d` in its last part replaced by the frame's number."""
    folder, slash, last = name.rpartition("/")
    last = _HASHES.sub(lambda match: f"{frame:0{len(match.group())}d}", last)
    last = _PERCENT.sub(lambda match: f"{frame:0{match.group(1) or 1}d}", last)
    return folder + slash + last


def _scale_default(properties: PropertySet, size: tuple[float, float]) -> None:
    if properties.all(n.PARAM_PROP_COORDINATES)[:1] != (n.NORMALISED,):
        return
    of_type = properties[n.PARAM_PROP_DOUBLE_TYPE].removeprefix("OfxParamDoubleType")
    axis = {"X": size[:1], "Y": size[1:], "XY": size}.get(of_type.removesuffix("Absolute"))
    default = properties.all(n.PARAM_PROP_DEFAULT)
    if axis is None or len(axis) != len(default):
        return
    scaled = (value * by for value, by in zip(default, axis, strict=True))
    properties.put(n.PARAM_PROP_DEFAULT, *scaled)

"""Property sets: the named, typed, many-valued attributes that host and plug-in exchange."""

from collections.abc import Mapping
from typing import Any

from ofx_helpers.host import handles
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.status import OfxError, Status

Value = int | float | str
Schema = Mapping[str, Any]
"""Names and defaults. A value or a tuple has that many values; a list may grow; a bare type is a
list without a value. `POINTER` is an address that is not set."""


class Pointer(int):
    """An address, told apart from a number."""


POINTER = Pointer(0)


_GROWTH = 4096


class Property:
    """One property: its type, its values, and how many there may be (0: any number)."""

    __slots__ = ("default", "dimension", "kind", "values")

    def __init__(self, default: Any) -> None:
        """See `Schema` for what `default` may be."""
        if isinstance(default, type):
            self.kind, self.dimension, self.default = default, 0, []
        elif isinstance(default, list):
            self.kind, self.dimension, self.default = type(default[0]), 0, default
        elif isinstance(default, tuple):
            self.kind, self.dimension, self.default = type(default[0]), len(default), list(default)
        else:
            self.kind, self.dimension, self.default = type(default), 1, [default]
        self.values: list[Any] = list(self.default)

    def copy(self) -> "Property":
        """The same with its present values, also as default."""
        other = Property.__new__(Property)
        other.kind, other.dimension = self.kind, self.dimension
        other.default, other.values = self.default, list(self.values)
        return other

    def put(self, index: int, value: Any) -> None:
        """Set one value; a list grows as far as it must, by at most `_GROWTH` at once."""
        count = len(self.values)
        if 0 <= index < count:
            self.values[index] = value
        elif not self.dimension and count <= index < count + _GROWTH:
            self.values.extend([self.kind()] * (index - count))
            self.values.append(value)
        else:
            raise OfxError(Status.BAD_INDEX)


class PropertySet:
    """Properties behind one handle. Strings handed out live as long as the set."""

    def __init__(self, *schemas: Schema, locked: bool = False) -> None:
        """`locked`: the plug-in may read, not write."""
        self.properties: dict[str, Property] = {
            name: Property(default) for schema in schemas for name, default in schema.items()
        }
        self.locked = locked
        self.owner: object = None
        self._texts: dict[str, Any] = {}
        self.handle = handles.add(self)

    def copy(self, *schemas: Schema) -> "PropertySet":
        """A set with the same values and what the schemas add or replace."""
        other = PropertySet(locked=self.locked)
        other.properties = {name: item.copy() for name, item in self.properties.items()}
        other.define(*schemas)
        return other

    def define(self, *schemas: Schema) -> None:
        """Add properties, or start existing ones anew."""
        for schema in schemas:
            for name, default in schema.items():
                self.properties[name] = Property(default)

    def close(self) -> None:
        """Give the handle back."""
        handles.release(self.handle)

    def __contains__(self, name: str) -> bool:
        """Whether the property exists."""
        return name in self.properties

    def __getitem__(self, name: str) -> Any:
        """The first value; of a list without values, the type's empty value."""
        item = self.properties[name]
        return item.values[0] if item.values else item.kind()

    def all(self, name: str) -> tuple[Any, ...]:
        """Every value, none where there is no such property."""
        item = self.properties.get(name)
        return tuple(item.values) if item else ()

    def put(self, name: str, *values: Any) -> None:
        """Set all values, in the property's type."""
        item = self.properties[name]
        item.values = [item.kind(value) for value in values]

    def of_kind(self, name: str, kind: type) -> Property:
        """The property for a call of that type, or the error that the plug-in is owed."""
        item = self.properties.get(name)
        if item is None:
            raise OfxError(Status.UNKNOWN, f"no property {name}")
        if item.kind is not kind:
            raise OfxError(Status.VALUE, f"{name} is {item.kind.__name__}, not {kind.__name__}")
        return item

    def text(self, value: str) -> Any:
        """`value` as a C string that lives as long as the set."""
        kept = self._texts.get(value)
        if kept is None:
            kept = self._texts[value] = ffi.new("char[]", value.encode())
        return kept

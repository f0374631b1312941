"""Property suite 1."""

from typing import Any

from ofx_helpers.host import handles
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.properties import Pointer, PropertySet
from ofx_helpers.host.status import OfxError, Status, callback


def text_of(pointer: Any) -> str:
    """A C string as text; what is no UTF-8 in it is replaced, a null pointer refused."""
    if pointer == ffi.NULL:
        raise OfxError(Status.VALUE, "a null string")
    return bytes(ffi.string(pointer)).decode("utf-8", "replace")


def _set(handle: int, name: Any, index: int, kind: type, value: Any) -> None:
    properties = handles.get(handle, PropertySet)
    if properties.locked:
        raise OfxError(Status.VALUE, "these properties are the host's")
    properties.of_kind(text_of(name), kind).put(index, value)


def _set_many(handle: int, name: Any, kind: type, values: list[Any]) -> None:
    properties = handles.get(handle, PropertySet)
    if properties.locked:
        raise OfxError(Status.VALUE, "these properties are the host's")
    item = properties.of_kind(text_of(name), kind)
    if item.dimension and len(values) > item.dimension:
        raise OfxError(Status.BAD_INDEX)
    item.values = values + (item.values[len(values) :] if item.dimension else [])


def _get(handle: int, name: Any, index: int, kind: type) -> Any:
    values = handles.get(handle, PropertySet).of_kind(text_of(name), kind).values
    if not 0 <= index < len(values):
        raise OfxError(Status.BAD_INDEX)
    return values[index]


def _get_many(handle: int, name: Any, count: int, kind: type) -> list[Any]:
    values = handles.get(handle, PropertySet).of_kind(text_of(name), kind).values
    if not 0 <= count <= len(values):
        raise OfxError(Status.BAD_INDEX)
    return values[:count]


@callback("OfxStatus(Handle, const char *, int, uintptr_t)")
def set_pointer(handle: int, name: Any, index: int, value: int) -> None:
    """PropSetPointer."""
    _set(handle, name, index, Pointer, Pointer(value))


@callback("OfxStatus(Handle, const char *, int, const char *)")
def set_string(handle: int, name: Any, index: int, value: Any) -> None:
    """PropSetString."""
    _set(handle, name, index, str, text_of(value))


@callback("OfxStatus(Handle, const char *, int, double)")
def set_double(handle: int, name: Any, index: int, value: float) -> None:
    """PropSetDouble."""
    _set(handle, name, index, float, value)


@callback("OfxStatus(Handle, const char *, int, int)")
def set_int(handle: int, name: Any, index: int, value: int) -> None:
    """PropSetInt."""
    _set(handle, name, index, int, value)


@callback("OfxStatus(Handle, const char *, int, const uintptr_t *)")
def set_pointers(handle: int, name: Any, count: int, values: Any) -> None:
    """PropSetPointerN."""
    _set_many(handle, name, Pointer, [Pointer(values[i]) for i in range(count)])


@callback("OfxStatus(Handle, const char *, int, const char *const *)")
def set_strings(handle: int, name: Any, count: int, values: Any) -> None:
    """PropSetStringN."""
    _set_many(handle, name, str, [text_of(values[i]) for i in range(count)])


@callback("OfxStatus(Handle, const char *, int, const double *)")
def set_doubles(handle: int, name: Any, count: int, values: Any) -> None:
    """PropSetDoubleN."""
    _set_many(handle, name, float, [values[i] for i in range(count)])


@callback("OfxStatus(Handle, const char *, int, const int *)")
def set_ints(handle: int, name: Any, count: int, values: Any) -> None:
    """PropSetIntN."""
    _set_many(handle, name, int, [values[i] for i in range(count)])


@callback("OfxStatus(Handle, const char *, int, uintptr_t *)")
def get_pointer(handle: int, name: Any, index: int, value: Any) -> None:
    """PropGetPointer."""
    value[0] = _get(handle, name, index, Pointer)


@callback("OfxStatus(Handle, const char *, int, const char **)")
def get_string(handle: int, name: Any, index: int, value: Any) -> None:
    """PropGetString."""
    text = _get(handle, name, index, str)
    value[0] = handles.get(handle, PropertySet).text(text)


@callback("OfxStatus(Handle, const char *, int, double *)")
def get_double(handle: int, name: Any, index: int, value: Any) -> None:
    """PropGetDouble."""
    value[0] = _get(handle, name, index, float)


@callback("OfxStatus(Handle, const char *, int, int *)")
def get_int(handle: int, name: Any, index: int, value: Any) -> None:
    """PropGetInt."""
    value[0] = _get(handle, name, index, int)


@callback("OfxStatus(Handle, const char *, int, uintptr_t *)")
def get_pointers(handle: int, name: Any, count: int, values: Any) -> None:
    """PropGetPointerN."""
    for i, value in enumerate(_get_many(handle, name, count, Pointer)):
        values[i] = value


@callback("OfxStatus(Handle, const char *, int, const char **)")
def get_strings(handle: int, name: Any, count: int, values: Any) -> None:
    """PropGetStringN."""
    properties = handles.get(handle, PropertySet)
    for i, value in enumerate(_get_many(handle, name, count, str)):
        values[i] = properties.text(value)


@callback("OfxStatus(Handle, const char *, int, double *)")
def get_doubles(handle: int, name: Any, count: int, values: Any) -> None:
    """PropGetDoubleN."""
    for i, value in enumerate(_get_many(handle, name, count, float)):
        values[i] = value


@callback("OfxStatus(Handle, const char *, int, int *)")
def get_ints(handle: int, name: Any, count: int, values: Any) -> None:
    """PropGetIntN."""
    for i, value in enumerate(_get_many(handle, name, count, int)):
        values[i] = value


@callback("OfxStatus(Handle, const char *)")
def reset(handle: int, name: Any) -> None:
    """PropReset."""
    properties = handles.get(handle, PropertySet)
    item = properties.properties.get(text_of(name))
    if item is None:
        raise OfxError(Status.UNKNOWN)
    if properties.locked:
        raise OfxError(Status.VALUE)
    item.values = list(item.default)


@callback("OfxStatus(Handle, const char *, int *)")
def get_dimension(handle: int, name: Any, count: Any) -> None:
    """PropGetDimension."""
    item = handles.get(handle, PropertySet).properties.get(text_of(name))
    if item is None:
        raise OfxError(Status.UNKNOWN)
    count[0] = len(item.values)


SUITE = ffi.new(
    "OfxPropertySuiteV1 *",
    {
        "propSetPointer": set_pointer,
        "propSetString": set_string,
        "propSetDouble": set_double,
        "propSetInt": set_int,
        "propSetPointerN": set_pointers,
        "propSetStringN": set_strings,
        "propSetDoubleN": set_doubles,
        "propSetIntN": set_ints,
        "propGetPointer": get_pointer,
        "propGetString": get_string,
        "propGetDouble": get_double,
        "propGetInt": get_int,
        "propGetPointerN": get_pointers,
        "propGetStringN": get_strings,
        "propGetDoubleN": get_doubles,
        "propGetIntN": get_ints,
        "propReset": reset,
        "propGetDimension": get_dimension,
    },
)

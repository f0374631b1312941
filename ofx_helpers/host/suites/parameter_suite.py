"""Parameter suite 1. What is variadic in C is taken with fixed arity (`api_declarations`)."""

from typing import Any

from ofx_helpers.host import handles, scope
from ofx_helpers.host import names as n
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.params import Param, ParamSet
from ofx_helpers.host.status import OfxError, Status, callback
from ofx_helpers.host.suites.property_suite import text_of
from ofx_helpers.host.values import Tuple, Values


def _values(handle: int) -> tuple[Param, Values]:
    param = handles.get(handle, Param)
    if param.values is None:
        raise OfxError(Status.UNSUPPORTED, f"{param.name} has no value")
    return param, param.values


def _write(param: Param, value: Tuple, pointers: tuple[Any, ...]) -> None:
    """Store a value where a variadic get said: int *, double *, char ** or OfxBytes *."""
    kind = param.holds.type
    for item, pointer in zip(value, pointers, strict=False):
        if pointer == ffi.NULL:
            raise OfxError(Status.VALUE, "no place to write a value to")
        if kind is float:
            ffi.cast("double *", pointer)[0] = item
        elif kind is int:
            ffi.cast("int *", pointer)[0] = item
        elif kind is str:
            ffi.cast("const char **", pointer)[0] = param.text(item)
        else:
            target = ffi.cast("OfxBytes *", pointer)
            data = item.encode("latin-1", "replace")
            kept = param.keep(ffi.new("uint8_t[]", data or b"\0"))
            target.data, target.length = kept, len(data)


def _read(param: Param, words: tuple[int, ...], numbers: tuple[float, ...]) -> Tuple:
    """The value in a variadic set's registers."""
    kind, count = param.holds.type, param.holds.dimensions
    if kind is float:
        return param.accept(numbers[:count])
    if kind is int:
        return param.accept(tuple(int(ffi.cast("int", word)) for word in words[:count]))
    if words[0] == 0:
        raise OfxError(Status.VALUE, "a null pointer as value")
    if kind is str:
        return (text_of(ffi.cast("const char *", words[0])),)
    data = ffi.cast("const OfxBytes *", words[0])
    return (bytes(ffi.buffer(data.data, data.length)).decode("latin-1"),)


def _changed(param: Param) -> None:
    if param.set is not None and param.set.changed_by_plugin is not None:
        param.set.changed_by_plugin(param)


@callback("OfxStatus(Handle, const char *, const char *, Handle *)")
def define(handle: int, kind: Any, name: Any, properties: Any) -> None:
    """ParamDefine."""
    made = handles.get(handle, ParamSet).define(
        text_of(kind).removeprefix(n.PARAM_PREFIX), text_of(name)
    )
    if properties != ffi.NULL:
        properties[0] = made.properties.handle


@callback("OfxStatus(Handle, const char *, Handle *, Handle *)")
def get_handle(handle: int, name: Any, param: Any, properties: Any) -> None:
    """ParamGetHandle."""
    found = handles.get(handle, ParamSet).find(text_of(name))
    if param != ffi.NULL:
        param[0] = found.handle
    if properties != ffi.NULL:
        properties[0] = found.properties.handle


@callback("OfxStatus(Handle, Handle *)")
def set_properties(handle: int, properties: Any) -> None:
    """ParamSetGetPropertySet."""
    properties[0] = handles.get(handle, ParamSet).properties.handle


@callback("OfxStatus(Handle, Handle *)")
def get_properties(handle: int, properties: Any) -> None:
    """ParamGetPropertySet."""
    properties[0] = handles.get(handle, Param).properties.handle


@callback("OfxStatus(Handle, void *, void *, void *, void *)")
def get_value(handle: int, *pointers: Any) -> None:
    """ParamGetValue(handle, ...): the value at the time of the action in progress."""
    param, _ = _values(handle)
    _write(param, param.read(scope.current().time), pointers)


@callback("OfxStatus(Handle, double, void *, void *, void *, void *)")
def get_value_at(handle: int, time: float, *pointers: Any) -> None:
    """ParamGetValueAtTime(handle, time, ...)."""
    param, _ = _values(handle)
    _write(param, param.read(time), pointers)


@callback("OfxStatus(Handle, double, void *, void *, void *, void *)")
def get_derivative(handle: int, time: float, *pointers: Any) -> None:
    """ParamGetDerivative(handle, time, ...)."""
    param, values = _values(handle)
    if not param.holds.animates:
        raise OfxError(Status.UNSUPPORTED)
    _write(param, _in_type(param, values.derivative(time)), pointers)


@callback("OfxStatus(Handle, double, double, void *, void *, void *, void *)")
def get_integral(handle: int, first: float, last: float, *pointers: Any) -> None:
    """ParamGetIntegral(handle, time1, time2, ...)."""
    param, values = _values(handle)
    if not param.holds.animates:
        raise OfxError(Status.UNSUPPORTED)
    _write(param, _in_type(param, values.integral(first, last)), pointers)


def _in_type(param: Param, value: Tuple) -> Tuple:
    return tuple(round(item) for item in value) if param.holds.type is int else value


_NUMBERS = "uintptr_t, uintptr_t, uintptr_t, uintptr_t, double, double, double, double"


@callback(f"OfxStatus(Handle, {_NUMBERS})")
def set_value(handle: int, *given: Any) -> None:
    """ParamSetValue(handle, ...): an animated parameter gets a key at the action's time."""
    param, values = _values(handle)
    value = _read(param, given[:4], given[4:])
    if values.keys:
        values.set_key(scope.current().time, value)
    else:
        values.set(value)
    _changed(param)


@callback(f"OfxStatus(Handle, double, {_NUMBERS})")
def set_value_at(handle: int, time: float, *given: Any) -> None:
    """ParamSetValueAtTime(handle, time, ...)."""
    param, values = _values(handle)
    value = _read(param, given[:4], given[4:])
    if param.properties[n.PARAM_PROP_ANIMATES]:
        values.set_key(time, value)
    else:
        values.set(value)
    _changed(param)


@callback("OfxStatus(Handle, unsigned int *)")
def get_key_count(handle: int, count: Any) -> None:
    """ParamGetNumKeys."""
    count[0] = len(_values(handle)[1].keys)


@callback("OfxStatus(Handle, unsigned int, double *)")
def get_key_time(handle: int, index: int, time: Any) -> None:
    """ParamGetKeyTime."""
    keys = _values(handle)[1].keys
    if index >= len(keys):
        raise OfxError(Status.BAD_INDEX)
    time[0] = keys[index][0]


@callback("OfxStatus(Handle, double, int, int *)")
def get_key_index(handle: int, time: float, direction: int, index: Any) -> None:
    """ParamGetKeyIndex."""
    found = _values(handle)[1].nearest_key(time, direction)
    if found is None:
        raise OfxError(Status.FAILED)
    index[0] = found


@callback("OfxStatus(Handle, double)")
def delete_key(handle: int, time: float) -> None:
    """ParamDeleteKey."""
    param, values = _values(handle)
    if not values.delete_key(time):
        raise OfxError(Status.BAD_INDEX)
    _changed(param)


@callback("OfxStatus(Handle)")
def delete_all_keys(handle: int) -> None:
    """ParamDeleteAllKeys: the value at the action's time stays."""
    param, values = _values(handle)
    if values.keys:
        values.set(values.at(scope.current().time))
        _changed(param)


@callback("OfxStatus(Handle, Handle, double, const OfxRangeD *)")
def copy(to: int, source: int, offset: float, frames: Any) -> None:
    """ParamCopy: the value, or the keys inside the range, moved by an offset in frames."""
    target, target_values = _values(to)
    original, original_values = _values(source)
    if target.kind != original.kind:
        raise OfxError(Status.VALUE, "parameters of two types")
    keys = original_values.keys
    if frames != ffi.NULL:
        keys = [key for key in keys if frames.min <= key[0] <= frames.max]
    function = original_values.function
    if function is not None:
        target_values.set_function(lambda time: function(time - offset))
    elif keys:
        target_values.set_keys([(time + offset, value) for time, value in keys])
    else:
        target_values.set(original_values.at(scope.current().time))
    _changed(target)


@callback("OfxStatus(Handle, const char *)")
def edit_begin(handle: int, _name: Any) -> None:
    """ParamEditBegin: nothing is undone here."""
    handles.get(handle, ParamSet)


@callback("OfxStatus(Handle)")
def edit_end(handle: int) -> None:
    """ParamEditEnd."""
    handles.get(handle, ParamSet)


SUITE = ffi.new(
    "OfxParameterSuiteV1 *",
    {
        "paramDefine": define,
        "paramGetHandle": get_handle,
        "paramSetGetPropertySet": set_properties,
        "paramGetPropertySet": get_properties,
        "paramGetValue": get_value,
        "paramGetValueAtTime": get_value_at,
        "paramGetDerivative": get_derivative,
        "paramGetIntegral": get_integral,
        "paramSetValue": set_value,
        "paramSetValueAtTime": set_value_at,
        "paramGetNumKeys": get_key_count,
        "paramGetKeyTime": get_key_time,
        "paramGetKeyIndex": get_key_index,
        "paramDeleteKey": delete_key,
        "paramDeleteAllKeys": delete_all_keys,
        "paramCopy": copy,
        "paramEditBegin": edit_begin,
        "paramEditEnd": edit_end,
    },
)

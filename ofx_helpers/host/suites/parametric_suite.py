"""ParametricParameter suite 1. Curves do not change with time, as in Natron."""

from typing import Any

from ofx_helpers.host import handles
from ofx_helpers.host import names as n
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.parametric import Parametric
from ofx_helpers.host.params import Param
from ofx_helpers.host.status import OfxError, Status, callback


def _curve(handle: int, index: int) -> tuple[Param, Parametric]:
    param = handles.get(handle, Param)
    if param.kind != "Parametric":
        raise OfxError(Status.UNSUPPORTED, f"{param.name} is not parametric")
    properties = param.properties
    count = properties[n.PARAM_PROP_PARAMETRIC_DIMENSION]
    if not 0 <= index < count:
        raise OfxError(Status.BAD_INDEX, f"{param.name} has no curve {index}")
    while len(param.curves) < count:
        param.curves.append(Parametric())
    curve = param.curves[index]
    curve.low, curve.high = properties.all(n.PARAM_PROP_PARAMETRIC_RANGE)
    curve.periodic = bool(properties[n.PARAM_PROP_PARAMETRIC_PERIODIC])
    if param.set is not None:
        curve.interpolation = param.set.curve_interpolation
    return param, curve


def _changed(param: Param) -> None:
    if param.set is not None and param.set.changed_by_plugin is not None:
        param.set.changed_by_plugin(param)


@callback("OfxStatus(Handle, int, double, double, double *)")
def get_value(handle: int, index: int, _time: float, position: float, value: Any) -> None:
    """ParametricParamGetValue."""
    value[0] = _curve(handle, index)[1].at(position)


@callback("OfxStatus(Handle, int, double, int *)")
def get_count(handle: int, index: int, _time: float, count: Any) -> None:
    """ParametricParamGetNControlPoints."""
    count[0] = len(_curve(handle, index)[1].keys)


@callback("OfxStatus(Handle, int, double, int, double *, double *)")
def get_point(handle: int, index: int, _time: float, nth: int, key: Any, value: Any) -> None:
    """ParametricParamGetNthControlPoint."""
    point = _curve(handle, index)[1].point(nth)
    key[0], value[0] = point.time, point.value


@callback("OfxStatus(Handle, int, double, int, double, double, bool)")
def set_point(
    handle: int, index: int, _time: float, nth: int, key: float, value: float, _animate: bool
) -> None:
    """ParametricParamSetNthControlPoint."""
    param, curve = _curve(handle, index)
    curve.move(nth, key, value)
    _changed(param)


@callback("OfxStatus(Handle, int, double, double, double, bool)")
def add_point(
    handle: int, index: int, _time: float, key: float, value: float, _animate: bool
) -> None:
    """ParametricParamAddControlPoint."""
    param, curve = _curve(handle, index)
    curve.add(key, value)
    _changed(param)


@callback("OfxStatus(Handle, int, int)")
def delete_point(handle: int, index: int, nth: int) -> None:
    """ParametricParamDeleteControlPoint."""
    param, curve = _curve(handle, index)
    curve.delete(nth)
    _changed(param)


@callback("OfxStatus(Handle, int)")
def delete_points(handle: int, index: int) -> None:
    """ParametricParamDeleteAllControlPoints."""
    param, curve = _curve(handle, index)
    curve.keys = []
    _changed(param)


SUITE = ffi.new(
    "OfxParametricParameterSuiteV1 *",
    {
        "parametricParamGetValue": get_value,
        "parametricParamGetNControlPoints": get_count,
        "parametricParamGetNthControlPoint": get_point,
        "parametricParamSetNthControlPoint": set_point,
        "parametricParamAddControlPoint": add_point,
        "parametricParamDeleteControlPoint": delete_point,
        "parametricParamDeleteAllControlPoints": delete_points,
    },
)

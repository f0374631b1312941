"""Progress suite 1 and 2, and TimeLine suite 1."""

from typing import Any

from ofx_helpers.host import handles, scope
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.instance import Instance
from ofx_helpers.host.status import OfxError, Status, callback
from ofx_helpers.host.suites.property_suite import text_of


def _instance(handle: Any) -> Instance:
    return handles.get(int(ffi.cast("uintptr_t", handle)), Instance)


def _start(handle: Any, label: Any) -> None:
    instance = _instance(handle)
    instance.progress_label = "" if label == ffi.NULL else text_of(label)
    _report(instance, 0.0)


def _report(instance: Instance, amount: float) -> None:
    wanted = instance.progress is None or instance.progress(instance.progress_label, amount)
    if instance.aborted or not wanted:
        instance.aborted = True
        raise OfxError(Status.REPLY_NO)


@callback("OfxStatus(void *, const char *)")
def start(handle: Any, label: Any) -> None:
    """ProgressStart of suite 1."""
    _start(handle, label)


@callback("OfxStatus(void *, const char *, const char *)")
def start_named(handle: Any, message: Any, _identifier: Any) -> None:
    """ProgressStart of suite 2."""
    _start(handle, message)


@callback("OfxStatus(void *, double)")
def update(handle: Any, amount: float) -> None:
    """ProgressUpdate: the answer no asks the plug-in to stop."""
    _report(_instance(handle), amount)


@callback("OfxStatus(void *)")
def end(handle: Any) -> None:
    """ProgressEnd."""
    _instance(handle).progress_label = ""


@callback("OfxStatus(void *, double *)")
def get_time(handle: Any, time: Any) -> None:
    """GetTime: that of the action in progress."""
    _instance(handle)
    time[0] = scope.current().time


@callback("OfxStatus(void *, double)")
def goto_time(handle: Any, _time: float) -> None:
    """GotoTime: nobody looks at this time line."""
    _instance(handle)
    raise OfxError(Status.FAILED)


@callback("OfxStatus(void *, double *, double *)")
def get_bounds(handle: Any, first: Any, last: Any) -> None:
    """GetTimeBounds."""
    project = _instance(handle).project
    first[0], last[0] = project.first, project.last


SUITE_1 = ffi.new(
    "OfxProgressSuiteV1 *",
    {"progressStart": start, "progressUpdate": update, "progressEnd": end},
)
SUITE_2 = ffi.new(
    "OfxProgressSuiteV2 *",
    {"progressStart": start_named, "progressUpdate": update, "progressEnd": end},
)
TIME_LINE = ffi.new(
    "OfxTimeLineSuiteV1 *",
    {"getTime": get_time, "gotoTime": goto_time, "getTimeBounds": get_bounds},
)

"""The host as a plug-in first sees it: its properties and the suites it has."""

from typing import Any

from ofx_helpers.host.api_declarations import VARIADIC_CALLS_WORK, ffi
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.schemas import HOST
from ofx_helpers.host.status import log
from ofx_helpers.host.suites import (
    effect_suite,
    memory_suite,
    message_suite,
    opengl_suite,
    parameter_suite,
    parametric_suite,
    plane_suite,
    progress_suite,
    property_suite,
    stereo_suite,
    thread_suite,
)

SUITES: dict[tuple[str, int], Any] = {
    ("OfxPropertySuite", 1): property_suite.SUITE,
    ("OfxImageEffectSuite", 1): effect_suite.SUITE,
    ("OfxParameterSuite", 1): parameter_suite.SUITE,
    ("OfxMemorySuite", 1): memory_suite.SUITE,
    ("OfxMultiThreadSuite", 1): thread_suite.SUITE,
    ("OfxMessageSuite", 1): message_suite.SUITE_1,
    ("OfxMessageSuite", 2): message_suite.SUITE_2,
    ("OfxProgressSuite", 1): progress_suite.SUITE_1,
    ("OfxProgressSuite", 2): progress_suite.SUITE_2,
    ("OfxTimeLineSuite", 1): progress_suite.TIME_LINE,
    ("OfxParametricParameterSuite", 1): parametric_suite.SUITE,
    ("uk.co.thefoundry.FnOfxImageEffectPlaneSuite", 1): plane_suite.SUITE_1,
    ("uk.co.thefoundry.FnOfxImageEffectPlaneSuite", 2): plane_suite.SUITE_2,
    ("OfxVegasStereoscopicImageEffectSuite", 1): stereo_suite.SUITE,
    ("OfxImageEffectOpenGLRenderSuite", 1): opengl_suite.SUITE,
}
"""What is not here is refused: Nuke's camera, Vegas' progress and keys, interacts, dialogs."""


def _fetch(_host: int, name: Any, version: int) -> Any:
    if name == ffi.NULL:
        return ffi.NULL
    wanted = bytes(ffi.string(name)).decode("utf-8", "replace")
    suite = SUITES.get((wanted, version))
    if suite is None:
        log.debug("suite %s %d is refused", wanted, version)
        return ffi.NULL
    return ffi.cast("const void *", suite)


# const void *fetchSuite(OfxPropertySetHandle host, const char *suiteName, int suiteVersion)
_fetch_suite = ffi.callback("const void *(Handle, const char *, int)", _fetch, error=ffi.NULL)
_host: Any = None


def host() -> Any:
    """`OfxHost *`, the same for every plug-in and as long as the process runs."""
    global _host
    if not VARIADIC_CALLS_WORK:
        raise PluginError(
            "OpenFX plug-ins cannot be hosted here: their parameter calls are variadic, which "
            "works without a compiler on x86-64 Linux and macOS only"
        )
    if _host is None:
        properties = PropertySet(HOST, locked=True)
        _host = ffi.new("OfxHost *", {"host": properties.handle, "fetchSuite": _fetch_suite})
    return _host

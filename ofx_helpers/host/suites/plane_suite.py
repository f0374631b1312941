"""The Foundry's plane suite 1 and 2: one plane, colour, and one view, Main."""

from typing import Any

from ofx_helpers.host import handles
from ofx_helpers.host import names as n
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.instance import Instance
from ofx_helpers.host.status import OfxError, Status, callback
from ofx_helpers.host.suites.effect_suite import image_of, region_of
from ofx_helpers.host.suites.property_suite import text_of

_VIEW = ffi.new("char[]", b"Main")
_COLOUR = {n.PLANE_COLOUR, *n.COMPONENTS.values()}
"""Some plug-ins name the colour plane by its components."""


def _plane(handle: int, time: float, plane: Any, region: Any, image: Any) -> None:
    image[0] = 0
    if text_of(plane) not in _COLOUR:
        raise OfxError(Status.FAILED, f"no plane {text_of(plane)}")
    image[0] = image_of(handle, time, region)


@callback("OfxStatus(Handle, double, const char *, const OfxRectD *, Handle *)")
def get_plane(handle: int, time: float, plane: Any, region: Any, image: Any) -> None:
    """ClipGetImagePlane of suite 1."""
    _plane(handle, time, plane, region, image)


@callback("OfxStatus(Handle, double, int, const char *, const OfxRectD *, Handle *)")
def get_view_plane(
    handle: int, time: float, _view: int, plane: Any, region: Any, image: Any
) -> None:
    """ClipGetImagePlane of suite 2."""
    _plane(handle, time, plane, region, image)


@callback("OfxStatus(Handle, double, int, OfxRectD *)")
def get_view_region(handle: int, time: float, _view: int, bounds: Any) -> None:
    """ClipGetRegionOfDefinition of suite 2."""
    region_of(handle, time, bounds)


@callback("OfxStatus(Handle, int, const char **)")
def get_view_name(handle: int, view: int, name: Any) -> None:
    """GetViewName."""
    handles.get(handle, Instance)
    if view != 0:
        raise OfxError(Status.BAD_INDEX)
    name[0] = _VIEW


@callback("OfxStatus(Handle, int *)")
def get_view_count(handle: int, count: Any) -> None:
    """GetViewCount."""
    handles.get(handle, Instance)
    count[0] = 1


SUITE_1 = ffi.new("FnOfxImageEffectPlaneSuiteV1 *", {"clipGetImagePlane": get_plane})
SUITE_2 = ffi.new(
    "FnOfxImageEffectPlaneSuiteV2 *",
    {
        "clipGetImagePlane": get_view_plane,
        "clipGetRegionOfDefinition": get_view_region,
        "getViewName": get_view_name,
        "getViewCount": get_view_count,
    },
)

"""Vegas' stereoscopic suite 1: of one view, Main, which every view that is asked for is.

So it is in Natron in a project of one view. Plug-ins that mix views do not even describe
themselves without the suite.
"""

from typing import Any

from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.status import callback
from ofx_helpers.host.suites.effect_suite import image_of


@callback("OfxStatus(Handle, double, int, const OfxRectD *, Handle *)")
def get_view_image(handle: int, time: float, _view: int, region: Any, image: Any) -> None:
    """ClipGetStereoscopicImage."""
    image[0] = 0
    image[0] = image_of(handle, time, region)


SUITE = ffi.new(
    "OfxVegasStereoscopicImageEffectSuiteV1 *", {"clipGetStereoscopicImage": get_view_image}
)

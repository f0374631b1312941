"""Where ReadOIIO shows a file's pixels: at the format's corner, with a black border around some.

Facts of openfx-io: a file whose data fill its display window exactly has no border, any other has
one black pixel on each side (`edgePixels` says otherwise), which is part of the region and so is
what later nodes find when they repeat the edge. A display window that starts left of 0 is moved
to 0, or, without `offsetNegativeDispWindow`, loses as much on its right and the data stay.
"""

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.media_types import Header
from ofx_helpers.engine.params import Params


def format_of(params: Params, header: Header) -> Window:
    """The format, its corner at the origin."""
    display = header.display
    return Window(0, 0, display.x2 + 2 * kept_left(params, header), display.y2)


def region_of(params: Params, header: Header) -> Window:
    """The pixels with their border."""
    data, display = header.data, header.display
    rule = params.choice("edgePixels") if "edgePixels" in params else "auto"
    left, bottom, right, top = (False, False, False, False)
    if rule == "edge":
        wide, high = data.width != display.width, data.height != display.height
        left, bottom = data.x1 != display.x1, high
        right, top = wide, data.y2 != display.y2
    elif rule == "black" or (rule == "auto" and data != display):
        left, bottom, right, top = (True, True, True, True)
    shown = data.shift(kept_left(params, header), 0)
    return Window(shown.x1 - left, shown.y1 - bottom, shown.x2 + right, shown.y2 + top)


def kept_left(params: Params, header: Header) -> int:
    """How far the file's pixels are moved along x from where its display window starts at 0."""
    moved = "offsetNegativeDispWindow" not in params or params.flag("offsetNegativeDispWindow")
    return 0 if moved else min(header.left, 0)

"""The format of an input: which size it is meant to fill, as opposed to where it has pixels."""

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context

SIZES = {
    "PC_Video": (640, 480),
    "NTSC": (720, 486),
    "PAL": (720, 576),
    "NTSC_16:9": (720, 486),
    "PAL_16:9": (720, 576),
    "HD_720": (1280, 720),
    "HD": (1920, 1080),
    "UHD_4K": (3840, 2160),
    "1K_Super_35(full-ap)": (1024, 778),
    "1K_Cinemascope": (914, 778),
    "2K_Super_35(full-ap)": (2048, 1556),
    "2K_Cinemascope": (1828, 1556),
    "2K_DCP": (2048, 1080),
    "4K_Super_35(full-ap)": (4096, 3112),
    "4K_Cinemascope": (3656, 3112),
    "4K_DCP": (4096, 2160),
    "square_256": (256, 256),
    "square_512": (512, 512),
    "square_1K": (1024, 1024),
    "square_2K": (2048, 2048),
}
"""Natron's built-in formats, in pixels."""


def chosen_size(context: Context) -> tuple[int, int]:
    """The size of the format chosen in `NatronParamFormatChoice`; unset, the project's."""
    if context.params.is_set("NatronParamFormatChoice"):
        size = SIZES.get(context.params.choice("NatronParamFormatChoice"))
        if size is not None:
            return size
    return context.format.width, context.format.height


def input_format(context: Context, label: str) -> Window:
    """The format of the picture on an input, as a window at the origin.

    A picture that starts at the origin fills its format; otherwise its region counts. Empty when
    unconnected.
    """
    return context.region(label)

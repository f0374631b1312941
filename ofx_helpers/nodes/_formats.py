"""The format of an input: which size it is meant to fill, as opposed to where it has pixels."""

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._generator import FORMATS


def chosen_size(context: Context) -> tuple[int, int]:
    """The size of the format chosen in `NatronParamFormatChoice`; unset, the project's."""
    if context.params.is_set("NatronParamFormatChoice"):
        size = FORMATS.get(context.params.choice("NatronParamFormatChoice"))
        if size is not None:
            return size
    return context.format.width, context.format.height


def input_format(context: Context, label: str) -> Window:
    """The format of the picture on an input, as a window at the origin.

    A picture that starts at the origin fills its format; otherwise its region counts. Empty when
    unconnected.
    """
    return context.region(label)

"""The format that a node's menu names."""

from ofx_helpers.engine.node_type import Context
from ofx_helpers.nodes._generator import FORMATS


def chosen_size(context: Context) -> tuple[int, int]:
    """The size of the format chosen in `NatronParamFormatChoice`; unset, the project's."""
    if context.params.is_set("NatronParamFormatChoice"):
        size = FORMATS.get(context.params.choice("NatronParamFormatChoice"))
        if size is not None:
            return size
    return context.format.width, context.format.height

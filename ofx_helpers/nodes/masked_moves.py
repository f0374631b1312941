"""TransformMasked and CornerPinMasked: the same moves, blended by a mask and a mix.

They end a chain: their matrix is not offered to the nodes below, as in openfx-misc.
"""

from dataclasses import replace

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.nodes import corner_pin, transform


def _masked(plain: NodeType, plugin: str) -> NodeType:
    def region(context: Context) -> Window:
        """Both pictures, since the mask chooses between them."""
        moved = plain.region(context)
        blended = context.connected("Mask") and context.params.flag("enableMask_Mask")
        if blended or context.params.number("mix") != 1:
            return moved.union(context.region("Source"))
        return moved

    return replace(plain, plugins=(plugin,), region=region, matrix=None, mask="Mask")


NODES = (
    _masked(transform.NODE, "net.sf.openfx.TransformMaskedPlugin"),
    _masked(corner_pin.NODE, "net.sf.openfx.CornerPinMaskedPlugin"),
)

"""DirBlur: the mean over the amounts of one transform, from nothing to all of it.

Its region reaches, and its edge is repeated, as far as the blur goes. See `_moves`.
"""

from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.nodes._moves import Moves
from ofx_helpers.nodes.masked_moves import masked
from ofx_helpers.nodes.transform import is_still, partly


def _identity(context: Context) -> bool:
    return context.params.number("amount") == 0 or is_still(context)


_MOVES = Moves(partly, _identity)

NODE = masked(
    NodeType(
        plugins=("net.sf.openfx.DirBlur",),
        region=_MOVES.region,
        box=_MOVES.box,
        wants=_MOVES.wants,
        same=_MOVES.same,
        render=_MOVES.render,
        concatenates="Source",
    ),
    "net.sf.openfx.DirBlur",
)

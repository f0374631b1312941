"""DirBlur: the picture averaged over a part of a transform, from nearly all of it to none."""

from dataclasses import replace

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.node_type import Context, Matrix
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes import transform
from ofx_helpers.nodes._moves import Moves


def _direct(context: Context, params: Params, amount: float) -> Matrix:
    """The transform at a share of the way from the first amount to the last."""
    if params.number("fading") > 0:
        raise RenderError(
            f"{context.node.name} fades its blur, which the embedded engine does not: set fading "
            "to 0, or render with Natron."
        )
    last = params.number("amount")
    first = -last if params.flag("centered") else 0.0
    return transform.direct(context, params, first + (last - first) * amount)


_MOVES = Moves(_direct, transform.identity)

NODE = replace(
    transform.NODE,
    plugins=("net.sf.openfx.DirBlur",),
    region=_MOVES.region,
    box=_MOVES.box,
    wants=_MOVES.wants,
    same=_MOVES.same,
    render=_MOVES.render,
    matrix=None,
    mask="Mask",
    # What Transform has as parameters, this node always does.
    defaults={"directionalBlur": True, "shutter": 0.0},
)

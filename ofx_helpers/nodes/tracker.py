"""Tracker: the transform that its tracks were exported to inside it, or nothing at all.

Natron keeps the result of tracking in parameters of the node, a Transform's and a CornerPin's; they
act once a motion type is chosen. Tracks themselves draw nothing.
"""

from ofx_helpers.engine.node_type import Context, Matrix
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes import corner_pin, transform
from ofx_helpers.nodes._moves import Moves


def _pins(params: Params) -> bool:
    return params.choice("transformType") == "CornerPin"


def _direct(context: Context, params: Params, amount: float) -> Matrix | None:
    if _pins(params):
        return corner_pin.direct(context, params, amount)
    return transform.direct(context, params, amount)


def _identity(context: Context) -> bool:
    params = context.params
    if params.choice("motionType") == "None" or params.flag("disableProcess"):
        return True
    return corner_pin.identity(context) if _pins(params) else transform.identity(context)


NODE = Moves(_direct, _identity).node(
    "fr.inria.built-in.Tracker",
    defaults={**corner_pin.DEFAULTS, "transformAmount": 1.0, "directionalBlur": False},
)

"""GodRays: the picture at steps of a transform, each in a colour between two, added or maximal."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import in_pixels
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, Matrix, NodeType
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.resample import invert, resample
from ofx_helpers.nodes import transform
from ofx_helpers.nodes._moves import Moves
from ofx_helpers.nodes.masked_moves import masked


def _identity(context: Context) -> bool:
    return context.params.whole("steps") <= 0 or transform.is_still(context)


_MOVES = Moves(transform.partly, _identity)
_DARKEST = 0.001  # a colour's share runs geometrically, which needs it above 0


def _count(params: Params) -> int:
    return int(2 ** max(0, params.whole("steps")))


def _matrices(context: Context) -> list[Matrix]:
    """From nearly the whole transform to none of it, between pixels."""
    params, count = context.params, _count(context.params)
    found = [transform.partly(context, params, 1.0 - (index + 1) / count) for index in range(count)]
    found = [invert(matrix) for matrix in found] if params.flag("invert") else found
    return [in_pixels(matrix, context.aspect, context.aspect) for matrix in found]


def _colours(params: Params) -> NDArray[np.float32]:
    """The colour of each step, (count, 4): `toColor` where the transform is whole."""
    count = _count(params)
    near = np.maximum(params.colour("fromColor"), _DARKEST)
    far = np.maximum(params.colour("toColor"), _DARKEST)
    gamma = np.array(params.colour("gamma"))
    gamma = np.where(gamma > 0, gamma, 1.0)
    share = (count - 1 - np.arange(count)[:, None]) / count
    colour = near * (far / near) ** share
    differ = near != far
    linear = np.where(differ, (colour - far) / np.where(differ, near - far, 1), 1.0)
    bent = (near**gamma * linear + far**gamma * (1 - linear)) ** (1 / gamma)
    return np.where((gamma == 1) | ~differ, colour, bent).astype(np.float32)


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params, above = context.params, context.upstream()
    brightest = params.flag("max")
    total = np.zeros((window.height, window.width, 4), np.float32)
    matrices = _matrices(context)
    for matrix, colour in zip(matrices, _colours(params), strict=True):
        moved = resample(
            frames[0],
            invert(matrix @ above.matrix),
            window,
            name=params.choice("filter"),
            clamp=params.flag("clamp"),
            black_outside=params.flag("black_outside"),
            bounds=above.region,
            far=True,
        )
        if len(matrices) == 1:
            return moved  # a single step is a plain transform, without colour
        moved = moved * colour
        total = np.maximum(total, moved) if brightest else total + moved
    return total if brightest else total / np.float32(len(matrices))


_PLUGIN = "net.sf.openfx.GodRays"

NODE = masked(
    NodeType(
        plugins=(_PLUGIN,),
        region=_MOVES.region,
        box=_MOVES.box,
        wants=_MOVES.wants,
        same=_MOVES.same,
        render=_render,
        concatenates="Source",
        # A quality that this node has without a parameter.
        defaults={"motionBlur": 1.0},
    ),
    _PLUGIN,
)

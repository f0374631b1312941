"""Transform: move, turn, scale and skew, alone or as the last of a chain."""

from math import cos, radians, sin

import numpy as np

from ofx_helpers.engine.node_type import Context, Matrix
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._moves import Moves

_SMALLEST = 1e-4


def affine(
    translate: tuple[float, float],
    degrees: float,
    scale: tuple[float, float],
    skew: tuple[float, float],
    y_first: bool,
    centre: tuple[float, float],
) -> Matrix:
    """The direct matrix: about the centre scale, skew and turn (anticlockwise), then move."""
    angle = radians(degrees)
    turn = np.array([[cos(angle), -sin(angle), 0], [sin(angle), cos(angle), 0], [0, 0, 1.0]])
    product = 1 + skew[0] * skew[1]
    skewed = np.array(
        [
            [1 if y_first else product, skew[0], 0],
            [skew[1], product if y_first else 1, 0],
            [0, 0, 1],
        ]
    )
    there = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, 1.0]])
    matrix: Matrix = turn @ skewed @ np.diag([scale[0], scale[1], 1.0]) @ there
    matrix[:2, 2] += np.add(centre, translate)
    return matrix


def scale_of(params: Params) -> tuple[float, float]:
    """The scale parameter with `uniform` applied and kept away from 0."""
    x, y = params.pair("scale")
    if params.flag("uniform"):
        y = x
    return _away_from_zero(x), _away_from_zero(y)


def _away_from_zero(value: float) -> float:
    if abs(value) >= _SMALLEST:
        return value
    return _SMALLEST if value >= 0 else -_SMALLEST


def _partial(scale: float, amount: float) -> float:
    """Part of a scale: geometric, so that steps look even, unless the signs forbid it."""
    if scale <= 0 or amount <= 0:
        return 1 + (scale - 1) * amount
    return float(scale**amount)


def centre_of(context: Context, params: Params) -> tuple[float, float]:
    """The centre, canonical: unset, it is the format's."""
    x, y = params.pair("center")
    if params.is_set("center"):
        return x, y
    x1, y1, x2, y2 = context.format_box
    return x1 + x * (x2 - x1), y1 + y * (y2 - y1)


def direct(context: Context, params: Params, amount: float) -> Matrix:
    """The matrix from input to output, canonical, for a share of the parameters from 0 to 1."""
    return partly(context, params, amount * params.number("transformAmount"))


def partly(context: Context, params: Params, amount: float) -> Matrix:
    """As `direct`, without the amount parameter, which DirBlur and GodRays show but never read."""
    tx, ty = params.pair("translate") if "translate" in params else (0.0, 0.0)
    rotate = params.number("rotate")
    sx, sy = scale_of(params)
    kx, ky = params.number("skewX"), params.number("skewY")
    if amount != 1:
        tx, ty, rotate, kx, ky = tx * amount, ty * amount, rotate * amount, kx * amount, ky * amount
        sx, sy = _partial(sx, amount), _partial(sy, amount)
    centre = centre_of(context, params)
    return affine((tx, ty), rotate, (sx, sy), (kx, ky), params.choice("skewOrder") == "YX", centre)


def identity(context: Context) -> bool:
    """Whether the parameters move nothing."""
    return context.params.number("transformAmount") == 0 or is_still(context)


def is_still(context: Context) -> bool:
    """Whether the whole transform moves nothing."""
    params = context.params
    names = ("translate", "rotate", "skewX", "skewY")
    moves = [value for name in names if name in params for value in params.numbers(name)]
    return not any(moves) and scale_of(params) == (1, 1)


NODE = Moves(direct, identity).node("net.sf.openfx.TransformPlugin")

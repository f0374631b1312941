"""Card3D: the source as a flat card in space, seen by a camera: a homography.

The card stands upright, as wide as the source's format is in units of 1, and is moved by its own
position and by an axis; the camera looks along −z. Positions are 4×4 matrices from scale, rotation
and translation in a chosen order, with column vectors, or are given as sixteen numbers.
"""

from math import radians

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box, box_of, nearest
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context, Matrix
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._generator import extent_aspect, rectangle
from ofx_helpers.nodes._moves import Moves

Position = NDArray[np.float64]
"""4×4, acting on column vectors (x, y, z, 1)."""
_LEAST = 1e-8  # a focal length is no shorter


def _moved(x: float, y: float, z: float) -> Position:
    matrix: Position = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def _turned(angles: dict[str, float], order: str) -> Position:
    """Rotations in degrees about the axes, the first letter of `order` first."""
    result: Position = np.eye(4)
    for axis in order:
        first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
        sine, cosine = np.sin(radians(angles[axis])), np.cos(radians(angles[axis]))
        turn = np.eye(4)
        turn[first, first] = turn[second, second] = cosine
        turn[first, second], turn[second, first] = -sine, sine
        result = turn @ result
    return result


def _position(params: Params, prefix: str) -> Position:
    """The matrix of one of the groups of parameters: `axis`, `cam` or `card`."""
    if params.flag(f"{prefix}UseMatrix"):
        rows = [
            [params.number(f"{prefix}Matrix{i}{j}") for j in (1, 2, 3, 4)] for i in (1, 2, 3, 4)
        ]
        return np.array(rows, np.float64)
    x, y, z = params.numbers(f"{prefix}Rotate")
    turn = _turned({"x": x, "y": y, "z": z}, params.choice(f"{prefix}RotOrder"))
    skew = np.eye(4)
    skew[[0, 1, 1], [1, 0, 2]] = np.tan(np.radians(params.numbers(f"{prefix}Skew")))
    sizes = np.array(params.numbers(f"{prefix}Scaling")) * params.number(f"{prefix}UniformScale")
    # The skew goes with the rotation, whatever the order.
    parts = {
        "s": np.diag([*sizes, 1.0]),
        "r": turn @ skew,
        "t": _moved(*params.numbers(f"{prefix}Translate")),
    }
    result: Position = np.eye(4)
    for step in params.choice(f"{prefix}XformOrder"):
        result = parts[step] @ result
    pivot = np.array(params.numbers(f"{prefix}Pivot"))
    return _moved(*pivot) @ result @ _moved(*-pivot)


def _seen(params: Params, position: Position) -> Matrix:
    """From the card's plane to the camera's window, both 1 wide; its y and x point back."""
    matrix = -position[:3][:, [0, 1, 3]]
    if not params.flag("camEnable"):
        return matrix
    width = params.number("camhaperture") / max(_LEAST, params.number("camfocal"))
    if params.choice("camprojection_mode") == "perspective":
        matrix[2] *= width
    else:
        matrix[2] = width * position[3, [0, 1, 3]]
    matrix[:2] += np.outer(np.array(params.pair("camwin_translate")) / 2, matrix[2])
    matrix[:2] /= np.array(params.pair("camwin_scale"))[:, None]
    roll = radians(params.number("camwinroll"))
    turn = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    return np.asarray(turn @ matrix, np.float64)


def _format(context: Context) -> Window:
    found = rectangle(context, "format") or context.format_box
    return nearest(found, extent_aspect(context, "format"))


def _aspect(context: Context) -> float:
    return extent_aspect(context, "format")


def _centre(area: Box) -> tuple[float, float]:
    return (area[0] + area[2]) / 2, (area[1] + area[3]) / 2


def _direct(context: Context, params: Params, _amount: float) -> Matrix | None:
    if context.input_format("Source").empty:
        return None
    source = box_of(context.input_format("Source"), context.aspect)
    target = box_of(_format(context), context.aspect)
    camera = _position(params, "cam") if params.flag("camEnable") else np.eye(4)
    if np.linalg.det(camera) == 0:
        camera = np.eye(4)
    position = np.linalg.inv(camera) @ _position(params, "axis") @ _position(params, "card")
    matrix = _seen(params, position)
    # The lens that took the picture: the wider it was, the larger the card.
    lens = params.number("lensInHAperture") / max(_LEAST, params.number("lensInFocal"))
    matrix[:, :2] *= lens
    (x, y), (u, v) = _centre(source), _centre(target)
    wide, width = source[2] - source[0], target[2] - target[0]
    into = np.array([[1, 0, -x], [0, 1, -y], [0, 0, wide]]) / wide
    out = np.array([[-width, 0, u], [0, -width, v], [0, 0, 1.0]])
    direct: Matrix = out @ matrix @ into
    return None if np.linalg.det(direct) == 0 else direct


def _never(_context: Context) -> bool:
    return False


NODE = Moves(_direct, _never).node("net.sf.openfx.Card3D", format=_format, aspect=_aspect)

"""CornerPin: the transform that takes up to four `from` points to their `to` points.

One point moves, two give a similarity, three an affine map, four a homography.
"""

import numpy as np

from ofx_helpers.engine.node_type import Context, Matrix
from ofx_helpers.engine.params import Params
from ofx_helpers.nodes._moves import Moves

Point = tuple[float, float]


def homography(source: list[Point], target: list[Point]) -> Matrix | None:
    """The matrix that takes one to four points to as many; None where they determine none.

    The sign is such that the first source point stays in front of the eye (w > 0).
    """
    if len(source) < 4:
        return _affine(source, target)
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
        right.append((u, v))
    # The null vector of the eight equations, on points scaled to about 1.
    size = max(1.0, float(np.abs([source, target]).max()))
    norm = np.diag([1 / size, 1 / size, 1.0])
    scaled = np.array(rows, np.float64)
    scaled[:, [0, 1, 3, 4]] /= size
    scaled[:, [6, 7]] /= size * size
    scaled[:, 8] /= size
    _, values, vectors = np.linalg.svd(scaled)
    if values[7] <= 1e-12 * values[0]:
        return None
    matrix: Matrix = np.linalg.inv(norm) @ vectors[8].reshape(3, 3) @ norm
    if abs(np.linalg.det(vectors[8].reshape(3, 3))) < 1e-12:
        return None
    weight = float((matrix @ [*source[0], 1.0])[2])
    scaled_matrix: Matrix = matrix / np.abs(matrix).max() * (-1 if weight < 0 else 1)
    return scaled_matrix


def _affine(source: list[Point], target: list[Point]) -> Matrix | None:
    matrix: Matrix = np.eye(3)
    if not source:
        return matrix
    if len(source) == 2:
        p, q = complex(*source[0]), complex(*source[1])
        u, v = complex(*target[0]), complex(*target[1])
        if p == q or u == v:
            return None
        turn = (v - u) / (q - p)
        matrix[:2, :2] = [[turn.real, -turn.imag], [turn.imag, turn.real]]
    elif len(source) == 3:
        base, image = np.array(source), np.array(target)
        edges, moved = (base[1:] - base[0]).T, (image[1:] - image[0]).T
        if np.linalg.det(edges) == 0 or np.linalg.det(moved) == 0:
            return None
        matrix[:2, :2] = moved @ np.linalg.inv(edges)
    matrix[:2, 2] = np.array(target[0]) - matrix[:2, :2] @ np.array(source[0])
    return matrix


def _point(context: Context, params: Params, name: str) -> Point:
    """A corner in pixels: unset, it is the format's."""
    x, y = params.pair(name)
    if params.is_set(name):
        return x, y
    area = context.format
    return area.x1 + x * area.width, area.y1 + y * area.height


def _enabled(params: Params) -> list[int]:
    return [i for i in (1, 2, 3, 4) if params.flag(f"enable{i}")]


def _extra(params: Params) -> Matrix:
    return np.array([params.numbers(f"transform_row{i}")[:3] for i in (1, 2, 3)], np.float64)


def direct(context: Context, params: Params, amount: float) -> Matrix | None:
    """Source to output. The extra matrix acts on output points before the inverse map."""
    points = _enabled(params)
    source = [_point(context, params, f"from{i}") for i in points]
    target = [_point(context, params, f"to{i}") for i in points]
    amount *= params.number("transformAmount")
    if amount != 1:
        target = [
            (p[0] + amount * (q[0] - p[0]), p[1] + amount * (q[1] - p[1]))
            for p, q in zip(source, target, strict=True)
        ]
    extra = _extra(params)
    if params.flag("invert"):
        # The caller inverts this: sampling becomes source → target after the extra matrix.
        sampling = homography(source, target)
        return None if sampling is None else sampling @ extra
    sampling = homography(target, source)
    if sampling is None or np.linalg.det(extra) == 0:
        return None
    return np.asarray(np.linalg.inv(sampling @ extra), np.float64)


def identity(context: Context) -> bool:
    """Whether no pinned point moves."""
    params = context.params
    if not np.array_equal(_extra(params), np.eye(3)):
        return False
    if params.number("transformAmount") == 0:
        return True
    return all(
        _point(context, params, f"from{i}") == _point(context, params, f"to{i}")
        for i in _enabled(params)
    )


DEFAULTS = {
    "transform_row1": (1.0, 0.0, 0.0),
    "transform_row2": (0.0, 1.0, 0.0),
    "transform_row3": (0.0, 0.0, 1.0),
}
"""Those of the extra matrix, which the catalogue lacks."""

NODE = Moves(direct, identity).node("net.sf.openfx.CornerPinPlugin", defaults=DEFAULTS)

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

    Each set of points makes a 3×3 matrix, and the map is target · source⁻¹. Four points give their
    three diagonal points (where the opposite sides of the quadrangle meet) as columns; three give
    themselves; of two, a third lies square to them, so that the map is a similarity.
    The order of the sums is the plug-in's: a corner of the picture comes to lie exactly where its
    does, just before or just behind a whole pixel. The scale, a power of two, changes none of it.
    The sign is such that the first source point stays in front of the eye (w > 0).
    """
    if len(source) < 2:
        moved: Matrix = np.eye(3)
        for p, q in zip(source, target, strict=True):
            moved[:2, 2] = q[0] - p[0], q[1] - p[1]
        return moved
    back, there = _inverse(_frame(source)), _frame(target)
    if back is None or _inverse(there) is None:
        return None
    matrix = _product(there, back)
    weight = _product(matrix, np.array([[*source[0], 1.0]]).T)[2, 0]
    largest = np.frexp(np.abs(matrix).max())[1]
    return np.asarray(np.ldexp(matrix, -largest) * (-1 if weight < 0 else 1), np.float64)


def _frame(points: list[Point]) -> Matrix:
    """Two to four points as a 3×3 matrix that moves with them."""
    p = [np.array([*point, 1.0]) for point in points]
    if len(p) == 2:
        along = p[1] - p[0]
        p.append(np.array([p[0][0] - along[1], p[0][1] + along[0], 1.0]))
    if len(p) == 3:
        return np.stack(p, axis=1)
    pairs = ((0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2))
    meetings = [np.cross(np.cross(p[a], p[b]), np.cross(p[c], p[d])) for a, b, c, d in pairs]
    return np.stack(meetings, axis=1)


def _inverse(matrix: Matrix) -> Matrix | None:
    first, second, third = matrix.T
    adjoint = np.stack([np.cross(second, third), np.cross(third, first), np.cross(first, second)])
    determinant = float(_product(matrix[:1], adjoint[:, :1])[0, 0])
    return None if determinant == 0 else np.asarray(adjoint * (1.0 / determinant), np.float64)


def _product(left: Matrix, right: Matrix) -> Matrix:
    """The matrix product, summed from left to right: `@` may sum otherwise."""
    terms = [left[:, i : i + 1] * right[i : i + 1] for i in range(3)]
    return np.asarray(terms[0] + terms[1] + terms[2], np.float64)


def _point(context: Context, params: Params, name: str) -> Point:
    """A corner, canonical: unset, it is the format's."""
    x, y = params.pair(name)
    if params.is_set(name):
        return x, y
    x1, y1, x2, y2 = context.format_box
    return x1 + x * (x2 - x1), y1 + y * (y2 - y1)


def _enabled(params: Params) -> list[int]:
    return [i for i in (1, 2, 3, 4) if params.flag(f"enable{i}")]


def _extra(params: Params) -> Matrix:
    return np.array([params.numbers(f"transform_row{i}")[:3] for i in (1, 2, 3)], np.float64)


def _ends(context: Context, params: Params, amount: float) -> tuple[list[Point], list[Point]]:
    """The points and where an amount of the move takes them."""
    points = _enabled(params)
    source = [_point(context, params, f"from{i}") for i in points]
    target = [_point(context, params, f"to{i}") for i in points]
    amount *= params.number("transformAmount")
    if amount != 1:
        target = [
            (p[0] + amount * (q[0] - p[0]), p[1] + amount * (q[1] - p[1]))
            for p, q in zip(source, target, strict=True)
        ]
    return source, target


def direct(context: Context, params: Params, amount: float) -> Matrix | None:
    """Source to output. The extra matrix acts on output points before the inverse map."""
    source, target = _ends(context, params, amount)
    extra = _extra(params)
    if params.flag("invert"):
        # The caller inverts this: sampling becomes source → target after the extra matrix.
        sampling = homography(source, target)
        return None if sampling is None else sampling @ extra
    sampling = homography(target, source)
    if sampling is None or np.linalg.det(extra) == 0:
        return None
    return np.asarray(np.linalg.inv(sampling @ extra), np.float64)


def outline(context: Context, params: Params, amount: float) -> Matrix | None:
    """What the plug-in finds its region by: the map of the points, after the extra matrix."""
    source, target = _ends(context, params, amount)
    found = homography(target, source) if params.flag("invert") else homography(source, target)
    return None if found is None else _product(found, _extra(params))


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

NODE = Moves(direct, identity, outline).node("net.sf.openfx.CornerPinPlugin", defaults=DEFAULTS)

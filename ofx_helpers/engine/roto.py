"""Closed Roto shapes at a time: outlines, feather contours, bounds, and their coverage.

Facts of Natron 2.5's Roto: each cubic segment is cut into 49 chords; the feather contour is the
chords of the feather points moved outwards by the feather distance, along the normal of the
neighbours; between outline and contour opacity falls from 1 to 0 over a patch whose inner
spacing is bent by the fall-off, and what is shown is the square of that opacity. Inside, the
shape is filled without smoothing: a pixel is in when its centre is. Eight bits throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Animated, Expression, Point, Shape
from ofx_helpers.engine.roto_raster import fill_patches, fill_polygon

Floats = NDArray[np.float64]

_CHORDS = 49
_TOLERANCE = 0.1 * 256
_LIFE = {0: "All", 1: "Single", 2: "From start", 3: "To end", 4: "Custom"}


@dataclass(frozen=True)
class Outline:
    """A shape at a time, in pixels, y up.

    `segments` and `feather` are (n, 4, 2): start, two control points, end of each cubic.
    `clockwise` says on which side the outside is. `distance` is the feather distance in pixels,
    `falloff` bends the ramp (1: even), `opacity` and `colour` (R, G, B) are the shape's.
    """

    segments: Floats
    feather: Floats
    clockwise: bool
    distance: float
    falloff: float
    opacity: float
    colour: tuple[float, float, float]
    operator: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What the shape and its feather reach, x1, y1, x2, y2; nothing is drawn outside."""
        points = np.concatenate([_bounds(self.segments), _bounds(self.feather)])
        (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
        reach = self.distance
        return float(x1 - reach), float(y1 - reach), float(x2 + reach), float(y2 + reach)

    @property
    def bounds(self) -> Window:
        """The pixels of `box`."""
        x1, y1, x2, y2 = self.box
        left, bottom = floor(x1), floor(y1)
        return Window(left, bottom, max(ceil(x2), left), max(ceil(y2), bottom))


def outline(shape: Shape, time: float) -> Outline | None:
    """The shape at `time` in frames; None when it draws nothing then."""
    if not shape.activated or len(shape.points) < 2 or not _alive(shape, time):
        return None
    matrix = _transform(shape, time)
    feather_points = shape.feather_points or shape.points
    inner = _corners(shape.points, time)
    outer = _corners(feather_points, time)
    colour = _param(shape, "color", time, (1.0, 1.0, 1.0))
    return Outline(
        segments=_segments(inner, matrix),
        feather=_segments(outer, matrix),
        clockwise=_clockwise(outer[:, 0]),
        # Natron's limits, which keys and their overshoots may pass.
        distance=max(_number(shape, "feather", time, 1.5), 0.0),
        falloff=min(max(_number(shape, "featherFallOff", time, 1.0), 1e-3), 5.0),
        opacity=min(max(_number(shape, "opacity", time, 1.0), 0.0), 1.0),
        colour=(colour[0], colour[1], colour[2]),
        operator=_operator(shape, time),
    )


def coverage(shape: Outline, window: Window) -> NDArray[np.uint8]:
    """How much of each pixel of `window` the shape covers: (h, w) uint8, 0 to 255, y up.

    Opacity and colour are not applied.
    """
    area = shape.bounds
    canvas = np.zeros((area.height, area.width), np.uint8)
    if not area.empty:
        origin = np.array([area.x1, area.y1], np.float64)
        fill_polygon(canvas, _flattened(shape.segments) - origin)
        inner = _chords(shape.segments)
        contour = _contour(_chords(shape.feather), shape.distance, shape.clockwise)
        fill_patches(canvas, inner - origin, contour - origin, shape.falloff)
    return _placed(canvas, area, window)


def _placed(canvas: NDArray[np.uint8], area: Window, window: Window) -> NDArray[np.uint8]:
    if area == window:
        return canvas
    result = np.zeros((window.height, window.width), np.uint8)
    part = area.intersect(window)
    if not part.empty:
        result[
            part.y1 - window.y1 : part.y2 - window.y1, part.x1 - window.x1 : part.x2 - window.x1
        ] = canvas[part.y1 - area.y1 : part.y2 - area.y1, part.x1 - area.x1 : part.x2 - area.x1]
    return result


def _now(value: Animated, time: float) -> float:
    return float(value.at(time) if isinstance(value, Curve | Expression) else value)


def _values(point: Point, time: float) -> tuple[complex, complex, complex]:
    """The point, its left and its right tangent points, as x + iy.

    Unless they are broken, both tangent points are moved across so that their line meets the
    point again: animation may have led them astray.
    """
    pairs = ((point.x, point.y), (point.left_x, point.left_y), (point.right_x, point.right_y))
    middle, left, right = (complex(_now(x, time), _now(y, time)) for x, y in pairs)
    along = right - left
    if not point.broken and along:
        normal = along / abs(along) * 1j
        astray = ((middle - left) * normal.conjugate()).real * normal
        left, right = left + astray, right + astray
    return middle, left, right


def _corners(points: Sequence[Point], time: float) -> Floats:
    """(n, 3, 2): point, left and right tangent point."""
    values = np.array([_values(point, time) for point in points])
    return np.stack([values.real, values.imag], axis=-1)


def _param(shape: Shape, name: str, time: float, default: Sequence[float]) -> tuple[float, ...]:
    stored = shape.params.get(name, ())
    known = tuple(_now(value, time) for value in stored)
    return known + tuple(default[len(known) :])


def _number(shape: Shape, name: str, time: float, default: float) -> float:
    return _param(shape, name, time, (default,))[0]


def _operator(shape: Shape, time: float) -> str:
    stored = shape.params.get("operator", ("over",))[0]
    # A number without its id is Natron's default menu entry.
    return stored if isinstance(stored, str) else "over"


def _alive(shape: Shape, time: float) -> bool:
    """Whether the life time holds; the switch `activated` counts only for a custom one."""
    stored = shape.params.get("lifeTime", ("All",))[0]
    life = stored if isinstance(stored, str) else _LIFE.get(round(_now(stored, time)), "All")
    frame = _number(shape, "lifeTimeFrame", time, 0.0)
    match life:
        case "Single":
            return time == frame
        case "From start":
            return time <= frame
        case "To end":
            return time >= frame
        case "Custom":
            return _number(shape, "activated", time, 1.0) != 0
        case _:
            return True


def _transform(shape: Shape, time: float) -> Floats:
    """The shape's own matrix: scale, skew and turn about the centre, move, after extraMatrix."""
    tx, ty = _param(shape, "translate", time, (0.0, 0.0))[:2]
    sx, sy = _param(shape, "scale", time, (1.0, 1.0))[:2]
    if _number(shape, "uniform", time, 1.0):
        sy = sx
    kx, ky = _number(shape, "skewx", time, 0.0), _number(shape, "skewy", time, 0.0)
    cx, cy = _param(shape, "center", time, (0.0, 0.0))[:2]
    angle = np.radians(_number(shape, "rotate", time, 0.0))
    cosine, sine = np.cos(angle), np.sin(angle)
    stored = shape.params.get("skewOrder", (0,))[0]
    y_first = stored == "YX" if isinstance(stored, str) else _now(stored, time) == 1
    product = 1 + kx * ky
    skew = np.array(
        [[1.0 if y_first else product, kx, 0], [ky, product if y_first else 1.0, 0], [0, 0, 1]]
    )
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    away = np.array([[1, 0, -cx], [0, 1, -cy], [0, 0, 1.0]])
    matrix: Floats = turn @ skew @ np.diag([sx, sy, 1.0]) @ away
    matrix[:2, 2] += (cx + tx, cy + ty)
    extra = _param(shape, "extraMatrix", time, (1, 0, 0, 0, 1, 0, 0, 0, 1))
    result: Floats = matrix @ np.array(extra[:9], np.float64).reshape(3, 3)
    return result


def _segments(points: Floats, matrix: Floats) -> Floats:
    """The cubics between (n, 3, 2) points, closed: (n, 4, 2), transformed."""
    moved = points @ matrix[:2, :2].T + matrix[:2, 2]
    following = np.roll(moved, -1, axis=0)
    return np.stack([moved[:, 0], moved[:, 2], following[:, 1], following[:, 0]], axis=1)


def _clockwise(points: Floats) -> bool:
    """The orientation by the signed area over the points alone; two points count as clockwise."""
    if len(points) == 2:
        return True
    spokes = points[1:] - points[0]
    crossed = spokes[:-1, 0] * spokes[1:, 1] - spokes[:-1, 1] * spokes[1:, 0]
    return bool(crossed.sum() < 0)


def _at(segments: Floats, t: Floats) -> Floats:
    """Points of the cubics at parameters t (m): (n, m, 2)."""
    u = 1.0 - t
    weights = np.stack([u**3, 3 * u * u * t, 3 * u * t * t, t**3])
    result: Floats = np.einsum("km,nkd->nmd", weights, segments)
    return result


def _chords(segments: Floats) -> Floats:
    """The closed polygon of 49 points a segment: (49 n, 2)."""
    return _at(segments, np.arange(_CHORDS) / _CHORDS).reshape(-1, 2)


def _flattened(segments: Floats) -> Floats:
    """The closed polygon that cairo fills: chords within 0.1 pixel, corners on 1/256 pixel."""
    corners: list[tuple[int, int]] = []
    for segment in np.rint(segments * 256).astype(int).tolist():
        _halve([complex(x, y) for x, y in segment], corners)
    return np.array(corners, np.float64) / 256


def _halve(cubic: Sequence[complex], corners: list[tuple[int, int]]) -> None:
    """Halve a cubic in 1/256 pixels until both control points lie near its chord."""
    a, b, c, d = cubic
    if max(_distance(b, a, d), _distance(c, a, d)) < _TOLERANCE:
        corners.append((int(a.real), int(a.imag)))
        return
    ab, bc, cd = _half(a, b), _half(b, c), _half(c, d)
    abc, bcd = _half(ab, bc), _half(bc, cd)
    middle = _half(abc, bcd)
    _halve((a, ab, abc, middle), corners)
    _halve((middle, bcd, cd, d), corners)


def _half(p: complex, q: complex) -> complex:
    step = q - p
    return p + complex(step.real // 2, step.imag // 2)


def _distance(point: complex, start: complex, end: complex) -> float:
    """From a point to a chord, ends included."""
    chord, spoke = end - start, point - start
    square = chord.real**2 + chord.imag**2
    along = (spoke * chord.conjugate()).real
    share = min(max(along / square, 0.0), 1.0) if square else 0.0
    return abs(spoke - share * chord)


def _contour(polygon: Floats, distance: float, clockwise: bool) -> Floats:
    """The polygon moved outwards; a point whose neighbours coincide stays."""
    along = np.roll(polygon, -1, axis=0) - np.roll(polygon, 1, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])[:, None]
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    unit = np.divide(normal, length, out=np.zeros_like(normal), where=length != 0)
    moved: Floats = polygon + unit * (abs(distance) if clockwise else -abs(distance))
    return moved


def _bounds(segments: Floats) -> Floats:
    """The lower left and upper right corner of the curves themselves: (2, 2)."""
    p0, p1, p2, p3 = (segments[:, i] for i in range(4))
    a, b, c = p3 - 3 * p2 + 3 * p1 - p0, 2 * (p2 - 2 * p1 + p0), p1 - p0
    points = [p0, p3]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(b * b - 4 * a * c)
        for t in ((-b + root) / (2 * a), (-b - root) / (2 * a), -c / b):
            t = np.where(np.isfinite(t), np.clip(t, 0, 1), 0)
            u = 1 - t
            points.append(u**3 * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t**3 * p3)
    found = np.concatenate(points)
    return np.stack([found.min(axis=0), found.max(axis=0)])

"""Roto shapes: where they are whole, where they are nothing, and the ramp between."""

import numpy as np
import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Animated, Point, Shape
from ofx_helpers.engine.roto import coverage, outline

VIEW = Window(0, 0, 64, 48)
Corners = list[tuple[float, float]]
BOX: Corners = [(16.0, 12.0), (48.0, 12.0), (48.0, 36.0), (16.0, 36.0)]


def point(x: Animated, y: Animated) -> Point:
    return Point(x=x, y=y, left_x=x, left_y=y, right_x=x, right_y=y)


def shape(points: Corners, outer: Corners | None = None, **params: object) -> Shape:
    values = {"feather": 0.0, **params}
    return Shape(
        name="s",
        points=tuple(point(*p) for p in points),
        feather_points=tuple(point(*p) for p in outer or points),
        params={k: v if isinstance(v, tuple) else (v,) for k, v in values.items()},  # type: ignore[misc]
    )


def drawn(item: Shape, time: float = 1.0, view: Window = VIEW) -> np.ndarray:
    found = outline(item, time)
    if found is None:
        return np.zeros((view.height, view.width), np.uint8)
    return coverage(found, view)


def test_a_rectangle_on_whole_pixels_is_exactly_those_pixels() -> None:
    expected = np.zeros((48, 64), np.uint8)
    expected[12:36, 16:48] = 255
    assert np.array_equal(drawn(shape(BOX)), expected)


@pytest.mark.parametrize("turned", [False, True])
def test_a_matte_feathered_on_two_sides_is_whole_inside_and_nothing_outside(turned: bool) -> None:
    outer = [(16.0, 4.0), (48.0, 4.0), (48.0, 44.0), (16.0, 44.0)]
    points, feather = (BOX[::-1], outer[::-1]) if turned else (BOX, outer)
    mask = drawn(shape(points, feather))
    assert (mask[12:36, 16:48] == 255).all()
    assert not mask[:4].any()
    assert not mask[44:].any()
    assert not mask[:, :16].any()
    assert not mask[:, 48:].any()
    column = mask[36:44, 30].astype(int)
    assert (np.diff(column) < 0).all()


def test_a_feathered_straight_edge_reaches_its_distance_and_no_further() -> None:
    mask = drawn(shape(BOX, feather=6.0))
    assert (mask[12:36, 16:48] == 255).all()
    assert mask[40, 30] > 0
    assert not mask[42:, 30].any()
    # The last of the points that fall in a pixel colours it, and its opacity is squared.
    steps = 1 << 4
    last = [max(k for k in range(steps + 1) if int(k * 6 / steps) == i) for i in range(5)]
    linear = np.array([int((1 - k / steps) * 65535 + 0.5) >> 8 for k in last])
    assert np.abs(mask[36:41, 30] - linear**2 / 255).max() <= 1


@pytest.mark.parametrize("points", [BOX, BOX[::-1]])
def test_the_feather_grows_outwards_whichever_way_the_points_run(points: Corners) -> None:
    mask = drawn(shape(points, feather=4.0))
    assert mask.sum() > drawn(shape(points)).sum()
    assert mask[24, 50] > 0


def test_a_higher_falloff_keeps_the_ramp_close_to_the_shape() -> None:
    even = drawn(shape(BOX, feather=10.0)).astype(int)
    steep = drawn(shape(BOX, feather=10.0, featherFallOff=2.0)).astype(int)
    flat = drawn(shape(BOX, feather=10.0, featherFallOff=0.5)).astype(int)
    assert steep[40, 30] < even[40, 30] < flat[40, 30]


def test_a_part_is_the_same_as_that_part_of_the_whole() -> None:
    item = shape([(10.3, 5.2), (55.1, 11.9), (40.7, 40.2)], feather=5.0)
    part = Window(20, 8, 41, 30)
    assert np.array_equal(drawn(item, view=part), drawn(item)[8:30, 20:41])


def test_the_shape_follows_its_animated_points_and_transform() -> None:
    def run(a: float, b: float) -> Curve:
        slope = (b - a) / 10
        return Curve(
            (
                Key(0, a, Interpolation.LINEAR, slope, slope),
                Key(10, b, Interpolation.LINEAR, slope, slope),
            )
        )

    corners = [point(run(x, x + 10), y) for x, y in BOX]
    params = {"feather": (0.0,), "translate": (0.0, 3.0)}
    moving = Shape(name="m", points=tuple(corners), feather_points=tuple(corners), params=params)
    moved = [(x + 4, y + 3) for x, y in BOX]
    assert np.array_equal(drawn(moving, 4.0), drawn(shape(moved)))


def test_rotation_turns_about_the_centre() -> None:
    turned = drawn(shape(BOX, rotate=90.0, center=(32.0, 24.0)))
    upright = [(20.0, 8.0), (44.0, 8.0), (44.0, 40.0), (20.0, 40.0)]
    assert np.array_equal(turned, drawn(shape(upright)))


def test_scale_is_uniform_unless_told() -> None:
    twice = drawn(shape(BOX, scale=(0.5, 1.0), center=(32.0, 24.0), uniform=True))
    narrow = drawn(shape(BOX, scale=(0.5, 1.0), center=(32.0, 24.0), uniform=False))
    assert twice.astype(bool).sum() == 16 * 12
    assert narrow.astype(bool).sum() == 16 * 24


@pytest.mark.parametrize(
    ("life", "frames"),
    [("All", {1, 2, 3}), ("Single", {2}), ("From start", {1, 2}), ("To end", {2, 3})],
)
def test_the_life_time_says_when_a_shape_is_there(life: str, frames: set[int]) -> None:
    item = shape(BOX, lifeTime=life, lifeTimeFrame=2, activated=False)
    assert {t for t in (1, 2, 3) if outline(item, t) is not None} == frames


def test_a_custom_life_time_asks_the_switch() -> None:
    assert outline(shape(BOX, lifeTime="Custom", activated=False), 1.0) is None
    assert outline(shape(BOX, lifeTime="Custom", activated=True), 1.0) is not None


def test_tangents_led_astray_are_put_back_in_line_unless_broken() -> None:
    def bent(broken: bool) -> Shape:
        corner = Point(
            x=16.0, y=12.0, left_x=12.0, left_y=30.0, right_x=30.0, right_y=30.0, broken=broken
        )
        rest = tuple(point(*p) for p in BOX[1:])
        points = (corner, *rest)
        return Shape(name="b", points=points, feather_points=points, params={"feather": (0.0,)})

    kept, free = outline(bent(False), 1.0), outline(bent(True), 1.0)
    assert kept is not None
    assert free is not None
    assert kept.segments[0, 1] == pytest.approx((30.0, 12.0))
    assert free.segments[0, 1] == pytest.approx((30.0, 30.0))


def test_a_circle_of_four_cubics_covers_its_area() -> None:
    k, r, cx, cy = 0.5522847498, 20.0, 32.0, 24.0
    around = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    points = tuple(
        Point(
            x=cx + r * x,
            y=cy + r * y,
            left_x=cx + r * (x + k * y),
            left_y=cy + r * (y - k * x),
            right_x=cx + r * (x - k * y),
            right_y=cy + r * (y + k * x),
        )
        for x, y in around
    )
    circle = Shape(name="c", points=points, feather_points=points, params={"feather": (0.0,)})
    assert drawn(circle).astype(bool).sum() == pytest.approx(np.pi * r * r, rel=0.01)


def test_a_gap_of_one_pixel_is_closed_and_a_wider_one_is_not() -> None:
    """Natron leaves the filling to cairo, which does so."""

    def notched(width: float) -> np.ndarray:
        corners = [(4.0, 4.0), (40.0, 4.0), (40.0, 20.0), (20.0 + width, 20.0)]
        corners += [(20.0 + width, 8.0), (20.0, 8.0), (20.0, 20.0), (4.0, 20.0)]
        return drawn(shape(corners))

    assert notched(1.0)[15, 20] == 255
    assert notched(2.0)[15, 20] == 0

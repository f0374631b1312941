"""Curves of parametric parameters: slopes by Natron's rules, and what holds of any curve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ofx_helpers.engine.curve import Interpolation
from ofx_helpers.host.parametric import Parametric
from ofx_helpers.host.status import OfxError

POINTS = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.integers(-5, 5).map(float)),
    min_size=3,
    max_size=8,
    unique_by=lambda point: point[0],
)


def curve(*points: tuple[float, float], kind: Interpolation = Interpolation.SMOOTH) -> Parametric:
    made = Parametric(interpolation=kind)
    for point in points:
        made.add(*point)
    return made


def test_two_points_make_a_straight_line_whatever_they_are() -> None:
    for kind in (Interpolation.SMOOTH, Interpolation.LINEAR, Interpolation.CUBIC):
        assert curve((0, 0), (1, 1), kind=kind).at(0.3) == pytest.approx(0.3)


def test_a_smooth_curve_stops_at_its_ends_and_a_cubic_one_goes_on() -> None:
    assert curve((0, 0), (1, 1)).at(2.0) == 1.0
    assert curve((0, 0), (1, 1), kind=Interpolation.CUBIC).at(2.0) == pytest.approx(2.0)


def test_horizontal_points_have_no_slope() -> None:
    made = curve((0, 0), (1, 1), kind=Interpolation.HORIZONTAL)
    assert made.at(0.25) == pytest.approx(3 * 0.25**2 - 2 * 0.25**3)


@given(POINTS)
def test_a_smooth_curve_never_leaves_the_range_of_its_neighbours(
    points: list[tuple[float, float]],
) -> None:
    made = curve(*points)
    for a, b in zip(made.keys, made.keys[1:], strict=False):
        low, high = sorted((a.value, b.value))
        for part in (0.25, 0.5, 0.75):
            assert low - 1e-9 <= made.at(a.time + (b.time - a.time) * part) <= high + 1e-9


def test_an_inner_key_of_a_cubic_curve_would_bend_alike_on_both_sides() -> None:
    """With ends that do not bend, (3·slope before/width + 3·slope after/width) shared out."""
    made = curve((0, 0), (1, 2), (3, 0), kind=Interpolation.CUBIC)
    assert (made.keys[1].left, made.keys[1].right) == pytest.approx((1.0, 1.0))


@given(POINTS)
def test_a_periodic_curve_joins_its_end_to_its_start(points: list[tuple[float, float]]) -> None:
    made = Parametric(low=0.0, high=24.0, periodic=True)
    for point in points:
        made.add(*point)
    first, last = made.keys[0], made.keys[-1]
    assert made.at(first.time + 24) == pytest.approx(first.value)
    middle = made.at((last.time + first.time + 24) / 2)
    low, high = sorted((first.value, last.value))
    assert low - 1e-9 <= middle <= high + 1e-9


def test_a_point_at_a_taken_place_replaces_it_and_neighbours_follow() -> None:
    made = curve((0, 0), (1, 0), (2, 0))
    made.add(1, 1)
    assert len(made.keys) == 3
    assert made.keys[0].right == pytest.approx(1.5), "the curve does not bend at its end"
    made.move(1, 1, -1)
    assert made.keys[0].right == pytest.approx(-1.5)
    made.delete(1)
    assert made.keys[0].right == 0


def test_what_is_no_point_is_refused_and_nothing_changes() -> None:
    made = curve((0, 0), (1, 1))
    before = list(made.keys)
    for call in (
        lambda: made.add(float("nan"), 0),
        lambda: made.move(0, 0, float("inf")),
        lambda: made.move(2, 0, 0),
        lambda: made.delete(-1),
    ):
        with pytest.raises(OfxError):
            call()
    assert made.keys == before

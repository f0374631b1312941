"""Derivatives of keys are those that Natron stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from driver.project.document import read
from driver.project.keys import animate
from driver.render.graph import graph_of
from ofx_helpers.engine.curve import Curve, Interpolation


def _curves(path: Path) -> Iterator[Curve]:
    for node in graph_of(read(path)).nodes.values():
        for values in node.params.values():
            yield from (value for value in values if isinstance(value, Curve))
        for shape in node.shapes:
            for point in shape.points:
                yield from (v for v in (point.x, point.y, point.left_x) if isinstance(v, Curve))


@pytest.mark.parametrize(
    "name", ["golden/projects/transform_animated", "golden/projects/roto_animated", "gui_saved"]
)
def test_keys_set_one_by_one_get_the_derivatives_that_natron_saved(natron: Path, name: str) -> None:
    curves = list(_curves(natron / f"{name}.ntp"))
    assert curves
    for curve in curves:
        made = animate([(key.time, key.value) for key in curve.keys], curve.keys[0].interpolation)
        for ours, theirs in zip(made.keys, curve.keys, strict=True):
            assert (ours.left, ours.right) == pytest.approx((theirs.left, theirs.right), abs=1e-9)


def test_a_smooth_curve_never_leaves_the_values_of_its_neighbours() -> None:
    curve = animate([(1, 0), (2, 1), (9, 1.5), (10, 20), (11, 3)])
    values = [curve.at(1 + step / 20) for step in range(181)]
    assert all(1 - 1e-12 <= value <= 1.5 + 1e-12 for value in values[20:161])


def test_a_peak_is_flat() -> None:
    key = animate([(1, 0), (2, 5), (3, 1)]).keys[1]
    assert (key.left, key.right) == (0, 0)


def test_linear_keys_make_straight_lines() -> None:
    curve = animate([(1, 0), (3, 4), (4, 0)], Interpolation.LINEAR)
    assert [curve.at(time) for time in (1.5, 2, 3.25)] == pytest.approx([1, 2, 3])


def test_keys_are_put_in_order_and_the_last_of_one_time_counts() -> None:
    assert [key.value for key in animate([(5, 1.0), (1, 7.0), (5, 2.0)]).keys] == [7.0, 2.0]

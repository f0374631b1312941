"""Curves of parameters: what Natron makes of values between keys, by kind and limits."""

import math

import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key, Steps

LINE = (Key(0, -1, Interpolation.LINEAR, 0, 0.5), Key(8, 3, Interpolation.LINEAR, 0.5, 0))


@pytest.mark.parametrize(
    ("time", "whole", "on"), [(0, -1, 0), (2.9, 0, 0), (3, 1, 1), (5, 2, 1), (6.9, 2, 1), (7, 3, 1)]
)
def test_whole_numbers_and_switches_turn_at_a_half(time: float, whole: int, on: int) -> None:
    assert Curve(LINE, Steps.WHOLE).at(time) == whole
    assert Curve(LINE, Steps.SWITCH).at(time) == on


def test_what_keys_lead_to_stays_within_the_limits() -> None:
    curve = Curve(LINE, low=0.25, high=2)
    assert [curve.at(time) for time in (0, 3, 8)] == [0.25, 0.5, 2]


def test_beyond_the_ends_a_curve_goes_on_straight() -> None:
    curve = Curve((Key(1, 2, Interpolation.FREE, -3, 0), Key(4, 5, Interpolation.FREE, 0, 0.25)))
    assert curve.at(-1) == 8
    assert curve.at(8) == 6
    assert not math.isnan(curve.at(2.5))


def test_a_closed_curves_last_key_holds_to_the_very_end_when_it_is_constant() -> None:
    held = Curve((Key(0, 1), Key(5, 3, Interpolation.CONSTANT)))
    assert held.periodic(6, 6) == 3
    assert held.periodic(12, 6) == 1  # a whole turn on, it is the first key
    assert held.periodic(-1, 6) == 3

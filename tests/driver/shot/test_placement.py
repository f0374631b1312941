import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver.errors import MemecompError
from driver.shot import geometry
from driver.shot.geometry import Rect
from driver.shot.match import Match
from driver.shot.placement import Wish, before_residual, place
from tests.driver.shot.centres import center_delta


def wish(canvas=(0, 0), factor=4, allow_fractional=False, reach=8):
    return Wish(canvas=canvas, factor=factor, allow_fractional=allow_fractional, reach=reach)


def test_a_centred_pair_fills_a_canvas_of_both_extents():
    found = place((1280, 536), (240, 180), Match(4.0, 0, 0), wish())
    assert found.canvas == (1280, 720)
    assert found.wide == Rect(0, 92, 1280, 536)
    assert found.dvd == Rect(160, 0, 960, 720)
    assert (found.bands.top, found.bands.bottom) == (25, 25)
    assert found.wide_padded == (1280, 536)
    assert found.wide_scale == 1
    assert not found.apply_residual


def test_an_offset_pads_the_widescreen_and_makes_the_bands_unequal():
    found = place((1280, 536), (240, 180), Match(4.01, 6.3, -9.8), wish())
    assert found.wide_padded == (1280 + 12, 536 + 20)
    assert found.canvas == (1292, 720)
    # The DVD's centre shows what lies 6 right of and 10 above the widescreen's centre.
    assert found.wide == Rect(646 - 640 - 6, 360 - 268 + 10, 1280, 536)
    assert found.bands.top > found.bands.bottom
    assert found.residual.dx == pytest.approx(0.3)
    assert found.residual.dy == pytest.approx(0.2)
    assert found.scale_residual == pytest.approx(0.0025)
    assert not found.apply_residual


@given(
    wide=st.tuples(st.integers(200, 900), st.integers(100, 500)),
    dvd=st.tuples(st.integers(40, 200), st.integers(40, 200)),
    shift=st.tuples(st.floats(-30, 30), st.floats(-30, 30)),
    scale=st.floats(3.97, 4.03),
    canvas=st.sampled_from([(0, 0), (801, 601), (1000, 700)]),
)
def test_padded_widescreen_and_dvd_centres_meet_within_half_a_pixel_of_the_measured(
    wide, dvd, shift, scale, canvas
):
    found = place(wide, dvd, Match(scale, *shift), wish(canvas))
    assert center_delta(found.canvas, dvd, found.dvd) == (0, 0)
    # Rule 1 for the padded copy: its centre sample is the canvas's centre.
    for axis, start in enumerate((found.wide.x, found.wide.y)):
        pad = 2 * max(0, -round(shift[axis])) if found.wide_scale == 1 else None
        if pad is not None:
            left = geometry.center(found.canvas[axis]) - geometry.center(found.wide_padded[axis])
            assert start == left + pad
    if found.wide_scale == 1:
        # Where the measurement puts the DVD's centre in the widescreen copy, on the canvas.
        x = found.wide.x + wide[0] // 2 + shift[0]
        y = found.wide.y + wide[1] // 2 + shift[1]
        assert abs(x - geometry.center(found.canvas[0])) <= 0.5
        assert abs(y - geometry.center(found.canvas[1])) <= 0.5
        # The rest takes the placed DVD's centre there exactly.
        middle, rest = found.canvas[0] / 2, found.residual
        lands = middle + rest.scale * (geometry.center(found.canvas[0]) - middle) + rest.dx
        assert lands == pytest.approx(x, abs=1e-6)
    if canvas == (0, 0):
        assert found.canvas[0] % 2 == found.canvas[1] % 2 == 0
        assert found.wide.x >= 0
        assert found.wide.right <= found.canvas[0]
        # An odd DVD reaches half a DVD pixel farther on one side of its centre sample.
        assert found.dvd.y >= -2
        assert found.dvd.bottom <= found.canvas[1] + 2


def test_a_scale_off_the_factor_is_refused_with_the_way_out():
    with pytest.raises(MemecompError, match=r"3\.9000 canvas pixels, which is 2\.5% off the facto"):
        place((1280, 536), (240, 180), Match(3.9, 0, 0), wish())
    with pytest.raises(MemecompError, match=r"set bands\.factor = 2"):
        place((1280, 536), (240, 180), Match(2.01, 0, 0), wish())
    with pytest.raises(MemecompError, match="allow_fractional"):
        place((1280, 536), (240, 180), Match(3.9, 0, 0), wish())


@pytest.mark.parametrize("allow", [False, True])
def test_swapped_copies_and_a_wrong_factor_are_told_apart_from_a_fraction(allow):
    with pytest.raises(MemecompError, match="the copies look swapped"):
        place((240, 180), (1280, 536), Match(0.25, 0, 0), wish(allow_fractional=allow))
    with pytest.raises(MemecompError, match=r"the factor looks wrong: set bands\.factor = 6"):
        place((1280, 536), (240, 180), Match(6.3, 0, 0), wish(allow_fractional=allow))
    with pytest.raises(MemecompError, match=r"the factor looks wrong: set bands\.factor = 3"):
        place((1280, 536), (240, 180), Match(2.7, 0, 0), wish(allow_fractional=allow))


def test_one_percent_is_still_the_integer_factor():
    assert place((1280, 536), (240, 180), Match(4.039, 0, 0), wish()).scale_residual < 0.01
    with pytest.raises(MemecompError):
        place((1280, 536), (240, 180), Match(4.05, 0, 0), wish())


@pytest.mark.parametrize("scale", [3.9, 4.15])
def test_an_allowed_fraction_becomes_a_rest_and_the_bands_still_reach_the_widescreen(scale):
    found = place((1280, 536), (240, 180), Match(scale, 0.3, 0), wish(allow_fractional=True))
    assert found.apply_residual
    assert found.residual.scale == pytest.approx(scale / 4)
    middle = geometry.center(found.canvas[1])
    edge = middle + found.residual.dy + found.residual.scale * (found.top.bottom - middle)
    assert found.wide.y + 8 <= edge <= found.wide.y + 24
    edge = middle + found.residual.dy + found.residual.scale * (found.bottom.y - middle)
    assert found.wide.bottom - 24 <= edge <= found.wide.bottom - 8


def test_a_rest_too_small_to_see_is_not_filtered():
    found = place((1280, 536), (240, 180), Match(4.0001, 0.01, 0), wish(allow_fractional=True))
    assert not found.apply_residual


def test_a_widescreen_smaller_than_the_canvas_is_enlarged_once():
    found = place((640, 268), (240, 180), Match(2.0, 0, 0), wish((1280, 720)))
    assert found.wide_scale == 2
    assert found.wide_size == (1280, 536)
    assert found.wide == Rect(0, 92, 1280, 536)
    assert found.measured_scale == 4


def test_a_widescreen_that_would_not_fill_the_canvas_takes_the_scale_that_fits_the_dvd():
    found = place((640, 268), (240, 180), Match(2.2, 0, 0), wish((1280, 720)))
    assert found.wide_scale == pytest.approx(4 / 2.2)
    assert found.scale_residual == pytest.approx(0)


def test_before_residual_rounds_inward():
    from driver.shot.alignment import Residual

    rest = Residual(scale=0.5, dx=0.25, dy=0.0)
    back = before_residual(Rect(40, 45, 20, 10), (100, 100), rest)
    assert back == Rect(30, 40, 39, 20)

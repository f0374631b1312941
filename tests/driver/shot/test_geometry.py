from hypothesis import given
from hypothesis import strategies as st

from driver.shot import geometry
from driver.shot.geometry import Rect
from tests.driver.shot.centres import center_delta

sizes = st.tuples(st.integers(2, 900), st.integers(2, 700))
factors = st.integers(1, 5)


@given(canvas=sizes, source=sizes, factor=factors)
def test_the_centre_sample_always_lands_on_the_canvas_centre(canvas, source, factor):
    rect = geometry.place(canvas, source, factor)
    assert center_delta(canvas, source, rect) == (0, 0)
    assert (rect.width, rect.height) == (source[0] * factor, source[1] * factor)


@given(canvas=sizes, source=sizes, factor=factors)
def test_even_sources_lie_where_the_runbooks_formula_puts_them(canvas, source, factor):
    even = (source[0] * 2, source[1] * 2)
    rect = geometry.place(canvas, even, factor)
    assert rect.x == canvas[0] // 2 - (even[0] * factor) // 2
    assert rect.y == canvas[1] // 2 - (even[1] * factor) // 2


def test_the_runbooks_example():
    assert geometry.place((3840, 2160), (720, 540), 4) == Rect(480, 0, 2880, 2160)
    assert geometry.place((3840, 2160), (3840, 1610), 1) == Rect(0, 275, 3840, 1610)
    found = geometry.bands(Rect(480, 0, 2880, 2160), 540, Rect(0, 275, 3840, 1610), 4, 8)
    top, bottom = geometry.band_rects(Rect(480, 0, 2880, 2160), found, 4)
    assert (found.top, found.bottom) == (71, 71)  # 283 of 275 rows and 8 under the edge, / 4, up
    assert top == Rect(480, 0, 2880, 284)
    assert bottom == Rect(480, 2160 - 284, 2880, 284)


@given(canvas=sizes, dvd=sizes, wide=sizes, factor=factors, reach=st.integers(0, 16))
def test_bands_are_whole_rows_and_leave_no_gap_to_the_widescreen(canvas, dvd, wide, factor, reach):
    placed = geometry.place(canvas, dvd, factor)
    core = geometry.place(canvas, wide, 1)
    found = geometry.bands(placed, dvd[1], core, factor, reach)
    top, bottom = geometry.band_rects(placed, found, factor)
    assert top.height == found.top * factor
    assert bottom.height == found.bottom * factor
    assert 0 <= found.top <= dvd[1]
    assert 0 <= found.bottom <= dvd[1]
    if placed.y < core.y:
        # As far under the edge as asked, or as the DVD has rows; and not a row more than needed.
        assert top.bottom >= min(core.y + reach, placed.bottom)
        assert top.bottom - factor < core.y + reach
    else:
        assert top.empty
    if placed.bottom > core.bottom:
        assert bottom.y <= max(core.bottom - reach, placed.y)
        assert bottom.y + factor > core.bottom - reach
    else:
        assert bottom.empty


@given(canvas=sizes, dvd=sizes, wide=sizes, factor=factors)
def test_bands_and_widescreen_cover_every_row_of_the_dvd_that_the_canvas_shows(
    canvas, dvd, wide, factor
):
    placed = geometry.place(canvas, dvd, factor)
    core = geometry.place(canvas, wide, 1)
    found = geometry.bands(placed, dvd[1], core, factor, 8)
    rects = [*geometry.band_rects(placed, found, factor), core]
    rows = set(range(placed.y, placed.bottom))
    for rect in rects:
        rows -= set(range(rect.y, rect.bottom))
    assert not rows

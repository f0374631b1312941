"""Text against a font made here, whose letters are boxes: every pixel is known beforehand.

One em is 1000 units: `I` is a box from 100 to 500 and 0 to 700, 600 wide; `L` a box from 0 to 1000
and 0 to 1000 that fills its 1000; a space is 500. Ascent 800, descent 200. Lines are 100 thick:
an underline from 100 below the baseline, a line through from 400 above it.

How such a text looks in Natron 2.5 was seen with the machine's own fonts.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.text_breaks import hyphenates, opportunities
from ofx_helpers.engine.text_fonts import FontWish
from ofx_helpers.engine.text_markup import parse
from ofx_helpers.engine.text_raster import fill, fixed
from ofx_helpers.engine.text_runs import Run, Style, split
from ofx_helpers.nodes.oiio_text import _as_read, _put
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

TEXT = "net.fxarena.openfx.Text"
BOXES = {
    ".notdef": (0, 0),
    "space": (500, 0),
    "I": (600, (100, 0, 500, 700)),
    "L": (1000, (0, 0, 1000, 1000)),
    "hyphen": (400, (0, 300, 400, 400)),
}


def _glyph(box: Any) -> Any:
    pen = TTGlyphPen(None)
    if box:
        x1, y1, x2, y2 = box
        pen.moveTo((x1, y1))
        for point in ((x1, y2), (x2, y2), (x2, y1)):
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("font") / "boxes.ttf"
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder(list(BOXES))
    made.setupCharacterMap({32: "space", 73: "I", 76: "L", 0x2010: "hyphen"})
    made.setupGlyf({name: _glyph(box) for name, (_, box) in BOXES.items()})
    made.setupHorizontalMetrics(
        {name: (width, shape[0] if shape else 0) for name, (width, shape) in BOXES.items()}
    )
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupOS2(
        sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200,
        yStrikeoutSize=100, yStrikeoutPosition=400,
        ySuperscriptYSize=500, ySuperscriptYOffset=300,
    )  # fmt: skip
    made.setupNameTable({"familyName": "Memecomp Boxes", "styleName": "Regular"})
    made.setupPost(underlinePosition=-100, underlineThickness=100)
    made.save(path)
    return str(path)


def draw(face: str, text: str, size: tuple[int, int] = (64, 48), **params: Any) -> np.ndarray:
    """Pixels, bottom row first. Size 15 is an em of 20 pixels; no hinting, so boxes stay boxes."""
    settings = {
        "custom": face, "font": "Memecomp Boxes", "size": 15, "center": (0.0, size[1] - 1.0),
        "hintStyle": "None",
    }  # fmt: skip
    made = graph(node("T", TEXT, text=text, **(settings | params)), size=size)
    return render(made, "T").pixels


def box(pixels: np.ndarray) -> tuple[int, int, int, int]:
    """x1, y1, x2, y2 of what has ink, y down from the top row."""
    rows, columns = np.nonzero(pixels[::-1, :, 3])
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_a_letter_stands_on_its_baseline_in_its_colour(font: str) -> None:
    pixels = draw(font, "I", color=(0.5, 1.0, 0.0, 0.5))
    # Ascent 16, so the baseline is 16 rows below the start; the box is 8 wide and 14 high.
    assert box(pixels) == (2, 2, 10, 16)
    inside = pixels[::-1][2:16, 2:10]
    np.testing.assert_allclose(inside[..., 3], 128 / 255, atol=1e-6)
    np.testing.assert_allclose(inside[..., 0], 64 / 255, atol=1e-6)
    assert (inside[..., 2] == 0).all()


def test_letters_follow_by_their_advance_and_the_letter_spacing(font: str) -> None:
    assert box(draw(font, "II"))[2] == 12 + 10
    assert box(draw(font, "II", letterSpace=5))[2] == 12 + 5 + 10


def test_a_second_line_lies_one_ascent_and_descent_lower(font: str) -> None:
    assert box(draw(font, "I\nI")) == (2, 2, 10, 36)


def test_the_text_moves_with_its_centre(font: str) -> None:
    assert box(draw(font, "I", center=(7.0, 40.0))) == (9, 9, 17, 23)


def test_without_transform_a_wrapped_text_is_aligned_on_the_canvas(font: str) -> None:
    settings = {"transform": False, "wrap": "Word", "valign": "Bottom"}
    pixels = draw(font, "LL LL", align="Right", **settings)
    assert box(pixels) == (24, 4, 64, 44)
    assert box(draw(font, "LL LL", align="Center", **settings))[:3:2] == (12, 52)


def test_justified_words_reach_both_edges(font: str) -> None:
    pixels = draw(font, "L L LLL", transform=False, wrap="Word", justify=True)[::-1]
    first = pixels[10, :, 3]
    assert first[:20].all()
    assert not first[20:44].any()
    assert first[44:].all()


def test_auto_size_makes_the_region_as_large_as_the_text(font: str) -> None:
    made = graph(
        node("T", TEXT, text="LI", custom=font, font="Memecomp Boxes", size=15, autoSize=True)
    )
    assert render(made, "T").window == Window(0, 0, 32, 20)


def test_the_canvas_is_the_region_and_the_background_fills_it(font: str) -> None:
    made = graph(
        node("T", TEXT, text="", custom=font, font="Memecomp Boxes", canvas=(30, 20),
             backgroundColor=(1.0, 0.0, 0.0, 1.0))
    )  # fmt: skip
    frame = render(made, "T")
    assert frame.window == Window(0, 0, 30, 20)
    assert (frame.pixels == [1, 0, 0, 1]).all()


def test_a_stroke_goes_half_its_width_to_each_side_under_the_fill(font: str) -> None:
    pixels = draw(font, "I", strokeSize=4.0, strokeColor=(0.0, 0.0, 1.0, 1.0))
    assert box(pixels) == (0, 0, 12, 18)
    # Corners are mitred: full to the tip.
    assert pixels[::-1][0, 0].tolist() == [0, 0, 1, 1]
    assert pixels[::-1][10, 5].tolist() == [1, 1, 1, 1]


def test_dashes_leave_gaps_in_the_stroke(font: str) -> None:
    settings = {"strokeSize": 2.0, "strokeDash": 2, "color": (0.0, 0.0, 0.0, 0.0)}
    whole = draw(font, "I", strokeSize=2.0, color=(0.0, 0.0, 0.0, 0.0))[..., 3].sum()
    half = draw(font, "I", strokeDashPattern=(2.0, 2.0, 0.0), **settings)[..., 3].sum()
    assert half == pytest.approx(whole / 2, rel=0.1)


def test_a_quarter_turn_lays_the_letter_on_its_side(font: str) -> None:
    pixels = draw(font, "I", center=(30.0, 20.0), rotate=90.0)
    x1, y1, x2, y2 = box(pixels)
    assert (x2 - x1, y2 - y1) == (14, 8)


def test_scale_is_about_the_centre(font: str) -> None:
    x1, y1, x2, y2 = box(draw(font, "I", scale=(2.0, 0.5)))
    assert (x2 - x1, y2 - y1) == (16, 7)


def test_a_skew_leans_the_top_to_the_right(font: str) -> None:
    pixels = draw(font, "I", center=(20.0, 20.0), skewX=0.5)[::-1, :, 3]
    first = [int(np.nonzero(row)[0][0]) for row in pixels if row.any()]
    # 13 rows lower the left edge lies 13 × 0.5 pixels further to the left.
    assert 6 <= first[0] - first[-1] <= 7


def test_words_in_a_circle_are_drawn_that_often(font: str) -> None:
    area = draw(font, "I", strokeSize=0.0)[..., 3].sum()
    settings = {"circleRadius": 40.0, "circleWords": 6, "center": (60.0, 60.0)}
    pixels = draw(font, "I", size=(121, 121), **settings)
    assert pixels[..., 3].sum() == pytest.approx(6 * area, rel=0.01)


def test_an_arc_bends_the_line_but_keeps_its_area_about(font: str) -> None:
    area = draw(font, "III")[..., 3].sum()
    settings = {"arcRadius": 40.0, "arcAngle": 300.0, "center": (60.0, 60.0)}
    pixels = draw(font, "III", size=(121, 121), **settings)
    assert pixels[..., 3].sum() == pytest.approx(area, rel=0.25)


def test_markup_colours_a_part(font: str) -> None:
    pixels = draw(font, 'I<span foreground="#ff0000">I</span>', markup=True)[::-1]
    assert pixels[10, 5].tolist() == [1, 1, 1, 1]
    assert pixels[10, 17].tolist() == [1, 0, 0, 1]


def test_broken_markup_is_drawn_as_it_is_written(font: str) -> None:
    assert np.array_equal(draw(font, "I<b", markup=True), draw(font, "I<b"))


def test_a_line_through_reaches_from_ink_to_ink_and_an_underline_over_all(font: str) -> None:
    through = draw(font, "<s> </s><span color='#000000'><s>I</s></span>", markup=True)[::-1]
    black = (through[..., 3] > 0) & (through[..., 0] == 0)
    assert np.nonzero(black[9])[0][[0, -1]].tolist() == [12, 19]
    under = draw(font, "<u>I</u>", markup=True)[::-1]
    assert np.nonzero(under[18:20, :, 3].all(0))[0][[0, -1]].tolist() == [0, 11]


def test_an_enlarged_text_keeps_the_thickness_of_its_lines(font: str) -> None:
    pixels = draw(font, "<u>I</u>", markup=True, scale=(2.0, 2.0))[::-1]
    # The baseline is 32 rows below the start.
    assert np.nonzero(pixels[:, 0, 3])[0].tolist() == [34, 35]


def test_an_enlarged_text_keeps_the_height_of_its_empty_lines(font: str) -> None:
    # 40 rows of text, 20 of nothing, 32 down to the baseline.
    assert box(draw(font, "I\n\nI", (64, 128), scale=(2.0, 2.0)))[3] == 40 + 20 + 32


def test_a_superscript_of_an_enlarged_text_is_enlarged_once_more(font: str) -> None:
    text = "L<sup>L</sup>"
    assert box(draw(font, text, (96, 96), markup=True))[2] == 20 + 10
    assert box(draw(font, text, (96, 96), markup=True, scale=(2.0, 2.0)))[2] == 40 + 40


@pytest.mark.parametrize("metrics", ["Off", "On"])
def test_a_text_that_is_only_higher_is_spaced_as_if_wider(font: str, metrics: str) -> None:
    assert box(draw(font, "II", scale=(1.0, 2.0), hintMetrics=metrics))[2] == 24 + 10


def test_a_fonts_description_sets_weight_slant_and_width_anew() -> None:
    wish = FontWish("Base", 20.0, weight=700, slant="italic", width=75)
    runs = parse("<span font='Boxes 12'>a</span><span weight='300' font='B'>b</span>", Style(wish))
    first, second = (run.style.wish for run in runs)
    assert (first.weight, first.slant, first.width, first.pixels) == (400, "normal", 100, 16)
    assert (second.weight, second.family, second.pixels) == (300, "B", 20)


def test_a_tab_reaches_its_stop_whatever_the_letter_spacing(font: str) -> None:
    pixels = draw(font, "I\tI", (128, 48), letterSpace=4)
    assert np.nonzero(pixels.any((0, 2)))[0].tolist() == [*range(2, 10), *range(82, 90)]


def test_an_inserted_hyphen_follows_its_letter_without_letter_spacing(font: str) -> None:
    pixels = draw(
        font, "LLLL", transform=False, wrap="Char", align="Right", letterSpace=4
    )[::-1]  # fmt: skip
    assert np.nonzero(pixels[5, :, 3])[0].tolist() == [*range(12, 32), *range(36, 56)]
    assert np.nonzero(pixels[9, :, 3])[0][-1] == 63


def test_a_text_file_takes_the_place_of_the_text(font: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("II")
    pixels = draw(font, "I", file=str(tmp_path / "words.txt"))
    assert np.array_equal(pixels, draw(font, "II"))


def test_a_missing_family_warns_with_what_there_is(font: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        draw(font, "I", font="No Such Face At All")
    said = " ".join(str(warning.message) for warning in caught)
    assert "No Such Face At All is not on this machine" in said
    assert "There are:" in said


def test_a_missing_font_file_is_an_error_that_names_it() -> None:
    with pytest.raises(RenderError, match=r"gone\.ttf is not there"):
        draw("/nowhere/gone.ttf", "I")


def test_an_unknown_option_lists_the_known_ones(font: str) -> None:
    with pytest.raises(RenderError, match="align is 'Middle': choose one of Left, Right, Center"):
        draw(font, "I", align="Middle")


def test_a_triangle_covers_its_area() -> None:
    corners = fixed(np.array(((2.0, 1.0), (30.5, 4.25), (7.75, 25.0))))
    area = (
        abs(np.linalg.det(np.stack((corners[1] - corners[0], corners[2] - corners[0])) / 256)) / 2
    )
    assert fill([corners], 40, 30).sum() / 255 == pytest.approx(area, rel=0.005)


def test_level_boxes_are_covered_exactly_and_overlaps_count_once() -> None:
    box = fixed(np.array(((1.5, 1.25), (4.0, 1.25), (4.0, 3.0), (1.5, 3.0))))
    covered = fill([box, box], 6, 4)
    assert covered[2].tolist() == [0, 128, 255, 255, 0, 0]
    assert covered[1].tolist() == [0, 96, 192, 192, 0, 0]


def test_lines_may_break_after_spaces_and_hyphens_only() -> None:
    assert opportunities("ab cd-ef, gh") == [3, 6, 10]
    assert hyphenates("abcd", 2)
    assert not hyphenates("ab12", 3)


def test_paragraphs_keep_empty_lines() -> None:
    style = Style(wish=None)  # type: ignore[arg-type]
    parts = split([Run("a\n\nb\n", style)])
    assert [[run.text for run in part] for part in parts] == [["a"], [""], ["b"], [""]]


def test_oiio_text_blends_by_the_colours_alpha_over_its_source(font: str) -> None:
    grey = np.full((30, 40, 3), 128, np.uint8)
    made = graph(
        read("A", "a.png"),
        node("O", "fr.inria.openfx.OIIOText", {"Source": "A"}, text="I", fontName=font,
             fontSize=20, position=(5.0, 8.0), textColor=(0.5, 0.0, 0.0, 0.5)),
        size=(40, 30),
    )  # fmt: skip
    pixels = render(made, "O", {"a.png": grey}).pixels
    source = linear(grey)
    # The baseline is row 8 from the bottom; the box reaches 14 rows up from it.
    np.testing.assert_allclose(pixels[12, 10], source[12, 10] * 0.5 + [0.5, 0, 0, 0.5], atol=1e-6)
    changed = np.nonzero((pixels != source).any(-1))
    assert (changed[1].min(), changed[1].max() + 1) == (7, 15)
    assert changed[0].max() + 1 - changed[0].min() == 14


def test_oiio_text_without_text_is_its_source() -> None:
    grey = np.full((6, 8, 3), 77, np.uint8)
    made = graph(
        read("A", "a.png"),
        node("O", "fr.inria.openfx.OIIOText", {"Source": "A"}, text=""),
        size=(8, 6),
    )
    frame: Frame = render(made, "O", {"a.png": grey})
    np.testing.assert_array_equal(frame.pixels, linear(grey))


def test_oiio_text_puts_a_later_letters_box_over_an_earlier_one() -> None:
    cover = np.full((3, 4), 9, np.uint8)
    _put(cover, np.array([[0, 5], [6, 7]], np.uint8), 3, -1)
    assert cover.tolist() == [[9, 9, 9, 6], [9, 9, 9, 9], [9, 9, 9, 9]]


def test_oiio_text_reads_letters_beyond_ascii_as_openimageio_does() -> None:
    """Seen in Natron with OpenImageIO 2.4: ö is a 6, ñ a 1, ü a less-than."""
    assert "".join(map(_as_read, "aöñü")) == "a61<"

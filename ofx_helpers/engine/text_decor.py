"""The rectangles of marked-up text: backgrounds, underlines, lines through, as pango draws them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ofx_helpers.engine.text_fonts import FontFile, FontWish
from ofx_helpers.engine.text_layout import Line, Setting, hb_font
from ofx_helpers.engine.text_runs import Style
from ofx_helpers.engine.text_spacing import UNIT, Piece

Ink = Callable[[Piece], tuple[float, float]]
"""Where the ink of a piece begins and ends from the piece's start, in pango units."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pango units from the text's top left corner, y down."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: Style
    background: bool = False


def boxes(line: Line, scale: float, ink: Ink, *, front: bool) -> Iterator[Box]:
    """The lines over the text (`front`) or the backgrounds under it.

    `scale` is the layout's: how much larger its fonts were chosen than they are set.
    """
    x = line.x
    for piece in line.pieces:
        width = sum(glyph.width for glyph in piece.glyphs)
        if front:
            yield from _lines(piece, x, line.baseline - piece.style.rise, width, scale, ink)
        elif piece.style.background is not None:
            top, bottom = line.baseline - line.ascent, line.baseline + line.descent
            yield Box(x, top, x + width, bottom, piece.style, background=True)
        x += width


def _lines(
    piece: Piece, x: int, baseline: int, width: int, scale: float, ink: Ink
) -> Iterator[Box]:
    style = piece.style
    if style.underline == "none" and not style.strike:
        return
    metrics = line_metrics(piece.font, scale)
    if style.underline != "none":
        thick = metrics.underline_size or UNIT
        top = baseline - (metrics.underline_offset or -UNIT)
        if style.underline == "low":
            top = baseline + piece.descent
        yield Box(x, top, x + width, top + thick, style)
        if style.underline.startswith("double"):
            yield Box(x, top + 2 * thick, x + width, top + 3 * thick, style)
    if style.strike:
        thick = metrics.strike_size or UNIT
        top = baseline - (metrics.strike_offset or piece.ascent // 2)
        left, right = ink(piece)
        yield Box(x + left, top, x + right, top + thick, style)


@dataclass(frozen=True)
class LineMetrics:
    """Thickness of a font's lines and their tops' height over the baseline, in pango units."""

    underline_size: int
    underline_offset: int
    strike_size: int
    strike_offset: int


def line_metrics(font: FontFile, scale: float = 1.0) -> LineMetrics:
    """Where a font chosen `scale` times as large wants its underline and its line through.

    On the screen pango's lines keep the size that they have without the enlargement.
    """
    import uharfbuzz

    tag = uharfbuzz.OTMetricsTag
    face = hb_font(font, Setting(FontWish("", font.pixels), scale=(scale**2, scale**2)))
    values = [
        face.get_metric_position(name)
        for name in (
            tag.UNDERLINE_SIZE,
            tag.UNDERLINE_OFFSET,
            tag.STRIKEOUT_SIZE,
            tag.STRIKEOUT_OFFSET,
        )
    ]
    return LineMetrics(*(int(value or 0) for value in values))


def script_metrics(font: FontFile, *, above: bool) -> tuple[float, int]:
    """A super- or subscript's size as a share of the font's, and its distance in pango units."""
    import uharfbuzz

    tag = uharfbuzz.OTMetricsTag
    face = hb_font(font, Setting(FontWish("", font.pixels)))
    size = tag.SUPERSCRIPT_EM_Y_SIZE if above else tag.SUBSCRIPT_EM_Y_SIZE
    offset = tag.SUPERSCRIPT_EM_Y_OFFSET if above else tag.SUBSCRIPT_EM_Y_OFFSET
    high = face.get_metric_position(size)
    share = high / face.scale[1] if high else 1 / 1.2
    return share, int(face.get_metric_position(offset) or 5000)

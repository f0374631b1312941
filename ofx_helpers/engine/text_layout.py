"""Text as lines of placed glyphs: what pango's layout does, in pango's units of 1/1024 pixel.

Facts from pango 1.50: HarfBuzz's unhinted advances, each rounded to whole pixels where metrics
are hinted; lines as high as the fonts' ascent and descent, rounded outwards; letter spacing put
half before and half after each glyph; the last space of a wrapped line has no width.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ofx_helpers.engine.text_breaks import hyphenates, levels, opportunities
from ofx_helpers.engine.text_fonts import FontFile, FontWish, covered, open_face, select
from ofx_helpers.engine.text_runs import Run, Style, split
from ofx_helpers.engine.text_spacing import (
    UNIT,
    Piece,
    Placed,
    close_up,
    halves,
    join_hyphen,
    rounded,
    spread_letters,
    stretch_tabs,
    trim,
)


@dataclass(frozen=True)
class Setting:
    """How a text is set; lengths in pango units."""

    wish: FontWish
    width: int | None = None
    """None: lines end only where the text says so."""
    wrap: str = "Word"
    """Word, Char or Word-Char."""
    align: str = "Left"
    justify: bool = False
    hinted: bool = True
    scale: tuple[float, float] = (1.0, 1.0)
    """How much the plane that the text is set in is enlarged on the screen, along and across."""


@dataclass
class Line:
    """A line: pieces left to right, its left edge and baseline (y down from the text's top)."""

    pieces: list[Piece]
    x: int = 0
    baseline: int = 0
    ascent: int = 0
    descent: int = 0
    wrapped: bool = False
    """Whether the text goes on in the same paragraph."""
    width: int = 0


@dataclass
class Layout:
    """Lines, and the size of the whole in pango units."""

    lines: list[Line]
    width: int
    height: int
    scale: float = 1.0
    """How much larger the fonts were chosen than they are set."""

    @property
    def pixels(self) -> tuple[int, int]:
        """The size in whole pixels, rounded outwards."""
        left = min((line.x for line in self.lines), default=0)
        right = max((line.x + line.width for line in self.lines), default=0)
        return math.ceil(right / UNIT) - math.floor(left / UNIT), math.ceil(self.height / UNIT)


def lay_out(runs: Sequence[Run], setting: Setting) -> Layout:
    """Place a text, given as runs of one style each."""
    lines: list[Line] = []
    for paragraph in split(runs):
        lines += _paragraph(paragraph, setting)
    for line in lines:
        line.width = sum(glyph.width for piece in line.pieces for glyph in piece.glyphs)
    whole = setting.width if setting.width is not None else max(line.width for line in lines)
    top = 0
    for line in lines:
        line.x = _start(setting.align, whole, line.width)
        line.baseline = top + line.ascent
        top += line.ascent + line.descent
    return Layout(lines, max(line.width for line in lines), top, setting.scale[1])


def _start(align: str, whole: int, width: int) -> int:
    if align == "Right":
        return whole - width
    if align == "Center":
        start = int((whole - width) / 2)
        return rounded(start) if (whole | width) % UNIT == 0 else start
    return 0


def _paragraph(runs: Sequence[Run], setting: Setting) -> list[Line]:
    text = "".join(run.text for run in runs)
    if not text:
        font = _select(runs[0].style, setting)[0]
        # On the screen pango's empty lines keep the height that they have without enlargement.
        along = setting.scale[1]
        plain = extents(font, replace(setting, scale=(along, along)))
        ascent, descent = (int(length / along) for length in plain)
        return [Line([], ascent=ascent, descent=descent)]
    lines: list[Line] = []
    start = 0
    while start < len(text):
        end = _line_end(runs, text, start, setting)
        pieces = _broken(runs, text, start, end, setting)
        line = Line(pieces, wrapped=end < len(text))
        line.ascent = max(piece.ascent + piece.style.rise for piece in pieces)
        line.descent = max(piece.descent - piece.style.rise for piece in pieces)
        _spread(line, text, setting)
        lines.append(line)
        start = end
    return lines


def _line_end(runs: Sequence[Run], text: str, start: int, setting: Setting) -> int:
    if setting.width is None:
        return len(text)
    words = [at for at in opportunities(text) if at > start] + [len(text)]
    letters = list(range(start + 1, len(text) + 1))
    if setting.wrap == "Char":
        return _fitting(runs, text, start, letters, setting) or start + 1
    end = _fitting(runs, text, start, words, setting)
    if end is None and setting.wrap == "Word-Char":
        end = _fitting(runs, text, start, letters, setting) or start + 1
    return end or words[0]


def _fitting(
    runs: Sequence[Run], text: str, start: int, ends: Sequence[int], setting: Setting
) -> int | None:
    """The last of the places where what comes before still fits; None where none does."""
    best: int | None = None
    for end in ends:
        pieces = _broken(runs, text, start, end, setting)
        width = sum(glyph.width for piece in pieces for glyph in piece.glyphs)
        if end < len(text) and text[end - 1].isspace():
            width -= sum(g.width for p in pieces for g in p.glyphs if g.index == end - 1)
        if width > (setting.width or 0):
            break
        best = end
    return best


def _broken(runs: Sequence[Run], text: str, start: int, end: int, setting: Setting) -> list[Piece]:
    """The glyphs of a line, with a hyphen where it ends inside a word."""
    if not hyphenates(text, end):
        return _shape(runs, start, end, setting)
    at, found = 0, []
    for run in runs:
        part = run.text[: max(end - at, 0)]
        last = at < end <= at + len(run.text)
        at += len(run.text)
        found.append(replace(run, text=part + "\u2010" if last else part))
    pieces = _shape(found, start, end + 1, setting)
    join_hyphen(pieces, end)
    return pieces


def _spread(line: Line, text: str, setting: Setting) -> None:
    """The end of a wrapped line: its last space loses its width; justified, others gain."""
    glyphs = [glyph for piece in line.pieces for glyph in piece.glyphs]
    if line.wrapped and glyphs:
        last = max(glyphs, key=lambda glyph: glyph.index)
        if text[last.index : last.index + 1].isspace():
            last.width = 0
            close_up(line.pieces)
    if not (setting.justify and line.wrapped and setting.width is not None):
        return
    rest = setting.width - sum(glyph.width for glyph in glyphs)
    spaces = [
        glyph
        for glyph in glyphs
        if text[glyph.index : glyph.index + 1] in " \u00a0" and glyph.width
    ]
    if rest <= 0:
        return
    if not spaces:
        spread_letters(glyphs, rest)
        return
    total, so_far, added = sum(glyph.width for glyph in spaces), 0, 0
    whole = rest % UNIT == 0
    for glyph in spaces:
        so_far += glyph.width
        more = so_far * rest // total - added
        more = rounded(more) if whole else more
        glyph.width += more
        added += more


def extents(font: FontFile, setting: Setting) -> tuple[int, int]:
    """A font's ascent and descent in pango units."""
    measured = hb_font(font, setting).get_font_extents("ltr")
    up, down = measured.ascender, -measured.descender
    if setting.hinted:
        return math.ceil(up / UNIT) * UNIT, math.ceil(down / UNIT) * UNIT
    return up, down


def _select(style: Style, setting: Setting) -> tuple[FontFile, ...]:
    """Fonts are chosen at the size that they have on the screen.

    Pango derives a sub- or superscript from such a font, and enlarges what it finds once more.
    """
    scale = setting.scale[1] ** (2 if style.script else 1)
    pixels = int(0.5 + scale * style.wish.pixels * UNIT) / UNIT
    return select(replace(style.wish, pixels=pixels))


def hb_font(font: FontFile, setting: Setting) -> Any:
    """HarfBuzz's font at the size that a setting needs."""
    import uharfbuzz

    _, face = open_face(font.path, font.index)
    made = uharfbuzz.Font(face)
    size = font.pixels * UNIT
    made.scale = (int(size / setting.scale[0]), int(size / setting.scale[1]))
    return made


def _shape(runs: Sequence[Run], start: int, end: int, setting: Setting) -> list[Piece]:
    """The glyphs of the characters start to end of a paragraph, in order from the left."""
    found: list[tuple[int, Piece]] = []
    at = 0
    for run in runs:
        first, last = max(start, at), min(end, at + len(run.text))
        if first < last:
            part = run.text[first - at : last - at]
            found += _run(replace(run, text=part), first, setting)
        at += len(run.text)
    if any(level for level, _ in found):
        found = _visual(found, found[0][0])
    pieces = [piece for _, piece in found]
    stretch_tabs(pieces)
    trim(pieces)
    return pieces


def _visual(found: list[tuple[int, Piece]], base: int) -> list[tuple[int, Piece]]:
    """Runs of right-to-left text turned round, by the level of the first run."""
    if base:
        found = found[::-1]
    ordered: list[tuple[int, Piece]] = []
    group: list[tuple[int, Piece]] = []
    for item in found:
        if item[0] != base:
            group.append(item)
            continue
        ordered += group[::-1]
        group = []
        ordered.append(item)
    return ordered + group[::-1]


def _run(run: Run, first: int, setting: Setting) -> list[tuple[int, Piece]]:
    found: list[tuple[int, Piece]] = []
    for font, level, offset, text in _fonts(run, setting):
        tab = text == "\t"
        style = replace(run.style, spacing=0) if tab else run.style
        glyphs = _glyphs(font, text, first + offset, level, style, setting)
        ascent, descent = extents(font, setting)
        found.append((level, Piece(font, style, glyphs, ascent, descent, tab)))
    return found


def _fonts(run: Run, setting: Setting) -> list[tuple[FontFile, int, int, str]]:
    """Stretches of one font and direction: font, 1 for right to left, offset, text."""
    fonts = _select(run.style, setting)
    found: list[tuple[FontFile, int, int, str]] = []
    font = fonts[0]
    for offset, (letter, level) in enumerate(zip(run.text, levels(run.text), strict=True)):
        if not (unicodedata.combining(letter) or letter.isspace()):
            font = next((f for f in fonts if ord(letter) in covered(f.path, f.index)), fonts[0])
        if found and found[-1][:2] == (font, level) and "\t" not in (letter, found[-1][3][-1]):
            found[-1] = (*found[-1][:3], found[-1][3] + letter)
        else:
            found.append((font, level, offset, letter))
    return found


def _glyphs(
    font: FontFile, text: str, first: int, level: int, style: Style, setting: Setting
) -> list[Placed]:
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_codepoints([32 if letter == "\t" else ord(letter) for letter in text])
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level else "ltr"
    # Letters kept apart are not joined to one glyph.
    features = dict.fromkeys(("liga", "clig", "dlig", "hlig"), False) if style.spacing else {}
    uharfbuzz.shape(hb_font(font, setting), buffer, features)
    found: list[Placed] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        width, dx, dy = position.x_advance, position.x_offset, position.y_offset
        if setting.hinted:
            width, dx, dy = _hint(width, dx, dy, setting.scale)
        else:
            width, dx, dy = rounded(width), rounded(dx), rounded(dy)
        found.append(Placed(info.codepoint, width, dx, dy + style.rise, first + info.cluster))
    if style.spacing:
        before, _ = halves(style.spacing)
        for glyph in found:
            glyph.width += style.spacing
            glyph.dx += before
    return found


def _hint(width: int, dx: int, dy: int, scale: tuple[float, float]) -> tuple[int, int, int]:
    if scale == (1.0, 1.0):
        return rounded(width), dx, dy
    across, down = scale
    return (
        int(rounded(int(width * across)) * (1.0 / across)),
        int(rounded(int(dx * across)) * (1.0 / across)),
        int(rounded(int(dy * down)) * (1.0 / down)),
    )

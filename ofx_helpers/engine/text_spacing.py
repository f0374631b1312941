"""Space between glyphs: pango's letter spacing, tabs and letters spread over a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ofx_helpers.engine.text_fonts import FontFile
from ofx_helpers.engine.text_runs import Style

UNIT = 1024
"""Pango's units in a pixel."""
_TAB_SPACES = 8


@dataclass
class Placed:
    """A glyph: its advance and offset (x right, y up) in pango units, and its character."""

    glyph: int
    width: int
    dx: int
    dy: int
    index: int


@dataclass
class Piece:
    """Glyphs of one font and style, left to right."""

    font: FontFile
    style: Style
    glyphs: list[Placed]
    ascent: int
    descent: int
    tab: bool = False


def rounded(value: int) -> int:
    """A length in whole pixels."""
    return (value + UNIT // 2) // UNIT * UNIT


def join_hyphen(pieces: Sequence[Piece], index: int) -> None:
    """No letter spacing between an inserted hyphen and the letter before: they are one cluster."""
    for piece in pieces:
        before, after = halves(piece.style.spacing)
        for previous, glyph in pairwise(piece.glyphs):
            if glyph.index == index:
                previous.width -= after
                glyph.width -= before
                glyph.dx -= before


def close_up(pieces: Sequence[Piece]) -> None:
    """No letter spacing after the last glyph that has a width, either."""
    piece = pieces[-1]
    seen = next((glyph for glyph in reversed(piece.glyphs) if glyph.width), None)
    if seen is not None and piece.style.spacing:
        seen.width -= halves(piece.style.spacing)[1]


def spread_letters(glyphs: Sequence[Placed], rest: int) -> None:
    """A line without spaces made wider by `rest`, evenly between its letters."""
    wide = [glyph for glyph in glyphs if glyph.width]
    if len(wide) < 2:
        return
    residual, whole = 0, rest % UNIT == 0
    for position, glyph in enumerate(wide):
        more = rest // (len(wide) - 1) + residual
        if whole:
            more, residual = rounded(more), more - rounded(more)
        before, after = halves(more)
        if position:
            glyph.width += before
            glyph.dx += before
        if position < len(wide) - 1:
            glyph.width += after


def halves(space: int) -> tuple[int, int]:
    """Letter spacing as what goes before a glyph and what after."""
    before = int(space / 2)
    if space % UNIT == 0:
        before = rounded(before)
    return before, space - before


def trim(pieces: Sequence[Piece]) -> None:
    """No letter spacing before a line's first glyph nor after its last, nor beside a tab.

    What is lost before a tab is made up for by it.
    """
    lost = 0
    for position, piece in enumerate(pieces):
        if piece.tab:
            piece.glyphs[0].width += lost
            lost = 0
        if not piece.style.spacing or not piece.glyphs:
            continue
        before, after = halves(piece.style.spacing)
        if position == 0 or pieces[position - 1].tab:
            piece.glyphs[0].width -= before
            piece.glyphs[0].dx -= before
            lost += before
        if position == len(pieces) - 1 or pieces[position + 1].tab:
            piece.glyphs[-1].width -= after
            lost += after


def stretch_tabs(pieces: Sequence[Piece]) -> None:
    """A tab reaches the next multiple of eight spaces."""
    x = 0
    for piece in pieces:
        for glyph in piece.glyphs:
            if piece.tab:
                # At least a space stays between the text before and the tab's end.
                space, step = glyph.width, _TAB_SPACES * glyph.width
                glyph.width = -(-(x + space) // step) * step - x if step else 0
            x += glyph.width

"""Glyphs as FreeType gives them to cairo: masks, and outlines in device pixels.

Facts from cairo 1.16 (cairo-ft-font.c): the size and the rest of the transform are split, hinting
comes from fontconfig unless the node asks for another, and a mask is placed on whole pixels.
"""

import math
from ctypes import byref
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.text_fonts import FontFile, open_face
from ofx_helpers.engine.text_raster import UNIT, Mask, Points, flatten
from ofx_helpers.engine.text_stroke import Stretch

Floats = NDArray[np.float64]

_NO_HINTING, _NO_BITMAP, _FORCE_AUTOHINT, _MONOCHROME = 1 << 1, 1 << 3, 1 << 5, 1 << 12
_IGNORE_GLOBAL_ADVANCE = 1 << 9
_ONE_BIT = 1
"""FreeType's pixel mode of a mask without greys."""
_FILTER = (0x08, 0x4D, 0x56, 0x4D, 0x08)
"""FreeType's default filter over neighbouring subpixels, in 256ths."""
_NORMAL, _LIGHT, _MONO, _LCD, _LCD_V = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Look:
    """How glyphs are drawn where the node overrides the machine's settings."""

    hint_style: int | None = None
    """0 none, 1 slight, 2 medium, 3 full; None is fontconfig's."""
    smooth: bool = True
    subpixel: bool = False
    order: str = "Default"
    """Of the subpixels: RGB, BGR, VRGB, VBGR."""


@dataclass(frozen=True)
class Glyph:
    """A mask and where its top left pixel lies from the glyph's origin, y down.

    `mask` is (h, w), or (h, w, 3) with one coverage for each of R, G and B.
    """

    mask: Mask
    left: int
    top: int


Shape = tuple[float, float, float, float]
"""xx, yx, xy, yy of the map from the em's plane (y down) to device pixels (y down)."""


@lru_cache(maxsize=4096)
def mask(font: FontFile, glyph: int, shape: Shape, look: Look) -> Glyph:
    """A glyph drawn on whole pixels."""
    slot = _load(font, glyph, shape, look)
    if not slot.outline.points:
        return Glyph(np.zeros((0, 0), np.uint8), 0, 0)
    smooth = look.smooth and font.antialias
    lcd = _mode(look) if smooth else _NORMAL
    if lcd != _NORMAL:
        return _subpixels(slot, lcd == _LCD_V, look.order.endswith("BGR"))
    slot.render(_NORMAL if smooth else _MONO)
    found = _pixels(slot.bitmap)
    return Glyph(found, slot.bitmap_left, -slot.bitmap_top)


def _pixels(bitmap: Any) -> Mask:
    if not bitmap.width or not bitmap.rows:
        return np.zeros((0, 0), np.uint8)
    raw = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, abs(bitmap.pitch))
    if bitmap.pixel_mode == _ONE_BIT:
        bits: Mask = np.unpackbits(raw, axis=1)[:, : bitmap.width] * np.uint8(255)
        return bits
    return np.ascontiguousarray(raw[:, : bitmap.width])


def _subpixels(slot: Any, upright: bool, reverse: bool) -> Glyph:
    """Three coverages a pixel: drawn three times as wide (or high), then FreeType's filter."""
    import freetype
    from freetype.raw import FT_Outline_Transform

    across, down = (1, 3) if upright else (3, 1)
    stretch = freetype.Matrix(across * 65536, 0, 0, down * 65536)
    FT_Outline_Transform(byref(slot._FT_GlyphSlot.contents.outline), byref(stretch))
    slot.render(_NORMAL)
    fine = _pixels(slot.bitmap)
    if not fine.size:
        return Glyph(fine, 0, 0)
    left, top = slot.bitmap_left, -slot.bitmap_top
    if upright:
        fine = fine.T
        left, top = top, left
    first = (left - 2) // 3
    last = -(-(left + fine.shape[1] + 2) // 3)
    wide = np.zeros((fine.shape[0], (last - first) * 3 + 4), np.int64)
    wide[:, 2 + left - 3 * first : 2 + left - 3 * first + fine.shape[1]] = fine
    count = wide.shape[1] - 4
    soft = np.zeros((fine.shape[0], count), np.int64)
    for i, weight in enumerate(_FILTER):
        soft += wide[:, i : i + count] * weight
    soft >>= 8
    found = np.minimum(soft, 255).astype(np.uint8).reshape(fine.shape[0], -1, 3)
    if reverse:
        found = found[..., ::-1]
    if upright:
        found, first, top = found.transpose(1, 0, 2), top, first
    return Glyph(np.ascontiguousarray(found), first, top)


@lru_cache(maxsize=4096)
def ink(
    font: FontFile, glyph: int, shape: Shape, look: Look, hinted: bool
) -> tuple[float, float] | None:
    """Where a glyph's ink begins and ends along the line, in ems; None for one without ink.

    Whole pixels of the screen where metrics are hinted and the outline is too, else unhinted.
    """
    measured = _load(font, glyph, shape, look if hinted else replace(look, hint_style=0)).metrics
    left, right = measured.horiBearingX, measured.horiBearingX + measured.width
    if not measured.width or not measured.height:
        return None
    if hinted and not _flags(font, look) & _NO_HINTING:
        left, right = left & -64, (right + 63) & -64
    em = max(math.hypot(shape[0], shape[1]), 1.0) * 64
    return left / em, right / em


@lru_cache(maxsize=2048)
def outline(font: FontFile, glyph: int, shape: Shape, look: Look) -> tuple[tuple[Points, ...], ...]:
    """A glyph's contours: each a tuple of (2 or 4, 2) points, lines and cubics, 1/256 pixel.

    y runs down, the origin is the glyph's.
    """
    slot = _load(font, glyph, shape, look)
    contours: list[tuple[Points, ...]] = []
    begin = 0
    points = np.array(slot.outline.points, np.int64).reshape(-1, 2) * np.array((4, -4))
    for last in slot.outline.contours:
        part, tags = points[begin : last + 1], slot.outline.tags[begin : last + 1]
        begin = last + 1
        if len(part) > 1:
            contours.append(tuple(_curves(part, [tag & 3 for tag in tags])))
    return tuple(contours)


def _curves(points: Points, tags: list[int]) -> list[Points]:
    """TrueType's and PostScript's contour as lines and cubics, closed."""
    count = len(points)
    if tags[0] == 1:
        start, order = points[0], list(range(1, count))
    elif tags[-1] == 1:
        start, order = points[-1], list(range(count - 1))
    else:
        start, order = _middle(points[0], points[-1]), list(range(count))
    found: list[Points] = []
    here, i = start, 0
    while i < len(order):
        at = points[order[i]]
        if tags[order[i]] == 1:
            found.append(np.array((here, at)))
            here, i = at, i + 1
        elif tags[order[i]] == 2:
            second = points[order[i + 1]]
            end = points[order[i + 2]] if i + 2 < len(order) else start
            found.append(np.array((here, at, second, end)))
            here, i = end, i + 3
        else:
            following = points[order[i + 1]] if i + 1 < len(order) else start
            on = i + 1 >= len(order) or tags[order[i + 1]] == 1
            end = following if on else _middle(at, following)
            first = (here + 2.0 / 3.0 * (at - here)).astype(np.int64)
            second = (end + 2.0 / 3.0 * (at - end)).astype(np.int64)
            found.append(np.array((here, first, second, end)))
            here, i = end, i + (2 if on else 1)
    if (here != start).any():
        found.append(np.array((here, start)))
    return [piece for piece in found if (piece != piece[0]).any()]


def _middle(a: Points, b: Points) -> Points:
    """Halfway in FreeType's 1/64 pixels, the rest cut off."""
    middle: Points = np.fix((a + b) / 8).astype(np.int64) * 4
    return middle


def polygon(contour: tuple[Points, ...]) -> Points:
    """A contour's points with its curves flattened."""
    found: list[Points] = []
    for piece in contour:
        found.append(piece[:1] if len(piece) == 2 else flatten(*piece)[0][:-1])
    return np.concatenate(found)


def stretches(contour: tuple[Points, ...]) -> list[Stretch]:
    """A contour's lines and flattened curves with their directions, in pixels."""
    found: list[Stretch] = []
    for piece in contour:
        if len(piece) == 2:
            points, aims = piece, np.array((piece[1] - piece[0],) * 2)
        else:
            points, aims = flatten(*piece)
        found.append(Stretch(points / UNIT, aims / UNIT, curve=len(piece) > 2))
    return found


def _mode(look: Look) -> int:
    if not look.subpixel:
        return _NORMAL
    return _LCD_V if look.order.startswith("V") else _LCD


def _flags(font: FontFile, look: Look) -> int:
    style = font.hint_style if look.hint_style is None or font.hint_style == 0 else look.hint_style
    flags = _NO_BITMAP | _IGNORE_GLOBAL_ADVANCE
    if font.autohint:
        flags |= _FORCE_AUTOHINT
    if not (look.smooth and font.antialias):
        return flags | _MONOCHROME | (_NO_HINTING if style == 0 else _MONO << 16)
    if style == 0:
        return flags | _NO_HINTING
    if style == 1:
        return flags | _LIGHT << 16
    return flags | ((_mode(look) if style == 3 and look.subpixel else _NORMAL) << 16)


def _load(font: FontFile, glyph: int, shape: Shape, look: Look) -> Any:
    import freetype
    from freetype.raw import FT_GlyphSlot_Embolden

    face, _ = open_face(font.path, font.index)
    xx, yx, xy, yy = shape
    wide = math.hypot(xx, yx)
    high = abs(xx * yy - yx * xy) / wide if wide else 0.0
    wide, high = max(wide, 1.0), max(high, 1.0)
    turn = freetype.Matrix(
        int(xx / wide * 65536),
        int(-xy / high * 65536),
        int(-yx / wide * 65536),
        int(yy / high * 65536),
    )
    face.set_char_size(int(wide * 64 + 0.5), int(high * 64 + 0.5))
    face.set_transform(turn, freetype.Vector(0, 0))
    face.load_glyph(glyph, _flags(font, look))
    if font.embolden:
        FT_GlyphSlot_Embolden(face.glyph._FT_GlyphSlot)
    return face.glyph

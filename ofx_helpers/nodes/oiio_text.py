"""TextOIIO: one line of letters over the input, as OpenImageIO's render_text draws them.

FreeType's own hinted glyphs, one after the other by their whole-pixel advances and the font's
kerning left out, each in its box, which takes the place of the box before where they meet. The
colour is premultiplied already: the letters cover what lies under by their mask times its alpha.
Facts from OpenImageIO 2.4 (imagebufalgo_draw.cpp) and the plug-in.
"""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ofx_helpers.engine.components import with_colour
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same
from ofx_helpers.engine.text_fonts import DRAWING, families, open_face

_LOAD_RENDER = 1 << 2
_DEFAULT_FONTS = ("DroidSans", "cour", "Courier New", "FreeMono")
_FOLDERS = ("~/fonts", "~/Fonts", "~/Library/Fonts", "/usr/share/fonts", "/Library/Fonts",
            "C:/Windows/Fonts", "/opt/local/share/fonts")  # fmt: skip


def _font(name: str) -> Path | None:
    """The file that OpenImageIO finds for a name: the path itself, or anywhere in its folders."""
    for wanted in (name,) if name else _DEFAULT_FONTS:
        for ending in ("", ".ttf", ".pfa", ".pfb"):
            if (Path(f"{wanted}{ending}")).is_file():
                return Path(f"{wanted}{ending}")
        for folder in _FOLDERS:
            for ending in ("", ".ttf", ".pfa", ".pfb"):
                if "/" in wanted or not wanted:
                    continue
                found = sorted(Path(folder).expanduser().rglob(f"{wanted}{ending}"))
                if found and found[0].is_file():
                    return found[0]
    return None


def _same(context: Context) -> Same | None:
    params = context.params
    if not params.text("text") or params.colour("textColor")[3] == 0:
        return Same("Source")
    return None


def _as_read(letter: str) -> str:
    """The letter that OpenImageIO takes for one: beyond ASCII, its last byte's lowest six bits."""
    return letter if letter.isascii() else chr(letter.encode("utf-8", "replace")[-1] & 0x3F)


def _glyphs(text: str, path: Path, size: int) -> Iterator[tuple[Any, int, int]]:
    """Each glyph's mask (h, w) 8 bits, and its left and top pixel from the baseline's start."""
    face, _ = open_face(str(path), 0)
    face.set_pixel_sizes(0, size)
    import freetype

    face.set_transform(freetype.Matrix(65536, 0, 0, 65536), freetype.Vector(0, 0))
    x = y = 0
    for letter in text:
        if letter == "\n":
            x, y = 0, y + size
            continue
        face.load_char(_as_read(letter), _LOAD_RENDER)
        bitmap = face.glyph.bitmap
        if bitmap.width and bitmap.rows:
            mask = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, bitmap.pitch)
            yield mask[:, : bitmap.width], x + face.glyph.bitmap_left, y - face.glyph.bitmap_top
        x += face.glyph.advance.x >> 6


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    params = context.params
    pixels = frames[0].pixels.copy()
    name = params.text("fontName")
    path = _font(name)
    if path is None:
        there = ", ".join(families()[:12])
        warnings.warn(
            f"{context.node.name}: the font {name or ' or '.join(_DEFAULT_FONTS)} is not here, so "
            f"nothing is written, as in Natron. Name a font file in fontName. There are: {there}.",
            stacklevel=2,
        )
        return pixels
    x, y = params.pair("position")
    if not params.is_set("position"):
        # What Natron makes of its share of the project is canonical, and taken for pixels.
        _, _, width, height = context.format_box
        x, y = x * width, y * height
    whole = context.region("Source")
    # The baseline's row counts from the top.
    down = whole.height - 1 - int(y)
    colour = np.array(params.colour("textColor"), np.float32)
    cover = np.zeros(pixels.shape[:2], np.uint8)
    with DRAWING:
        for mask, left, top in _glyphs(params.text("text"), path, params.whole("fontSize")):
            column = int(x) + left - window.x1
            row = whole.height - (down + top) - mask.shape[0] - window.y1
            _put(cover, mask[::-1], column, row)
    share = cover[..., None].astype(np.float32) / np.float32(255)
    drawn: Pixels = share * colour + (1 - share * colour[3]) * pixels
    return drawn


def _put(cover: Any, mask: Any, column: int, row: int) -> None:
    """A glyph's box takes the place of what glyphs before have there."""
    height, width = cover.shape
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + mask.shape[0], height), min(column + mask.shape[1], width)
    if top < bottom and left < right:
        part = mask[top - row : bottom - row, left - column : right - column]
        cover[top:bottom, left:right] = part


NODE = NodeType(
    plugins=("fr.inria.openfx.OIIOText",),
    components=with_colour,
    same=_same,
    render=_render,
    defaults={
        "position": [0.5, 0.5],
        "text": "Enter text",
        "fontSize": 16,
        "fontName": "",
        "textColor": [1.0, 1.0, 1.0, 1.0],
    },
)

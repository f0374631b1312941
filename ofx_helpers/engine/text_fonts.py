"""Which font files draw a text: fontconfig's choice, as pango asks it, and the open faces.

fontconfig ranks every font of the machine for a family, weight, slant and width; pango takes for
each character the first of that list that has it. A family that the machine lacks is thereby
replaced as the machine's own rules say (Arial by Liberation Sans, say), which is what Natron
shows too; `select` warns of it.
"""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

from ofx_helpers.engine.errors import RenderError

# Pango's weights (OpenType's) and fontconfig's, as fontconfig itself pairs them.
_WEIGHTS = (
    (0, 0), (100, 0), (200, 40), (300, 50), (350, 55), (380, 75), (400, 80), (500, 100),
    (600, 180), (700, 200), (800, 205), (900, 210), (1000, 215),
)  # fmt: skip
_SLANTS = {"normal": 0, "italic": 100, "oblique": 110}
_LOCK = Lock()
"""fontconfig's configuration is one for the process."""


@dataclass(frozen=True)
class FontWish:
    """What a piece of text asks for: `pixels` is the em's height, `weight` runs 100 to 1000."""

    family: str
    pixels: float
    weight: int = 400
    slant: str = "normal"
    width: float = 100
    extra: tuple[str, ...] = ()
    """Font files or folders of the project's own."""


@dataclass(frozen=True)
class FontFile:
    """One font of the list and how fontconfig wants it drawn."""

    path: str
    index: int
    pixels: float
    hint_style: int = 1
    """0 none, 1 slight, 2 medium, 3 full."""
    antialias: bool = True
    autohint: bool = False
    embolden: bool = False
    slanted: float = 0.0
    """Horizontal shear of a made-up italic."""


def weight_number(weight: int) -> float:
    """Fontconfig's number for an OpenType weight."""
    weight = min(max(weight, 0), 1000)
    for (low, a), (high, b) in pairwise(_WEIGHTS):
        if weight <= high:
            return a + (b - a) * (weight - low) / (high - low)
    return 215.0


@lru_cache(maxsize=64)
def select(wish: FontWish) -> tuple[FontFile, ...]:
    """The fonts to try for each character, best first.

    Raises RenderError when the machine has no font at all, or an own font file is missing. Warns
    when the family is not there and another takes its place.
    """
    import fontconfig

    with _LOCK:
        config = fontconfig.Config.get_current()
        for name in wish.extra:
            _add(config, name)
        pattern = fontconfig.Pattern.create()
        for family in wish.family.split(","):
            pattern.add("family", family.strip())
        pattern.add("weight", weight_number(wish.weight))
        pattern.add("slant", _SLANTS[wish.slant])
        pattern.add("width", wish.width)
        pattern.add("dpi", 96.0)
        pattern.add("size", wish.pixels * 72 / 96)
        pattern.add("pixelsize", wish.pixels)
        config.substitute(pattern)
        pattern.default_substitute()
        ranked = config.font_sort(pattern, True)
        if not ranked:
            raise RenderError(
                f"Text: the font {wish.family} is not here, nor any other: install fonts where "
                "fontconfig finds them (~/.local/share/fonts), or name a font file in `custom`."
            )
        fonts = tuple(
            _font(config.font_render_prepare(pattern, found), wish.pixels) for found in ranked
        )
        _warn(wish.family, _get(ranked[0], "family", "?"))
        return fonts


def families() -> tuple[str, ...]:
    """The names of the fonts of this machine, sorted."""
    import fontconfig

    with _LOCK:
        return tuple(sorted({str(item["family"]) for item in fontconfig.list()}))


def _warn(wanted: str, got: str) -> None:
    import fontconfig

    first = wanted.split(",")[0].strip()
    generic = first.lower() in ("", "sans", "sans-serif", "serif", "monospace", "mono", "system-ui")
    if generic or fontconfig.list(properties={"family": first}):
        return
    others = ", ".join(sorted({str(item["family"]) for item in fontconfig.list()})[:12])
    warnings.warn(
        f"The font {first} is not on this machine: {got} takes its place. There are: {others}.",
        stacklevel=3,
    )


def _add(config: Any, name: str) -> None:
    path = Path(name)
    if not path.exists():
        raise RenderError(f"Text: the font {name} is not there: put it there or clear `custom`.")
    done = config.app_font_add_dir(name) if path.is_dir() else config.app_font_add_file(name)
    if not done:
        raise RenderError(
            f"Text: {name} is no font that could be read: choose another in `custom`."
        )


def _get(pattern: Any, key: str, default: Any) -> Any:
    try:
        value = pattern.get(key)
    except KeyError:
        return default
    return default if value is None else value


def _font(pattern: Any, pixels: float) -> FontFile:
    hinting = bool(_get(pattern, "hinting", True))
    return FontFile(
        path=str(pattern.get("file")),
        index=int(_get(pattern, "index", 0)),
        pixels=float(_get(pattern, "pixelsize", pixels)),
        hint_style=int(_get(pattern, "hintstyle", 3)) if hinting else 0,
        antialias=bool(_get(pattern, "antialias", True)),
        autohint=bool(_get(pattern, "autohint", False)),
        embolden=bool(_get(pattern, "embolden", False)),
        slanted=_shear(pattern.format("%{matrix}")),
    )


def _shear(matrix: str) -> float:
    """The xy of a matrix written as `xx xy; yx yy`."""
    values = [float(value) for value in matrix.strip("[]").replace(";", " ").split()]
    return values[1] if len(values) > 1 else 0.0


@lru_cache(maxsize=64)
def open_face(path: str, index: int) -> tuple[Any, Any]:
    """A font file open twice: as FreeType's face (outlines) and HarfBuzz's (shaping).

    Both keep a size and a transform, so hold `DRAWING` while using them.
    """
    import freetype
    import uharfbuzz

    try:
        blob = uharfbuzz.Blob.from_file_path(path)
        # The upper half names an instance of a variable font, which HarfBuzz counts separately.
        return freetype.Face(path, index), uharfbuzz.Face(blob, index & 0xFFFF)
    except Exception as error:
        raise RenderError(f"Text: the font {path} cannot be read ({error}).") from error


@lru_cache(maxsize=64)
def covered(path: str, index: int) -> frozenset[int]:
    """The code points that a font file has a glyph for."""
    _, face = open_face(path, index)
    return frozenset(face.unicodes)


DRAWING = Lock()
"""Held by whoever lays out or draws a text: open faces have a state."""

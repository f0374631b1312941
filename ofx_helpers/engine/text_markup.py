"""Pango's markup: `<span>` and the short tags, as runs.

Text that is no valid markup is drawn as it is written, tags and all, as Natron does.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ofx_helpers.engine.text_decor import script_metrics
from ofx_helpers.engine.text_fonts import FontWish, select
from ofx_helpers.engine.text_runs import Rgb, Run, Style

_T = TypeVar("_T")
_SIZES = {
    "xx-small": 1 / 1.2**3,
    "x-small": 1 / 1.2**2,
    "small": 1 / 1.2,
    "medium": 1.0,
    "large": 1.2,
    "x-large": 1.2**2,
    "xx-large": 1.2**3,
}
WEIGHTS = {
    "thin": 100, "ultralight": 200, "extralight": 200, "light": 300, "semilight": 350,
    "demilight": 350, "book": 380, "normal": 400, "regular": 400, "medium": 500, "semibold": 600,
    "demibold": 600, "bold": 700, "ultrabold": 800, "extrabold": 800, "heavy": 900, "black": 900,
    "ultraheavy": 1000, "extraheavy": 1000, "ultrablack": 1000, "extrablack": 1000,
}  # fmt: skip
STRETCHES = {
    "ultracondensed": 50.0, "extracondensed": 63.0, "condensed": 75.0, "semicondensed": 87.0,
    "normal": 100.0, "semiexpanded": 113.0, "expanded": 125.0, "extraexpanded": 150.0,
    "ultraexpanded": 200.0,
}  # fmt: skip
_STYLES = {"normal": "normal", "roman": "normal", "italic": "italic", "oblique": "oblique"}


class BadMarkupError(ValueError):
    """The text is not markup that pango would take."""


def parse(text: str, base: Style) -> list[Run]:
    """The runs of a marked-up text; raises BadMarkupError where pango would refuse it."""
    from lxml import etree

    if "<!" in text or "<?" in text:
        raise BadMarkupError("a document type or an instruction")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(f"<markup>{text}</markup>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BadMarkupError(str(error)) from error
    if len(list(root.iter())) > 100_000:
        raise BadMarkupError("too many tags")
    runs: list[Run] = []
    _walk(root, base, runs)
    return runs or [Run("", base)]


def _walk(element, style: Style, runs: list[Run]) -> None:  # type: ignore[no-untyped-def]
    if not isinstance(element.tag, str):
        return
    style = _tag(element.tag, element.attrib, style)
    if element.text:
        runs.append(Run(element.text, style))
    for child in element:
        _walk(child, style, runs)
        if child.tail:
            runs.append(Run(child.tail, style))


def _tag(tag: str, attributes: Mapping[str, str], style: Style) -> Style:
    if tag == "span":
        # A font's description sets everything anew, wherever in the tag it stands.
        for name, value in sorted(attributes.items(), key=lambda item: item[0] not in _FONTS):
            style = _attribute(name, value.strip(), style)
        return style
    if tag not in _TAGS or (attributes and tag != "markup"):
        raise BadMarkupError(f"<{tag}>")
    return _TAGS[tag](style)


def _sized(style: Style, factor: float) -> Style:
    return replace(style, wish=replace(style.wish, pixels=style.wish.pixels * factor))


def _shifted(style: Style, direction: int) -> Style:
    """A sub- or superscript, as large and as far off as the font itself says."""
    factor, offset = script_metrics(select(style.wish)[0], above=direction > 0)
    rise = style.rise + direction * offset
    return replace(_sized(style, factor), rise=rise, script=True)


_FONTS = ("font", "font_desc")
_TAGS: Mapping[str, Callable[[Style], Style]] = {
    "markup": lambda style: style,
    "b": lambda style: replace(style, wish=replace(style.wish, weight=700)),
    "i": lambda style: replace(style, wish=replace(style.wish, slant="italic")),
    "u": lambda style: replace(style, underline="single"),
    "s": lambda style: replace(style, strike=True),
    "tt": lambda style: replace(style, wish=replace(style.wish, family="Monospace")),
    "big": lambda style: _sized(style, 1.2),
    "small": lambda style: _sized(style, 1 / 1.2),
    "sub": lambda style: _shifted(style, -1),
    "sup": lambda style: _shifted(style, 1),
}


def _attribute(name: str, value: str, style: Style) -> Style:
    wish = style.wish
    name = name.replace("-", "_")
    word = value.lower().replace("-", "").replace("_", "")
    if name in _FONTS:
        return replace(style, wish=described(value, style))
    if name in ("face", "font_family"):
        return replace(style, wish=replace(wish, family=value))
    if name in ("size", "font_size"):
        return _size(value, style)
    if name in ("weight", "font_weight"):
        number = int(word) if word.isdigit() else _pick(WEIGHTS, word)
        return replace(style, wish=replace(wish, weight=number))
    if name in ("style", "font_style"):
        return replace(style, wish=replace(wish, slant=_pick(_STYLES, word)))
    if name in ("stretch", "font_stretch"):
        return replace(style, wish=replace(wish, width=_pick(STRETCHES, word)))
    if name in ("foreground", "fgcolor", "color"):
        rgb, alpha = colour(value)
        return replace(style, colour=rgb, alpha=alpha if alpha is not None else style.alpha)
    if name in ("background", "bgcolor"):
        rgb, alpha = colour(value)
        return replace(style, background=rgb, background_alpha=1.0 if alpha is None else alpha)
    if name in ("alpha", "fgalpha"):
        return replace(style, alpha=_share(value))
    if name in ("background_alpha", "bgalpha"):
        return replace(style, background_alpha=_share(value))
    if name == "underline":
        return replace(style, underline=value.lower())
    if name == "strikethrough":
        return replace(style, strike=word in ("true", "1", "yes", "t", "y"))
    if name == "rise":
        return replace(style, rise=_length(value))
    if name == "letter_spacing":
        return replace(style, spacing=_length(value))
    if name == "font_features":
        return replace(style, features=value)
    if name in ("font_variant", "variant"):
        return replace(style, features="smcp=1" if word == "smallcaps" else "")
    if name in _WITHOUT_EFFECT:
        return style
    raise BadMarkupError(name)


_WITHOUT_EFFECT = (
    "lang", "fallback", "underline_color", "strikethrough_color", "gravity", "gravity_hint",
    "show", "insert_hyphens", "allow_breaks", "line_height", "text_transform", "segment",
    "overline", "overline_color", "baseline_shift", "font_scale",
)  # fmt: skip


def described(value: str, style: Style) -> FontWish:
    """A font description such as `Serif Bold Italic 12` over a style's own font.

    Weight, slant and width are normal unless it says so; family and size may be the style's.
    """
    wish = replace(style.wish, weight=400, slant="normal", width=100)
    words = value.split()
    if words and words[-1].removesuffix("px").replace(".", "", 1).isdigit():
        size = words.pop()
        if size.endswith("px"):
            wish = replace(wish, pixels=float(size[:-2]))
        else:
            wish = replace(wish, pixels=float(size) * 96 / 72)
    while words:
        word = words[-1].lower().replace("-", "")
        if word in _STYLES and word != "normal":
            wish = replace(wish, slant=_STYLES[word])
        elif word in WEIGHTS and word != "normal":
            wish = replace(wish, weight=WEIGHTS[word])
        elif word in STRETCHES and word != "normal":
            wish = replace(wish, width=STRETCHES[word])
        elif word != "normal":
            break
        words.pop()
    return replace(wish, family=" ".join(words).rstrip(",")) if words else wish


def _size(value: str, style: Style) -> Style:
    if value in _SIZES:
        return _sized(style, _SIZES[value])
    if value in ("larger", "smaller"):
        return _sized(style, 1.2 if value == "larger" else 1 / 1.2)
    if value.endswith("%"):
        return _sized(style, _number(value[:-1]) / 100)
    return replace(style, wish=replace(style.wish, pixels=_length(value) / 1024 * 96 / 72))


def _length(value: str) -> int:
    """1024ths from `2048` or `2pt`."""
    return round(_number(value[:-2]) * 1024) if value.endswith("pt") else round(_number(value))


def _share(value: str) -> float:
    share = _number(value[:-1]) / 100 if value.endswith("%") else _number(value) / 65535
    return min(max(share, 0.0), 1.0)


def colour(value: str) -> tuple[Rgb, float | None]:
    """`#rgb`, `#rrggbb`, `#rrggbbaa`, `#rrrrggggbbbb` or a name of CSS, as 0 to 1."""
    digits = value.removeprefix("#")
    if value.startswith("#"):
        size = {3: 1, 4: 1, 6: 2, 8: 2, 9: 3, 12: 4, 16: 4}.get(len(digits))
        if size is None:
            raise BadMarkupError(value)
        try:
            parts = [
                int(digits[i : i + size], 16) / (16**size - 1) for i in range(0, len(digits), size)
            ]
        except ValueError as error:
            raise BadMarkupError(value) from error
        return (parts[0], parts[1], parts[2]), parts[3] if len(parts) > 3 else None
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(value.lower().replace(" ", ""))[:3]
    except ValueError as error:
        raise BadMarkupError(value) from error
    return (red / 255, green / 255, blue / 255), None


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise BadMarkupError(value) from error


def _pick(table: Mapping[str, _T], word: str) -> _T:
    if word not in table:
        raise BadMarkupError(word)
    return table[word]

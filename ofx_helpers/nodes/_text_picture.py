"""From the Text node's parameters to the picture to draw."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Context
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.text_draw import TextPicture, natural_size
from ofx_helpers.engine.text_fonts import FontWish, families
from ofx_helpers.engine.text_glyphs import Look
from ofx_helpers.engine.text_markup import described
from ofx_helpers.engine.text_runs import Style

WRAPS = ("None", "Word", "Char", "Word-Char")
ALIGNS = ("Left", "Right", "Center")
VERTICALS = ("Top", "Center", "Bottom")
STYLES = ("Normal", "Bold", "Italic")
HINT_STYLES = ("Default", "None", "Slight", "Medium", "Full")
HINT_METRICS = ("Default", "Off", "On")
SMOOTH = ("Default", "None", "Gray", "Subpixel")
ORDERS = ("Default", "RGB", "BGR", "VRGB", "VBGR")
WEIGHTS = {
    "Thin": 100, "Ultra light": 200, "Light": 300, "Semi light": 350, "Book": 380, "Normal": 400,
    "Medium": 500, "Semi bold": 600, "Bold": 700, "Ultra bold": 800, "Heavy": 900,
    "Ultra heavy": 1000,
}  # fmt: skip
STRETCHES = {
    "Ultra condensed": 50, "Extra condensed": 63, "Condensed": 75, "Semi condensed": 87,
    "Normal": 100, "Semi expanded": 113, "Expanded": 125, "Extra expanded": 150,
    "Ultra expanded": 200,
}  # fmt: skip

# The catalogue has every other default; these two named fonts of the machine it was seen on.
DEFAULTS: Mapping[str, Any] = {"name": "", "font": ""}


def option(params: Params, name: str, options: tuple[str, ...]) -> str:
    """The chosen option; a project without labels stores its place in the list."""
    chosen = params.choice(name)
    if chosen.isdigit() and int(chosen) < len(options):
        return options[int(chosen)]
    for known in options:
        if known.lower() == chosen.lower():
            return known
    raise RenderError(
        f"{params.node.name}.{name} is {chosen!r}: choose one of {', '.join(options)}."
    )


def region(context: Context) -> Window:
    """The canvas, the text's own size, or what a generator has by default."""
    params = context.params
    width, height = (round(value) for value in params.pair("canvas"))
    if params.flag("autoSize"):
        width, height = natural_size(_picture(context, 1, 1))
        thick = params.number("strokeSize")
        if thick > 0:
            width, height = int(width + thick * 2), int(height + thick / 2)
    if width > 0 and height > 0:
        return Window(0, 0, width, height)
    if context.connected("Source"):
        return context.region("Source")
    return context.format


def picture(context: Context) -> TextPicture:
    """What to draw over the node's region."""
    window = region(context)
    return _picture(context, window.width, window.height)


def _text(context: Context) -> str:
    name = context.params.text("file")
    if name:
        path = context.resolve(name)
        if path.is_file():
            found = path.read_text("utf-8", errors="replace")
            if found:
                return found
    return context.params.text("text")


def _family(params: Params) -> str:
    font = params.text("font")
    if not font:
        # The menu's options carry the first letter as a submenu: `D/DejaVu Sans`.
        font = params.choice("name")
        font = "" if font.isdigit() else font
    if len(font) > 2 and font[1] == "/":
        font = font[2:]
    if font:
        return font
    there = families()
    return next((name for name in ("Arial", "DejaVu Sans") if name in there), "Arial")


def _wish(context: Context) -> FontWish:
    params = context.params
    pixels = int(0.5 + 1024 * math.floor(params.number("size") + 0.5) * 96 / 72) / 1024
    custom = params.text("custom")
    extra = (str(context.resolve(custom)),) if custom else ()
    plain = FontWish("", pixels, extra=extra)
    # Pango takes trailing words such as Bold off a family's name, and the node sets its own.
    wish = described(f"{_family(params)} normal", Style(plain))
    slant = "italic" if option(params, "style", STYLES) == "Italic" else wish.slant
    return dataclasses.replace(
        wish,
        pixels=pixels,
        slant=slant,
        weight=WEIGHTS[option(params, "weight", tuple(WEIGHTS))],
        width=STRETCHES[option(params, "stretch", tuple(STRETCHES))],
    )


def _picture(context: Context, width: int, height: int) -> TextPicture:
    params = context.params
    x, y = params.pair("center")
    if not params.is_set("center"):
        x, y = x * context.format.width, y * context.format.height
    scale = params.pair("scale")
    count = min(max(params.whole("strokeDash"), 0), 3)
    first, second, third = params.numbers("strokeDashPattern")[:3]
    dashes = (max(first, 0.1), max(second, 0.0), max(third, 0.0))[:count]
    hint_style = HINT_STYLES.index(option(params, "hintStyle", HINT_STYLES))
    smooth = option(params, "antialiasing", SMOOTH)
    return TextPicture(
        width=width,
        height=height,
        text=_text(context),
        wish=_wish(context),
        markup=params.flag("markup"),
        letter_space=params.whole("letterSpace"),
        colour=params.colour("color"),
        background=params.colour("backgroundColor"),
        stroke_colour=params.colour("strokeColor"),
        stroke_width=params.number("strokeSize"),
        dashes=dashes,
        look=Look(
            hint_style=hint_style - 1 if hint_style else None,
            smooth=smooth != "None",
            subpixel=smooth == "Subpixel",
            order=option(params, "subpixel", ORDERS),
        ),
        hinted=option(params, "hintMetrics", HINT_METRICS) != "Off",
        wrap=option(params, "wrap", WRAPS),
        align=option(params, "align", ALIGNS),
        vertical=option(params, "valign", VERTICALS),
        justify=params.flag("justify"),
        auto_size=params.flag("autoSize"),
        move=params.flag("transform"),
        centre_text=params.flag("centerInteract"),
        centre=(x, height - 1 - y),
        scale=(scale[0], scale[0] if params.flag("uniform") else scale[1]),
        skew=(params.number("skewX"), params.number("skewY")),
        rotate=params.number("rotate"),
        scroll=(params.number("scrollX"), params.number("scrollY")),
        circle_radius=params.number("circleRadius"),
        circle_words=params.whole("circleWords"),
        arc_radius=params.number("arcRadius"),
        arc_angle=params.number("arcAngle"),
    )

"""A whole text picture as Natron's Text node draws it: layout, transforms, ink.

The plane of the text has its origin at the top left and y down, as cairo's; the canvas that comes
out has its bottom row first, 8 bits a channel, premultiplied, as the plug-in's own surface.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.text_dash import dashed
from ofx_helpers.engine.text_decor import Box, Ink, boxes
from ofx_helpers.engine.text_fonts import DRAWING, FontWish
from ofx_helpers.engine.text_glyphs import Look, Shape, ink, mask, outline, polygon, stretches
from ofx_helpers.engine.text_layout import Layout, Setting, lay_out
from ofx_helpers.engine.text_markup import BadMarkupError, parse
from ofx_helpers.engine.text_path import along_arc
from ofx_helpers.engine.text_raster import UNIT as FIXED
from ofx_helpers.engine.text_raster import Mask, Points, fill, fixed, over
from ofx_helpers.engine.text_runs import Run, Style
from ofx_helpers.engine.text_spacing import UNIT, Piece
from ofx_helpers.engine.text_stroke import stroke

Floats = NDArray[np.float64]
Rgba = tuple[float, float, float, float]
_LARGEST = 20_000


@dataclass(frozen=True, kw_only=True)
class TextPicture:
    """Everything that the picture depends on. Lengths in pixels, angles in degrees, y down."""

    width: int
    height: int
    text: str
    wish: FontWish
    markup: bool = False
    letter_space: int = 0
    colour: Rgba = (1.0, 1.0, 1.0, 1.0)
    background: Rgba = (0.0, 0.0, 0.0, 0.0)
    stroke_colour: Rgba = (1.0, 0.0, 0.0, 1.0)
    stroke_width: float = 0.0
    dashes: tuple[float, ...] = ()
    look: Look = field(default_factory=Look)
    hinted: bool = True
    wrap: str = "None"
    align: str = "Left"
    vertical: str = "Top"
    justify: bool = False
    auto_size: bool = False
    move: bool = True
    """The text starts at `centre`; alignment, wrapping and scrolling are for when it does not."""
    centre_text: bool = False
    centre: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    skew: tuple[float, float] = (0.0, 0.0)
    rotate: float = 0.0
    scroll: tuple[float, float] = (0.0, 0.0)
    circle_radius: float = 0.0
    circle_words: int = 10
    arc_radius: float = 100.0
    arc_angle: float = 0.0


def text_runs(picture: TextPicture) -> tuple[list[Run], bool]:
    """The text as runs, and whether its markup was understood."""
    base = Style(picture.wish)
    if picture.markup:
        try:
            return parse(picture.text, base), True
        except BadMarkupError:
            pass
    return [Run(picture.text, Style(picture.wish, spacing=picture.letter_space * UNIT))], False


def natural_size(picture: TextPicture) -> tuple[int, int]:
    """Width and height in pixels of the text set without wrapping or transforms."""
    runs, _ = text_runs(picture)
    with DRAWING:
        return lay_out(runs, Setting(picture.wish)).pixels


@lru_cache(maxsize=8)
def draw(picture: TextPicture) -> Mask:
    """The picture, (height, width, 4) 8-bit premultiplied RGBA, bottom row first."""
    if picture.width > _LARGEST or picture.height > _LARGEST:
        raise RenderError(
            f"Text: a canvas of {picture.width}×{picture.height} pixels is larger than "
            f"{_LARGEST} on a side: make `canvas` or `size` smaller."
        )
    with DRAWING:
        return _Pen(picture).picture()


class _Pen:
    """Draws one picture; `matrix` (2×3) maps the text's plane to the canvas, bottom row 0."""

    def __init__(self, picture: TextPicture) -> None:
        self.p = picture
        self.canvas = np.zeros((picture.height, picture.width, 4), np.uint8)
        self.runs, self.markup = text_runs(picture)
        self.matrix = np.array(((1.0, 0.0, 0.0), (0.0, -1.0, float(picture.height))))
        self.point: Floats | None = None
        """The current point, on the canvas."""

    def picture(self) -> Mask:
        p = self.p
        if p.background[3] > 0:
            whole = np.full(self.canvas.shape[:2], 255, np.uint8)
            over(self.canvas, whole, p.background)
        plain = self._lay_out((1.0, 1.0))
        if not p.move:
            height = plain.pixels[1]
            if p.vertical == "Center":
                self._translate(0, int((p.height - height) / 2))
            elif p.vertical == "Bottom":
                self._translate(0, p.height - height)
        scrolls = not p.move and not p.auto_size and any(p.scroll)
        if scrolls and not p.arc_angle and not p.circle_radius:
            self._move_to(*(math.floor(value) for value in p.scroll))
        self._transform()
        if p.stroke_width > 0 and not p.arc_angle:
            if not p.circle_radius:
                self._stroked(plain)
        elif not p.circle_radius:
            if p.arc_angle > 0:
                self._arc(plain)
            else:
                self._shown(plain)
        if p.circle_radius > 0 and not p.auto_size:
            self._circle()
        return self.canvas

    def _lay_out(self, scale: tuple[float, float]) -> Layout:
        p = self.p
        wrapped = p.wrap != "None" and not p.auto_size and not p.move
        return lay_out(
            self.runs,
            Setting(
                p.wish,
                width=p.width * UNIT if wrapped else None,
                wrap=p.wrap,
                align="Left" if p.move else p.align,
                justify=p.justify and not p.move,
                hinted=p.hinted,
                scale=scale,
            ),
        )

    def _updated(self, plain: Layout) -> Layout:
        """The layout as pango sets it anew for the transforms, where metrics are hinted."""
        (xx, xy, _), (yx, yy, _) = self.matrix
        along = math.hypot(xx, yx)
        across = abs(xx * yy - yx * xy) / along if along else 0.0
        if (along, across) == (1.0, 1.0) or not along or not across:
            return plain
        return self._lay_out((along, across))

    def _apply(self, xx: float, yx: float, xy: float, yy: float) -> None:
        self.matrix = self.matrix @ np.array(((xx, xy, 0.0), (yx, yy, 0.0), (0.0, 0.0, 1.0)))

    def _translate(self, x: float, y: float) -> None:
        self.matrix = self.matrix @ np.array(((1.0, 0, x), (0, 1.0, y), (0, 0, 1.0)))

    def _transform(self) -> None:
        p = self.p
        if p.auto_size:
            return
        x, y = p.centre
        around: list[tuple[float, float, float, float]] = []
        if p.scale != (1.0, 1.0):
            around.append((p.scale[0], 0.0, 0.0, p.scale[1]))
        if p.skew[0]:
            around.append((1.0, 0.0, -p.skew[0], 1.0))
        if p.skew[1]:
            around.append((1.0, -p.skew[1], 0.0, 1.0))
        for shape in around:
            self._translate(x, y)
            self._apply(*shape)
            self._translate(-x, -y)
        if p.rotate:
            if not p.move:
                x, y = p.width / 2.0, p.height / 2.0
            cos, sin = math.cos(math.radians(-p.rotate)), math.sin(math.radians(-p.rotate))
            self._translate(x, y)
            self._apply(cos, sin, -sin, cos)
            self._translate(-x, -y)

    def _device(self, points: Floats) -> Floats:
        mapped: Floats = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return mapped

    def _move_to(self, x: float, y: float) -> None:
        self.point = fixed(self._device(np.array((x, y), np.float64))) / FIXED

    def _move_to_text(self, layout: Layout) -> None:
        x, y = self.p.centre
        if self.p.centre_text:
            width, height = layout.pixels
            x, y = x - width // 2, y - height // 2
        self._move_to(int(x), int(y))

    def _origin(self) -> Floats:
        """Where the text starts, in its own plane."""
        if self.point is None:
            return np.zeros(2)
        inverse: Floats = np.linalg.solve(self.matrix[:, :2], self.point - self.matrix[:, 2])
        return inverse

    def _shape(self, pixels: float, slanted: float) -> Shape:
        (xx, xy, _), (yx, yy, _) = self.matrix
        return (
            pixels * xx,
            pixels * yx,
            pixels * (xy - slanted * xx),
            pixels * (yy - slanted * yx),
        )

    def _ink_of(self, layout: Layout) -> Ink:
        """What measures the ink of a layout's pieces."""

        def measured(piece: Piece) -> tuple[float, float]:
            em = piece.font.pixels / layout.scale
            shape = self._shape(em, piece.font.slanted)
            spans: list[tuple[float, float]] = []
            x = 0
            for glyph in piece.glyphs:
                found = ink(piece.font, glyph.glyph, shape, self.p.look, self.p.hinted)
                if found is not None:
                    left, right = (int(side * em * UNIT) for side in found)
                    spans.append((x + glyph.dx + left, x + glyph.dx + right))
                x += glyph.width
            return min((a for a, _ in spans), default=0), max((b for _, b in spans), default=0)

        return measured

    def _ink(self, style: Style) -> Rgba:
        red, green, blue, alpha = self.p.colour
        if style.colour is not None:
            red, green, blue = style.colour
        return red, green, blue, alpha if style.alpha is None else style.alpha

    def _shown(self, plain: Layout) -> None:
        """Each glyph drawn by FreeType and put on whole pixels."""
        if not self.p.auto_size and self.p.move:
            self._move_to_text(plain)
        layout, origin = self._updated(plain), self._origin()
        for line in layout.lines:
            for found in boxes(line, layout.scale, self._ink_of(layout), front=False):
                self._box(found, origin)
            x = line.x
            for piece in line.pieces:
                shape = self._shape(piece.font.pixels / layout.scale, piece.font.slanted)
                layer = np.zeros((*self.canvas.shape[:2], 3), np.uint8)
                for glyph in piece.glyphs:
                    at = (x + glyph.dx) / UNIT, (line.baseline - glyph.dy) / UNIT
                    column, row = np.floor(self._device(origin + np.array(at)) + 0.5).astype(int)
                    image = mask(piece.font, glyph.glyph, shape, self.p.look)
                    _add(layer, image.mask, column + image.left, row + image.top)
                    x += glyph.width
                _over(self.canvas, layer, self._ink(piece.style))
            for found in boxes(line, layout.scale, self._ink_of(layout), front=True):
                self._box(found, origin)

    def _box(self, box: Box, origin: Floats) -> None:
        corners = np.array(
            ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)), np.float64
        )
        ink = self._ink(box.style)
        if box.background:
            red, green, blue = box.style.background or (0.0, 0.0, 0.0)
            ink = red, green, blue, box.style.background_alpha
        self._filled([fixed(self._device(origin + corners / UNIT))], ink)

    def _filled(self, polygons: Sequence[Points], ink: Rgba) -> None:
        over(self.canvas, fill(polygons, self.p.width, self.p.height), ink)

    def _outlines(
        self, layout: Layout, origin: Floats, baseline: int | None = None
    ) -> list[tuple[Points, ...]]:
        """The contours of every glyph on the canvas, lines and cubics in 1/256 pixel."""
        found: list[tuple[Points, ...]] = []
        for line in layout.lines[: 1 if baseline is not None else None]:
            x = line.x if baseline is None else 0
            y = line.baseline if baseline is None else baseline
            for piece in line.pieces:
                shape = self._shape(piece.font.pixels / layout.scale, piece.font.slanted)
                for glyph in piece.glyphs:
                    at = origin + np.array((x + glyph.dx, y - glyph.dy)) / UNIT
                    place = fixed(self._device(at))
                    for contour in outline(piece.font, glyph.glyph, shape, self.p.look):
                        found.append(tuple(curve + place for curve in contour))
                    x += glyph.width
            for box in boxes(line, layout.scale, self._ink_of(layout), front=True):
                corners = ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
                ring = fixed(self._device(origin + np.array(corners) / UNIT))
                found.append(tuple(np.stack((ring[i - 1], ring[i])) for i in range(4)))
        return found

    def _stroked(self, plain: Layout) -> None:
        p = self.p
        self.point = None
        if not p.move and not p.auto_size and any(p.scroll):
            self._move_to(*(math.floor(value) for value in p.scroll))
        if p.auto_size:
            self._move_to(math.floor(p.stroke_width / 2 + 0.5), 0.0)
        elif p.move:
            self._move_to_text(plain)
        contours = self._outlines(plain, self._origin())
        width = math.floor(p.stroke_width + 0.5)
        if width > 0:
            linear = self.matrix[:, :2]
            pieces: list[Points] = []
            for parts in (stretches(contour) for contour in contours):
                if p.dashes:
                    pieces += dashed(parts, width, linear, p.dashes)
                else:
                    pieces += stroke(parts, width, linear)
            self._filled(pieces, p.stroke_colour)
        self._filled([polygon(contour) for contour in contours], p.colour)

    def _arc(self, plain: Layout) -> None:
        p = self.p
        middle = p.centre if p.move else (p.width / 2.0, p.height / 2.0)
        contours = self._outlines(plain, np.zeros(2), baseline=0)
        radius = math.floor(p.arc_radius + 0.5)
        bent = along_arc(contours, self.matrix, middle, radius, p.arc_angle)
        self._filled([polygon(contour) for contour in bent], p.colour)

    def _circle(self) -> None:
        p = self.p
        middle = p.centre if p.move else (p.width / 2.0, p.height / 2.0)
        self._translate(*middle)
        before = self.matrix
        for word in range(p.circle_words):
            angle = math.radians(360.0 * word / p.circle_words)
            cos, sin = math.cos(angle), math.sin(angle)
            self.matrix = before
            self._apply(cos, sin, -sin, cos)
            layout = self._updated(self._lay_out((1.0, 1.0)))
            self._move_to(-layout.width / UNIT / 2, -math.floor(p.circle_radius + 0.5))
            contours = self._outlines(layout, self._origin())
            self._filled([polygon(contour) for contour in contours], p.colour)
        self.matrix = before


def _add(layer: Mask, image: Mask, column: int, row: int) -> None:
    """Add a glyph's coverage to a layer where it lies on it, up to full."""
    height, width = layer.shape[:2]
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + image.shape[0], height), min(column + image.shape[1], width)
    if top >= bottom or left >= right:
        return
    part = image[top - row : bottom - row, left - column : right - column]
    part = part[..., None] if part.ndim == 2 else part
    target = layer[top:bottom, left:right]
    target[...] = np.minimum(target.astype(np.uint16) + part, 255).astype(np.uint8)


def _over(canvas: Mask, layer: Mask, ink: Rgba) -> None:
    if (layer[..., 0] == layer[..., 1]).all() and (layer[..., 0] == layer[..., 2]).all():
        over(canvas, layer[..., 0], ink)
        return
    # Subpixel coverage: each colour has its own, and alpha that of green.
    for channel in range(3):
        one = canvas.copy()
        over(one, layer[..., channel], ink)
        canvas[..., channel] = one[..., channel]
        if channel == 1:
            alpha = one[..., 3]
    canvas[..., 3] = alpha

"""From what was measured to where everything lies: the runbook's rules 1 to 3 for one shot."""

from dataclasses import dataclass
from math import ceil, floor

from driver.errors import MemecompError
from driver.shot import geometry
from driver.shot.alignment import Residual
from driver.shot.geometry import Bands, Rect
from driver.shot.match import Match

TOLERANCE = 0.01
"""How far a measured scale may be from the integer factor."""
FRACTION = (0.7, 1.5)
"""Measured scale over the integer factor that `bands.allow_fractional` accepts."""
_WORTH_MOVING = 0.1
"""Canvas pixels below which a rest is not worth a second filter."""

Size = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the settings ask of the geometry; sizes are (width, height), 0 where to be found."""

    canvas: Size
    factor: int
    allow_fractional: bool
    reach: int
    """Canvas pixels that the bands reach under the widescreen's edge, at least."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where everything lies, in top-down canvas pixels; the fields are those of `Alignment`."""

    canvas: Size
    wide_scale: float
    wide_size: Size
    wide_padded: Size
    wide: Rect
    dvd: Rect
    bands: Bands
    top: Rect
    bottom: Rect
    measured_scale: float
    scale_residual: float
    residual: Residual
    apply_residual: bool


def place(wide: Size, dvd: Size, match: Match, wish: Wish) -> Placement:
    """The geometry of a shot whose copies have these sizes and lie on each other as `match` says.

    Refused with a MemecompError where the scale is more than 1 % off the integer factor and the
    user does not allow that, or where the canvas would not show the widescreen copy.
    """
    factor = wish.factor
    wide_scale = _wide_scale(wide, match, wish)
    size = (max(1, round(wide[0] * wide_scale)), max(1, round(wide[1] * wide_scale)))
    measured = match.scale * wide_scale
    off = measured / factor - 1
    fraction = FRACTION[0] <= measured / factor <= FRACTION[1]
    if abs(off) > TOLERANCE and not (wish.allow_fractional and fraction):
        raise MemecompError(_off_the_factor(measured, off, factor))
    shift_x = _shift(wide[0], size[0], match.x)
    shift_y = _shift(wide[1], size[1], match.y)
    padded = (size[0] + 2 * abs(round(shift_x)), size[1] + 2 * abs(round(shift_y)))
    rest = Residual(
        scale=measured / factor, dx=shift_x - round(shift_x), dy=shift_y - round(shift_y)
    )
    applied = wish.allow_fractional and _moves(rest, (dvd[0] * factor, dvd[1] * factor))
    canvas = _canvas(wish.canvas, padded, dvd, factor, rest if applied else Residual())
    placed_dvd = geometry.place(canvas, dvd, factor)
    placed_wide = _padded_place(canvas, size, (round(shift_x), round(shift_y)))
    if placed_wide.intersect(Rect(0, 0, *canvas)).empty:
        raise MemecompError(
            f"canvas of {canvas[0]}×{canvas[1]}: the widescreen copy would lie outside it; "
            "set canvas.width and canvas.height to 0 to have them found"
        )
    rest = _about_the_middle(rest, canvas)
    under = before_residual(placed_wide, canvas, rest) if applied else placed_wide
    # The sub-pixel Transform's filter reads two pixels around.
    reach = ceil(wish.reach / rest.scale) + 2 if applied else wish.reach
    found = geometry.bands(placed_dvd, dvd[1], under, factor, reach)
    top, bottom = geometry.band_rects(placed_dvd, found, factor)
    return Placement(
        canvas=canvas,
        wide_scale=wide_scale,
        wide_size=size,
        wide_padded=padded,
        wide=placed_wide,
        dvd=placed_dvd,
        bands=found,
        top=top,
        bottom=bottom,
        measured_scale=measured,
        scale_residual=off,
        residual=rest,
        apply_residual=applied,
    )


def before_residual(rect: Rect, canvas: Size, rest: Residual) -> Rect:
    """What lies under `rect` before the rest moves it there, rounded inward."""
    origin_x, origin_y = canvas[0] / 2, canvas[1] / 2

    def back(edge: int, origin: float, shift: float) -> float:
        return origin + (edge - origin - shift) / rest.scale

    left = ceil(back(rect.x, origin_x, rest.dx))
    top = ceil(back(rect.y, origin_y, rest.dy))
    right = floor(back(rect.right, origin_x, rest.dx))
    bottom = floor(back(rect.bottom, origin_y, rest.dy))
    return Rect(left, top, max(0, right - left), max(0, bottom - top))


def _wide_scale(wide: Size, match: Match, wish: Wish) -> float:
    """Canvas pixels for one widescreen pixel: 1 unless the copy is smaller than a given canvas.

    A smaller copy is brought to the canvas's width where the DVD's factor then fits within the
    tolerance, else to the size at which it fits exactly: it is resampled in any case.
    """
    fits = wish.factor / match.scale
    if wish.canvas[0] <= wide[0] or fits <= 1 + TOLERANCE:
        return 1.0
    fills = wish.canvas[0] / wide[0]
    near = abs(fills / fits - 1) <= TOLERANCE
    return fills if near or wish.allow_fractional else fits


def _shift(source: int, size: int, shift: float) -> float:
    """Where the DVD's centre lies right of (below) the centre of the resampled copy, in pixels."""
    if size == source:
        return shift
    return (geometry.center(source) + shift) * size / source - geometry.center(size)


def _padded_place(canvas: Size, size: Size, shift: tuple[int, int]) -> Rect:
    """Where a copy's real pixels lie once it is padded so that the DVD's centre is its centre.

    Padding goes to the side that is short, twice the shift, so that the padded centre sample is
    the one that shows what the DVD's centre shows.
    """
    starts = []
    for length, source, move in zip(canvas, size, shift, strict=True):
        left = 2 * -move if move < 0 else 0
        starts.append(geometry.paste(length, source + 2 * abs(move), 1) + left)
    return Rect(starts[0], starts[1], *size)


def _about_the_middle(rest: Residual, canvas: Size) -> Residual:
    """The rest about the canvas's middle instead of its centre sample's corner, half a pixel off
    on odd canvases."""
    shift = (rest.scale - 1) / 2
    return Residual(
        scale=rest.scale,
        dx=rest.dx + shift * (canvas[0] % 2),
        dy=rest.dy + shift * (canvas[1] % 2),
    )


def _moves(rest: Residual, size: Size) -> bool:
    """Whether the rest moves any pixel of a placed DVD of this size enough to matter."""
    stretch = abs(rest.scale - 1) * max(size) / 2
    return stretch + max(abs(rest.dx), abs(rest.dy)) >= _WORTH_MOVING


def _canvas(wish: Size, padded: Size, dvd: Size, factor: int, rest: Residual) -> Size:
    """The canvas asked for; where 0, the larger of both copies, rounded up to even."""
    found = []
    for asked, wide, source in zip(wish, padded, dvd, strict=True):
        larger = max(wide, floor(source * factor * rest.scale))
        found.append(asked or larger + larger % 2)
    return found[0], found[1]


def _off_the_factor(measured: float, off: float, factor: int) -> str:
    spans = f"bands.factor: one DVD pixel spans {measured:.4f} canvas pixels, "
    if measured < FRACTION[0] and factor > 1:
        return (
            spans + f"where the factor {factor} is expected: the copies look swapped; the larger, "
            "sharper one belongs in wide.path and the one with more above and below in dvd.path"
        )
    text = spans + f"which is {abs(off):.1%} off the factor {factor}; "
    nearest = max(1, round(measured))
    if nearest != factor and abs(measured / nearest - 1) <= TOLERANCE:
        return text + f"set bands.factor = {nearest}, or a wider canvas to enlarge the widescreen"
    if not FRACTION[0] <= measured / factor <= FRACTION[1]:
        return text + f"the factor looks wrong: set bands.factor = {nearest}"
    return text + "set bands.allow_fractional = true to add a sub-pixel transform for the rest"

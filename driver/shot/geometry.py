"""Where every source pixel belongs: the runbook's placement rules as pure functions.

Top-down integer pixel coordinates throughout. No function here rounds twice.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rect:
    """Top-left corner and size in whole pixels, y down; an empty one has width or height 0."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    @property
    def empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.width <= 0 or self.height <= 0

    def intersect(self, other: "Rect") -> "Rect":
        """The pixels in both."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width = max(0, min(self.right, other.right) - x)
        height = max(0, min(self.bottom, other.bottom) - y)
        return Rect(x, y, width, height)


@dataclass(frozen=True)
class Bands:
    """The rows of a DVD frame above and below its core: `top` first rows, `bottom` last rows."""

    top: int
    bottom: int


def center(size: int) -> int:
    """Index of the centre sample along one axis: floor(size / 2), as the runbook defines it."""
    return size // 2


def paste(canvas: int, source: int, scale: int) -> int:
    """Where a source scaled by an integer starts along one axis, so that the centres map exactly.

    The centre rule O = paste + scale · floor(source / 2). For even sources it equals the
    runbook's O − floor(source · scale / 2); for odd ones only this maps the centre sample exactly.
    """
    return center(canvas) - scale * center(source)


def place(canvas: tuple[int, int], source: tuple[int, int], scale: int) -> Rect:
    """Where a (width, height) source scaled by an integer lies on a (width, height) canvas."""
    return Rect(
        paste(canvas[0], source[0], scale),
        paste(canvas[1], source[1], scale),
        source[0] * scale,
        source[1] * scale,
    )


def bands(dvd: Rect, rows: int, wide: Rect, factor: int, reach: int) -> Bands:
    """How many of the DVD's `rows` lie above and below what the widescreen copy covers.

    `dvd` and `wide` are placed on the canvas. Bands reach at least `reach` canvas pixels under the
    widescreen's edge: cores round inward, so no row between the two is ever missing. A band that
    does not show above or below the widescreen has no rows.
    """
    top = -(-(wide.y + reach - dvd.y) // factor) if dvd.y < wide.y else 0
    bottom = (dvd.bottom - (wide.bottom - reach) + factor - 1) // factor
    bottom = bottom if dvd.bottom > wide.bottom else 0
    return Bands(min(max(top, 0), rows), min(max(bottom, 0), rows))


def band_rects(dvd: Rect, found: Bands, factor: int) -> tuple[Rect, Rect]:
    """Where the upscaled top and bottom band lie on the canvas; heights exactly factor × rows."""
    top = Rect(dvd.x, dvd.y, dvd.width, found.top * factor)
    height = found.bottom * factor
    return top, Rect(dvd.x, dvd.bottom - height, dvd.width, height)


def delivered(canvas: tuple[int, int]) -> tuple[int, int]:
    """Size of the MP4: yuv420p needs even sides, so an odd one gets an edge pixel more."""
    return canvas[0] + canvas[0] % 2, canvas[1] + canvas[1] % 2

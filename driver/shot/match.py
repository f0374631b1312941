"""Where the DVD lies on the widescreen copy: a scale and a shift in space, a shift in time."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Match:
    """Maps DVD coordinates to widescreen coordinates, both in pixels from the top left corner.

    Along each axis, wide = scale · (dvd − floor(dvd_size / 2)) + floor(wide_size / 2) + shift:
    the shift is 0 where the centre samples of rule 1 share their top left corner.
    """

    scale: float
    """Widescreen pixels for one DVD pixel."""
    x: float
    """DVD centre right of the widescreen's centre, in widescreen pixels."""
    y: float
    """DVD centre below the widescreen's centre, in widescreen pixels."""
    time: int = 0
    """Widescreen frame minus DVD frame."""
    score: float = 0.0
    """Correlation of the two copies where they overlap, −1 to 1."""
    ambiguous: bool = False
    """Whether another time at another place fits as well: a pan over what does not move."""

    def at(self, time: int) -> "Match":
        """The same place at another time."""
        return replace(self, time=time)


@dataclass(frozen=True)
class Fixed:
    """What the user measured by hand; None is searched for. Units are those of `Match`."""

    scale: float | None = None
    x: float | None = None
    y: float | None = None
    time: int | None = None

    @property
    def any(self) -> bool:
        """Whether one of the numbers is given."""
        return any(value is not None for value in (self.scale, self.x, self.y, self.time))

    def applied(self, match: Match) -> Match:
        """`match` with the given numbers in place of its own."""
        return replace(
            match,
            scale=match.scale if self.scale is None else self.scale,
            x=match.x if self.x is None else self.x,
            y=match.y if self.y is None else self.y,
            time=match.time if self.time is None else self.time,
        )

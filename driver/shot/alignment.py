"""What `align` found or was told: read by every later stage from `debug/align_report.json`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from driver.shot.geometry import Bands, Rect
from driver.shot.record import load_record


class Grade(BaseModel):
    """The colour match, in linear light, as Natron's Grade applies it to the DVD.

    out = (multiply · in + offset) ^ (1 / gamma), for red, green and blue.
    """

    model_config = ConfigDict(frozen=True)

    multiply: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gamma: tuple[float, float, float] = (1.0, 1.0, 1.0)


class Residual(BaseModel):
    """The sub-pixel rest after the integer factor, applied about the canvas's centre.

    Content of the placed DVD moves by (dx, dy) canvas pixels, y down, after scaling by `scale`
    about (width / 2, height / 2).
    """

    model_config = ConfigDict(frozen=True)

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0


class Alignment(BaseModel):
    """The geometry of a shot. Rectangles are (x, y, width, height), top-down canvas pixels.

    A found offset pads the widescreen copy virtually: `wide_padded` is its padded size, whose
    centre sample lands on the canvas's centre; `wide` is where its real pixels lie.
    """

    model_config = ConfigDict(frozen=True)

    matched_pair_indices: tuple[tuple[int, int], ...]
    """Pairs (wide plate, dvd plate), one a frame of the shot, numbered from 1."""
    fps: float
    canvas: tuple[int, int]
    factor: int
    wide_size: tuple[int, int]
    """Of the files in `aligned/`: after the resampling, if there is one."""
    wide_padded: tuple[int, int]
    wide: tuple[int, int, int, int]
    dvd_size: tuple[int, int]
    dvd: tuple[int, int, int, int]
    band_rows: tuple[int, int]
    """DVD rows of the top and the bottom band."""
    top: tuple[int, int, int, int]
    bottom: tuple[int, int, int, int]
    measured_offsets: tuple[float, float, int]
    """DVD centre right of and below the widescreen's centre in widescreen pixels; frames."""
    measured_scale: float
    """Canvas pixels for one DVD pixel, before the integer factor is taken."""
    scale_residual: float
    """measured_scale / factor − 1."""
    wide_scale: float
    """Canvas pixels for one widescreen pixel; 1 keeps its pixels bit for bit."""
    grade: Grade
    apply_residual: bool
    """Whether the rest becomes a Transform (`bands.allow_fractional`)."""
    residual: Residual
    """The rest as measured, applied or not."""
    manual: bool
    """Whether any of the numbers comes from the settings."""
    score: float
    """Correlation of the two copies where they overlap, −1 to 1."""

    @property
    def frames(self) -> int:
        """Frames of the shot; they are numbered from 1."""
        return len(self.matched_pair_indices)

    @property
    def wide_rect(self) -> Rect:
        """Where the widescreen's real pixels lie."""
        return Rect(*self.wide)

    @property
    def dvd_rect(self) -> Rect:
        """Where the whole scaled DVD would lie."""
        return Rect(*self.dvd)

    @property
    def bands(self) -> Bands:
        """Rows of the bands."""
        return Bands(*self.band_rows)

    def band_rect(self, side: str) -> Rect:
        """Where the upscaled 'top' or 'bottom' band lies."""
        return Rect(*(self.top if side == "top" else self.bottom))


def load(path: Path) -> Alignment:
    """Reads `debug/align_report.json`; see `load_record`."""
    return load_record(path, Alignment, "align")

"""What ingest found in the two copies: `plates/facts.json`, read by every later stage."""

from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from driver.shot.record import load_record


class SourceFacts(BaseModel):
    """One copy: what it was, and what was done to make its plates. Sizes are (width, height)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """As the settings give it."""
    kind: Literal["video", "images"]
    codec: str
    source_size: tuple[int, int]
    pixel_aspect: float
    """Width of a pixel over its height, as the file or the settings say."""
    square_size: tuple[int, int]
    """Once pixels are square, before the crop."""
    crop: tuple[int, int, int, int]
    """Left, top, right and bottom pixels cut off `square_size`."""
    crop_by: Literal["settings", "found", "none"]
    size: tuple[int, int]
    """Of the plates: cropped, and scaled for a proxy."""
    frames: int
    """Plates, numbered from 1."""
    cuts: tuple[int, ...] = ()
    """Plates with which another shot begins; none where the settings ignore cuts."""
    first_number: int
    """Number of the first image of a sequence, 1 for a video."""
    source_fps: float
    """Rate of the file; 0 for images."""
    fps: float
    """Rate that it is taken as."""
    start: float
    """Seconds into the file of the first frame."""
    seconds_per_frame: float
    """Seconds in the file's own time from one plate to the next."""
    tempo: float
    """Speed at which its sound must play to stay with the picture."""
    interlaced: bool
    deinterlaced: Literal["no", "tff", "bff", "auto"]
    telecine_removed: bool
    matrix: Literal["601", "709", "2020", "rgb"]
    """By which it was made RGB."""
    range: Literal["limited", "full"]
    has_audio: bool


class Facts(BaseModel):
    """Both copies and what they share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fps: float
    """Frames a second of the shot."""
    fps_exact: str
    """The same as a fraction, '24000/1001'."""
    proxy: float
    """Scale of the plates against the real thing."""
    wide: SourceFacts
    dvd: SourceFacts

    @property
    def rate(self) -> Fraction:
        """Frames a second of the shot, exactly."""
        return Fraction(self.fps_exact)


def load(path: Path) -> Facts:
    """Reads `plates/facts.json`; see `load_record`."""
    return load_record(path, Facts, "ingest")

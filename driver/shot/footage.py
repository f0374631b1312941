"""One of the two copies as frames, whether it is a video or numbered images."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot.facts import SourceFacts
from driver.shot.settings import Source, relative_to
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import EXTENSIONS, read_rgb8
from ofx_helpers.media.probe import VideoFacts, nominal_rate, probe
from ofx_helpers.media.read_plan import (
    NO_CROP,
    ReadOptions,
    plan_reading,
    sizes_after,
    square_size,
)
from ofx_helpers.media.sequences import Sequence
from ofx_helpers.media.video_reader import VideoReader

Frame = NDArray[np.uint8]
Crop = tuple[int, int, int, int]

_FILM = Fraction(24)


class Footage(ABC):
    """Frames of a copy: (height, width, 3) uint8 RGB, top-down, square pixels."""

    count: int
    """Frames that it says it has."""
    fps: Fraction
    """Rate that it is taken as."""
    square: tuple[int, int]
    """Width and height before crop and scale."""

    @abstractmethod
    def frames(self, crop: Crop = NO_CROP, scale: float = 1.0) -> Iterator[Frame]:
        """Every frame in order, cropped in square pixels, then scaled."""

    @abstractmethod
    def facts(self, crop: Crop, crop_by: str, scale: float, frames: int) -> SourceFacts:
        """What it is, for `plates/facts.json`; `frames` is how many it really gave."""

    @abstractmethod
    def place(self, frame: int) -> str:
        """How a person finds a frame, numbered from 1: 'frame 12' or a file's name."""


@dataclass
class Video(Footage):
    """A video file."""

    source: Source
    video: VideoFacts
    options: ReadOptions

    def __post_init__(self) -> None:
        """Refuses a truncated file and settings that do not fit, before any frame is read."""
        plan = plan_reading(self.video, self.options)
        with VideoReader(self.video.path, self.options, facts=self.video):
            pass
        self.fps = plan.fps
        self.square = plan.square
        self.count = self.video.frames * 4 // 5 if plan.telecine else self.video.frames

    def frames(self, crop: Crop = NO_CROP, scale: float = 1.0) -> Iterator[Frame]:
        """Every frame in order, cropped in square pixels, then scaled."""
        options = ReadOptions(**{**vars(self.options), "crop": crop, "scale": scale})
        with VideoReader(self.video.path, options, facts=self.video) as reader:
            yield from reader

    def facts(self, crop: Crop, crop_by: str, scale: float, frames: int) -> SourceFacts:
        """What it is, and what was done to it."""
        options = ReadOptions(**{**vars(self.options), "crop": crop, "scale": scale})
        video, plan = self.video, plan_reading(self.video, options)
        return SourceFacts.model_validate(
            {
                "path": self.source.path,
                "kind": "video",
                "codec": video.codec,
                "source_size": (video.width, video.height),
                "pixel_aspect": self.source.pixel_aspect or float(video.pixel_aspect),
                "square_size": plan.square,
                "crop": crop,
                "crop_by": crop_by,
                "size": plan.size,
                "frames": frames,
                "first_number": 1,
                "source_fps": float(video.fps),
                "fps": float(plan.fps),
                "start": video.start,
                "seconds_per_frame": plan.tempo / float(plan.fps),
                "tempo": plan.tempo,
                "interlaced": video.interlaced,
                "deinterlaced": plan.deinterlace,
                "telecine_removed": plan.telecine,
                "matrix": plan.matrix,
                "range": plan.range,
                "has_audio": video.has_audio,
            }
        )

    def place(self, frame: int) -> str:
        """'frame 12'."""
        return f"frame {frame}"


@dataclass
class Images(Footage):
    """Numbered images."""

    source: Source
    sequence: Sequence
    numbers: range
    fps: Fraction

    def __post_init__(self) -> None:
        """Reads the first image, whose size all must have."""
        height, width = read_rgb8(self.sequence.path(self.numbers[0])).shape[:2]
        self.size = (width, height)
        self.square = square_size(self.size, self.source.pixel_aspect or 1)
        self.count = len(self.numbers)

    def frames(self, crop: Crop = NO_CROP, scale: float = 1.0) -> Iterator[Frame]:
        """Every frame in order, cropped in square pixels, then scaled."""
        import cv2

        name = self.sequence.pattern
        (width, height), size = sizes_after(self.square, crop, scale, name)
        left, top = crop[:2]
        for number in self.numbers:
            frame = read_rgb8(self.sequence.path(number), size=self.size)
            if self.square != self.size:
                frame = cv2.resize(frame, self.square, interpolation=cv2.INTER_LANCZOS4)
            frame = frame[top : top + height, left : left + width]
            if size != (width, height):
                frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            yield np.ascontiguousarray(frame)

    def facts(self, crop: Crop, crop_by: str, scale: float, frames: int) -> SourceFacts:
        """What it is, and what was done to it."""
        return SourceFacts.model_validate(
            {
                "path": self.source.path,
                "kind": "images",
                "codec": self.sequence.suffix.lstrip("."),
                "source_size": self.size,
                "pixel_aspect": self.source.pixel_aspect or 1.0,
                "square_size": self.square,
                "crop": crop,
                "crop_by": crop_by,
                "size": sizes_after(self.square, crop, scale, self.sequence.pattern)[1],
                "frames": frames,
                "first_number": self.numbers[0],
                "source_fps": 0.0,
                "fps": float(self.fps),
                "start": 0.0,
                "seconds_per_frame": 1 / float(self.fps),
                "tempo": 1.0,
                "interlaced": False,
                "deinterlaced": "no",
                "telecine_removed": False,
                "matrix": "rgb",
                "range": "full",
                "has_audio": False,
            }
        )

    def place(self, frame: int) -> str:
        """The file's name."""
        return f"frame {frame} ({self.sequence.path(self.numbers[frame - 1]).name})"


def open_footage(name: str, source: Source, folder: Path) -> Footage:
    """The copy `name` ('wide' or 'dvd'): a video, a pattern of numbered images, or their folder.

    Raises `MemecompError` for settings that do not fit and `MediaError` for files that do not.
    """
    if not source.path:
        raise MemecompError(
            f"{name}.path is not set: give a video file or numbered images as 'name.####.png'"
        )
    path = relative_to(folder, source.path)
    sequence = _sequence(name, path)
    return _images(name, source, sequence) if sequence else _video(source, path)


def files_of(source: Source, folder: Path) -> Iterable[Path]:
    """Every file that a copy is made of; what is missing is named all the same."""
    if not source.path:
        return []
    path = relative_to(folder, source.path)
    try:
        sequence = _sequence("", path)
    except (MemecompError, MediaError):
        return [path]
    if sequence is None:
        return [path]
    return [sequence.path(number) for number in sequence.frames_on_disk()] or [path]


def _sequence(name: str, path: Path) -> Sequence | None:
    """The numbered images that `path` means; None for a video."""
    if path.is_dir():
        return Sequence.guess(path)
    if path.suffix.lower() not in EXTENSIONS:
        return None
    sequence = Sequence.parse(path)
    if sequence.is_still:
        raise MemecompError(
            f"{name}.path: {path} is a single image: give a video, a folder of numbered images, "
            "or their pattern as 'name.####.png'"
        )
    return sequence


def _images(name: str, source: Source, sequence: Sequence) -> Images:
    numbers = sequence.whole_range()
    if source.interlaced in ("tff", "bff") or source.telecine:
        raise MemecompError(
            f"{name}: fields can only be undone in a video file: encode {sequence.pattern} as one, "
            f"or take {name}.interlaced and {name}.telecine away"
        )
    if source.fps is None and not source.pal_speedup:
        raise MemecompError(
            f"{name}.fps is not set: images do not tell their rate; set it, 24 for instance"
        )
    fps = _FILM if source.fps is None else nominal_rate(source.fps)
    return Images(source, sequence, numbers, fps)


def _video(source: Source, path: Path) -> Video:
    options = ReadOptions(
        fps=None if source.fps is None else nominal_rate(source.fps),
        pixel_aspect=source.pixel_aspect,
        interlaced=source.interlaced,
        telecine=source.telecine,
        pal_speedup=source.pal_speedup,
        matrix=source.matrix,
        range=source.range,
    )
    return Video(source, probe(path), options)

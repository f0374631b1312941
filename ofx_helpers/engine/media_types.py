"""What the engine asks of the rooms that read and write files, so that it needs none of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.engine.frame import Window

# fmt: off
VIDEO_SUFFIXES = frozenset((
    ".mov", ".mp4", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2v", ".vob", ".ts",
    ".m2ts", ".mts", ".mxf", ".flv", ".f4v", ".wmv", ".asf", ".3gp", ".3g2", ".ogv", ".dv", ".y4m",
    ".qt",
))
# fmt: on
"""Names of files that hold a video."""


@dataclass(frozen=True)
class Picture:
    """An image as its file stores it: no colour or premultiplication applied.

    `pixels` is (h, w, c) with c of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA), top-down,
    uint8, uint16, float16 or float32; integers span 0 to the type's maximum. `display` is the
    format of the file and `data` where the pixels lie, both y up with the display's bottom left
    at the origin; they are the same for everything but EXR.
    """

    pixels: NDArray[Any]
    display: Window
    data: Window
    pixel_aspect: float = 1.0

    @staticmethod
    def of(pixels: NDArray[Any]) -> "Picture":
        """A picture whose data fill its format."""
        window = Window(0, 0, pixels.shape[1], pixels.shape[0])
        return Picture(pixels, window, window)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a file says before its pixels are decoded."""

    display: Window
    data: Window
    channels: int
    dtype: np.dtype[Any]
    left: int = 0
    """Where an OpenEXR's display window starts along x in the file; `display` starts at 0."""


class Film(Protocol):
    """A video that is being written; the `with` block ends it, an error drops it."""

    def __enter__(self) -> "Film":
        """Begins the file under a temporary name."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> bool | None:
        """Moves the whole file to its name, or drops it on an error."""
        ...

    def write(self, frame: NDArray[Any]) -> None:
        """Adds (h, w, 3) uint8 or uint16 RGB, top-down."""
        ...


class Media(Protocol):
    """Reads and writes single images and frames of video.

    `frame` says which of a file's pictures: of a video's counted from 0, of a drawing (SVG) the one
    of so many dots an inch, 0 for the usual. Other files have one.
    """

    def header(self, path: Path, frame: int) -> Header:
        """Size and channels of a picture."""
        ...

    def aspect(self, path: Path) -> float:
        """A pixel's width over its height, as an image file or a video says."""
        ...

    def read(self, path: Path, frame: int, layer: str = "") -> Picture:
        """The pixels, of a named layer of an OpenEXR where it has that.

        Raises RenderError naming the file when it is missing or broken.
        """
        ...

    def frames(self, path: Path) -> int | None:
        """How many frames a video has; None for a still image."""
        ...

    def write(self, path: Path, picture: Picture, options: "WriteOptions") -> None:
        """Write under a temporary name beside `path`, then move."""
        ...

    def film(self, path: Path, size: tuple[int, int], options: FilmOptions) -> Film:
        """A video of frames of this width and height, to be written in order."""
        ...


@dataclass(frozen=True, kw_only=True)
class WriteOptions:
    """What the writer node says about the file; `params` are the node's, for codec settings."""

    bit_depth: str = "auto"
    """One of auto, 8u, 10u, 12u, 16u, 16f, 32f."""
    compression: str = "default"
    quality: int = 100
    params: Mapping[str, Any] = field(default_factory=dict)

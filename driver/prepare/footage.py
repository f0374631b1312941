"""Any footage that a Read node takes, frame by frame: a video, numbered images or one picture."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot.colour import to_srgb
from ofx_helpers.engine.sequences import frame_path, frames_on_disk, is_sequence
from ofx_helpers.media.engine_media import EngineMedia

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Footage:
    """Its size, and its frames as a project counts them: a video's from 1, a still has one.

    `fps` is None for images. `rgb` reads a frame: (h, w, 3) uint8 sRGB, top-down.
    """

    width: int
    height: int
    first: int
    last: int
    fps: float | None
    rgb: Callable[[int], Bytes]


def open_footage(file: str | Path, folder: Path) -> Footage:
    """The footage of a file name as templates get it; relative ones and `[Project]/` from `folder`.

    Raises:
        MemecompError: nothing is there.
        MediaError: it cannot be read.
    """
    path = folder / str(file).removeprefix("[Project]/")
    media = EngineMedia()
    if is_sequence(path.name):
        numbers = frames_on_disk(path)
        if not numbers:
            raise MemecompError(f"No file {path} exists: check the folder and the name.")
        return _opened(media, lambda frame: (frame_path(path, frame), 0), numbers[0], numbers[-1])
    if not path.is_file():
        raise MemecompError(f"{path} does not exist: check the path.")
    count = media.frames(path)
    if count is None:
        return _opened(media, lambda _frame: (path, 0), 1, 1)
    from ofx_helpers.media.probe import probe

    fps = float(probe(path).fps)
    return _opened(media, lambda frame: (path, min(frame, count) - 1), 1, count, fps)


def _opened(
    media: EngineMedia,
    place: Callable[[int], tuple[Path, int]],
    first: int,
    last: int,
    fps: float | None = None,
) -> Footage:
    size = media.header(*place(first)).display
    return Footage(
        size.width, size.height, first, last, fps, lambda n: _rgb(media.read(*place(n)).pixels)
    )


def _rgb(pixels: NDArray[np.generic]) -> Bytes:
    """Any picture's pixels as 8-bit RGB; floating ones are linear light."""
    colours = pixels[..., :3] if pixels.shape[-1] > 2 else np.repeat(pixels[..., :1], 3, -1)
    if colours.dtype == np.uint8:
        return np.ascontiguousarray(colours, np.uint8)
    if colours.dtype == np.uint16:
        return np.ascontiguousarray(colours.astype(np.uint16) >> 8, np.uint8)
    return np.rint(255 * to_srgb(np.clip(colours.astype(np.float64), 0, 1))).astype(np.uint8)

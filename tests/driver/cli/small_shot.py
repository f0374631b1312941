"""A small matched pair with a `shot.toml`, made of nothing: 320×176, six frames in common."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.commented import commented_toml
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.video_writer import VideoWriter

Image = NDArray[np.uint8]
CANVAS = (320, 176)
WIDE_HEIGHT = 128
FACTOR = 4
DVD_SIZE = (60, 44)
FRAMES = 6
RATE = Fraction(25)

SETTINGS: dict[str, Any] = {
    "name": "small",
    "wide": {"path": "wide.mp4"},
    "dvd": {"path": "dvd.mp4"},
    "bands": {"weights": "realesr-animevideov3-x4"},
    "segment": {"model": "none", "face": "none"},
    "export": {"gif_width": 160},
}


def scenery(frames: int = FRAMES, size: tuple[int, int] = CANVAS, seed: int = 5) -> list[Image]:
    """Frames of a slow pan over texture of every size: (h, w, 3) uint8 RGB.

    Lights move on it, each its own way: of a bare pan nobody could tell the time.
    """
    width, height = size
    far = 2 * frames
    rng = np.random.default_rng(seed)
    picture = np.full((height, width + far, 3), 0.5, np.float32)
    for cell, weight in ((64, 0.5), (24, 0.35), (10, 0.2)):
        shape = (height // cell + 3, (width + far) // cell + 3, 3)
        grain = rng.normal(0, 0.5, shape).astype(np.float32)
        large = cv2.resize(grain, (width + far, height), interpolation=cv2.INTER_CUBIC)
        picture += weight * large
    whole = np.rint(255 * picture).clip(16, 235).astype(np.uint8)
    made = []
    for index in range(frames):
        frame = np.ascontiguousarray(whole[:, 2 * index : 2 * index + width])
        for light in range(5):
            x = width * (2 + 3 * light) // 16 + 5 * index * (-1) ** light
            y = height // 2 + 11 * light - 22 + 3 * index * (-1) ** (light // 2)
            cv2.circle(frame, (x, y), 9, (235 - 40 * light, 60 + 30 * light, 120), -1)
        made.append(frame)
    return made


def wide_of(frame: Image, height: int = WIDE_HEIGHT) -> Image:
    """The widescreen copy: the middle rows."""
    top = (frame.shape[0] - height) // 2
    return np.ascontiguousarray(frame[top : top + height])


def dvd_of(frame: Image, size: tuple[int, int] = DVD_SIZE, factor: int = FACTOR) -> Image:
    """The DVD: the middle columns, reduced by area."""
    width, height = size[0] * factor, size[1] * factor
    left, top = (frame.shape[1] - width) // 2, (frame.shape[0] - height) // 2
    cut = frame[top : top + height, left : left + width]
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode(path: Path, frames: Iterable[Image], rate: Fraction = RATE) -> Path:
    """A video of nearly no loss."""
    images = list(frames)
    height, width = images[0].shape[:2]
    with VideoWriter(path, (width, height), rate, crf=4, preset="ultrafast") as video:
        for image in images:
            video.write(image)
    return path


def make_pair(folder: Path, frames: Iterable[Image] | None = None) -> None:
    """`wide.mp4` and `dvd.mp4` in the folder."""
    images = scenery() if frames is None else list(frames)
    encode(folder / "wide.mp4", map(wide_of, images))
    encode(folder / "dvd.mp4", map(dvd_of, images))


def write_settings(folder: Path, **changes: Mapping[str, Any]) -> Path:
    """`shot.toml` with the given sections changed; returns its path."""
    sections = dict(SETTINGS)
    for name, section in changes.items():
        sections[name] = {**sections.get(name, {}), **section}
    path = folder / "shot.toml"
    write_bytes(path, commented_toml(sections).encode())
    return path


def make_shot(folder: Path, **changes: Mapping[str, Any]) -> Path:
    """A pair and its settings, ready to run; returns the path of its `shot.toml`."""
    make_pair(folder)
    return write_settings(folder, **changes)

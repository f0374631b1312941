import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.media.ffmpeg_binary import find_ffmpeg

FLAGS = "accurate_rnd+full_chroma_int+full_chroma_inp"


@pytest.fixture
def ffmpeg() -> Callable[..., None]:
    """Runs ffmpeg with the given arguments."""

    def run(*arguments: object, data: bytes | None = None) -> None:
        subprocess.run(
            [find_ffmpeg().path, "-v", "error", "-y", *map(str, arguments)], input=data, check=True
        )

    return run


@pytest.fixture
def patches() -> np.ndarray:
    """48×64 RGB of 8×8 patches, all over the colour cube."""
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.ascontiguousarray(small.repeat(8, 0).repeat(8, 1))


@pytest.fixture
def raw_video(ffmpeg, tmp_path) -> Callable[..., Path]:
    """Encodes RGB frames with a given matrix and range, tagged or not."""

    def make(frames, name="clip.mkv", *, matrix="709", range="limited", tag=True, more=()) -> Path:
        path = tmp_path / name
        height, width = frames[0].shape[:2]
        colour = f"scale=out_color_matrix=bt{matrix}:in_range=full:out_range={range}:flags={FLAGS}"
        space = {"709": "bt709", "601": "smpte170m"}[matrix] if tag else "unknown"
        limits = {"limited": "tv", "full": "pc"}[range] if tag else "unknown"
        tags = ("-colorspace", space, "-color_range", limits)
        ffmpeg(
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", 25),
            *(
                "-i",
                "-",
                "-vf",
                f"{colour},format=yuv444p,setparams=range={limits}:colorspace={space}",
            ),
            *("-c:v", "ffv1", *tags, *more, path),
            data=b"".join(frame.tobytes() for frame in frames),
        )
        return path

    return make

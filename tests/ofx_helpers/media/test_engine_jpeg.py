"""The JPEG of a Write node: its quality, and colour at half the resolution, as Natron writes it."""

from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine.media_types import Picture, WriteOptions
from ofx_helpers.media.engine_media import EngineMedia


def _sampling(data: bytes) -> int:
    """Both sampling factors of the first component, from the start of the frame (SOF0)."""
    start = data.index(b"\xff\xc0")
    return data[start + 11]


def _first_step(data: bytes) -> int:
    """The quantisation of the mean brightness: 16 at quality 50, 1 at 100."""
    return data[data.index(b"\xff\xdb") + 5]


@pytest.mark.parametrize(("quality", "step"), [(100, 1), (85, 5), (50, 16)])
def test_quality_and_halved_colour(tmp_path: Path, quality: int, step: int) -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    path = tmp_path / "a.jpg"
    EngineMedia().write(path, Picture.of(pixels), WriteOptions(quality=quality))
    data = path.read_bytes()
    assert _sampling(data) == 0x22
    assert _first_step(data) == step

"""Files that the writers make equal the files that Natron made."""

from pathlib import Path

import numpy as np
import pytest

from driver.project.document import read
from driver.render.graph import graph_of
from ofx_helpers.engine.render import write_frame
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.images import read_image
from ofx_helpers.nodes import collect

GOLDEN = Path(__file__).parents[2] / "../shared/natron/golden"


@pytest.fixture(autouse=True)
def _shared() -> None:
    if not GOLDEN.exists():
        pytest.skip("../shared is absent")


def _written(name: str, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    graph = graph_of(read(GOLDEN / "projects" / f"{name}.ntp"))
    (done,) = write_frame(
        graph, ["Write1"], 1, resolve=collect().get, media=EngineMedia(), folder=folder
    )
    wanted = read_image(GOLDEN / "expected" / f"{name}.0001.png").pixels
    return read_image(done.path).pixels, wanted


def test_a_graded_srgb_picture_is_natrons_to_the_code(tmp_path: Path) -> None:
    got, wanted = _written("srgb_default", tmp_path)
    assert got.shape == wanted.shape
    # Natron dithers what it writes: one code either way, half of one on average.
    assert np.abs(got.astype(int) - wanted).max() <= 1
    assert abs(float((got.astype(int) - wanted).mean())) < 0.1


def test_an_untouched_srgb_picture_comes_back_bit_for_bit(tmp_path: Path) -> None:
    got, wanted = _written("srgb_roundtrip", tmp_path)
    # Natron's dither loses a code at full white here and there.
    assert np.abs(got.astype(int) - wanted).max() <= 1
    source = read_image(GOLDEN / "inputs" / "small.png").pixels
    seen = source[..., 3] > 0
    assert np.array_equal(got[seen], source[seen])

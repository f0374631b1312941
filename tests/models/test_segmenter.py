"""The foreground of a real frame, an empty picture, and the file that rembg is given."""

import subprocess
import sys

import numpy as np
import pytest

from models import weights
from models.errors import ModelError
from models.segmenter import NoForegroundError, load_segmenter


@pytest.fixture(scope="module")
def segmenter(pulled):
    pulled("u2netp")
    return load_segmenter("rembg", "u2netp")


def test_the_animal_is_foreground_and_the_sky_is_not(segmenter, small_frame):
    mask = segmenter.segment(small_frame)
    assert mask.shape == (180, 320)
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert mask.max() <= 1
    # Frame 20: the animal comes out of its hole left of the middle.
    assert mask[95:125, 85:105].mean() > 0.9
    assert mask[:60, 200:].max() < 0.1
    assert 0.05 < (mask > 0.5).mean() < 0.35


@pytest.mark.parametrize("level", [0, 128])
def test_a_picture_without_foreground_is_refused_and_not_stretched(segmenter, level):
    with pytest.raises(NoForegroundError, match="found no foreground"):
        segmenter.segment(np.full((90, 160, 3), level, np.uint8))


def test_weights_of_another_kind_are_refused():
    with pytest.raises(ModelError, match="are for a upscaler"):
        load_segmenter(model="realesrgan-x4plus")


def test_a_spoilt_file_is_refused_before_rembg_sees_it(tmp_path, monkeypatch):
    (tmp_path / "u2netp.onnx").write_bytes(b"not a network")
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(tmp_path))
    with pytest.raises(ModelError, match="memecomp models pull u2netp"):
        load_segmenter(model="u2netp")


def test_rembg_reads_our_file_and_needs_no_network_and_no_matting(pulled, tmp_path):
    """In a fresh process without a home folder and without a way out."""
    pulled("u2netp")
    code = """
import socket, sys
def refuse(*_a, **_k): raise AssertionError("it went to the network")
socket.socket.connect = refuse
from models.segmenter import load_segmenter
load_segmenter(model="u2netp")
print([name for name in ("numba", "pymatting", "rembg") if name in sys.modules])
"""
    environment = {"MEMECOMP_WEIGHTS": str(weights.folder()), "HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
    assert not list(tmp_path.rglob("*.onnx"))

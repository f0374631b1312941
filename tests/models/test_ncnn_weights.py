"""The reader of ncnn weights: order, names, shapes, and what it refuses."""

import numpy as np
import pytest

from models.errors import ModelError
from models.ncnn_weights import read_state

HALF = np.array([0x01306B47], "<u4").tobytes()
PLAIN = np.array([0], "<u4").tobytes()
PARAM = """7767517
4 4
Input picture 0 1 a
Convolution one 1 1 a b 0=2 1=3 4=1 5=1 6=54
PReLU two 1 1 b c 0=2
Convolution three 1 1 c d 0=1 1=1 5=1 6=2
"""


def write(tmp_path, param, *parts):
    (tmp_path / "net.param").write_text(param)
    (tmp_path / "net.bin").write_bytes(b"".join(parts))
    return tmp_path / "net.param", tmp_path / "net.bin"


@pytest.fixture
def parts():
    kernel = np.arange(54, dtype="<f2") / 8
    return [
        HALF,
        kernel.tobytes(),
        np.array([1.5, -2], "<f4").tobytes(),
        np.array([0.25, 0.5], "<f4").tobytes(),
        PLAIN,
        np.array([3, 4], "<f4").tobytes(),
        np.array([9], "<f4").tobytes(),
    ]


def test_half_and_plain_floats_come_out_under_pytorch_names(tmp_path, parts):
    state = read_state(*write(tmp_path, PARAM, *parts))
    assert list(state) == [
        "body.0.weight",
        "body.0.bias",
        "body.1.weight",
        "body.2.weight",
        "body.2.bias",
    ]
    assert state["body.0.weight"].shape == (2, 3, 3, 3)
    assert state["body.0.weight"][1, 2, 2, 2] == 53 / 8
    assert state["body.0.bias"].tolist() == [1.5, -2]
    assert state["body.1.weight"].tolist() == [0.25, 0.5]
    assert state["body.2.weight"].ravel().tolist() == [3, 4]
    assert {array.dtype for array in state.values()} == {np.dtype(np.float32)}


def test_an_odd_number_of_half_floats_is_padded_to_four_bytes(tmp_path):
    param = "7767517\n1 1\nConvolution c 1 1 a b 0=1 1=3 5=1 6=9\nPReLU p 1 1 b c 0=1\n"
    kernel = np.arange(9, dtype="<f2").tobytes() + b"\0\0"
    tail = np.array([7, 0.5], "<f4").tobytes()
    state = read_state(*write(tmp_path, param, HALF, kernel, tail))
    assert state["body.0.bias"].tolist() == [7]


def test_a_short_file_a_long_file_and_another_format_are_refused(tmp_path, parts):
    with pytest.raises(ModelError, match="ends too early"):
        read_state(*write(tmp_path, PARAM, *parts[:-1]))
    with pytest.raises(ModelError, match="4 bytes more"):
        read_state(*write(tmp_path, PARAM, *parts, b"1234"))
    with pytest.raises(ModelError, match="stored in an unknown way"):
        read_state(*write(tmp_path, PARAM, b"\1\2\3\4", *parts[1:]))
    with pytest.raises(ModelError, match="not an ncnn model"):
        read_state(*write(tmp_path, "hello\n", *parts))


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("realesrgan-x4plus", 702, "conv_first.weight", "conv_last.bias"),
        ("realesrgan-x4plus-anime", 192, "conv_first.weight", "conv_last.bias"),
        ("realesr-animevideov3-x4", 53, "body.0.weight", "body.34.bias"),
    ],
)
def test_the_real_files_are_read_to_their_end(name, count, first, last, pulled):
    path = pulled(name)
    state = read_state(path.with_suffix(".param"), path)
    assert len(state) == count
    assert next(iter(state)) == first
    assert list(state)[-1] == last

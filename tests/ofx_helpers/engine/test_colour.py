"""Samples of files become light as in Natron, to the last bit where that is a rule."""

import numpy as np
import pytest

from ofx_helpers.engine.colour import Transfer, decode_table, encode_8, transfer
from tests.ofx_helpers.engine.graphs import graph, read, render


def transfer_of(name: str) -> Transfer:
    found = transfer(name)
    assert found is not None
    return found


def test_codes_are_multiplied_by_the_single_precision_share_not_divided() -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    made = graph(read("R", "a.png"), size=(16, 16))
    values = render(made, "R", {"a.png": codes[::-1]}).pixels[..., 0].reshape(-1)
    # Natron's own: 254 is one step above what a division gives.
    assert values[254] == np.float32(0.9960785)
    assert values[118] == np.float32(0.46274513)
    assert values[255] == 1
    deep = render(made, "R", {"a.png": codes.astype(np.uint16) * 257})
    assert deep.pixels.max() == 1


def test_srgb_is_constant_beyond_the_end_of_its_table() -> None:
    # Unpremultiplied, this pixel's colour is 255.
    pixel = np.zeros((2, 2, 4), np.uint8)
    pixel[...] = (255, 128, 0, 1)
    made = graph(read("R", "a.png", "sRGB", filePremult="premult"), size=(2, 2))
    found = render(made, "R", {"a.png": pixel}).pixels[0, 0]
    light = np.float32(40.4600768322)  # of code 4.875
    np.testing.assert_allclose(found, [light / 255, light / 255, 0, 1 / 255], rtol=1e-5)


def test_srgb_goes_straight_between_the_steps_of_its_table() -> None:
    light = np.array([0.003588788], np.float32)
    assert transfer_of("sRGB").encode(light)[0] == pytest.approx(0.0459463, abs=1e-7)


def test_half_a_code_rounds_as_the_tables_have_it() -> None:
    half = transfer_of("sRGB").decode(np.array([0.5], np.float32))
    assert encode_8(half, "sRGB")[0] == 127  # 128 by the formula


@pytest.mark.parametrize("space", ["sRGB", "nuke_rec709", "linear"])
def test_every_code_comes_back_from_light(space: str) -> None:
    np.testing.assert_array_equal(encode_8(decode_table(space, 256), space), np.arange(256))

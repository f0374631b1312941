"""What a writer makes of pixels with alpha, as Natron's own files have it."""

from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine.encode import bit_depth, encode
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.params import Params
from tests.ofx_helpers.engine.graphs import WRITE, linear, node


@pytest.mark.parametrize("plugin", ["fr.inria.openfx.WriteOIIO", WRITE])
def test_writeoiio_rounds_a_png_before_it_divides_by_alpha(plugin: str) -> None:
    codes = np.array([[[128, 128, 128, a] for a in (1, 3, 5, 15, 19, 29, 255)]], np.uint8)
    pixels = linear(codes)
    pixels[..., :3] *= pixels[..., 3:]
    window = Window(0, 0, 7, 1)
    writer = node("W", plugin, ocioOutputSpace="linear")
    found = encode(Params(writer, 1.0, {}), Frame(pixels, window), window, Path("a.png")).pixels
    # Seen on the real one; WritePNG, which a Write takes for PNG, keeps what was there.
    late = [255, 170, 153, 136, 134, 131, 128]
    wanted = late if plugin != WRITE else [128] * 7
    np.testing.assert_array_equal(found[0, :, 0], wanted)
    np.testing.assert_array_equal(found[..., 3], codes[..., 3])


def _edge(name: str, **params: object) -> list[int]:
    """The red code of linear 0.5 under alpha 0.25, multiplied, in a file of that name."""
    pixels = np.array([[[0.125, 0.125, 0.125, 0.25]]], np.float32)
    window = Window(0, 0, 1, 1)
    writer = node("W", WRITE, **params)
    found = encode(Params(writer, 1.0, {}), Frame(pixels, window), window, Path(name)).pixels
    return [int(code) for code in found[0, 0]]


def test_a_video_keeps_the_colours_of_what_is_not_opaque_and_a_jpeg_darkens_them() -> None:
    # Rec.709 of 0.5 and sRGB of 0.125: a video's encoder takes colours that are not multiplied.
    assert _edge("a.mov")[0] == 46236
    assert _edge("a.jpg")[0] == 99


def test_what_is_given_straight_is_multiplied_for_writeoiio_only() -> None:
    tiff = _edge("a.tif", inputPremult="unpremult", ocioOutputSpace="linear")
    assert tiff == [2048, 2048, 2048, 16384]  # a TIFF has 16 bits unless told otherwise
    png = _edge("a.png", inputPremult="unpremult", ocioOutputSpace="linear")
    assert png == [32, 32, 32, 64]


def test_an_exr_has_16_bits_where_the_project_names_neither_encoder_nor_depth() -> None:
    path = Path("a.exr")
    assert bit_depth(Params(node("W", WRITE), 1.0, {}), path) == "16f"
    assert bit_depth(Params(node("W", WRITE, bitDepth="32f"), 1.0, {}), path) == "32f"
    older = node("W", WRITE, encodingPluginID="fr.inria.openfx.WriteEXR")
    assert bit_depth(Params(older, 1.0, {}), path) == "32f"

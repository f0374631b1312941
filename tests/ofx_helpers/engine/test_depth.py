"""Pictures of 8 and 16 bits go from node to node as in Natron.

Numbers of more than six digits were seen on the real NatronRenderer.
"""

import numpy as np
import pytest

from ofx_helpers.engine.depth import converted, rounded
from ofx_helpers.engine.graph import Node
from tests.ofx_helpers.engine.graphs import graph, node, render

A, B = (0.25, 0.5, 0.75, 0.6), (0.9, 0.1, 0.4, 0.3)
A_8 = node("A8", "ConstantPlugin", outputBitDepth="8u", color=A)
A_16 = node("A16", "ConstantPlugin", outputBitDepth="16u", color=A)
B_8 = node("B8", "ConstantPlugin", outputBitDepth="8u", color=B)
B_32 = node("B32", "ConstantPlugin", color=B)
DARK = node("Dark", "MultiplyPlugin", {"Source": "A8"}, value=(0.1,) * 4)


def shown(one: Node) -> list[float]:
    """The only colour of the node's picture, as floats."""
    made = graph(A_8, A_16, B_8, B_32, DARK, one)
    pixels = render(made, one.name).pixels
    assert (pixels == pixels[0, 0]).all()
    return pixels[0, 0].tolist()


@pytest.mark.parametrize(
    ("plugin", "params", "inputs", "seen"),
    [
        ("Invert", {}, {"Source": "A8"}, (0.18116423, 0.05612849, 0.01298303, 0.4)),
        ("Invert", {}, {"Source": "A16"}, (0.26964825, 0.1021872, 0.03175952, 0.4)),
        ("Invert", {}, {"Source": "B32", "Mask": "A8"}, (0.41999996, 0.58, 0.52, 0.54)),
        (
            "Invert",
            {},
            {"Source": "A8", "Mask": "A16"},
            (0.2609663, 0.22102463, 0.19363672, 0.48000306),
        ),
        ("MergePlugin", {}, {"A": "B8", "B": "A16"}, (1, 0.61376023, 1, 0.72079045)),
        (
            "MergePlugin",
            {},
            {"A": "B8", "B": "B32"},
            (1.5245045, 0.16970266, 0.68119353, 0.51137257),
        ),
        (
            "DissolvePlugin",
            {"which": 0.3},
            {"0": "A8", "1": "B8"},
            (0.39157256, 0.34191445, 0.6307572, 0.50980395),
        ),
        ("Unpremult", {}, {"Source": "A8"}, (0.77582234, 1, 1, 0.6)),
        (
            "MultiplyPlugin",
            {"value": (10.0,) * 4},
            {"Source": "Dark"},
            (0.26225072, 0.5149177, 0.79129803, 0.6),
        ),
        ("net.sf.cimg.CImgBlur", {}, {"Source": "A8"}, (0.25015837, 0.5028865, 0.7529423, 0.6)),
    ],
)
def test_a_node_computes_in_the_deepest_bits_of_its_inputs(
    plugin: str, params: dict[str, object], inputs: dict[str, str], seen: tuple[float, ...]
) -> None:
    assert shown(node("One", plugin, inputs, **params)) == pytest.approx(seen, abs=2e-6)


def test_shuffle_makes_codes_of_floats_without_a_curve_and_its_user_decodes_them() -> None:
    shuffled = node("S", "ShufflePlugin", {"B": "A16"}, outputBitDepth="byte", outputR="1")
    # Of 16 bits the codes are encoded: those of the byte are seen as sRGB, as they never were.
    encoded = [1, 0.705515, 0.8667]  # Rec.709 of 0.5 and 0.75 by hand
    codes = [round(value * 255) / 255 for value in encoded]
    lit = [((code + 0.055) / 1.055) ** 2.4 for code in codes]
    assert shown(shuffled) == pytest.approx([*lit, 0.6], abs=1e-5)


def test_from_8_to_16_bits_natrons_table_is_too_steep_and_begins_again_beyond_white() -> None:
    codes = rounded(np.array([[(0.5, 1.0, 0.25, 0.5)]], np.float32), "8u")
    deeper = converted(codes, "8u", "16u", plain=False, alone=False) * 65535
    rec709 = [((code / 255 + 0.0993) / 1.0993) ** (1 / 0.45) for code in range(256)]
    expected = []
    for value in map(light, (128, 255, 64)):
        low = max(code for code in range(255) if rec709[code] <= value)
        part = (value - rec709[low]) / (rec709[low + 1] - rec709[low])
        expected.append(int(257 * low + part * (257 + 2 * low) + 0.5) % 65536)
    np.testing.assert_allclose(deeper[0, 0], [*expected, 128 * 257], atol=2)
    assert expected[1] < 65535 / 2  # white has begun again


def light(code: int) -> float:
    """The linear value of an 8-bit code above 10, by IEC 61966-2-1."""
    return float(((code / 255 + 0.055) / 1.055) ** 2.4)


def test_x_and_y_are_kept_without_a_curve_and_seen_through_one() -> None:
    two = node("XY", "ConstantPlugin", outputBitDepth="8u", color=A, outputComponents="XY")
    # 0.25 and 0.5 as codes, which whoever takes them as colours decodes.
    assert shown(two)[:3] == pytest.approx([light(64), light(128), 0], abs=1e-5)


def test_the_rim_of_a_colour_wheel_is_a_share_of_its_codes_and_cut() -> None:
    def wheel(depth: str) -> np.ndarray:
        made = graph(node("W", "ColorWheel", outputBitDepth=depth), size=(30, 30))
        return render(made, "W").pixels

    exact, codes = wheel("32f"), wheel("8u")
    cover = exact[..., 3]
    rim = (cover > 0) & (cover < 1)
    assert rim.sum() > 20
    wanted = np.floor(255 * cover[rim] + 1e-4)  # alpha's code is 255 times the cover, cut
    np.testing.assert_array_equal(np.rint(codes[..., 3][rim] * 255), wanted)


def test_unpremult_cuts_to_the_code_below() -> None:
    made = graph(
        node("C", "ConstantPlugin", outputBitDepth="8u", color=(0.0312, 0.0312, 0.0312, 0.6)),
        node("U", "Unpremult", {"Source": "C"}),
    )
    # 49 · 255 / 153 = 81.7
    assert render(made, "U").pixels[0, 0, 0] == pytest.approx(light(81), abs=1e-5)


def test_a_filter_of_the_cimg_bundle_gives_floats_to_what_follows_it() -> None:
    made = graph(
        A_8,
        node("Blur", "net.sf.cimg.CImgBlur", {"Source": "A8"}),
        node("Light", "MultiplyPlugin", {"Source": "Blur"}, value=(3.0,) * 4),
    )
    assert render(made, "Light").pixels[0, 0, 2] == pytest.approx(3 * 0.7529423, abs=1e-5)


def test_a_mask_is_converted_without_a_curve() -> None:
    mask = {"maskChannel_Mask": "uk.co.thefoundry.OfxImagePlaneColour.R"}
    found = shown(node("One", "Invert", {"Source": "B32", "Mask": "A8"}, **mask))
    assert found[0] == pytest.approx(0.9 + (0.1 - 0.9) * 137 / 255, abs=1e-5)


def test_halves_of_codes_are_rounded_up_and_floats_are_left_alone() -> None:
    ties = (np.arange(255, dtype=np.float32) + np.float32(0.5)) / np.float32(255)
    assert (np.rint(rounded(ties, "8u") * 255) == np.arange(1, 256)).all()
    pixels = np.full((1, 1, 4), (10.5 / 255, 10.49 / 255, -1, 7), np.float32)
    assert (rounded(pixels, "8u") * 255).round(3)[0, 0].tolist() == [11, 10, 0, 255]
    assert (rounded(pixels, "8u", cut=True) * 255).round(3)[0, 0].tolist() == [10, 10, 0, 255]
    assert rounded(pixels, "32f") is pixels
    assert converted(pixels, "32f", "32f", plain=False, alone=False) is pixels

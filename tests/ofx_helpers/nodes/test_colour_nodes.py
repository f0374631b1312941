import numpy as np
import pytest

from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A, K = gradient(16, 12), gradient(16, 12, 4, seed=3)
IMAGES = {"a.png": A, "k.png": K}
CHANGING = {
    "GradePlugin": {"multiply": (2.0, 0.5, 1.5, 1.0), "offset": (0.1, 0.0, -0.1, 0.0)},
    "MultiplyPlugin": {"value": (0.3, 2.0, 1.2, 1.0)},
    "AddPlugin": {"value": (0.3, -0.2, 0.1, 0.0)},
    "GammaPlugin": {"value": (2.0, 0.7, 1.3, 1.0)},
    "Invert": {},
    "SaturationPlugin": {"saturation": 0.2},
    "HSVToolPlugin": {"hueRotation": 77.0, "outputAlpha": "source"},
    "ColorCorrectPlugin": {"MasterGain": (2.0, 0.5, 1.0, 1.0)},
    "ColorMatrixPlugin": {"outputRed": (0.0, 1.0, 0.0, 0.0), "outputBlue": (1.0, 0.0, 0.0, 0.0)},
}


def apply(plugin: str, masked: bool = False, **params: object) -> np.ndarray:
    inputs = {"Source": "A"} | ({"Mask": "K"} if masked else {})
    made = graph(
        read("A", "a.png"),
        read("K", "k.png"),
        node("N", plugin, inputs, **CHANGING[plugin] | params),
    )
    return render(made, "N", IMAGES).pixels


@pytest.mark.parametrize("plugin", CHANGING)
def test_mix_0_is_the_source(plugin: str) -> None:
    np.testing.assert_allclose(apply(plugin, mix=0.0), linear(A), atol=1e-7)


@pytest.mark.parametrize("plugin", CHANGING)
def test_the_mask_weighs_the_effect(plugin: str) -> None:
    weight = linear(K)[..., 3:4]
    wanted = weight * apply(plugin) + (1 - weight) * linear(A)
    np.testing.assert_allclose(apply(plugin, masked=True), wanted, atol=1e-5)


@pytest.mark.parametrize("plugin", CHANGING)
def test_a_channel_that_is_not_processed_is_the_sources(plugin: str) -> None:
    changed = apply(plugin, NatronOfxParamProcessR=False)
    np.testing.assert_allclose(changed[..., 0], linear(A)[..., 0], atol=1e-7)
    assert not np.allclose(changed, linear(A))


def test_grade_reversed_undoes_grade() -> None:
    params = {
        "blackPoint": (0.1,) * 4,
        "whitePoint": (0.9,) * 4,
        "gamma": (1.7,) * 4,
        "multiply": (1.2,) * 4,
        "offset": (0.3,) * 4,
        "clampBlack": False,
    }
    made = graph(
        read("A", "a.png"),
        node("G", "GradePlugin", {"Source": "A"}, **params),
        node("R", "GradePlugin", {"Source": "G"}, **params, reverse=True),
    )
    back = render(made, "R", IMAGES).pixels
    np.testing.assert_allclose(back, linear(A), atol=1e-5)


def test_premultiplication_is_undone_around_a_grade() -> None:
    made = graph(
        read("K", "k.png", filePremult="unpremult"),
        node("G", "GradePlugin", {"Source": "K"}, offset=(0.25,) * 4, premult=True),
    )
    graded = render(made, "G", IMAGES).pixels
    colour, alpha = linear(K)[..., :3], linear(K)[..., 3:4]
    np.testing.assert_allclose(graded[..., :3], (colour + 0.25) * alpha, atol=1e-5)


def test_a_full_turn_of_hue_changes_nothing() -> None:
    made = graph(
        read("A", "a.png"),
        node("H", "HSVToolPlugin", {"Source": "A"}, hueRotation=360.0, outputAlpha="hue"),
    )
    np.testing.assert_allclose(render(made, "H", IMAGES).pixels, linear(A), atol=1e-5)


def test_hsv_tool_with_the_sources_alpha_leaves_alpha_out_as_natron_does() -> None:
    changed = apply("HSVToolPlugin", mix=0.75)
    np.testing.assert_allclose(changed[..., 3], 0.25, atol=1e-6)
    gone = apply("HSVToolPlugin", mix=0.75, premult=True)
    np.testing.assert_allclose(gone, 0.25 * linear(A), atol=1e-6)


def test_premult_then_unpremult_restores_what_is_not_transparent() -> None:
    made = graph(
        read("K", "k.png"),
        node("P", "Premult", {"Source": "K"}),
        node("U", "Unpremult", {"Source": "P"}),
    )
    seen = linear(K)[..., 3] > 0
    np.testing.assert_allclose(render(made, "U", IMAGES).pixels[seen], linear(K)[seen], atol=1e-5)


def test_the_hue_in_hsl_of_light_above_1_is_that_of_a_channel_above_it() -> None:
    # Natron compares with 1 there, so red is not the largest and the last case is taken.
    source = np.array([[[204, 51, 102]]], np.uint8)
    made = graph(
        read("R", "a.png"),
        node("M", "MultiplyPlugin", {"Source": "R"}, value=(3.0, 1.5, 0.9, 1.0)),
        node("N", "RGBToHSL", {"Source": "M"}),
        size=(1, 1),
    )
    hue, saturation, lightness = render(made, "N", {"a.png": source}).pixels[0, 0, :3]
    high, low = 1.0, 0.3
    assert hue == pytest.approx((4 + (2.4 - 0.3) / (high - low)) / 6, abs=1e-5)
    assert saturation == pytest.approx((high - low) / (2 - (high + low)), abs=1e-5)
    assert lightness == pytest.approx((2.4 + 0.3) / 2, abs=1e-5)


@pytest.mark.parametrize(
    ("plugin", "neutral"), [("AddPlugin", 0.0), ("MultiplyPlugin", 1.0), ("GammaPlugin", 1.0)]
)
def test_a_value_that_changes_nothing_leaves_even_clear_pixels(plugin: str, neutral: float) -> None:
    clear = np.array([[[200, 100, 50, 0], [200, 100, 50, 255]]], np.uint8)
    made = graph(
        read("A", "clear.png", outputPremult="unpremult"),
        node("N", plugin, {"Source": "A"}, value=(neutral,) * 4, premult=True),
    )
    got = render(made, "N", {"clear.png": clear}).pixels
    np.testing.assert_array_equal(got, linear(clear))


def constant(plugin: str, colour: tuple[float, ...], **params: object) -> np.ndarray:
    made = graph(
        node("C", "ConstantPlugin", color=colour), node("N", plugin, {"Source": "C"}, **params)
    )
    return render(made, "N").pixels[3, 3]


def test_an_alpha_that_saturation_leaves_alone_is_not_clamped_before_premultiplying() -> None:
    got = constant("SaturationPlugin", (3.0, 0.5, 0.5, 2.0), clampWhite=True, premult=True)
    np.testing.assert_allclose(got, (2, 0.5, 0.5, 2), atol=1e-6)
    got = constant(
        "SaturationPlugin",
        (3.0, 0.5, 0.5, 2.0),
        clampWhite=True,
        premult=True,
        NatronOfxParamProcessA=True,
    )
    np.testing.assert_allclose(got, (1, 0.25, 0.25, 1), atol=1e-6)


def test_gamma_0_is_the_steepest_there_is() -> None:
    got = constant("GammaPlugin", (0.5, 1.0, 2.0, 1.0), value=(0.0,) * 4)
    assert got[:3].tolist() == [0, 1, np.inf]


def test_what_is_undefined_is_1() -> None:
    # The logarithm of a negative number, then nothing of infinitely much.
    got = constant("Log2Lin", (-5.0, 0.5, 0.5, 1.0), operation="lin2log")
    assert got[0] == 1
    assert 0 < got[1] < 1
    made = graph(
        node("C", "ConstantPlugin", color=(2.0, 0.5, 0.5, 1.0)),
        node("G", "GammaPlugin", {"Source": "C"}, value=(0.0,) * 4),
        node("N", "MultiplyPlugin", {"Source": "G"}, value=(0.0,) * 4),
    )
    assert render(made, "N").pixels[3, 3].tolist() == [1, 0, 0, 1]


def test_what_a_file_leaves_undefined_is_1() -> None:
    holes = np.full((1, 2, 4), 0.5, np.float32)
    holes[0, 1, 2] = np.nan
    got = render(graph(read("A", "holes.exr"), size=(2, 1)), "A", {"holes.exr": holes}).pixels
    assert got[0].tolist() == [[0.5] * 4, [0.5, 0.5, 1, 0.5]]


def test_what_two_large_channels_leave_of_a_small_one_in_hsi_is_rounded_singly() -> None:
    hue, saturation, intensity = (np.float32(x) for x in (0.41, -260.0, 0.3))
    got = constant("HSIToRGB", (float(hue), float(saturation), float(intensity), 1.0))
    low = intensity * (1 - saturation)
    angle = hue - np.float32(1 / 3)
    share = np.cos(2 * np.pi * float(angle))
    share /= np.cos(2 * np.pi * float(np.float32(1 / 6) - angle))
    high = np.float32(float(intensity) * (1 + float(saturation) * share))
    assert got[:3].tolist() == [low, high, 3 * intensity - (low + high)]


def test_a_clamp_of_nothing_leaves_even_clear_pixels() -> None:
    clear = node("C", "ConstantPlugin", color=(0.5, 0.25, 0.75, 0.0))
    off = {"minimumEnable": False, "maximumEnable": False, "premult": True}
    made = graph(clear, node("N", "Clamp", {"Source": "C"}, **off))
    np.testing.assert_array_equal(render(made, "N").pixels, render(made, "C").pixels)


@pytest.mark.parametrize("plugin", ["HSVToolPlugin", "HueCorrect", "ColorLookupPlugin"])
def test_channels_that_natron_puts_back_are_lost_where_the_mask_is_the_source(plugin: str) -> None:
    # Measured with Natron 2.5; Grade and others put them back themselves and lose nothing.
    images, off = {"a.png": A}, {"NatronOfxParamProcessG": False, "hueRotation": 30.0}
    made = graph(
        read("A", "a.png"),
        read("Again", "a.png"),
        node("Lost", plugin, {"Source": "A", "Mask": "A"}, **off),
        node("Kept", plugin, {"Source": "A", "Mask": "Again"}, **off),
    )
    lost, kept = (render(made, name, images).pixels for name in ("Lost", "Kept"))
    np.testing.assert_array_equal(kept[..., 1], linear(A)[..., 1])
    np.testing.assert_array_equal(lost[..., 1], 0)
    np.testing.assert_array_equal(lost[..., 0], kept[..., 0])


def test_a_difference_of_a_picture_and_itself_has_no_colour() -> None:
    made = graph(
        read("A", "a.png"),
        read("Again", "a.png"),
        node("Lost", "DifferencePlugin", {"A": "A", "B": "A"}, offset=-0.25),
        node("Kept", "DifferencePlugin", {"A": "A", "B": "Again"}, offset=-0.25),
    )
    lost, kept = (render(made, name, {"a.png": A}).pixels for name in ("Lost", "Kept"))
    np.testing.assert_array_equal(lost, np.float32((0, 0, 0, 0.25)) * np.ones_like(lost))
    np.testing.assert_array_equal(kept[..., :3], linear(A)[..., :3])

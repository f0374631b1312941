"""PLogLin, ClipTest, VectorToColor, Guided, EdgeExtend and the nodes of views."""

import numpy as np
import pytest

from ofx_helpers.engine.curve import Curve, Key
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A, B = gradient(16, 12), gradient(16, 12, 3, seed=3)
STEP = np.zeros((12, 16, 3), np.uint8)
STEP[:, 8:] = 255
MATTE = np.zeros((12, 16, 4), np.uint8)
MATTE[4:8, 6:10] = (255, 128, 0, 255)
HALF = np.full((12, 16, 4), (64, 32, 0, 128), np.uint8)
IMAGES = {"half.png": HALF, "a.png": A, "b.png": B, "step.png": STEP, "matte.png": MATTE}


def apply(plugin: str, image: str = "a.png", window: Window | None = None, **params: object):
    made = graph(read("A", image), node("N", plugin, {"Source": "A"}, **params))
    return render(made, "N", IMAGES, window=window or Window(0, 0, 16, 12)).pixels


def one(plugin: str, colour: tuple[float, ...], **params: object) -> np.ndarray:
    made = graph(
        node("C", "ConstantPlugin", color=colour), node("N", plugin, {"Source": "C"}, **params)
    )
    return render(made, "N").pixels[3]


def test_plog_lin_takes_the_reference_code_to_the_reference_grey_and_back() -> None:
    code = 445 / 1023
    got = one("PLogLin", (code, code, code, 1.0))[0, :3]
    np.testing.assert_allclose(got, 0.18, atol=1e-6)
    back = one("PLogLin", (0.18, 0.36, 0.18, 1.0), operation="lin2log")[0]
    assert back[0] == pytest.approx(code, abs=1e-6)
    assert back[1] - back[0] == pytest.approx(np.log10(2) * 0.6 / 0.002 / 1023, abs=1e-6)


def test_clip_test_stripes_what_leaves_the_range_and_nothing_else() -> None:
    inside = one("ClipTestPlugin", (0.5, 0.5, 0.5, 1.0))
    np.testing.assert_array_equal(inside, np.float32((0.5, 0.5, 0.5, 1)) * np.ones((16, 1)))
    bright = one("ClipTestPlugin", (1.5, 0.5, 0.5, 1.0))[:, 0]
    np.testing.assert_allclose(bright[:9], [0] + [0.1] * 4 + [0] * 4, atol=1e-7)
    dark = one("ClipTestPlugin", (-0.5, 0.5, 0.5, 1.0))[:, 0]
    assert set(dark.round(5)) == {np.float32(0.8), np.float32(1.0)}


def test_a_vector_to_the_right_is_red_and_its_length_saturation() -> None:
    got = one("VectorToColorPlugin", (0.25, 0.0, 0.0, 0.0))[0]
    np.testing.assert_allclose(got, (1, 0.75, 0.75, 1), atol=1e-6)
    down = one("VectorToColorPlugin", (0.0, 1.0, 0.0, 0.0), modulateV=True, hsvOutput=True)[0]
    np.testing.assert_allclose(down, (-0.25, 1, 1, 1), atol=1e-6)


def test_the_guided_filter_smooths_grain_and_keeps_a_strong_edge() -> None:
    grain = apply("net.sf.cimg.CImgGuided", radius=2)[..., :3]
    assert (
        np.abs(np.diff(grain, axis=1)).mean() < np.abs(np.diff(linear(A)[..., :3], axis=1)).mean()
    )
    step = apply("net.sf.cimg.CImgGuided", "step.png", radius=2, epsilon=0.1)[6, :, 0]
    assert step[8] - step[7] > 0.8
    part = apply("net.sf.cimg.CImgGuided", window=Window(3, 2, 9, 7), radius=2)
    whole = apply("net.sf.cimg.CImgGuided", radius=2)
    np.testing.assert_allclose(part, whole[2:7, 3:9], atol=1e-6)


def test_edge_extend_leaves_what_is_opaque_and_fills_around_it_with_its_colour() -> None:
    got = apply("eu.cimg.EdgeExtend", "matte.png", edgeExtendSize=8.0, edgeExtendUnpremult=True)
    plain = linear(MATTE)
    np.testing.assert_allclose(got[4:8, 6:10], plain[4:8, 6:10], atol=1e-6)
    np.testing.assert_allclose(got[6, 5, :3], plain[6, 6, :3], atol=1e-4)
    assert plain[6, 5, 3] == 0
    assert 0 < got[6, 5, 3] < 1


def test_edge_extend_without_a_blur_still_divides_by_alpha() -> None:
    sizes = {"edgeExtendSize": 0.5, "filter": "triangle", "edgeExtendSlices": 1}
    same = apply("eu.cimg.EdgeExtend", "half.png", edgeExtendPremult=False, **sizes)
    np.testing.assert_array_equal(same, linear(HALF))
    divided = apply(
        "eu.cimg.EdgeExtend", "half.png", edgeExtendPremult=False, edgeExtendUnpremult=True, **sizes
    )
    assert divided[0, 0, 0] == pytest.approx(2 * same[0, 0, 0], rel=0.01)


def test_of_several_views_the_first_is_rendered() -> None:
    made = graph(
        read("A", "a.png"),
        read("B", "b.png"),
        node("J", "joinViewsPlugin", {"Right": "A", "Left": "B"}),
        node("O", "oneViewPlugin", {"Source": "J"}),
    )
    np.testing.assert_array_equal(render(made, "O", IMAGES).pixels, linear(B))


def two(plugin: str, labels: tuple[str, str], **params: object) -> np.ndarray:
    made = graph(
        read("A", "a.png"),
        read("B", "b.png"),
        node("N", plugin, dict(zip(labels, "AB", strict=True)), **params),
    )
    return render(made, "N", IMAGES, window=Window(0, 0, 16, 12)).pixels


def test_copy_rectangle_copies_all_until_a_rectangle_is_drawn() -> None:
    np.testing.assert_array_equal(two("CopyRectanglePlugin", ("A", "B")), linear(A))
    np.testing.assert_array_equal(
        two("CopyRectanglePlugin", ("A", "B"), size=(0.0, 0.0)), linear(B)
    )


def test_dissolve_leaves_a_channel_that_is_not_processed_to_its_first_input() -> None:
    got = two("DissolvePlugin", ("0", "1"), which=0.25, NatronOfxParamProcessG=False)
    np.testing.assert_array_equal(got[..., 1], linear(A)[..., 1])
    np.testing.assert_allclose(
        got[..., 0], linear(A)[..., 0] * 0.75 + linear(B)[..., 0] * 0.25, atol=1e-6
    )


def test_what_is_not_a_number_does_not_shine_through_a_black_mask() -> None:
    made = graph(
        read("K", "step.png"),
        node("C", "ConstantPlugin", color=(1e38, 1e38, 1e38, 1.0)),
        node(
            "N",
            "MultiplyPlugin",
            {"Source": "C", "Mask": "K"},
            value=(1e30,) * 4,
            maskChannel_Mask="uk.co.thefoundry.OfxImagePlaneColour.R",
        ),
    )
    got = render(made, "N", IMAGES, window=Window(0, 0, 16, 12)).pixels
    np.testing.assert_array_equal(got[:, :8, 0], np.float32(1e38))


@pytest.mark.parametrize("plugin", ["Solid", "CheckerBoardPlugin", "ColorBars", "Noise"])
def test_a_generator_fills_its_source_unless_it_has_an_extent_of_its_own(plugin: str) -> None:
    made = graph(read("A", "a.png"), node("N", plugin, {"Source": "A"}), size=(40, 30))
    everywhere = render(made, "N", IMAGES)
    assert everywhere.window == Window(0, 0, 16, 12)
    alone = render(graph(node("N", plugin), size=(40, 30)), "N")
    assert alone.window == Window(0, 0, 40, 30)


@pytest.mark.parametrize(
    ("plugin", "labels", "wanted"),
    [
        ("KeyerPlugin", ("Source", "Bg"), Window(0, 0, 16, 12)),
        ("ChromaKeyerPlugin", ("Source", "Bg"), Window(0, 0, 16, 12)),
        ("PIK", ("Fg", "C"), Window(0, 0, 16, 12)),
        ("DifferencePlugin", ("B", "A"), Window(0, 0, 20, 15)),
    ],
)
def test_a_key_is_as_large_as_the_inputs_it_cannot_do_without(
    plugin: str, labels: tuple[str, str], wanted: Window
) -> None:
    made = graph(
        read("A", "a.png"),
        node("P", "Position", {"Source": "A"}, translate=(4.0, 3.0)),
        node("N", plugin, {labels[0]: "A", labels[1]: "P"}),
    )
    assert render(made, "N", IMAGES).window == wanted


def test_keyer_leaves_a_channel_that_is_not_processed() -> None:
    got = apply("KeyerPlugin", show="composite", NatronOfxParamProcessG=False)
    np.testing.assert_array_equal(got[..., 1], linear(A)[..., 1])


def chroma_key(source: tuple[float, ...], **params: object) -> float:
    """The alpha of one pixel under an outside mask of 0.3."""
    made = graph(
        node("S", "ConstantPlugin", color=source),
        node("O", "ConstantPlugin", color=(0.0, 0.0, 0.0, 0.3)),
        node("N", "ChromaKeyerPlugin", {"Source": "S", "OutM": "O"}, **params),
        size=(2, 2),
    )
    return float(render(made, "N").pixels[0, 0, 3])


def test_a_chroma_key_holds_the_outside_mask_against_the_key_before_the_inside_mask() -> None:
    # The key of the screen's own colour is above the outside mask, so only the inside mask counts.
    screen = (0.0, 0.0, 1.0, 1.0)
    assert chroma_key(screen, keyColor=screen, sourceAlphaHandling="insidemask") == 1


def test_a_grey_key_colour_keys_blue_however_its_luma_is_rounded() -> None:
    grey = {"keyColor": (0.4687,) * 4, "colorspace": "ccir601", "linearProcessing": True}
    # In double precision the luma of this grey is not the grey.
    assert chroma_key((0.0, 0.0, 1.0, 1.0), **grey) < 0.6
    assert chroma_key((0.0, 1.0, 0.0, 1.0), **grey) == pytest.approx(0.85)


def test_frame_blend_has_no_picture_of_its_own_time_to_keep_a_channel_from() -> None:
    still = {"frameRange": (-1, 0), "NatronOfxParamProcessG": False}
    assert not apply("FrameBlend", **still)[..., 1].any()
    mixed = apply("FrameBlend", mix=0.5, **still)
    np.testing.assert_array_equal(mixed[..., 1], linear(A)[..., 1])


def test_a_node_on_another_plane_passes_the_colour() -> None:
    other = "uk.co.thefoundry.OfxImagePlaneStereoDisparityLeft"
    np.testing.assert_array_equal(apply("Invert", channels=other), linear(A))
    changed = apply("Invert", channels="uk.co.thefoundry.OfxImagePlaneColour")
    np.testing.assert_allclose(changed[..., :3], 1 - linear(A)[..., :3], atol=1e-6)


def test_keys_lead_a_parameter_no_further_than_its_limits() -> None:
    beyond = Curve((Key(1, 1.75),))
    plain = apply("Invert")
    np.testing.assert_array_equal(apply("Invert", mix=beyond), plain)


def test_hsv_tool_does_nothing_without_a_turn_or_a_shift() -> None:
    gains = {"saturationAdjustmentGain": 0.2, "clampWhite": True, "brightnessRange": (0.3, 0.9)}
    np.testing.assert_array_equal(apply("HSVToolPlugin", **gains), linear(A))
    shown = apply("HSVToolPlugin", outputAlpha="brightness", **gains)
    assert not np.array_equal(shown[..., 3], linear(A)[..., 3])


def test_a_vector_keeps_a_channel_that_is_not_processed() -> None:
    got = apply("VectorToColorPlugin", NatronOfxParamProcessB=False)
    np.testing.assert_array_equal(got[..., 2], linear(A)[..., 2])


def alpha_alone(plugin: str, **params: object) -> np.ndarray:
    """What a node makes of alpha alone, 0.5 everywhere."""
    made = graph(
        node("C", "ConstantPlugin", color=(0.5, 0.5, 0.5, 0.5), outputComponents="Alpha"),
        node("N", plugin, {"Source": "C"}, **params),
    )
    return render(made, "N").pixels[3, 3]


def test_a_vector_of_colours_without_alpha_has_0_for_its_fourth_channel() -> None:
    across = alpha_alone("VectorToColorPlugin", xChannel="r", yChannel="a")
    np.testing.assert_allclose(across, (1, 0.5, 0.5, 1), atol=1e-6)


@pytest.mark.parametrize(
    ("components", "wanted"),
    [
        # 2 · (0.25² + 0.25² + 0.5²) + 0.1, in the alpha.
        ("RGBA", (0.5, 0.75, 1.0, 0.85)),
        # Without alpha the key takes the blue, and only red and green are compared.
        ("RGB", (0.5, 0.75, 0.35, 1.0)),
        # Of alpha alone nothing is compared.
        ("Alpha", (0.1, 0.1, 0.1, 0.1)),
    ],
)
def test_a_difference_writes_the_last_channel_from_those_before_it(
    components: str, wanted: tuple[float, ...]
) -> None:
    every = {f"NatronOfxParamProcess{channel}": True for channel in "RGBA"}
    made = graph(
        node("B", "ConstantPlugin", color=(0.5, 0.75, 1.0, 0.6), outputComponents=components),
        node("A", "ConstantPlugin", color=(0.25, 0.5, 0.5, 0.2), outputComponents=components),
        node("N", "DifferencePlugin", {"B": "B", "A": "A"}, gain=2.0, offset=-0.1, **every),
    )
    np.testing.assert_allclose(render(made, "N").pixels[3, 3], wanted, atol=1e-6)


@pytest.mark.parametrize("plugin", ["Log2Lin", "PLogLin", "HueCorrect", "ColorSuppress"])
def test_a_node_of_colours_makes_opaque_colours_of_alpha_alone(plugin: str) -> None:
    assert alpha_alone(plugin)[3] == 1


def test_of_alpha_alone_a_colour_transform_has_no_channel_to_put_back() -> None:
    off = {"NatronOfxParamProcessG": False}
    assert alpha_alone("RGBToYPbPr709", **off)[1] == 0
    assert alpha_alone("RGBToYPbPr709", NatronOfxParamProcessA=True, **off)[1] == 0.5


def test_a_hue_keyer_gives_a_picture_without_alpha_one() -> None:
    made = graph(
        read("A", "a.png"),
        node("S", "ShufflePlugin", {"B": "A"}, outputComponents="rgb"),
        node("N", "HueKeyer", {"Source": "S"}),
    )
    got = render(made, "N", {"a.png": np.array([[[0, 255, 0], [90, 90, 90]]], np.uint8)})
    np.testing.assert_allclose(got.pixels[0, :2, 3], [0, 1], atol=1e-4)


def test_logs_never_touch_alpha_not_even_a_negative_one() -> None:
    got = one("Log2Lin", (0.5, 0.5, 0.5, -0.25), premult=True)[0]
    assert got[3] == -0.25


@pytest.mark.parametrize(("depth", "most"), [("byte", 255), ("short", 65535)])
def test_a_shuffle_to_whole_numbers_is_taken_as_encoded(depth: str, most: int) -> None:
    made = graph(
        node("C", "ConstantPlugin", color=(0.5, 0.25, -1.0, 0.2)),
        node("N", "ShufflePlugin", {"B": "C"}, outputBitDepth=depth, outputR="1"),
    )
    got = render(made, "N").pixels[3, 3]
    code = round(0.25 * most) / most
    if depth == "byte":
        decoded = ((code + 0.055) / 1.055) ** 2.4
    else:
        # Natron has a table of bytes: 16384 lies three quarters of the way from 63 to 64.
        low, high = (((byte / 255 + 0.0993) / 1.0993) ** (1 / 0.45) for byte in (63, 64))
        decoded = low + (high - low) * (code * 255 - 63)
    np.testing.assert_allclose(got, (1, decoded, 0, round(0.2 * most) / most), atol=1e-6)


def test_a_smear_without_a_stroke_passes_its_source() -> None:
    made = graph(read("A", "a.png"), node("S", "fr.inria.built-in.RotoSmear", {"Source": "A"}))
    np.testing.assert_array_equal(render(made, "S", IMAGES).pixels, linear(A))


def test_a_program_that_a_project_names_is_never_run() -> None:
    made = graph(read("A", "a.png"), node("S", "fr.inria.openfx.RunScript", {"Source1": "A"}))
    with pytest.raises(RenderError, match=r"S \(fr.inria.openfx.RunScript\) runs a program"):
        render(made, "S", IMAGES)

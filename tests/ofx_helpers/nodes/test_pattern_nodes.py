import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, read, render

A = gradient(16, 12)


def draw(plugin: str, size: tuple[int, int] = (16, 12), **params: object) -> np.ndarray:
    time = params.pop("time", 1.0)
    return render(graph(node("N", plugin, **params), size=size), "N", time=time).pixels


def change(plugin: str, **params: object) -> np.ndarray:
    made = graph(read("A", "a.png"), node("N", plugin, {"Source": "A"}, **params))
    return render(made, "N", {"a.png": A}).pixels


def test_noise_is_natrons_number_for_number() -> None:
    # The first pixels of Natron 2.5's Noise at frame 3, all channels, default seed.
    got = draw("Noise", outputComponents="RGBA", time=3.0)[0, :2]
    wanted = (
        (0.81077844, 0.54500824, 0.1446564, 0.2254681),
        (0.32648918, 0.70742846, 0.99260479, 0.72683364),
    )
    np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_noise_changes_from_frame_to_frame_unless_its_seed_is_static() -> None:
    still = [draw("Noise", staticSeed=True, time=time) for time in (1.0, 2.0)]
    np.testing.assert_array_equal(*still)
    moving = [draw("Noise", time=time) for time in (1.0, 2.0)]
    assert np.abs(moving[0] - moving[1]).mean() > 0.1


def test_noise_of_some_density_leaves_that_share_black() -> None:
    lit = draw("Noise", (128, 128), density=0.25)[..., 0] > 0
    assert lit.mean() == pytest.approx(0.25, abs=0.02)


def test_color_bars_show_yellow_at_three_quarters_and_the_ramp_below() -> None:
    bars = draw("ColorBars", (192, 108), outputIRE=True)
    np.testing.assert_allclose(bars[100, 50], (0.75, 0.75, 0, 1))
    np.testing.assert_allclose(bars[5, 117], (-0.02, -0.02, -0.02, 1), atol=1e-7)
    ramp = bars[30, 45:147, 0]
    assert (np.diff(ramp) > 0).all()
    assert ramp[-1] == pytest.approx((1460 - 446) / 1028)
    studio = draw("ColorBars", (192, 108))
    assert studio[10, 60, 0] == pytest.approx(0.91796875)  # 100 IRE white


def test_the_color_wheel_is_white_in_its_middle_and_red_on_its_right() -> None:
    wheel = draw("ColorWheel", (101, 101))
    np.testing.assert_allclose(wheel[50, 50], 1, atol=1e-3)
    right = wheel[50, 98]
    assert right[0] == pytest.approx(1)
    assert right[1:3].max() < 0.1
    np.testing.assert_array_equal(wheel[:, [0, -1]], 0)
    assert wheel[60, 20, 1] == pytest.approx(wheel[40, 20, 2], abs=1e-5)


def test_quantize_gives_so_many_levels() -> None:
    got = change("Quantize", colors=4.0)
    np.testing.assert_allclose(np.unique(got[..., :3]) * 3, range(4), atol=1e-6)


@pytest.mark.parametrize("dither", ["bayer2x2", "bayer4x4", "bayer8x8", "random"])
def test_dithers_keep_the_mean_which_plain_rounding_moves(dither: str) -> None:
    made = graph(
        node("C", "ConstantPlugin", color=(0.4,) * 4),
        node("N", "Quantize", {"Source": "C"}, colors=2.0, dither=dither),
        size=(64, 64),
    )
    pixels = render(made, "N").pixels[..., 0]
    assert set(np.unique(pixels)) == {0, 1}
    assert pixels.mean() == pytest.approx(0.4, abs=0.15)


def test_a_dither_table_that_is_natrons_own_is_refused_by_name() -> None:
    with pytest.raises(RenderError, match=r"N dithers by vac14x14.*Bayer"):
        change("Quantize", dither="vac14x14")


def test_matte_monitor_moves_only_partial_alpha() -> None:
    for alpha, wanted in ((0.0, 0.0), (0.1, 0.4), (1.0, 1.0), (1.2, 1.2)):
        made = graph(
            node("C", "ConstantPlugin", color=(0.3, 0.3, 0.3, alpha)),
            node("N", "MatteMonitorPlugin", {"Source": "C"}, slope=0.25),
        )
        pixel = render(made, "N").pixels[2, 2]
        assert pixel[3] == pytest.approx(wanted)
        assert pixel[0] == np.float32(0.3)


def test_a_checkerboard_of_8_or_16_bits_is_nearly_its_colours() -> None:
    # It knows what the bit depth is read as, and encodes all but an alpha alone.
    grey = {f"color{number}": (0.5, 0.5, 0.5, 0.5) for number in range(4)}
    plain = {"lineWidth": 0.0, "centerlineWidth": 0.0}
    byte = draw("CheckerBoardPlugin", outputBitDepth="8u", **grey, **plain)
    np.testing.assert_allclose(byte[3, 3], (*(0.5028865,) * 3, 128 / 255), atol=1e-5)
    short = draw("CheckerBoardPlugin", outputBitDepth="16u", **grey, **plain)
    np.testing.assert_allclose(short[3, 3], (0.5,) * 4, atol=2e-5)
    wanted = ((0.5 + 0.0993) / 1.0993) ** (1 / 0.45)
    alone = draw("CheckerBoardPlugin", outputBitDepth="16u", outputComponents="Alpha", **grey)
    assert alone[3, 3, 3] == pytest.approx(wanted, abs=1e-4)


def test_a_shape_that_has_nothing_but_a_mask_is_an_alpha() -> None:
    colours = {"color0": (0.0, 0.0, 0.0, 0.0), "color1": (0.2, 0.4, 0.6, 0.8)}
    made = graph(
        read("A", "a.png"),
        node("N", "Rectangle", {"Mask": "A"}, extent="project", enableMask_Mask=True, **colours),
    )
    pixels = render(made, "N", {"a.png": A}).pixels
    np.testing.assert_array_equal(pixels[5, 5], np.float32([0.8] * 4))


def test_a_constant_of_8_bits_is_nearly_its_colour() -> None:
    got = draw("ConstantPlugin", outputBitDepth="8u", color=(0.6014, 0.0, 1.0, 1.0))[0, 0]
    np.testing.assert_allclose(got, (0.60383, 0, 1, 1), atol=1e-5)


def test_what_is_drawn_between_pixels_is_fitted_between_pixels() -> None:
    rectangle = {"extent": "size", "bottomLeft": (2.5, 3.0), "size": (8.0, 6.0)}
    made = graph(
        node("N", "ConstantPlugin", color=(1.0, 1.0, 1.0, 1.0), **rectangle),
        node("R", "Reformat", {"Source": "N"}, useRoD=True, resize="distort"),
        size=(16, 12),
    )
    # Twice the size, to the last pixel; rounded to pixels first it would leave an edge.
    assert render(made, "R").window == Window(0, 0, 16, 12)
    bent = node("T", "TransformPlugin", {"Source": "N"}, translate=(0.5, 0.0), black_outside=False)
    moved = graph(made.nodes["N"], bent, size=(16, 12))
    assert render(moved, "T").window == Window(3, 3, 11, 9)


@pytest.mark.parametrize("processed", [True, False])
def test_a_generator_of_x_and_y_alone_has_no_blue(processed: bool) -> None:
    got = change(
        "ConstantPlugin",
        outputComponents="XY",
        color=(0.5, 0.25, 0.75, 0.5),
        NatronOfxParamProcessB=processed,
    )
    np.testing.assert_array_equal(got[3, 3], (0.5, 0.25, 0, 1))


@pytest.mark.parametrize("plugin", ["Radial", "Rectangle"])
def test_a_shape_over_a_picture_gives_it_the_format_of_its_extent(plugin: str) -> None:
    # A picture of half the project's size; Reformat scales from the format, so by 2 or by 4.
    made = graph(
        read("A", "a.png"),
        node("S", plugin, {"Source": "A"}, extent="project", expandRoD=False, color1=(0.0,) * 4),
        node("R", "Reformat", {"Source": "S"}, reformatType="box", boxSize=(64, 48)),
        size=(32, 24),
    )
    assert render(made, "R", {"a.png": A}).window == Window(0, 0, 32, 24)


@pytest.mark.parametrize(("plugin", "left"), [("Ramp", 0.25), ("Radial", 0.25), ("Rectangle", 1)])
def test_over_an_alpha_alone_ramp_and_radial_draw_the_red_that_it_lacks(
    plugin: str, left: float
) -> None:
    # As Natron 2.5's plug-ins do: what is drawn is 0, and mix leaves that part of the source.
    made = graph(
        node("C", "ConstantPlugin", color=(0.0, 0.0, 0.0, 1.0), outputComponents="Alpha"),
        node("N", plugin, {"Source": "C"}, color0=(0.0, 0.0, 0.0, 1.0), mix=0.75),
    )
    np.testing.assert_allclose(render(made, "N").pixels[..., 3], left, atol=1e-6)


def test_a_ramp_over_a_picture_without_alpha_takes_its_red_for_one() -> None:
    # Natron 2.5 hands the plug-in three channels, and it reads the fourth: the next pixel's red.
    made = graph(
        node("S", "Solid", color=(0.25, 0.5, 0.75)),
        node("N", "Ramp", {"Source": "S"}, type="linear", point0=(4.0, 0.0), point1=(12.0, 0.0)),
    )
    got = render(made, "N").pixels[5, :, 3]
    share = np.clip((np.arange(16) + 0.5 - 4) / 8, 0, 1)
    np.testing.assert_allclose(got, share + 0.25 * (1 - share), atol=1e-6)

"""DenoiseSharpen: numbers of Natron's own plug-in."""

import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

# The widest band mirrors 32 pixels at each edge: smaller pictures have no meaning there.
SIZE = (80, 72)
IMAGES = {"a.png": gradient(*SIZE, seed=5), "half.png": np.zeros((72, 80, 3), np.uint8)}
IMAGES["half.png"][:, 40:] = 255
NOISE = {
    "analysisLock": True,
    "ylrNoiseLevelHigh": 0.3,
    "cbagNoiseLevelMedium": 0.2,
    "crbbNoiseLevelHigh": 0.25,
    "adaptiveRadius": 1,
}
LAB = {"ylrNoiseLevelHigh": 30.0, "cbagNoiseLevelMedium": 40.0, "crbbNoiseLevelHigh": 40.0}


def apply(inputs: dict[str, str] | None = None, window: Window | None = None, **params: object):
    made = graph(
        read("A", "a.png"),
        read("M", "half.png"),
        node("N", "DenoiseSharpen", {"Source": "A"} | (inputs or {}), **NOISE | params),
        size=SIZE,
    )
    return render(made, "N", IMAGES, window=window or Window(0, 0, *SIZE)).pixels


@pytest.mark.parametrize(
    ("model", "spline", "params", "low", "high"),
    [
        ("ycbcr", True, {}, (0.44409, 0.43159, 0.46958), (0.44451, 0.45961, 0.22891)),
        ("cielab", False, LAB, (0.48584, 0.45972, 0.43515), (0.3631, 0.49544, 0.43772)),
        (
            "gammargb",
            True,
            {"sharpenAmount": 1.5, "sharpenSize": 12.0},
            (0.44409, 0.87308, 0.42495),
            (0.44451, 1.07166, 0.43273),
        ),
        (
            "linearrgb",
            False,
            {"adaptiveRadius": 0},
            (0.50788, 0.84889, 0.58963),
            (0.50543, 0.9069, 0.49816),
        ),
        (
            "linearrgb",
            False,
            {"outputMode": "noise"},
            (-0.43721, -0.02305, -0.45685),
            (-0.30634, -0.05205, 0.00404),
        ),
    ],
)
def test_the_values_are_those_of_natrons_plug_in(model, spline, params, low, high) -> None:
    got = apply(colorModel=model, useB3Spline=spline, **params)
    np.testing.assert_allclose(got[2, 3, :3], low, atol=2e-5)
    np.testing.assert_allclose(got[6, 12, :3], high, atol=2e-5)


def test_without_locked_levels_it_is_the_source_as_in_natron() -> None:
    np.testing.assert_array_equal(apply(analysisLock=False), linear(IMAGES["a.png"]))


def test_a_part_of_the_picture_is_the_same_alone() -> None:
    part = apply(window=Window(13, 12, 39, 47))
    np.testing.assert_array_equal(part, apply()[12:47, 13:39])


def test_the_mask_keeps_the_source_where_it_is_black_and_the_noise_is_0_there() -> None:
    masked = {"inputs": {"Mask": "M"}, "maskChannel_Mask": "Color.R"}
    source, whole = linear(IMAGES["a.png"]), apply()
    got = apply(**masked)
    np.testing.assert_array_equal(got[:, :40], source[:, :40])
    np.testing.assert_array_equal(got[:, 40:], whole[:, 40:])
    assert not apply(**masked, outputMode="noise")[:, :40, :3].any()


def test_a_channel_that_is_not_processed_is_kept_and_black_as_noise() -> None:
    off = {"NatronOfxParamProcessG": False}
    np.testing.assert_array_equal(apply(**off)[..., 1], linear(IMAGES["a.png"])[..., 1])
    noise = apply(**off, outputMode="noise")
    assert not noise[..., 1].any()
    assert noise[..., 0].any()

"""Filters that smooth and keep edges: numbers of Natron's own plug-ins."""

import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A, B = gradient(16, 12, seed=5), gradient(16, 12, seed=3)
STEP = np.zeros((12, 16, 3), np.uint8)
STEP[:, 8:] = 255
IMAGES = {"a.png": A, "b.png": B, "step.png": STEP}
GRID = {"sigma_s": 2.5, "sigma_r": 0.2}
PATCH = {"sigma_s": 3.0, "sigma_r": 0.4, "psize": 3, "lsize": 4}
FLOW = {"amplitude": 60.0, "sharpness": 0.1}
PLUGINS = {
    "CImgBilateral": GRID,
    "CImgBilateralGuided": GRID,
    "CImgRollingGuidance": GRID,
    "CImgDenoise": PATCH,
    "CImgSmooth": FLOW,
}


def apply(plugin: str, image: str = "a.png", window: Window | None = None, **params: object):
    inputs = {"Source": "A"} | ({"Guide": "B"} if plugin.endswith("Guided") else {})
    made = graph(
        read("A", image),
        read("B", "b.png"),
        node("N", f"net.sf.cimg.{plugin}", inputs, **PLUGINS[plugin] | params),
    )
    return render(made, "N", IMAGES, window=window or Window(0, 0, 16, 12)).pixels


@pytest.mark.parametrize(
    ("plugin", "params", "low", "high"),
    [
        ("CImgBilateral", {}, (0.56514, 0.64629, 0.37352), (0.57262, 0.45175, 0.3355)),
        ("CImgBilateralGuided", {}, (0.55136, 0.50928, 0.46797), (0.49954, 0.47064, 0.48219)),
        ("CImgRollingGuidance", {}, (0.54616, 0.50637, 0.50337), (0.50348, 0.48316, 0.49067)),
        ("CImgDenoise", {}, (0.56422, 0.48039, 0.46324), (0.53922, 0.39289, 0.56814)),
        (
            "CImgDenoise",
            {"is_fast_approximation": False},
            (0.57121, 0.47976, 0.46762),
            (0.53182, 0.39535, 0.57729),
        ),
        ("CImgSmooth", {}, (0.57407, 0.53226, 0.49652), (0.52777, 0.48033, 0.45338)),
        (
            "CImgSmooth",
            {"interpolation": "rungekutta", "is_fast_approximation": False},
            (0.55626, 0.55537, 0.46559),
            (0.5439, 0.45552, 0.43453),
        ),
        (
            "CImgSmooth",
            {"interpolation": "linear", "iterations": 2},
            (0.55874, 0.50678, 0.50334),
            (0.49962, 0.47436, 0.48754),
        ),
        ("CImgSmooth", {"da": 0.0}, (0.51293, 0.59483, 0.6077), (0.51304, 0.22526, 0.29388)),
    ],
)
def test_the_values_are_those_of_natrons_plug_in(plugin, params, low, high) -> None:
    got = apply(plugin, **params)
    np.testing.assert_allclose(got[2, 3, :3], low, atol=2e-5)
    np.testing.assert_allclose(got[6, 12, :3], high, atol=2e-5)
    np.testing.assert_array_equal(got[..., 3], 1)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_part_of_the_picture_is_the_same_alone(plugin: str) -> None:
    part = apply(plugin, window=Window(3, 2, 9, 7))
    np.testing.assert_allclose(part, apply(plugin)[2:7, 3:9], atol=1e-5)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_mix_0_is_the_source(plugin: str) -> None:
    np.testing.assert_array_equal(apply(plugin, mix=0.0), linear(A))


@pytest.mark.parametrize("plugin", ["CImgBilateral", "CImgDenoise"])
def test_a_step_beyond_the_deviation_of_values_stays_sharp(plugin: str) -> None:
    np.testing.assert_allclose(apply(plugin, "step.png", sigma_r=0.1), linear(STEP), atol=2e-2)


def test_the_guide_says_where_the_edges_are() -> None:
    made = graph(
        read("A", "a.png"),
        read("B", "step.png"),
        node("N", "net.sf.cimg.CImgBilateralGuided", {"Source": "A", "Guide": "B"}, iterations=6),
    )
    got = render(made, "N", IMAGES).pixels[..., 0]
    left, right = linear(A)[:, :8, 0].mean(), linear(A)[:, 8:, 0].mean()
    np.testing.assert_allclose(got[:, :8], left, atol=0.01)
    np.testing.assert_allclose(got[:, 8:], right, atol=0.01)


def test_a_flow_without_steps_or_length_is_the_source() -> None:
    for still in ({"dl": 0.0}, {"amplitude": 0.0}, {"iterations": 0}):
        np.testing.assert_array_equal(apply("CImgSmooth", **still), linear(A))

"""Derived smoothing filters against what a derivative is."""

import math

import numpy as np
import pytest

from ofx_helpers.engine.derive import derived
from ofx_helpers.engine.smooth import FILTERS
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, read, render


@pytest.mark.parametrize("kind", FILTERS)
@pytest.mark.parametrize("size", [0.0, 6.0])
def test_a_slope_is_what_is_derived_along_its_axis_alone(kind: str, size: float) -> None:
    x, y = np.meshgrid(np.arange(60.0), np.arange(50.0))
    picture = np.repeat((0.5 * x - 0.25 * y)[..., None], 4, axis=2).astype(np.float32)
    inside = (slice(20, 30), slice(25, 35))
    for orders, wanted in (((1, 0), 0.5), ((0, 1), -0.25), ((1, 1), 0.0), ((2, 0), 0.0)):
        found = derived(picture, kind, (size, size), orders, nearest=True)[inside]
        np.testing.assert_allclose(found, wanted, atol=2e-3)


@pytest.mark.parametrize("kind", FILTERS)
def test_what_bends_is_derived_twice(kind: str) -> None:
    rows = (np.arange(60.0) - 30) ** 2 / 200
    picture = np.repeat(np.repeat(rows[:, None, None], 20, 1), 4, 2).astype(np.float32)
    found = derived(picture, kind, (0.0, 6.0), (0, 2), nearest=True)[28:32, 8:12]
    # Natron's quasi-Gaussian gives it the other way round.
    np.testing.assert_allclose(found, (-1 if kind == "quasigaussian" else 1) / 100, rtol=0.02)


def test_black_lies_beyond_the_edge_unless_the_nearest_pixel_does() -> None:
    flat = np.full((20, 20, 4), 0.5, np.float32)
    assert np.abs(derived(flat, "box", (3.0, 3.0), (1, 0), nearest=True)).max() < 1e-6
    found = derived(flat, "box", (0.0, 0.0), (1, 0), nearest=False)
    np.testing.assert_allclose(found[:, [0, 19]], [[[0.25] * 4, [-0.25] * 4]] * 20)


def test_a_derived_blur_reaches_further_by_its_order() -> None:
    made = graph(
        read("R", "a.png"),
        node("B", "net.sf.cimg.CImgBlur", {"Source": "R"}, orderX=2, cropToFormat=False),
    )
    window = render(made, "B", {"a.png": gradient(10, 8)}).window
    assert tuple(window) == (-5, -3, 15, 11)


def test_a_narrow_derivative_is_rounded_once_to_single_precision() -> None:
    """What suppresses non-maxima compares neighbours, which differ by this rounding alone."""
    values = np.random.default_rng(8).integers(0, 256, 40).astype(np.float32) / np.float32(255)
    pixels = np.repeat(values[:, None, None], 4, 2)
    found = derived(pixels, "gaussian", (0.0, 0.0), (0, 1), nearest=True)[:, 0, 0]
    alpha = float(np.float32(1.695)) / float(np.float32(0.1))
    e = math.exp(-alpha)
    weight = -(1 - e) * (1 - e) * (1 - e) / (2 * (e + 1) * e) * e

    def one_way(samples: list[float]) -> list[float]:
        before = samples[0]
        one = two = weight * before / (1 - 2 * e + e * e)
        there = []
        for sample in samples:
            there.append(weight * before + 2 * e * one - e * e * two)
            before, one, two = sample, there[-1], one
        return there

    ahead = one_way([float(value) for value in values])
    back = [-value for value in one_way([float(value) for value in values[::-1]])][::-1]
    exact = np.array([a + b for a, b in zip(ahead, back, strict=True)])
    assert found.tolist() == exact.astype(np.float32).tolist()

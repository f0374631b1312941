import numpy as np
import pytest

from ofx_helpers.engine.smooth import FILTERS, smooth
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A = gradient(40, 30)


@pytest.mark.parametrize("kind", FILTERS)
def test_the_energy_of_a_point_is_preserved_and_its_spread_is_the_sizes(kind: str) -> None:
    point = np.zeros((81, 81, 4), np.float32)
    point[40, 40] = 1
    blurred = smooth(point, kind, (9.6, 4.8), nearest=False)[..., 0].astype(float)
    assert blurred.sum() == pytest.approx(1, abs=2e-4)
    x = np.arange(81) - 40
    sigma_x = np.sqrt((blurred.sum(0) * x * x).sum())
    sigma_y = np.sqrt((blurred.sum(1) * x * x).sum())
    passes = {"box": 1, "triangle": 2, "quadratic": 3}.get(kind)
    wanted = 4.0 if passes is None else 9.6 * np.sqrt(passes / 12)
    assert sigma_x == pytest.approx(wanted, rel=0.25)
    assert sigma_y == pytest.approx(wanted / 2, rel=0.25)


@pytest.mark.parametrize("kind", FILTERS)
def test_a_flat_picture_stays_flat_with_the_nearest_pixel_beyond_the_edge(kind: str) -> None:
    flat = np.full((20, 30, 4), 0.7, np.float32)
    np.testing.assert_allclose(smooth(flat, kind, (7.0, 5.0), nearest=True), 0.7, atol=1e-5)


@pytest.mark.parametrize("kind", ["quasigaussian", "gaussian"])
def test_an_edge_in_black_equals_a_wider_picture_cut_down(kind: str) -> None:
    picture = linear(A)
    wide = np.zeros((130, 140, 4), np.float32)
    wide[50:80, 50:90] = picture
    cut = smooth(wide, kind, (8.0, 6.0), nearest=False)[50:80, 50:90]
    np.testing.assert_allclose(smooth(picture, kind, (8.0, 6.0), nearest=False), cut, atol=1e-5)


def test_size_0_passes_the_picture_untouched() -> None:
    made = graph(read("A", "a.png"), node("B", "net.sf.cimg.CImgBlur", {"Source": "A"}))
    frame = render(made, "B", {"a.png": A})
    np.testing.assert_array_equal(frame.pixels, render(made, "A", {"a.png": A}).pixels)

import numpy as np
import pytest

from driver.shot.poisson import blended, membrane


def test_the_membrane_solves_laplaces_equation():
    seam = np.random.default_rng(0).normal(0, 1, (40, 3))
    found = membrane(seam, 12)
    # Around it: the seam above row 0, no flow across the other edges.
    around = np.pad(found, ((0, 1), (1, 1), (0, 0)), mode="edge")
    around = np.concatenate([np.pad(seam, ((1, 1), (0, 0)), mode="edge")[None], around])
    laplace = (
        around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
        - 4 * around[1:-1, 1:-1]
    )  # fmt: skip
    assert np.abs(laplace).max() < 1e-10


def test_an_even_difference_shifts_the_whole_band():
    assert np.allclose(membrane(np.full((30, 1), 0.25), 9), 0.25)


@pytest.mark.parametrize("side", ["top", "bottom"])
def test_a_band_with_shifted_colours_meets_the_widescreen_and_keeps_its_detail(side):
    rng = np.random.default_rng(1)
    truth = 0.4 + 0.1 * rng.random((30, 60, 3))
    band = truth + np.array([0.05, -0.03, 0.02])
    known = np.zeros((30, 60), bool)
    known[(slice(22, None) if side == "top" else slice(0, 8))] = True
    result = blended(band, np.where(known[..., None], truth, 0), known, side)
    assert np.abs(result - truth).max() < 1e-6


def test_columns_that_the_widescreen_does_not_reach_follow_their_neighbours():
    band = np.full((10, 20, 1), 0.5)
    wide = np.full((10, 20, 1), 0.6)
    known = np.zeros((10, 20), bool)
    known[8:, 5:15] = True
    assert np.allclose(blended(band, wide, known, "top"), 0.6, atol=1e-6)


def test_a_band_that_meets_no_widescreen_stays_as_it_is():
    band = np.random.default_rng(2).random((6, 8, 3))
    nothing = np.zeros((6, 8), bool)
    assert (blended(band, band * 0, nothing, "top") == band).all()

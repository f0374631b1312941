"""Tiles cover the picture, blend exactly, and report their seams."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import tiling
from models.errors import ModelError
from models.upscaler import load_upscaler


class FakeUpscaler:
    """Nearest neighbour three times, which no tile edge can change."""

    factor = 3
    bytes_per_pixel = 1000

    def __init__(self):
        self.sizes = []

    def upscale(self, image):
        self.sizes.append(image.shape[:2])
        return image.repeat(3, axis=0).repeat(3, axis=1)

    def memory_budget(self):
        return 10**9


class EdgeUpscaler(FakeUpscaler):
    """As the fake, but wrong by 30 levels in the 2 pixels next to its picture's edges."""

    def upscale(self, image):
        result = super().upscale(image)
        wrong = np.zeros(result.shape[:2], bool)
        wrong[:6] = wrong[-6:] = wrong[:, :6] = wrong[:, -6:] = True
        result[wrong] += 30
        return result


@pytest.fixture
def picture():
    return np.random.default_rng(5).integers(0, 200, (61, 151, 3), dtype=np.uint8)


@pytest.mark.parametrize("overlap", [8, 17, 24])
def test_tiles_of_a_local_upscaler_equal_the_whole(picture, overlap):
    fake = FakeUpscaler()
    result, stats = tiling.upscale_tiled(fake, picture, tile=50, overlap=overlap)
    assert np.array_equal(result, fake.upscale(picture))
    assert stats.tiles > 4
    assert (stats.seam_max, stats.seam_mean) == (0, 0)
    assert set(fake.sizes[:-1]) == {(50, 50)}, "all tiles have one size"


def test_errors_at_the_tiles_own_edges_do_not_reach_the_result(picture):
    result, _ = tiling.upscale_tiled(EdgeUpscaler(), picture, tile=50, overlap=8)
    inner = np.s_[6:-6, 6:-6]
    assert np.array_equal(result[inner], FakeUpscaler().upscale(picture)[inner])


def test_the_seam_is_how_far_tiles_are_apart(picture):
    class Counting(FakeUpscaler):
        def upscale(self, image):
            self.calls = getattr(self, "calls", 0) + 1
            return super().upscale(image) + np.uint8(10 * self.calls)

    flat = np.zeros((40, 90, 3), np.uint8)
    result, stats = tiling.upscale_tiled(Counting(), flat, tile=60, overlap=30)
    assert stats.tiles == 2
    assert (stats.seam_max, stats.seam_mean) == (10, 10)
    row = result[0, :, 0].astype(int)
    assert row[0] == 10
    assert row[-1] == 20
    assert np.diff(row).max() == 1, "the seam is a ramp, not a step"


def test_a_picture_that_fits_in_memory_stays_whole(picture):
    fake = FakeUpscaler()
    _, stats = tiling.upscale_tiled(fake, picture, budget=61 * 151 * 1000)
    assert stats.tiles == 1
    assert stats.estimated_bytes == 61 * 151 * 1000


def test_a_picture_too_large_for_memory_is_cut_to_the_budget():
    fake = FakeUpscaler()
    band = np.zeros((60, 400, 3), np.uint8)
    result, stats = tiling.upscale_tiled(fake, band, budget=6_000_000, overlap=8)
    assert result.shape == (180, 1200, 3)
    assert stats.tile_height == 60, "a band keeps its rows together"
    assert stats.estimated_bytes <= 6_000_000


def test_an_overlap_outside_8_to_32_is_refused(picture):
    with pytest.raises(ModelError, match="8 to 32 pixels, not 7"):
        tiling.upscale_tiled(FakeUpscaler(), picture, overlap=7)


def test_tiles_smaller_than_two_overlaps_are_refused(picture):
    with pytest.raises(ModelError, match="at least 48"):
        tiling.upscale_tiled(FakeUpscaler(), picture, tile=40, overlap=24)


@given(length=st.integers(1, 700), tile=st.integers(64, 200), overlap=st.integers(8, 32))
def test_tiles_cover_everything_overlap_enough_and_weigh_one(length, tile, overlap):
    first = tiling.starts(length, tile, overlap)
    size = min(tile, length)
    assert first[0] == 0
    assert first[-1] + size == length
    assert all(a + size - b >= overlap for a, b in itertools.pairwise(first))
    total = np.zeros(length)
    for begin, weight in zip(first, tiling.ramps(first, size, length, overlap), strict=True):
        total[begin : begin + size] += weight
    assert np.abs(total - 1).max() < 1e-6


def test_animevideo_in_tiles_equals_the_whole_at_overlap_24(pulled, small_frame):
    pulled("realesr-animevideov3-x4")
    upscaler = load_upscaler("openvino", "realesr-animevideov3-x4", precision="fp32")
    band = small_frame[:50, 40:220]
    whole = upscaler.upscale(band)
    tiled, stats = tiling.upscale_tiled(upscaler, band, tile=96, overlap=24)
    assert stats.tiles == 3
    assert np.array_equal(tiled, whole)
    butted, _ = tiling.upscale_tiled(upscaler, band, tile=96, overlap=8)
    assert not np.array_equal(butted, whole), "an overlap of 8 is too small: the test sees seams"

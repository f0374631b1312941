import numpy as np
import pytest

from driver.shot import masks


def square(size: int = 80, low: int = 30, high: int = 50) -> masks.Mask:
    mask = np.zeros((size, size), np.bool_)
    mask[low:high, low:high] = True
    return mask


def test_the_ramp_is_a_straight_line_centred_on_the_edge() -> None:
    half = np.zeros((40, 60), np.bool_)
    half[:, 30:] = True
    soft = masks.feather(half, 12)[20]
    # Pixel 30's centre lies half a pixel inside the edge.
    assert soft[30] == pytest.approx(0.5 + 0.5 / 12)
    assert soft[29] == pytest.approx(0.5 - 0.5 / 12)
    assert np.diff(soft[25:35]) == pytest.approx(1 / 12, abs=1e-6)
    assert soft[23] == 0
    assert soft[36] == 1
    assert ((soft > 0) & (soft < 1)).sum() == 12


def test_the_feathered_mask_passes_one_half_exactly_at_the_binary_edge() -> None:
    mask = masks.ellipse((90, 90), (12.3, 20.8, 55, 40))
    assert np.array_equal(masks.feather(mask, 9) > 0.5, mask)


def test_a_mask_does_not_ramp_where_it_leaves_the_picture() -> None:
    soft = masks.feather(np.pad(np.ones((20, 30), np.bool_), ((0, 0), (0, 30))), 10)
    assert (soft[:, 0] == 1).all()
    assert (soft[0, :20] == 1).all()


def test_empty_and_full_masks_stay_so() -> None:
    assert not masks.feather(np.zeros((9, 9), np.bool_), 8).any()
    assert (masks.feather(np.ones((9, 9), np.bool_), 8) == 1).all()


def test_the_distance_is_euclidean_and_cut() -> None:
    distance = masks.signed_distance(square())
    assert distance[40, 30] == pytest.approx(0.5)
    assert distance[40, 20] == pytest.approx(-9.5)
    assert distance[27, 26] == pytest.approx(0.5 - 5)  # 3, 4, 5 to the corner's pixel
    wide = masks.signed_distance(square(300, 100, 102))
    assert wide.min() == -masks.FAR


def test_growing_adds_what_lies_within_the_distance() -> None:
    grown = masks.grow(square(), 5)
    assert grown[40, 25]
    assert not grown[40, 24]
    assert grown[27, 26]
    assert not grown[25, 25]
    assert np.array_equal(masks.grow(square(), 0), square())


def test_missing_pixels_take_the_nearest_real_colour() -> None:
    rgb = np.zeros((10, 20, 3), np.uint8)
    rgb[:, :8] = (10, 20, 30)
    rgb[:, 12:] = (200, 100, 50)
    missing = np.zeros((10, 20), np.bool_)
    missing[:, 8:12] = True
    filled = masks.fill_missing(rgb, missing)
    assert (filled[:, 8:10] == (10, 20, 30)).all()
    assert (filled[:, 10:12] == (200, 100, 50)).all()
    assert np.array_equal(filled[~missing], rgb[~missing])


def test_only_parts_that_touch_the_seed_are_kept() -> None:
    mask = np.zeros((20, 40), np.bool_)
    mask[5:10, 5:10] = True
    mask[5:10, 25:30] = True
    seed = np.zeros_like(mask)
    seed[7, 7] = True
    kept = masks.touching(mask, seed)
    assert kept[:, :20].sum() == 25
    assert not kept[:, 20:].any()


def test_specks_go_and_pinholes_close_but_an_arm_s_gap_stays() -> None:
    mask = square(200, 50, 150)
    mask[10:12, 10:12] = True
    mask[60, 60] = False
    mask[100:130, 100:120] = False
    cleaned = masks.without_specks(mask)
    assert not cleaned[10:12, 10:12].any()
    assert cleaned[60, 60]
    assert not cleaned[110, 110]


def test_the_face_ellipse_fills_its_box() -> None:
    mask = masks.ellipse((100, 120), (20, 30, 60, 40))
    assert masks.bounds(mask) == (20, 30, 60, 40)
    assert mask.sum() == pytest.approx(np.pi * 30 * 20, rel=0.01)


def test_the_face_ellipse_tilts_with_the_eyes() -> None:
    level = masks.ellipse((100, 100), (30, 20, 30, 60), ((35, 40), (55, 40)))
    tilted = masks.ellipse((100, 100), (30, 20, 30, 60), ((55, 60), (35, 40)))
    assert np.array_equal(level, masks.ellipse((100, 100), (30, 20, 30, 60)))
    # The left eye is higher: the head leans so that its top goes to the right.
    assert tilted[33, 62]
    assert not tilted[33, 28]


def test_bytes_keep_zero_and_one() -> None:
    assert masks.to_bytes(np.array([[0.0, 0.5, 1.0]], np.float32)).tolist() == [[0, 128, 255]]
    assert masks.bounds(np.zeros((4, 4), np.bool_)) is None

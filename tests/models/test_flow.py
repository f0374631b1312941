"""Flow finds known motion, and fits ignore outliers."""

import cv2
import numpy as np
import pytest

from models import flow as motion
from models.errors import ModelError


@pytest.fixture
def shifted(small_frame):
    """The frame and the same 3 pixels farther right and 2 farther down."""
    return small_frame[20:140, 20:220], small_frame[18:138, 17:217]


def test_flow_finds_a_known_shift(shifted):
    found = motion.flow(*shifted)
    assert found.shape == (120, 200, 2)
    assert found.dtype == np.float32
    assert np.abs(np.median(found[10:-10, 10:-10], axis=(0, 1)) - (3, 2)).max() < 0.1


def test_pictures_smaller_than_the_method_allows_still_work():
    image = np.random.default_rng(0).integers(0, 255, (9, 20, 3), dtype=np.uint8)
    assert motion.flow(image, image).shape == (9, 20, 2)


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(ModelError, match="must have one size"):
        motion.flow(np.zeros((40, 40), np.uint8), np.zeros((40, 41), np.uint8))


def scattered(count=200):
    return np.random.default_rng(1).uniform(0, 300, (count, 2))


def test_a_similarity_is_found_among_outliers():
    angle, scale = np.radians(10), 1.2
    true = np.array(
        [
            [scale * np.cos(angle), -scale * np.sin(angle), 7],
            [scale * np.sin(angle), scale * np.cos(angle), -4],
            [0, 0, 1],
        ]
    )
    a = scattered()
    b = motion.apply(true, a)
    b[:60] += 50
    found = motion.fit_motion(a, b)
    assert np.abs(found.matrix - true).max() < 1e-3
    assert found.error < 1e-3
    assert found.inliers == pytest.approx(0.7, abs=0.01)


def test_a_homography_is_found_among_outliers():
    true = np.array([[1.1, 0.02, 5], [-0.03, 0.95, 2], [1e-4, -5e-5, 1]])
    a = scattered()
    b = motion.apply(true, a)
    b[::5] += 40
    found = motion.fit_motion(a, b, "homography")
    assert np.abs(motion.apply(found.matrix, a) - motion.apply(true, a)).max() < 0.01
    assert found.inliers == pytest.approx(0.8, abs=0.01)


def test_too_few_points_are_refused():
    with pytest.raises(ModelError, match="homography needs at least 4 pairs"):
        motion.fit_motion(scattered(3), scattered(3), "homography")


def test_colours_and_grey_give_the_same_flow(shifted):
    a, b = shifted
    grey = [cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY) for image in (a, b)]
    assert np.array_equal(motion.flow(a, b), motion.flow(*grey))

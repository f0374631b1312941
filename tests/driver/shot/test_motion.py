import numpy as np
import pytest

from driver.shot import motion
from driver.shot.tracking import FaceKey, face_matrix
from models.flow import apply
from tests.driver.shot.scenes import turned


def test_a_similarity_is_recovered_among_wrong_points() -> None:
    random = np.random.default_rng(3)
    truth = turned((320, 180), 1.08, 6.5, 12.25, -4.5)
    source = random.random((300, 2)) * (640, 360)
    target = apply(truth, source) + random.normal(0, 0.1, (300, 2))
    target[:120] += random.random((120, 2)) * 80 + 10
    fit = motion.fit_similarity(source, target, 1.0)
    assert fit is not None
    assert (
        motion.residuals(
            fit.matrix, motion.corners((640, 360)), apply(truth, motion.corners((640, 360)))
        ).max()
        < 0.1
    )
    assert fit.share == pytest.approx(0.6, abs=0.02)


def test_a_homography_is_recovered() -> None:
    truth = np.array([[1.02, 0.03, 5], [-0.01, 0.99, -3], [4e-5, -3e-5, 1]])
    source = np.random.default_rng(4).random((80, 2)) * (640, 360)
    fit = motion.fit_homography(source, apply(truth, source), 0.5)
    assert fit is not None
    assert fit.matrix == pytest.approx(truth, abs=1e-4)


def test_too_few_points_fit_nothing() -> None:
    assert motion.fit_similarity(np.zeros((2, 2)), np.zeros((2, 2)), 1.0) is None
    assert motion.fit_homography(np.zeros((5, 2)), np.zeros((5, 2)), 1.0) is None


def test_decompose_tells_what_a_face_key_puts_together() -> None:
    key = FaceKey(frame=5, x=210.5, y=99.25, scale=1.3, rotation=25.0, opacity=1.0)
    matrix = np.array(face_matrix(key, (180.0, 120.0)))
    assert motion.decompose(matrix, (180.0, 120.0)) == pytest.approx((210.5, 99.25, 1.3, 25.0))


def test_a_positive_rotation_turns_counter_clockwise_on_the_screen() -> None:
    key = FaceKey(frame=1, x=0, y=0, scale=1, rotation=90, opacity=1)
    right = apply(np.array(face_matrix(key, (0, 0))), np.array([[1.0, 0.0]]))[0]
    assert right == pytest.approx((0, -1))  # up, where y points down


def test_opencv_s_coordinates_start_half_a_pixel_later() -> None:
    # Doubling about the corner: the first pixel's centre, 0.5, goes to 1.0, which is 0.5 there.
    moved = motion.to_cv(motion.scaling(2)) @ (0, 0, 1)
    assert moved == pytest.approx((0.5, 0.5, 1))


def test_smoothing_passes_constant_acceleration_and_stillness_unchanged() -> None:
    times = np.arange(20.0)
    values = np.stack([3 + 2 * times + 0.5 * times**2, np.full(20, 0.1)], axis=1)
    smoothed = motion.smooth(times, values, 7)
    assert smoothed == pytest.approx(values, abs=1e-9)
    assert (smoothed[:, 1] == 0.1).all()


def test_smoothing_calms_jitter_and_a_window_of_one_keeps_it() -> None:
    times = np.arange(60.0)
    noise = np.random.default_rng(5).normal(0, 1, (60, 1))
    assert motion.smooth(times, noise, 9).std() < 0.65 * noise.std()
    assert np.array_equal(motion.smooth(times, noise, 1), noise)


def test_displacement_is_that_of_the_farthest_corner() -> None:
    assert motion.displacement(motion.translation(3, 4), (100, 50)) == pytest.approx(5)
    assert motion.displacement(motion.scaling(1.01), (300, 400)) == pytest.approx(5)

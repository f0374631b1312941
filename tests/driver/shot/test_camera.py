import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from driver.shot.camera import CameraTracker, background_for, solve
from driver.shot.motion import Array, corners, residuals
from models.flow import apply
from tests.driver.shot.scenes import moved, texture, turned

SIZE = (480, 270)


def track(
    pictures: list[NDArray[np.uint8]], masks: list[NDArray[np.bool_]] | None = None
) -> tuple[str, dict[int, Array]]:
    """Camera from the first picture on, at half the canvas's size."""
    tracker = CameraTracker(0.5)
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    last = None
    for frame, picture in enumerate(pictures, start=1):
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA)
        mask = masks[frame - 1] if masks else np.ones(grey.shape, np.bool_)
        background = background_for((small.shape[0], small.shape[1]), mask)
        if last is None:
            tracker.start(frame, small, background)
        else:
            x, y = np.median(flow.calc(last, small, None)[background], axis=0)
            tracker.step(frame, small, background, (float(x), float(y)))
        last = small
    return solve([tracker], list(range(1, len(pictures) + 1)), SIZE)


def worst(found: Array, truth: Array) -> float:
    return float(residuals(found, corners(SIZE), apply(truth, corners(SIZE))).max())


def test_pan_zoom_and_roll_are_recovered_within_a_third_of_a_pixel() -> None:
    picture = texture(SIZE)
    truths = [turned((240, 135), 1 + 0.01 * i, 0.9 * i, 3.3 * i, -1.7 * i) for i in range(9)]
    model, matrices = track([moved(picture, truth) for truth in truths])
    assert model == "similarity"
    assert max(worst(matrices[i + 1], truth) for i, truth in enumerate(truths)) < 0.35


def test_a_camera_at_rest_gives_exactly_the_identity_in_spite_of_grain() -> None:
    picture = texture(SIZE)
    random = np.random.default_rng(8)
    grainy = [
        np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
        for _ in range(6)
    ]
    model, matrices = track(grainy)
    assert model == "still"
    assert all(np.array_equal(matrix, np.eye(3)) for matrix in matrices.values())


def test_a_tilted_plane_takes_a_homography() -> None:
    picture = texture(SIZE)
    truths = [np.array([[1, 0, 2.0 * i], [0, 1, i], [1.2e-4 * i, 6e-5 * i, 1]]) for i in range(5)]
    model, matrices = track([moved(picture, truth) for truth in truths])
    assert model == "homography"
    assert worst(matrices[5], truths[4]) < 1.0


def test_a_long_pan_goes_on_past_what_the_key_frame_shows() -> None:
    picture = texture((1400, SIZE[1]))
    pictures = [picture[:, 40 * i : 40 * i + SIZE[0]] for i in range(20)]
    model, matrices = track(pictures)
    assert model == "similarity"
    # 760 px farther than the key frame's own 480: several references were needed.
    assert matrices[20][0, 2] == pytest.approx(-760, abs=1.5)
    assert matrices[20][1, 2] == pytest.approx(0, abs=1.5)


def test_a_moving_foreground_does_not_move_the_camera() -> None:
    picture, subject = texture(SIZE), texture(SIZE, seed=2)
    pictures, masks = [], []
    for i in range(6):
        inside = np.zeros((SIZE[1], SIZE[0]), np.bool_)
        inside[40:230, 60 + 15 * i : 260 + 15 * i] = True
        shifted = np.roll(subject, 15 * i, axis=1)
        pictures.append(np.where(inside[..., None], shifted, picture))
        masks.append(~inside)
    assert track(pictures, masks)[0] == "still"


def test_a_frame_that_cannot_be_registered_lies_between_its_neighbours() -> None:
    picture = texture(SIZE)
    pictures = [np.roll(picture, 4 * i, axis=1) for i in range(5)]
    pictures[2] = np.full_like(picture, 90)
    _, matrices = track(pictures)
    assert matrices[3][0, 2] == pytest.approx(8, abs=0.2)


def test_a_flat_picture_counts_as_still() -> None:
    model, _ = track([np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)] * 3)
    assert model == "still"

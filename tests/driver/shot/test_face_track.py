import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from driver.shot.face_track import FADE_FRAMES, FaceTracker, Sight, keys
from driver.shot.masks import ellipse
from driver.shot.motion import Array, translation
from driver.shot.tracking import FaceKey
from tests.driver.shot.scenes import over, texture, turned

SIZE = (400, 240)
BOX = (150.0, 80.0, 60.0, 80.0)
CENTRE = (180.0, 120.0)
FACE = ellipse((SIZE[1], SIZE[0]), BOX)
HEAD = ellipse((SIZE[1], SIZE[0]), (120, 40, 120, 160))


def flow(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.DISOpticalFlow_create(2).calc(a, b, None))


def frame(motion: Array | None) -> NDArray[np.uint8]:
    """A head on a background, moved; None shows the background alone."""
    background = texture(SIZE)
    if motion is None:
        return background
    return over(background, texture(SIZE, seed=2), HEAD, motion)[0]


def track(
    motions: list[Array | None], window: int = 1, pushes: bool = True
) -> tuple[tuple[FaceKey, ...], dict[int, Sight]]:
    tracker = FaceTracker(FACE, BOX, flow)
    last = np.eye(3)
    for number, motion in enumerate(motions, start=1):
        grey = cv2.cvtColor(frame(motion), cv2.COLOR_RGB2GRAY)
        if number == 1:
            tracker.start(number, grey)
            continue
        now = last if motion is None else motion
        push = (now - last) @ (*CENTRE, 1) if pushes else (0.0, 0.0)
        tracker.step(number, grey, (float(push[0]), float(push[1])))
        last = now
    frames = sorted(tracker.sights)
    return keys(tracker.sights, frames, CENTRE, window), tracker.sights


def test_position_scale_and_rotation_are_recovered() -> None:
    motions = [turned(CENTRE, 1 + 0.012 * i, 2.5 * i, 3.2 * i, -1.1 * i) for i in range(13)]
    found, _ = track(list(motions))
    for i, key in enumerate(found):
        assert key.x == pytest.approx(CENTRE[0] + 3.2 * i, abs=0.3)
        assert key.y == pytest.approx(CENTRE[1] - 1.1 * i, abs=0.3)
        assert key.rotation == pytest.approx(2.5 * i, abs=0.3)
        assert key.scale == pytest.approx(1 + 0.012 * i, rel=0.005)
        assert key.opacity == 1


def test_a_still_face_has_exactly_its_key() -> None:
    found, _ = track([np.eye(3)] * 6, window=5)
    assert {(k.x, k.y, k.scale, k.rotation, k.opacity) for k in found} == {(180, 120, 1, 0, 1)}


def test_a_face_that_leaves_fades_and_comes_back() -> None:
    out: list[Array | None] = [translation(-14.0 * i, 0) for i in range(19)]
    found, sights = track([*out, *reversed(out)])
    opacity = [key.opacity for key in found]
    gone = [i for i, value in enumerate(opacity) if value == 0]
    assert gone == list(range(gone[0], gone[-1] + 1))  # once
    assert 13 <= gone[0] <= 15
    assert 22 <= gone[-1] <= 25
    ramp = [i / (FADE_FRAMES + 1) for i in range(FADE_FRAMES + 1)]
    assert opacity[gone[-1] : gone[-1] + FADE_FRAMES + 1] == pytest.approx(ramp)
    assert opacity[gone[0] - FADE_FRAMES : gone[0] + 1] == pytest.approx(ramp[::-1])
    assert opacity[0] == opacity[-1] == 1
    assert found[-1].x == pytest.approx(180, abs=0.3)
    assert math.isinf(sights[19].error)


def test_a_face_that_is_hidden_fades_and_is_found_elsewhere() -> None:
    motions: list[Array | None] = [np.eye(3)] * 6
    motions += [None] * 5
    motions += [translation(70, 20)] * 8
    found, _ = track(motions)
    assert [key.opacity for key in found[6:11]] == [0] * 5
    assert found[-1].opacity == 1
    assert found[-1].x == pytest.approx(250, abs=0.3)
    assert found[-1].y == pytest.approx(140, abs=0.3)


def test_a_short_loss_is_bridged_without_a_fade() -> None:
    sights = {i: Sight(translation(2.0 * i, 0), i not in (4, 5), 0.1) for i in range(1, 10)}
    sights[4] = Sight(translation(99, 99), False, math.inf)
    found = keys(sights, sorted(sights), (0.0, 0.0), 1)
    assert [key.opacity for key in found] == [1] * 9
    assert [key.x for key in found] == pytest.approx([2.0 * i for i in range(1, 10)])


def test_keys_are_smoothed_over_the_window() -> None:
    random = np.random.default_rng(6)
    sights = {i: Sight(translation(*random.normal(0, 1, 2)), True, 0.1) for i in range(1, 40)}
    rough, calm = (np.array([k.x for k in keys(sights, sorted(sights), (0, 0), w)]) for w in (1, 9))
    assert calm.std() < 0.65 * rough.std()


def test_rotation_goes_on_past_half_a_turn() -> None:
    sights = {i: Sight(turned((5, 5), 1, 30.0 * i, 0, 0), True, 0.1) for i in range(1, 15)}
    found = keys(sights, sorted(sights), (5.0, 5.0), 1)
    assert np.diff([key.rotation for key in found]) == pytest.approx(30, abs=1e-3)

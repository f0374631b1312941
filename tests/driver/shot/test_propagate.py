import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from driver.shot.masks import ellipse, ramp, signed_distance
from driver.shot.propagate import FADE_FRAMES, Pair, Propagator, overlap
from tests.driver.shot.scenes import moved, over, texture, turned

SIZE = (320, 200)
SMALL = (100, 160)
BLANK = np.zeros(SMALL, np.uint8)


def flow(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.DISOpticalFlow_create(2).calc(a, b, None))


def small(picture: NDArray[np.uint8], size: tuple[int, int] = SMALL) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, size[::-1], interpolation=cv2.INTER_AREA))


def disc(x: float, y: float, radius: float) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] + 0.5
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 < radius**2)


def test_a_mask_follows_a_subject_that_moves_turns_and_grows() -> None:
    size = (640, 400)
    background, subject = texture(size, coarse=6), texture(size, seed=2, coarse=6)
    mask = ellipse((400, 640), (130, 110, 180, 180))
    distance = signed_distance(mask)
    last = small(over(background, subject, mask, np.eye(3))[0], (200, 320))
    carried = Propagator(distance, last, flow)
    for i in range(1, 13):
        motion = turned((220, 200), 1 + 0.01 * i, 1.5 * i, 5.5 * i, -i)
        picture, truth = over(background, subject, mask, motion)
        now = small(picture, (200, 320))
        carried.step(Pair.between(last, now, flow), now)
        last = now
    # Noise on noise is the worst case: the flow alone, not the subject's own, leaves it at 0.75.
    assert overlap(carried.distance() > 0, truth) > 0.86
    assert overlap(mask, truth) < 0.6


def test_a_still_picture_leaves_the_mask_exactly_as_it_was() -> None:
    picture = small(texture(SIZE))
    distance = signed_distance(disc(110, 100, 45))
    carried = Propagator(distance, picture, flow)
    for _ in range(5):
        carried.step(Pair.between(picture, picture, flow), picture)
    assert np.array_equal(carried.distance(), distance)
    assert carried.error(distance) == 0


def test_the_ramp_stays_as_sharp_after_many_frames() -> None:
    picture = texture(SIZE)
    distance = signed_distance(disc(110, 100, 45))
    last = small(picture)
    carried = Propagator(distance, last, flow)
    for i in range(1, 41):
        now = small(moved(picture, turned((0, 0), 1, 0, 1.3 * i, 0)))
        carried.step(Pair.between(last, now, flow), now)
        last = now
    partly = [((s := ramp(d, 8)) > 0.02) & (s < 0.98) for d in (distance, carried.distance())]
    assert partly[1].sum() == pytest.approx(partly[0].sum(), rel=0.1)
    # 52 px to the right.
    columns = np.flatnonzero((carried.distance() > 0).any(axis=0))
    assert columns.mean() == pytest.approx(109.5 + 52, abs=1.5)


def test_the_error_is_told_in_canvas_pixels() -> None:
    carried = Propagator(signed_distance(disc(110, 100, 45)), BLANK, flow)
    ahead = np.full((*SMALL, 2), 0, np.float32)
    back = np.full((*SMALL, 2), 0, np.float32)
    ahead[..., 0], back[..., 0] = 3.0, -1.5  # the way back is 1.5 small pixels short
    carried.step(Pair(ahead, back), BLANK)
    assert carried.error(carried.distance()) == pytest.approx(3.0, abs=0.01)


def test_a_fresh_mask_takes_over_without_a_jump() -> None:
    still = Pair.between(*[small(texture(SIZE))] * 2, flow)
    old, fresh = signed_distance(disc(110, 100, 45)), signed_distance(disc(122, 100, 45))
    carried = Propagator(old, BLANK, flow)
    assert carried.refresh(fresh, BLANK)
    edges = [float((carried.distance() > 0)[100].nonzero()[0].max())]
    for _ in range(FADE_FRAMES):
        carried.step(still, BLANK)
        edges.append(float((carried.distance() > 0)[100].nonzero()[0].max()))
    steps = np.diff(edges)
    assert edges[0] == 154  # where the old one is
    assert edges[-1] == 166  # where the fresh one is
    assert (steps > 0).all()
    assert steps.max() <= 12 / FADE_FRAMES + 1
    assert np.array_equal(carried.distance(), fresh)


def test_a_fresh_mask_of_something_else_is_refused() -> None:
    old = signed_distance(disc(80, 100, 40))
    carried = Propagator(old, BLANK, flow)
    assert not carried.refresh(signed_distance(disc(250, 100, 40)), BLANK)
    assert np.array_equal(carried.distance(), old)


def test_overlap_of_two_empty_masks_is_whole() -> None:
    nothing = np.zeros((3, 3), np.bool_)
    assert overlap(nothing, nothing) == 1
    assert overlap(nothing, ~nothing) == 0

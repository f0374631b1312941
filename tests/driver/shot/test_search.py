import cv2
import numpy as np
import pytest

from driver.errors import MemecompError
from driver.shot.match import Fixed
from driver.shot.search import Copies, find, spread
from tests.driver.pairs import Truth, dvd, film, grey, wide


def copies(truth, dvd_frames, wide_frames):
    pictures = film()
    here = [grey(dvd(pictures[i], truth, seed=i)) for i in dvd_frames]
    there = [grey(wide(pictures[i], truth)) for i in wide_frames]
    return Copies(here.__getitem__, there.__getitem__, len(here), len(there))


@pytest.mark.parametrize(
    ("truth", "dvd_frames", "wide_frames"),
    [
        (Truth(), range(3, 17), range(0, 16)),
        (Truth(scale=4.03, x=7.3, y=-11.6, noise=3, quality=60), range(10, 28), range(14, 30)),
        (Truth(scale=3.97, x=-20.25, y=5.5, noise=6, quality=35), range(41, 49), range(30, 52)),
        (Truth(scale=3.9, x=3.1, y=14.4, dvd_size=(261, 181)), range(20, 30), range(20, 30)),
        (
            Truth(scale=2.6, x=-6.7, y=3.0, dvd_size=(360, 271), wide=(33, 95, 1201, 531)),
            range(24, 32),
            range(20, 34),
        ),
    ],
    ids=["plain", "dvd-starts-earlier", "noisy", "odd-sizes", "other-scale"],
)
def test_a_known_transform_is_found_within_half_a_pixel_and_exact_in_frames(
    truth, dvd_frames, wide_frames
):
    found = find(copies(truth, dvd_frames, wide_frames))
    assert found.time == dvd_frames[0] - wide_frames[0]
    assert found.scale == pytest.approx(truth.scale, rel=1e-3)
    assert found.x == pytest.approx(truth.x, abs=0.25)
    assert found.y == pytest.approx(truth.y, abs=0.25)
    # The promise is about the whole picture: at its corners scale and shift add up.
    reach = max(truth.dvd_size) / 2
    assert abs(found.scale - truth.scale) * reach + abs(found.x - truth.x) < 0.5


def panned(speed, count, drop=0, jitter=0.0, moving=False, longer=0, **truth):
    """A camera that pans over one film frame by `speed` pixels a frame; the DVD drops the first
    `drop` frames and has `longer` more at its end."""
    total = count + longer
    width = (1280 - speed * total - 20) // 2 * 2
    shakes = np.random.default_rng(3).normal(0, jitter, (total, 2)) if jitter else None
    here, there = [], []
    truth = Truth(wide=(0, 92, width, 536), **truth)
    for frame in range(total):
        picture = film()[0].copy()
        if moving:
            centre = (300 + 11 * frame, 330 + int(40 * np.sin(frame / 3)))
            cv2.circle(picture, centre, 60, (220, 80, 40), -1)
        x, y = (0, 0) if shakes is None else shakes[frame]
        matrix = np.array([[1, 0, -speed * frame - 10 - x], [0, 1, -y]], np.float64)
        shown = cv2.warpAffine(
            picture, matrix, (width, 720), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        if frame < count:
            there.append(grey(wide(shown, truth)))
        if frame >= drop:
            here.append(grey(dvd(shown, truth, seed=frame)))
    return Copies(here.__getitem__, there.__getitem__, len(here), len(there))


@pytest.mark.parametrize(
    ("pan", "alike"),
    [
        ({"speed": 1, "count": 20, "drop": 2}, True),
        ({"speed": 3, "count": 24, "drop": 3}, True),
        ({"speed": 8, "count": 14}, True),
        ({"speed": 5, "count": 6, "dvd_size": (241, 181)}, True),
        ({"speed": 3, "count": 20, "drop": 3, "noise": 5, "quality": 50}, True),
        ({"speed": 1, "count": 20, "drop": 4, "longer": 4, "jitter": 1.0, "noise": 2}, False),
        ({"speed": 3, "count": 20, "drop": 5, "longer": 5, "jitter": 1.5}, False),
        ({"speed": 1, "count": 18, "drop": 5, "longer": 5, "moving": True, "x": -5.3}, False),
        ({"speed": 8, "count": 14, "drop": 3, "longer": 3, "moving": True, "x": 12.4}, False),
    ],
    ids=["1", "3", "8", "odd", "noisy", "1-shaken", "3-shaken", "1-moving", "8-moving"],
)
def test_a_pan_is_found_at_the_right_time_and_not_at_another_with_another_shift(pan, alike):
    found = find(panned(**pan))
    assert found.time == pan.get("drop", 0)
    assert found.scale == pytest.approx(4, rel=1e-3)
    assert found.x == pytest.approx(pan.get("x", 0), abs=0.4)
    assert found.y == pytest.approx(0, abs=0.4)
    # Only what moves by itself, or a hand that shakes, tells the time of a pan for sure.
    assert found.ambiguous == alike


def test_too_few_frames_in_common_are_refused_until_the_time_is_given():
    pair = copies(Truth(), range(0, 20), range(17, 37))
    with pytest.raises(MemecompError, match=r"3 of 20 frames in common.*align\.time_offset = -17"):
        find(pair)
    assert find(pair, Fixed(time=-17)).time == -17


def test_numbers_given_by_hand_are_kept_and_the_rest_is_found():
    truth = Truth(scale=4.02, x=5.4, y=-3.2)
    pair = copies(truth, range(5, 15), range(0, 16))
    found = find(pair, Fixed(scale=4.0, time=5))
    assert found.scale == 4.0
    assert found.time == 5
    assert found.x == pytest.approx(5.4, abs=1)
    found = find(pair, Fixed(x=5.0, y=-3.0))
    assert (found.x, found.y) == (5.0, -3.0)
    assert found.time == 5
    assert found.scale == pytest.approx(4.02, rel=3e-3)


def test_numbers_all_given_are_only_scored_even_when_they_are_wrong():
    pair = copies(Truth(), range(0, 4), range(0, 4))
    good = find(pair, Fixed(scale=4.0, x=0.0, y=0.0, time=0))
    bad = find(pair, Fixed(scale=4.0, x=60.0, y=0.0, time=0))
    assert good.score > 0.99
    assert bad.score < 0.8
    assert (bad.scale, bad.x, bad.y, bad.time) == (4.0, 60.0, 0.0, 0)


def test_another_film_is_refused():
    other = [grey(frame) for frame in film("carphone_pristine.mp4", 12)]
    there = [grey(wide(frame, Truth())) for frame in film()[:12]]
    with pytest.raises(MemecompError, match="do not match"):
        find(Copies(other.__getitem__, there.__getitem__, 12, 12))


def test_a_mirrored_copy_is_refused():
    pair = copies(Truth(), range(0, 8), range(0, 8))
    mirrored = Copies(lambda i: np.ascontiguousarray(pair.dvd(i)[:, ::-1]), pair.wide, 8, 8)
    with pytest.raises(MemecompError, match="do not match"):
        find(mirrored)


def test_the_same_place_at_another_time_is_refused():
    with pytest.raises(MemecompError, match="do not match"):
        find(copies(Truth(), range(44, 54), range(0, 10)))


def test_a_still_shot_takes_the_offset_with_the_most_frames_in_common():
    truth = Truth(x=5)
    still, there = grey(dvd(film()[0], truth)), grey(wide(film()[0], truth))
    assert find(Copies(lambda _: still, lambda _: there, 5, 5)).time == 0
    assert find(Copies(lambda _: still, lambda _: there, 5, 9)).time == 0


def test_flat_pictures_are_refused_not_guessed():
    flat = np.full((60, 80), 90, np.uint8)
    with pytest.raises(MemecompError, match="do not match"):
        find(Copies(lambda _: flat, lambda _: flat, 3, 3))


def test_spread_takes_the_ends_and_never_too_many():
    assert spread(range(5), 9) == [0, 1, 2, 3, 4]
    assert spread(range(101), 5) == [0, 25, 50, 75, 100]

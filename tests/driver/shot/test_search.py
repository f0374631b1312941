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

"""Grain, exposure, drift and dark corners, each with its number."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.ntp_templates.rendered import HEIGHT, WIDTH, film_frames, linear, rendered, save

NONE = {"grain": 0, "breathing": 0, "drift": 0, "vignette_amount": 0, "warmth": 0}
MANY = tuple(range(1, 16))


def aged(folder: Path, picture: np.ndarray, frames: tuple[int, ...] = (1,), **on: object) -> dict:
    source = save(folder, "source", [picture] * max(frames))
    return rendered("film", folder, frames, source_file=source, **{**NONE, **on})


def grey(value: int = 128) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), value, np.uint8)


def test_everything_off_changes_no_pixel(tmp_path: Path) -> None:
    found = aged(tmp_path, film_frames()[0])[1]
    np.testing.assert_array_equal(found, film_frames()[0])


def test_the_corners_lose_the_stated_share_of_light_and_the_middle_none(tmp_path: Path) -> None:
    light = linear(aged(tmp_path, grey(200), vignette_amount=0.6)[1])[..., 0]
    light /= linear(np.array(200, np.uint8))
    np.testing.assert_allclose(light[[0, 0, -1, -1], [0, -1, 0, -1]], 0.4, atol=0.006)
    assert light[45, 80] == pytest.approx(1, abs=0.005)
    assert (np.diff(light[45, 80:]) <= 0).all()


@pytest.mark.parametrize(("size", "colour"), [(1.0, 1.0), (1.0, 0.0), (3.0, 0.4)])
def test_grain_has_the_stated_deviation(tmp_path: Path, size: float, colour: float) -> None:
    found = aged(tmp_path, grey(), grain=0.06, grain_size=size, grain_colour=colour)[1]
    encoded = linear(found) ** (1 / 2.2)
    value = float(linear(np.array(128, np.uint8))) ** (1 / 2.2)
    assert encoded.std(axis=(0, 1)) == pytest.approx(0.06 * value**0.5, rel=0.08)
    assert encoded.mean() == pytest.approx(value, abs=0.003)
    apart = np.abs(encoded[..., 0] - encoded[..., 2]).mean()
    assert (apart < 0.004) if colour == 0 else (apart > 0.01)


def test_larger_grains_are_alike_beside_each_other(tmp_path: Path) -> None:
    def alike(size: float) -> float:
        found = aged(tmp_path, grey(), grain=0.06, grain_size=size)[1][..., 1] - 128.0
        return float(np.corrcoef(found[:, :-1].ravel(), found[:, 1:].ravel())[0, 1])

    assert abs(alike(1)) < 0.05
    assert alike(4) > 0.6


def test_grain_is_another_in_each_frame_and_the_seeds(tmp_path: Path) -> None:
    one, again, other = (aged(tmp_path, grey(), (1, 2), grain=0.05, seed=s) for s in (1, 1, 2))
    assert (one[1] != one[2]).mean() > 0.5
    assert (one[1] != other[1]).mean() > 0.5
    np.testing.assert_array_equal(one[2], again[2])


def test_the_exposure_breathes_within_its_limits_and_slowly(tmp_path: Path) -> None:
    found = aged(tmp_path, grey(), MANY, breathing=0.2)
    light = np.array([linear(found[frame]).mean() for frame in MANY])
    light /= linear(np.array(128, np.uint8))
    assert light.min() > 0.79
    assert light.max() < 1.21
    assert np.ptp(light) > 0.05
    assert np.abs(np.diff(light)).max() < 0.1


def test_the_picture_drifts_within_its_pixels_and_shows_no_edge(tmp_path: Path) -> None:
    picture = film_frames()[0].copy()
    found = aged(tmp_path, picture, MANY, drift=1.5)
    window = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
    flat = [cv2.cvtColor(found[frame], cv2.COLOR_RGB2GRAY).astype(np.float32) for frame in MANY]
    moves = np.array([cv2.phaseCorrelate(flat[0], other, window)[0] for other in flat])
    assert np.abs(moves).max() <= 3.3
    assert np.ptp(moves, axis=0).min() > 0.5
    white = aged(tmp_path, grey(255), MANY, drift=1.5)
    assert all((frame == 255).all() for frame in white.values())


def test_a_warm_print_has_warmer_lights(tmp_path: Path) -> None:
    red, _green, blue = aged(tmp_path, grey(200), warmth=1)[1][45, 80].astype(int)
    assert red > 202
    assert blue < 196

import numpy as np
import pytest

from ofx_helpers.media.borders import find_borders
from ofx_helpers.media.cuts import find_cuts


def scene(seed, height=72, width=96):
    """A picture with smooth large shapes, as film has."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / height
    picture = np.zeros((height, width, 3))
    for _ in range(12):
        cx, cy, size = rng.uniform(0, 1.3), rng.uniform(0, 1), rng.uniform(0.05, 0.3)
        inside = 1 / (1 + np.exp((np.hypot(x - cx, y - cy) - size) * 60))
        picture += (inside[..., None]) * rng.uniform(-120, 120, 3)
    return np.clip(picture + 110, 0, 255)


def noisy(picture, level=3.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.clip(picture + rng.normal(0, level, picture.shape), 0, 255).astype(np.uint8)


def moving(seed, count, step=2, gain=1.0, noise=3.0):
    wide = scene(seed, width=96 + step * count)
    return [noisy(wide[:, k * step : k * step + 96] * gain, noise, k) for k in range(count)]


def framed(picture, left, top, right, bottom, level=4):
    out = np.full_like(picture, level)
    height, width = picture.shape[:2]
    inside = (slice(top, height - bottom), slice(left, width - right))
    out[inside] = picture[inside]
    return out


@pytest.mark.parametrize(
    "crop", [(0, 9, 0, 9), (12, 0, 12, 0), (7, 5, 4, 0), (0, 0, 0, 0), (1, 0, 2, 1), (0, 0, 0, 20)]
)
@pytest.mark.parametrize("noise", [0.0, 5.0])
def test_black_bars_are_found_exactly(crop, noise):
    frames = [noisy(framed(scene(seed), *crop), noise, seed) for seed in range(4)]
    assert find_borders(frames) == crop


def test_a_half_blank_line_at_the_edge_is_cut_too():
    frames = []
    for seed in range(4):
        picture = framed(scene(seed), 0, 6, 0, 0)
        picture[6] = 4 + (picture[6] - 4) * 0.3
        frames.append(noisy(picture, 1))
    assert find_borders(frames) == (0, 7, 0, 0)


@pytest.mark.parametrize("gain", [0.0, 0.03, 0.08])
def test_a_dark_scene_is_not_cropped(gain):
    assert find_borders([noisy(scene(seed) * gain, 2) for seed in range(4)]) == (0, 0, 0, 0)


def test_a_lamp_in_the_night_is_not_cropped():
    y, x = np.mgrid[0:72, 0:96]
    lamp = 250 * np.exp(-((x - 50) ** 2 + (y - 40) ** 2) / 200)
    assert find_borders([noisy(lamp[..., None].repeat(3, 2), 2)]) == (0, 0, 0, 0)


def test_a_lit_window_in_the_night_is_not_cropped():
    picture = np.full((72, 96, 3), 3.0)
    picture[20:50, 30:55] = 200
    assert find_borders([noisy(picture, 2, seed) for seed in range(3)]) == (0, 0, 0, 0)


def test_bars_are_found_when_one_frame_is_black():
    frames = [np.zeros((72, 96, 3), np.uint8)]
    frames += [noisy(framed(scene(seed), 0, 8, 0, 8), 2) for seed in range(2)]
    assert find_borders(frames) == (0, 8, 0, 8)


@pytest.mark.parametrize("gain", [1.0, 0.2])
@pytest.mark.parametrize("at", [1, 5, 11])
def test_a_hard_cut_is_found_at_its_frame(gain, at):
    frames = moving(1, at, gain=gain) + moving(2, 12 - at, gain=gain)
    assert find_cuts(frames) == [at]


def test_every_cut_is_found():
    assert find_cuts(moving(1, 6) + moving(2, 6) + moving(3, 6)) == [6, 12]


@pytest.mark.parametrize("step", [0, 2, 6])
def test_a_pan_is_no_cut(step):
    assert find_cuts(moving(1, 14, step)) == []


@pytest.mark.parametrize("length", [1, 2])
@pytest.mark.parametrize("level", [0, 255])
def test_a_flash_is_no_cut(length, level):
    frames = moving(1, 14)
    for index in range(6, 6 + length):
        frames[index] = np.full_like(frames[0], level)
    assert find_cuts(frames) == []


def test_a_fade_is_no_cut():
    frames = moving(1, 20)
    faded = [(f * max(0.0, 1 - k / 15)).astype(np.uint8) for k, f in enumerate(frames)]
    assert find_cuts(faded) == []


def test_noise_in_the_dark_is_no_cut():
    assert find_cuts([noisy(np.zeros((72, 96, 3)), 4, seed) for seed in range(12)]) == []


def test_one_frame_has_no_cut():
    assert find_cuts(moving(1, 1)) == []

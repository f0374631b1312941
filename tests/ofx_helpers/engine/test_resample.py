"""Resampling: exact copies, filters, borders, reduction, regions."""

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.resample import (
    FILTERS,
    input_region,
    output_region,
    resample,
    resample_blurred,
    transform_bounds,
    whole_shift,
)

FORMAT = Window(0, 0, 64, 64)
AREA = Window(3, 5, 27, 25)


def picture(window: Window = AREA, seed: int = 1) -> Frame:
    values = np.random.default_rng(seed).random((window.height, window.width, 4))
    return Frame(values.astype(np.float32), window)


def move(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


@pytest.mark.parametrize("name", [f for f in FILTERS if f not in ("mitchell", "parzen", "notch")])
def test_a_move_by_whole_pixels_is_a_copy_bit_for_bit(name: str) -> None:
    source = picture()
    window = source.window.shift(7, -4)
    result = resample(source, move(-7, 4), window, name=name)
    assert np.array_equal(result, source.pixels)


def test_the_rounding_of_a_centre_does_not_spoil_a_copy() -> None:
    centre = 64.3
    x = -(7 + centre - centre + 1e-14)
    assert whole_shift(move(x, 0.0)) == (-7, 0)
    assert whole_shift(move(-7.001, 0.0)) is None


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_keeps_a_flat_picture_flat(name: str) -> None:
    source = Frame(np.full((20, 24, 4), 0.25, np.float32), Window(3, 5, 27, 25))
    turned = np.array([[0.9, 0.3, 1.2], [-0.3, 0.9, 2.7], [0, 0, 1]])
    result = resample(source, turned, FORMAT, name=name, black_outside=False)
    assert np.abs(result - 0.25).max() < 1e-6


def test_bilinear_half_way_is_the_mean_of_two_pixels() -> None:
    source = picture()
    window = Window(10, 10, 12, 11)
    result = resample(source, move(0.5, 0), window, name="bilinear")
    row = source.pixels[5]
    assert np.allclose(result[0, 0], (row[7] + row[8]) / 2, atol=1e-6)


def test_cubic_eases_between_two_pixels() -> None:
    source = picture()
    result = resample(source, move(0.25, 0), Window(10, 10, 11, 11), name="cubic")
    row, weight = source.pixels[5], 0.25**2 * (3 - 2 * 0.25)
    assert np.allclose(result[0, 0], row[7] * (1 - weight) + row[8] * weight, atol=1e-6)


@pytest.mark.parametrize("name", ["keys", "simon", "rifman", "mitchell"])
def test_clamp_keeps_a_sharpening_filter_within_its_neighbours(name: str) -> None:
    pixels = np.zeros((9, 9, 4), np.float32)
    pixels[4:, 4:] = 1.0
    source = Frame(pixels, Window(0, 0, 9, 9))
    inverse = np.array([[0.5, 0.1, 1.1], [-0.1, 0.5, 1.3], [0, 0, 1]])
    window = Window(0, 0, 12, 12)
    free = resample(source, inverse, window, name=name)
    kept = resample(source, inverse, window, name=name, clamp=True)
    assert kept.min() >= 0
    assert kept.max() <= 1
    assert free.min() < -1e-3 or name == "mitchell"


def test_outside_is_black_or_the_nearest_edge() -> None:
    source = picture()
    window = Window(-10, 5, 3, 25)
    inverse = move(0.0, 0.25)
    assert not resample(source, inverse, window, name="bilinear").any()
    kept = resample(source, inverse, window, name="bilinear", black_outside=False)
    edge = resample(source, inverse, Window(3, 5, 4, 25), name="bilinear", black_outside=False)
    assert np.allclose(kept, np.repeat(edge, 13, axis=1), atol=1e-6)


def test_a_whole_move_repeats_the_edge_when_not_black_outside() -> None:
    source = picture()
    kept = resample(source, move(0, 0), Window(0, 5, 4, 25), black_outside=False)
    assert np.array_equal(kept, np.repeat(source.pixels[:, :1], 4, axis=1))


def test_a_picture_made_three_times_smaller_is_the_mean_of_nine() -> None:
    source = picture(Window(0, 0, 30, 30))
    inverse = np.diag([3.0, 3.0, 1.0])
    result = resample(source, inverse, Window(0, 0, 10, 10), name="cubic")
    means = source.pixels.reshape(10, 3, 10, 3, 4).mean(axis=(1, 3))
    assert np.allclose(result, means, atol=1e-5)


def test_the_box_filter_is_the_mean_under_the_pixel() -> None:
    source = picture(Window(0, 0, 30, 30))
    inverse = np.array([[2.5, 0, 0], [0, 2.0, 0], [0, 0, 1.0]])
    result = resample(source, inverse, Window(0, 0, 12, 15), name="box")
    doubled = np.repeat(source.pixels, 2, axis=1).reshape(15, 2, 12, 5, 4).mean(axis=(1, 3))
    assert np.allclose(result, doubled, atol=1e-5)


def test_a_part_is_the_same_as_that_part_of_the_whole() -> None:
    source = picture(Window(0, 0, 60, 50))
    inverse = np.array([[1.9, 0.4, -3.0], [-0.3, 2.2, 1.0], [0.001, 0.0, 1.0]])
    whole = resample(source, inverse, Window(0, 0, 30, 24), name="keys")
    part = Window(11, 7, 19, 13)
    needed = input_region([inverse], part, source.window, "keys", True)
    assert needed.width < 40
    got = resample(source.crop(needed), inverse, part, name="keys", bounds=source.window)
    assert np.array_equal(got, whole[7:13, 11:19])


def test_blur_over_equal_matrices_is_no_blur() -> None:
    source = picture()
    inverse = np.array([[0.9, 0.3, 1.2], [-0.3, 0.9, 2.7], [0, 0, 1]])
    window = Window(0, 0, 20, 20)
    blurred = resample_blurred(source, np.stack([inverse] * 5), window, quality=1.0)
    assert np.allclose(blurred, resample(source, inverse, window), atol=1e-6)


def test_blur_spreads_an_edge_along_the_move() -> None:
    pixels = np.zeros((16, 32, 4), np.float32)
    pixels[:, 16:] = 1.0
    source = Frame(pixels, Window(0, 0, 32, 16))
    matrices = np.stack([move(t, 0) for t in np.linspace(-4, 4, 200)])
    blurred = resample_blurred(source, matrices, Window(8, 4, 24, 5), quality=4.0, name="bilinear")
    ramp = np.clip((np.arange(8, 24) + 0.5 - 12) / 8, 0, 1)
    assert np.abs(blurred[0, :, 0] - ramp).max() < 0.03


def test_the_edge_of_a_picture_without_alpha_asks_for_no_more_samples() -> None:
    source = Frame(np.zeros((16, 32, 4), np.float32), Window(0, 0, 32, 16))
    source.pixels[..., 3] = 1.0
    matrices = np.stack([move(t, 0) for t in np.linspace(-4, 4, 200)])
    few, many = (
        resample_blurred(
            source, matrices, Window(-2, 4, 3, 5), quality=1.0, name="impulse", channels=channels
        )[..., 3]
        for channels in (3, 4)
    )
    assert np.allclose(few * 13, np.round(few * 13), atol=1e-4)
    assert np.allclose(many * 40, np.round(many * 40), atol=1e-4)


def test_regions_follow_the_corners_and_grow_by_a_pixel_for_black() -> None:
    half = np.diag([0.5, 0.5, 1.0])
    source = Window(0, 0, 21, 10)
    assert output_region([half], source, False, FORMAT) == Window(0, 0, 11, 5)
    assert output_region([half], source, True, FORMAT) == Window(-1, -1, 12, 6)


def test_a_vanishing_edge_reaches_to_the_format() -> None:
    matrix = np.array([[1, 0, 0], [0, 1, 0], [-1 / 16, 0, 1.0]])
    bounds = transform_bounds(matrix, 0, 0, 32, 8)
    assert bounds[2] == np.inf
    assert bounds[0] == 0
    assert output_region([matrix], Window(0, 0, 32, 8), False, FORMAT).x2 == FORMAT.x2


def test_an_unknown_filter_names_the_near_ones() -> None:
    with pytest.raises(RenderError, match="bilinear"):
        resample(picture(), move(0.5, 0), FORMAT, name="bilinaer")


@pytest.mark.parametrize("name", FILTERS[2:])
@pytest.mark.parametrize("size", [1.0, 2.4])
def test_the_fast_loop_equals_the_general_one(name: str, size: float) -> None:
    source = picture(Window(-4, 3, 60, 55))
    affine = np.array([[0.9 * size, 0.3, -6.013], [-0.2, 1.1 * size, 4.017], [0, 0, 1]])
    nearly = affine.copy()
    nearly[2, 0] = 1e-13  # no longer affine to the eye of the chooser
    for black in (True, False):
        fast = resample(source, affine, FORMAT, name=name, black_outside=black)
        plain = resample(source, nearly, FORMAT, name=name, black_outside=black)
        assert np.abs(fast - plain).max() < 1e-5

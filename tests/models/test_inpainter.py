"""Patch match fills the hole, from the background only, and touches nothing else."""

import numpy as np
import pytest

from models.errors import ModelError
from models.hole_regions import Region, regions
from models.inpainter import load_inpainter


@pytest.fixture(scope="module")
def inpainter():
    return load_inpainter("patchmatch")


def stripes(height=96, width=160):
    """Upright green stripes with a period of 8 pixels: any good fill continues them."""
    column = np.where(np.arange(width) // 4 % 2, 200, 60)
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 1] = column
    image[..., 2] = 40
    return image


def corner(shape, height=24, width=32):
    hole = np.zeros(shape[:2], bool)
    hole[:height, :width] = True
    return hole


def test_stripes_go_on_through_the_hole(inpainter):
    image = stripes()
    hole = corner(image.shape)
    damaged = image.copy()
    damaged[hole] = (255, 0, 255)
    filled = inpainter.fill(damaged, hole, seed=3)
    apart = np.abs(filled.astype(int) - image)[hole]
    assert apart.mean() < 12, "a blur or a shifted stripe is 70 apart"
    assert filled[hole][:, 0].max() < 40, "nothing of what lay in the hole is left"


def test_outside_the_hole_every_pixel_stays(inpainter, small_frame):
    hole = corner(small_frame.shape) | corner(small_frame.shape)[::-1, ::-1]
    before = small_frame.copy()
    filled = inpainter.fill(small_frame, hole, seed=1)
    assert np.array_equal(filled[~hole], small_frame[~hole])
    assert np.array_equal(small_frame, before)
    assert not np.array_equal(filled[hole], small_frame[hole])


def test_nothing_is_taken_from_the_foreground(inpainter):
    image = stripes()
    foreground = np.zeros(image.shape[:2], bool)
    foreground[:40, 32:48] = True  # right beside the hole
    image[foreground] = (255, 0, 0)
    hole = corner(image.shape)
    assert inpainter.fill(image, hole, foreground, seed=3)[hole][:, 0].max() < 40
    assert inpainter.fill(image, hole, None, seed=3)[hole][:, 0].max() > 200, (
        "without the mask the red does get in: the test can see it"
    )


def test_a_hole_hemmed_in_by_the_foreground_is_filled_with_background(inpainter):
    image = stripes()
    hole = corner(image.shape)
    foreground = corner(image.shape, 40, 48) & ~hole
    filled = inpainter.fill(image, hole, foreground, seed=3)[hole][:, 1].astype(int)
    between = np.abs(filled - 130) < 40
    assert between.mean() < 0.2, "flat middle grey is what hides the foreground, not a stripe"


def test_the_hole_under_the_foreground_stays_as_it_is(inpainter):
    image = stripes()
    hole = corner(image.shape)
    foreground = np.zeros(image.shape[:2], bool)
    foreground[10:40, 20:60] = True
    filled = inpainter.fill(image, hole, foreground, seed=3)
    assert np.array_equal(filled[hole & foreground], image[hole & foreground])


def test_what_lies_in_the_hole_does_not_matter_and_a_seed_repeats(inpainter, small_frame):
    hole = corner(small_frame.shape)
    white, black = small_frame.copy(), small_frame.copy()
    white[hole], black[hole] = 255, 0
    first = inpainter.fill(white, hole, seed=11)
    assert np.array_equal(first, inpainter.fill(black, hole, seed=11))
    assert not np.array_equal(first, inpainter.fill(white, hole, seed=12))


def test_no_hole_gives_the_picture(inpainter, small_frame):
    hole = np.zeros(small_frame.shape[:2], bool)
    filled = inpainter.fill(small_frame, hole)
    assert np.array_equal(filled, small_frame)
    assert filled is not small_frame


def test_a_neighbourhood_all_foreground_takes_from_farther_away(inpainter):
    image = stripes(160, 320)
    foreground = np.zeros(image.shape[:2], bool)
    foreground[:110, :140] = True
    image[foreground] = (255, 0, 0)
    hole = corner(image.shape)
    foreground &= ~hole
    filled = inpainter.fill(image, hole, foreground, seed=3)
    assert filled[hole][:, 0].max() < 40


def test_nothing_left_to_take_from_is_said(inpainter):
    image = stripes()
    hole = corner(image.shape)
    with pytest.raises(ModelError, match="nothing is left of the picture"):
        inpainter.fill(image, hole, ~hole)


def test_masks_of_another_size_are_refused(inpainter):
    image = stripes()
    with pytest.raises(ModelError, match="'hole' must be bool"):
        inpainter.fill(image, np.zeros((5, 5), bool))
    with pytest.raises(ModelError, match="'forbidden' must be bool"):
        inpainter.fill(image, corner(image.shape), np.zeros((96, 160), np.uint8))


def test_each_hole_gets_its_neighbourhood_and_near_ones_share_it():
    hole = np.zeros((300, 600), bool)
    hole[:60, :100] = True
    hole[:10, 590:] = True
    hole[280:, 20:40] = True
    hole[285:, 50:60] = True
    assert regions(hole) == [
        Region(0, 0, 200, 120),
        Region(542, 0, 600, 58),
        Region(0, 232, 108, 300),
    ]
    assert regions(np.zeros((9, 9), bool)) == []

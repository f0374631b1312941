from pathlib import Path

import numpy as np
import pytest

from driver.shot.masks import ellipse, feather, to_bytes
from driver.shot.paths import ShotPaths
from driver.shot.settings import Inpaint, Settings
from driver.stages.inpaint import STAGE, plate, under_subject
from models.errors import ModelError
from models.prompts import check_prompt
from ofx_helpers.media.images import read_grey8, read_image, write_image
from tests.driver.stages.subject_shot import MISSING, make, run, scene

SUBJECT = ellipse((180, 320), (10, 2, 120, 120))
"""Reaches into the top left corner."""


@pytest.fixture
def paths(tmp_path: Path) -> ShotPaths:
    """A shot whose subject, of a colour that nothing else has, touches a missing corner."""
    picture = scene(np.eye(3))
    picture[..., 1] = picture[..., 1] // 2 + 100
    picture[feather(SUBJECT, 12) > 0] = (255, 0, 255)
    paths = make(tmp_path, [picture])
    real = ~MISSING
    soft = np.where(real, feather(SUBJECT, 12), np.float32(0))
    write_image(paths.mask("foreground", "feathered"), to_bytes(soft))
    write_image(paths.mask("foreground", "reach"), to_bytes((feather(SUBJECT, 12) > 0) & ~real))
    write_image(paths.mask("face", "feathered"), np.zeros((180, 320), np.uint8))
    return paths


def test_only_missing_background_is_painted_and_all_else_stays_bit_for_bit(
    paths: ShotPaths,
) -> None:
    run(STAGE, paths)
    key, made = read_image(paths.real_key).pixels, read_image(paths.plate_key).pixels
    near = feather(SUBJECT, 12) > 0
    hole = MISSING & ~near
    assert (MISSING & near).any()
    assert np.array_equal(made[~hole][:, :3], key[~hole][:, :3])
    assert (made[hole][:, :3] != key[hole][:, :3]).any(axis=1).all()
    assert (made[hole, 3] == 255).all()
    assert not made[near, 3].any()  # no ghost of the subject, nothing behind it
    assert (made[~MISSING & ~near, 3] == 255).all()


def test_nothing_is_copied_from_the_subject(paths: ShotPaths) -> None:
    run(STAGE, paths)
    made = read_image(paths.plate_key).pixels
    hole = MISSING & ~(feather(SUBJECT, 12) > 0)
    # The subject has no green, the background at least 100.
    assert made[hole, 1].min() > 90


def test_missing_pixels_under_the_subject_stay_neutral(paths: ShotPaths) -> None:
    run(STAGE, paths)
    made = read_image(paths.plate_key).pixels
    assert not made[MISSING & (feather(SUBJECT, 12) > 0)].any()


def test_the_difference_under_the_subject_is_black(paths: ShotPaths) -> None:
    run(STAGE, paths)
    assert read_grey8(paths.mask_diff).shape == (180, 320)
    assert not read_grey8(paths.mask_diff).any()


def test_a_generated_pixel_under_the_subject_shows_in_the_difference() -> None:
    key = np.zeros((4, 6, 4), np.uint8)
    key[:, :3] = 255
    missing, subject = key[..., 3] == 0, np.zeros((4, 6), np.bool_)
    subject[1, 2:5] = True
    painted = np.full((4, 6, 3), 99, np.uint8)
    good = plate(key, painted, missing & ~subject, subject)
    assert not under_subject(good, key, missing, subject).any()
    bad = plate(key, painted, missing, np.zeros_like(subject))
    assert np.argwhere(under_subject(bad, key, missing, subject)).tolist() == [[1, 3], [1, 4]]


def test_it_is_painted_once_and_again_only_when_told(paths: ShotPaths) -> None:
    run(STAGE, paths)
    first = paths.plate_key.read_bytes()
    other = Settings(inpaint=Inpaint(seed=99))
    said = run(STAGE, paths, other)
    assert paths.plate_key.read_bytes() == first
    assert "--redo inpaint" in said[0]
    marked = read_image(paths.plate_key).pixels.copy()
    marked[175, 5] = (1, 2, 3, 255)
    write_image(paths.plate_key, marked)
    run(STAGE, paths, redo=True)
    assert paths.plate_key.read_bytes() == first
    assert STAGE.once


def test_a_kept_plate_says_when_the_masks_have_moved_over_it(paths: ShotPaths) -> None:
    run(STAGE, paths)
    moved = np.zeros((180, 320), np.uint8)
    moved[150:, 290:] = 255
    write_image(paths.mask("foreground", "reach"), moved)
    said = run(STAGE, paths)
    pixels = int((moved[MISSING] > 0).sum())
    assert f"{pixels} generated pixels now lie under the subject" in said[1]
    assert (read_grey8(paths.mask_diff) > 0).sum() == pixels


def test_a_shot_without_holes_needs_no_painter(paths: ShotPaths, tmp_path: Path) -> None:
    key = read_image(paths.real_key).pixels.copy()
    key[..., 3] = 255
    write_image(paths.real_key, key)
    write_image(paths.mask("foreground", "feathered"), np.zeros((180, 320), np.uint8))
    write_image(paths.mask("foreground", "reach"), np.zeros((180, 320), np.uint8))
    run(STAGE, paths, Settings(inpaint=Inpaint(method="diffusers", model="nowhere")))
    assert np.array_equal(read_image(paths.plate_key).pixels, key)


@pytest.mark.parametrize(
    "prompt", ["a wizard in a wood", "the woman's garden", "Faces, blurred", "MAN on the hill"]
)
def test_a_prompt_that_names_the_subject_is_refused(paths: ShotPaths, prompt: str) -> None:
    with pytest.raises(ModelError, match=r"inpaint\.prompt: .* names the subject"):
        run(STAGE, paths, Settings(inpaint=Inpaint(prompt=prompt)))
    assert not paths.plate_key.exists()


def test_words_that_only_contain_the_subject_s_pass() -> None:
    check_prompt("a surface of many romantic, human-sized stones", Inpaint().subject_words)

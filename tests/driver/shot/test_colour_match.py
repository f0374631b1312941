import numpy as np
import pytest

from driver.shot.alignment import Grade
from driver.shot.colour import apply_table, grade_table, graded, to_linear, to_srgb, ungraded
from driver.shot.colour_match import fit
from driver.shot.match import Match
from tests.driver.pairs import Truth, dvd, film, wide


def test_the_curve_there_and_back_keeps_every_level():
    levels = np.arange(256)
    assert (np.rint(to_srgb(to_linear(levels / 255)) * 255) == levels).all()
    assert to_linear(0.5) == pytest.approx(0.21404, abs=1e-5)


def test_no_grade_keeps_every_pixel():
    picture = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
    assert (apply_table(picture, grade_table(Grade())) == picture).all()


def test_ungraded_takes_graded_back():
    grade = Grade(multiply=(1.3, 0.8, 1.0), offset=(0.01, 0.0, -0.001), gamma=(0.9, 1.2, 1.0))
    light = np.random.default_rng(1).uniform(0.05, 1, (10, 3))
    assert np.allclose(ungraded(graded(light, grade), grade), light)


@pytest.mark.parametrize("truth", [Truth(), Truth(noise=2, quality=80), Truth(scale=4.02, x=5)])
def test_a_known_colour_shift_is_taken_off_by_more_than_seventy_percent(truth):
    chosen = film()[::20]
    pairs = [(dvd(frame, truth, i), wide(frame, truth)) for i, frame in enumerate(chosen)]
    table = grade_table(fit(pairs, Match(truth.scale, truth.x, truth.y)))
    plain = Truth(truth.scale, truth.x, truth.y, colours=False)
    # Means over blocks: noise is none of the colour match's business.
    truth_blocks = [_blocks(dvd(frame, plain)) for frame in chosen]
    before = [_blocks(picture) for picture, _ in pairs]
    after = [_blocks(apply_table(picture, table)) for picture, _ in pairs]
    apart_before = np.mean(
        [np.abs(a - b).mean() for a, b in zip(before, truth_blocks, strict=True)]
    )
    apart_after = np.mean([np.abs(a - b).mean() for a, b in zip(after, truth_blocks, strict=True)])
    assert apart_before > 8
    assert apart_after < 0.15 * apart_before


def test_an_exact_grade_is_found_again():
    grade = Grade(multiply=(1.2, 0.9, 0.8), offset=(0.004, 0.0, 0.002), gamma=(1.1, 0.95, 1.0))
    truth = Truth(colours=False)
    pairs = []
    for frame in film()[::20]:
        there = wide(frame, truth)
        before = to_srgb(ungraded(to_linear(dvd(frame, truth) / 255.0), grade))
        pairs.append((np.rint(before * 255).astype(np.uint8), there))
    found = fit(pairs, Match(4.0, 0, 0))
    assert np.allclose(found.multiply, grade.multiply, rtol=0.03)
    assert np.allclose(found.gamma, grade.gamma, rtol=0.03)
    assert np.allclose(found.offset, grade.offset, atol=0.003)


def test_an_overlay_on_part_of_the_dvd_does_not_pull_the_colours():
    truth = Truth(colours=False)
    pairs = []
    for frame in film()[::20]:
        here = dvd(frame, truth)
        here[60:90, 40:110] = (250, 250, 0)
        pairs.append((here, wide(frame, truth)))
    table = grade_table(fit(pairs, Match(4.0, 0, 0)))
    assert np.abs(table.astype(int) - np.arange(256)[:, None])[20:236].max() <= 4


def test_copies_without_enough_in_common_keep_their_colours():
    flat = np.zeros((12, 12, 3), np.uint8)
    assert fit([(flat, flat)], Match(1.0, 0, 0)) == Grade()


def _blocks(picture):
    height, width = picture.shape[0] // 6, picture.shape[1] // 6
    cut = picture[: height * 6, : width * 6].astype(float)
    return cut.reshape(height, 6, width, 6, 3).mean(axis=(1, 3))

"""Faults on chosen frames and nowhere else."""

from pathlib import Path

import numpy as np

from tests.ntp_templates.rendered import film_frames, rendered, save

ALL = tuple(range(1, 9))


def glitched(folder: Path, frames: tuple[int, ...] = ALL, **values: object) -> dict:
    source = save(folder, "source", [film_frames()[0]] * 8)
    return rendered("glitch", folder, frames, source_file=source, last=8, **values)


def test_chosen_frames_differ_and_all_others_stay_bit_for_bit(tmp_path: Path) -> None:
    source = film_frames()[0]
    found = glitched(tmp_path, glitches=[(3, 1), (4, 0.5), (7, 0.8)])
    for frame, pixels in found.items():
        assert np.array_equal(pixels, source) == (frame not in (3, 4, 7)), frame
    assert not np.array_equal(found[3], found[4])


def test_blocks_jump_sideways_within_their_rows(tmp_path: Path) -> None:
    source = film_frames()[0]
    found = glitched(tmp_path, (2,), glitches=[(2, 1)], split=0)[2]
    for before, after in zip(source, found, strict=True):
        assert {tuple(pixel) for pixel in after} <= {tuple(pixel) for pixel in before}
    moved = (found != source).any(-1)
    assert 0.03 < moved.mean() < 0.9


def test_channels_part_by_whole_pixels_and_green_stays(tmp_path: Path) -> None:
    source = film_frames()[0]
    found = glitched(tmp_path, (2,), glitches=[(2, 1)], blocks=0, split=0.05)[2]
    np.testing.assert_array_equal(found[..., 1], source[..., 1])
    shifts = [
        [by for by in range(-8, 9)
         if np.array_equal(found[:, 10:-10, c], np.roll(source, by, 1)[:, 10:-10, c])]
        for c in (0, 2)
    ]  # fmt: skip
    assert len(shifts[0]) == len(shifts[1]) == 1
    assert 3 <= shifts[0][0] <= 8
    assert -8 <= shifts[1][0] <= -3


def test_strength_nought_is_no_fault(tmp_path: Path) -> None:
    found = glitched(tmp_path, (2,), glitches=[(2, 0)])[2]
    np.testing.assert_array_equal(found, film_frames()[0])


def test_without_frames_there_is_a_burst_and_the_seed_decides_it(tmp_path: Path) -> None:
    source = film_frames()[0]
    first, again, other = (glitched(tmp_path, seed=seed) for seed in (1, 1, 2))
    broken = [frame for frame in ALL if not np.array_equal(first[frame], source)]
    assert 2 <= len(broken) <= 4
    assert broken == list(range(broken[0], broken[-1] + 1))
    assert all(np.array_equal(first[frame], again[frame]) for frame in ALL)
    assert not all(np.array_equal(first[frame], other[frame]) for frame in ALL)

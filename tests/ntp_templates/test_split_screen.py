"""Halves that are the inputs themselves."""

from pathlib import Path

import numpy as np

from tests.ntp_templates.rendered import HEIGHT, WIDTH, film_frames, rendered, save


def split(folder: Path, frames: tuple[int, ...] = (1,), **values: object) -> dict[int, np.ndarray]:
    one, _two, three = film_frames()
    left = save(folder, "left", [one] * max(frames))
    right = save(folder, "right", [255 - three] * max(frames))
    return rendered(
        "split_screen", folder, frames, left_file=left, right_file=right, **values
    )  # fmt: skip


def inputs() -> tuple[np.ndarray, np.ndarray]:
    frames = film_frames()
    return frames[0], 255 - frames[2]


def test_halves_are_the_inputs_bit_for_bit_beside_a_line_of_the_stated_width(
    tmp_path: Path,
) -> None:
    (left, right), found = inputs(), split(tmp_path, line_width=4)[1]
    np.testing.assert_array_equal(found[:, :78], left[:, :78])
    np.testing.assert_array_equal(found[:, 82:], right[:, 82:])
    assert (found[:, 78:82] == 255).all()


def test_rows_are_cut_from_the_top(tmp_path: Path) -> None:
    (left, right), found = (
        inputs(),
        split(tmp_path, direction="rows", position=0.3, line_width=0)[1],
    )
    edge = round(0.3 * HEIGHT)
    np.testing.assert_array_equal(found[:edge], left[:edge])
    np.testing.assert_array_equal(found[edge:], right[edge:])


def test_centred_shows_the_middle_of_both(tmp_path: Path) -> None:
    (left, right), found = inputs(), split(tmp_path, centred=True, line_width=0)[1]
    np.testing.assert_array_equal(found[:, :80], left[:, 40:120])
    np.testing.assert_array_equal(found[:, 80:], right[:, 40:120])


def test_a_wipe_moves_the_line_and_leaves_both_inputs_whole(tmp_path: Path) -> None:
    left, right = inputs()
    found = split(tmp_path, (1, 2, 3), wipe=[(1, 0.25), (3, 0.75)], line_width=2)
    for frame, share in ((1, 0.25), (2, 0.5), (3, 0.75)):
        edge = round(share * WIDTH)
        np.testing.assert_array_equal(found[frame][:, : edge - 1], left[:, : edge - 1])
        np.testing.assert_array_equal(found[frame][:, edge + 1 :], right[:, edge + 1 :])
        assert (found[frame][:, edge - 1 : edge + 1] == 255).all()


def test_a_wipe_of_rows_moves_down(tmp_path: Path) -> None:
    left, right = inputs()
    wipe = [(1, 0.2), (2, 0.6)]
    found = split(tmp_path, (1, 2), direction="rows", wipe=wipe, line_width=0)
    np.testing.assert_array_equal(found[2][:54], left[:54])
    np.testing.assert_array_equal(found[2][54:], right[54:])

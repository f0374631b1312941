"""A tube's lines, grille, screen and corners, one at a time."""

from pathlib import Path

import numpy as np
import pytest

from tests.ntp_templates.rendered import HEIGHT, WIDTH, linear, rendered, save

FLAT = {"curvature": 0, "fringe": 0, "bloom": 0, "shade": 0, "lines": 0, "grille": 0}
INNER = np.s_[16:-16, 20:-20]


def tube(folder: Path, **values: object) -> np.ndarray:
    grey = save(folder, "grey", [np.full((HEIGHT, WIDTH, 3), 128, np.uint8)])
    return rendered("crt", folder, source_file=grey, **{**FLAT, **values})[1]


@pytest.mark.parametrize("period", [4, 6])
def test_scan_lines_come_every_so_many_rows(tmp_path: Path, period: int) -> None:
    light = linear(tube(tmp_path, lines=0.8, line_height=period)[INNER])[:, 0, 0]
    assert np.array_equal(light[:-period], light[period:])
    assert all(not np.array_equal(light[:-less], light[less:]) for less in range(1, period))
    assert light.min() < 0.6 * light.max()


def test_lines_and_grille_keep_the_brightness_of_the_whole(tmp_path: Path) -> None:
    light = linear(tube(tmp_path, lines=0.6, grille=0.3, line_height=4)[18:-20, 20:-20])
    assert light.mean() == pytest.approx(linear(np.array(128, np.uint8)), rel=0.02)


def test_the_grille_alternates_green_and_magenta_columns(tmp_path: Path) -> None:
    light = linear(tube(tmp_path, grille=0.4)[INNER])
    ratio = light[0, :, 1] / light[0, :, 0]
    assert {round(value, 1) for value in ratio} == {0.6, 1.7}
    np.testing.assert_array_equal(ratio[:-2], ratio[2:])
    np.testing.assert_array_equal(light[..., 0], light[..., 2])


def test_the_curved_screens_sides_touch_the_frame_and_its_corners_do_not(tmp_path: Path) -> None:
    flat, bent = tube(tmp_path), tube(tmp_path, curvature=0.2)
    for found in (flat, bent):
        assert not found[[0, 0, -1, -1], [0, -1, 0, -1]].any()
        assert (found[45, [3, -4], 0] > 100).all()
        assert (found[[3, -4], 80, 0] > 100).all()
    black = [(found[..., 0] == 0).sum() for found in (flat, bent)]
    assert black[1] > 3 * black[0]
    assert not bent[:, 0].any(-1)[:15].any()


def test_the_fringe_parts_red_to_the_right_and_blue_to_the_left(tmp_path: Path) -> None:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, 80:] = 255
    edge = save(tmp_path, "edge", [picture])
    row = rendered("crt", tmp_path, source_file=edge, **{**FLAT, "fringe": 2})[1][45]
    assert [int(np.flatnonzero(row[:, c])[0]) for c in range(3)] == [82, 80, 78]


def test_corners_lose_the_stated_light_of_a_square_screen(tmp_path: Path) -> None:
    """At the middle of a side, 1/√2 of the way to the corner's ellipse, less."""
    light = linear(tube(tmp_path, shade=0.5))[..., 0] / linear(np.array(128, np.uint8))
    assert light[45, 80] == pytest.approx(1, abs=0.01)
    assert 0.5 < light[10, 14] < light[10, 80] < 1

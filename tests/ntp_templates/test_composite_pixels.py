"""The pixels that the priority composite makes, through the embedded engine."""

from pathlib import Path

import numpy as np
import pytest

from tests.ntp_templates.composite_shot import WIDE_HEIGHT, WIDE_Y, Shot, linear, noise, srgb


def test_every_pixel_is_the_first_that_is_there_bit_for_bit(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    final, _none = shot.render()
    np.testing.assert_array_equal(final, shot.expected())


def test_a_plate_with_a_soft_alpha_is_laid_over_in_linear_light(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    shot.plate[:WIDE_Y, :12, 3] = noise(6, WIDE_Y, 12)
    final, _none = shot.render()
    plate = shot.plate[:WIDE_Y, :12]
    alpha = plate[..., 3:] / 255
    wanted = srgb(linear(plate[..., :3]) * alpha + linear(np.array([255, 0, 0])) * (1 - alpha))
    assert np.abs(final[:WIDE_Y, :12] - wanted).max() < 0.51


def test_an_empty_mask_lets_every_pixel_through_the_restyle_bit_for_bit(tmp_path: Path) -> None:
    shot = Shot(tmp_path, foreground=True, face=True)
    final, cutout = shot.render(hue=90, saturation=2, aberration_red=(3, 1), restore=True)
    np.testing.assert_array_equal(final, shot.expected())
    assert not cutout[..., 3].any()


def test_a_look_that_changes_nothing_changes_no_pixel(tmp_path: Path) -> None:
    shot = Shot(tmp_path, foreground=True)
    shot.mask[12:36, 10:50] = np.linspace(0, 255, 40).astype(np.uint8)
    final, _cutout = shot.render(hue=0, saturation=1, aberration_red=(0, 0), aberration_blue=(0, 0))
    np.testing.assert_array_equal(final, shot.expected())


def test_the_bands_colour_match_is_applied_in_linear_light(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    final, _none = shot.render(
        grade_multiply=(0.5, 1, 0.8), grade_offset=(0.1, 0, 0.05), grade_gamma=(1, 1.2, 1)
    )
    light = linear(shot.top) * (0.5, 1, 0.8) + (0.1, 0, 0.05)
    wanted = srgb(light ** (1 / np.array((1, 1.2, 1))))
    assert np.abs(final[:WIDE_Y, 12:52] - wanted[:WIDE_Y]).max() < 1.01
    np.testing.assert_array_equal(final[WIDE_Y : WIDE_Y + WIDE_HEIGHT], shot.wide)


def test_the_restyle_turns_hue_and_keeps_luminance(tmp_path: Path) -> None:
    shot = Shot(tmp_path, foreground=True)
    shot.mask[12:36, 10:50] = 255
    shot.wide[:] = (150, 100, 60)
    final, _cutout = shot.render(hue=120)
    before, after = linear(shot.wide[10, 20]), linear(final[20, 20])
    assert after @ (0.3, 0.59, 0.11) == pytest.approx(before @ (0.3, 0.59, 0.11), abs=0.004)
    assert after.argmax() == 1  # red has become green
    np.testing.assert_array_equal(final[20, 55], (150, 100, 60))


def test_fringes_move_red_right_and_down_and_stay_in_the_mask(tmp_path: Path) -> None:
    shot = Shot(tmp_path, foreground=True)
    shot.mask[12:36, 10:50] = 255
    final, _cutout = shot.render(aberration_red=(3, 2), aberration_blue=(-2, 0))
    whole = shot.expected().astype(int)
    inner = np.s_[16:34, 16:46]
    assert np.abs(final[inner][..., 0] - whole[14:32, 13:43, 0]).max() <= 1
    assert np.abs(final[inner][..., 1] - whole[inner][..., 1]).max() <= 1
    assert np.abs(final[inner][..., 2] - whole[16:34, 18:48, 2]).max() <= 1
    outside = shot.mask == 0
    np.testing.assert_array_equal(final[outside], shot.expected()[outside])


def test_the_face_fills_the_hole_in_the_foreground(tmp_path: Path) -> None:
    shot = Shot(tmp_path, foreground=True, face=True)
    shot.mask[12:36, 10:50] = 200
    shot.face_mask[20:28, 28:36] = 255
    shot.face_mask[20:28, 36] = 128
    final, cutout = shot.render(face_gain=(0.5, 1, 1))
    assert (cutout[22:26, 30:34, 3] == 0).all()
    wanted_alpha = 200 * (1 - 128 / 255)
    assert cutout[24, 36, 3] == pytest.approx(wanted_alpha, abs=1)
    assert (cutout[14:18, 12:48, 3] == 200).all()
    face = srgb(linear(shot.face[:1, :1]) * (0.5, 1, 1))[0, 0]
    assert np.abs(final[22:26, 30:34] - face).max() <= 1


def test_a_face_that_has_faded_out_leaves_no_hole(tmp_path: Path) -> None:
    shot = Shot(tmp_path, foreground=True, face=True)
    shot.mask[12:36, 10:50] = 255
    shot.face_mask[20:28, 28:36] = 255
    _final, cutout = shot.render(face=[(1, 32, 24, 2, 0, 0)])
    assert (cutout[..., 3] == shot.mask).all()


def test_a_moving_camera_takes_the_plate_along(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    final, _none = shot.render(camera=[(1, 4, 2, 0, 1)])
    # 4 right and 2 down; on the border that it leaves, the plate shows as it lay.
    np.testing.assert_array_equal(final[2:WIDE_Y, 4:12], shot.plate[: WIDE_Y - 2, :8, :3])
    np.testing.assert_array_equal(final[:WIDE_Y, :4], shot.plate[:WIDE_Y, :4, :3])


def test_beside_the_bands_the_widescreens_edge_fades_to_the_plate(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    shot.plate[..., 3] = 255
    shot.plate[..., :3] = 40
    shot.wide[:] = 200
    final, _none = shot.render(seam_feather=8)
    column = final[:, 4, 0].astype(int)
    ramp = column[WIDE_Y : WIDE_Y + 8]
    assert (np.diff(ramp) > 0).all()
    assert (ramp[0] < 90, ramp[-1] > 180) == (True, True)
    assert (column[WIDE_Y + 8 : WIDE_Y + WIDE_HEIGHT - 8] == 200).all()
    assert (column[:WIDE_Y] == 40).all()


def test_where_the_plate_is_empty_a_soft_edge_fades_to_the_same_real_pixels(
    tmp_path: Path,
) -> None:
    """Under the foreground nothing is generated: no seam may show neutral there."""
    shot = Shot(tmp_path)
    shot.plate[..., 3] = 0
    final, _none = shot.render(seam_feather=8)
    wide_rows = np.s_[WIDE_Y : WIDE_Y + WIDE_HEIGHT]
    np.testing.assert_array_equal(final[wide_rows, :12], shot.wide[:, :12])
    np.testing.assert_array_equal(final[wide_rows, 52:], shot.wide[:, 52:])
    np.testing.assert_array_equal(final[:WIDE_Y, 12:52], shot.top[:WIDE_Y])


def test_the_bands_sides_fade_to_the_plate_inside_the_feather_only(tmp_path: Path) -> None:
    shot = Shot(tmp_path)
    shot.plate[..., 3] = 255
    shot.plate[..., :3] = 40
    shot.top[:] = 200
    final, _none = shot.render(seam_feather=8)
    row = final[4, :, 0].astype(int)
    assert (np.diff(row[12:20]) > 0).all()
    assert (np.diff(row[44:52]) < 0).all()
    assert (row[20:44] == 200).all()
    assert (row[:12] == 40).all()
    assert (row[52:] == 40).all()

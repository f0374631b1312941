from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.shot.drift_plot import HEIGHT, WIDTH, draw
from driver.shot.face_colour import face_colour
from driver.shot.masks import ellipse
from driver.shot.tracking import IDENTITY, CameraKey, Drift, FaceKey, Tracking, load


def example() -> Tracking:
    return Tracking(
        key_frame=2,
        canvas=(640, 360),
        face_box=(100, 50, 40, 60),
        face=(FaceKey(frame=1, x=125, y=82, scale=2, rotation=0, opacity=0.5),),
        camera=(CameraKey(frame=1, matrix=((1, 0, 3), (0, 1, -2), (0, 0, 1))),),
        drift=tuple(Drift(frame=f, error=0.05 * f, face_error=0.1) for f in range(1, 60)),
        resegmented=(30,),
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "track.json"
    path.write_text(example().model_dump_json(indent=1))
    assert load(path) == example()


def test_a_missing_file_says_which_stage_makes_it(tmp_path: Path) -> None:
    with pytest.raises(MemecompError, match=r"track\.json is missing: run the track stage"):
        load(tmp_path / "track.json")


def test_a_broken_file_says_which_stage_makes_it_again(tmp_path: Path) -> None:
    path = tmp_path / "track.json"
    path.write_text('{"key_frame": 2')
    with pytest.raises(MemecompError, match=r"track\.json cannot be read: run the track stage"):
        load(path)


def test_the_face_s_matrix_scales_about_its_box_s_centre() -> None:
    matrix = example().face_matrix(1)
    assert matrix is not None
    # The key frame's centre is (120, 80); its top left corner lies (20, 30) before it.
    assert np.array(matrix) @ (120, 80, 1) == pytest.approx((125, 82, 1))
    assert np.array(matrix) @ (100, 50, 1) == pytest.approx((85, 22, 1))
    assert example().face_matrix(7) is None


def test_frames_without_a_camera_key_stand_still() -> None:
    assert example().camera_matrix(1)[0][2] == 3
    assert example().camera_matrix(9) == IDENTITY


def test_the_plot_shows_threshold_curve_and_fresh_masks() -> None:
    picture = draw(example())
    assert picture.shape == (HEIGHT, WIDTH, 3)
    plain = draw(example().model_copy(update={"resegmented": ()}))
    changed = np.flatnonzero((picture != plain).any(axis=(0, 2)))
    assert changed.size == 1  # one vertical line
    flat = draw(example().model_copy(update={"drift": (Drift(frame=1, error=0),)}))
    assert (picture != flat).any()


def test_the_face_s_colour_is_that_of_the_skin_around_it_in_linear_light() -> None:
    face = ellipse((120, 120), (50, 50, 20, 20))
    skin = ellipse((120, 120), (42, 42, 36, 36))
    rgb = np.full((120, 120, 3), (0, 0, 255), np.uint8)
    rgb[skin] = (188, 128, 64)
    rgb[face] = (255, 255, 255)
    found = face_colour(rgb, face, skin, np.ones_like(face))
    assert found is not None
    assert found.mean == pytest.approx((0.5029, 0.2159, 0.0513), abs=1e-3)
    assert found.std == pytest.approx((0, 0, 0), abs=1e-6)
    assert face_colour(rgb, np.zeros_like(face), skin, np.ones_like(face)) is None

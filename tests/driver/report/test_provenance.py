import numpy as np

from driver.report.provenance import (
    BANDS,
    FACE,
    FOREGROUND,
    GENERATED,
    NEUTRAL,
    SEAM,
    WIDE,
    picture,
    provenance,
    shares,
)
from driver.shot.tracking import IDENTITY
from tests.driver.make_alignment import make_alignment

FOUND = make_alignment()  # 64×36, widescreen rows 8 to 27, DVD columns 8 to 55
OPAQUE = np.full((36, 64), 255, np.uint8)


def test_each_pixel_has_the_source_of_the_highest_priority() -> None:
    labels = provenance(FOUND, 2, OPAQUE, IDENTITY, None, None)
    column = [labels[y, 30] for y in (2, 7, 8, 9, 10, 25, 26, 27, 28, 35)]
    assert column == [BANDS, BANDS, SEAM, SEAM, WIDE, WIDE, SEAM, SEAM, BANDS, BANDS]
    assert [labels[4, x] for x in (7, 8, 9, 10, 53, 54, 55, 56)] == [
        *(GENERATED, SEAM, SEAM, BANDS),
        *(BANDS, SEAM, SEAM, GENERATED),
    ]
    assert labels[8, 0] == SEAM
    assert labels[10, 0] == WIDE


def test_where_nothing_may_be_generated_it_is_neutral() -> None:
    plate = OPAQUE.copy()
    plate[:4] = 0
    labels = provenance(FOUND, 2, plate, IDENTITY, None, None)
    assert (labels[3, 0], labels[4, 0]) == (NEUTRAL, GENERATED)


def test_the_generated_plate_follows_the_camera_and_rests_beneath() -> None:
    moved = ((1.0, 0.0, 5.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    plate = np.zeros((36, 64), np.uint8)
    plate[:2, :4] = 255
    labels = provenance(FOUND, 2, plate, moved, None, None)
    assert list(labels[0, [0, 3, 4, 5, 8, 9]] == GENERATED) == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]


def test_the_face_lies_over_the_foreground() -> None:
    mask, face = np.zeros((36, 64), np.uint8), np.zeros((36, 64), np.uint8)
    mask[12:20, 30:40], face[14:16, 32:34] = 255, 255
    labels = provenance(FOUND, 2, OPAQUE, IDENTITY, mask, face)
    assert (labels[12, 30], labels[14, 32]) == (FOREGROUND, FACE)


def test_shares_are_percent_and_sum_to_all() -> None:
    found = shares(provenance(FOUND, 2, OPAQUE, IDENTITY, None, None))
    assert found["widescreen"] == round(100 * 16 * 64 / (36 * 64), 3)
    assert abs(sum(found.values()) - 100) < 0.01


def test_the_picture_has_the_colour_of_each_source() -> None:
    image = picture(provenance(FOUND, 2, OPAQUE, IDENTITY, None, None))
    assert image.shape == (36, 64, 3)
    assert tuple(image[18, 30]) == (66, 122, 198)

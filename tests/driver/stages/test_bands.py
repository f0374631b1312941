from dataclasses import replace

import cv2
import numpy as np
import pytest

from driver.errors import CancelledError, MemecompError
from driver.shot.alignment import Alignment, Grade, Residual
from driver.shot.colour import graded, to_linear, to_srgb
from driver.shot.paths import ShotPaths
from driver.shot.settings import Bands, Inpaint, Seam, Settings
from driver.stages import bands
from driver.stages.bands import STAGE, upscaled_band
from driver.stages.base import Job
from models.upscaler import NetworkUpscaler
from ofx_helpers.media.images import read_rgb8, write_image


class Plain(NetworkUpscaler):
    """Cubic enlargement in a network's place; remembers the sizes that it was given."""

    def __init__(self, factor=4):
        self.backend, self.weights, self.device, self.precision = "plain", "cubic", "CPU", "fp32"
        self.bytes_per_pixel = 100
        self.factor = factor
        self.seen = []

    def _run(self, image):
        self.seen.append(image.shape[:2])
        size = (image.shape[1] * self.factor, image.shape[0] * self.factor)
        return cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)


def alignment(frames=3, rows=(7, 5), dvd_size=(48, 36), factor=4, grade=None):
    """A DVD of 48×36 placed ×4 on 200×144, over a widescreen copy as wide as the canvas."""
    width, height = dvd_size[0] * factor, dvd_size[1] * factor
    left = 100 - width // 2
    top, bottom = rows[0] * factor, rows[1] * factor
    wide_height = height - top - bottom + 16
    return Alignment(
        matched_pair_indices=tuple((i, i) for i in range(1, frames + 1)),
        fps=25,
        canvas=(200, height),
        factor=factor,
        wide_size=(200, wide_height),
        wide_padded=(200, height),
        wide=(0, top - 8, 200, wide_height),
        dvd_size=dvd_size,
        dvd=(left, 0, width, height),
        band_rows=rows,
        top=(left, 0, width, top),
        bottom=(left, height - bottom, width, bottom),
        measured_offsets=(0, 0, 0),
        measured_scale=factor,
        scale_residual=0,
        wide_scale=1,
        grade=grade or Grade(),
        apply_residual=False,
        residual=Residual(),
        manual=False,
        score=1,
    )


def dvd_frame(frame, size=(48, 36)):
    noise = np.random.default_rng(frame).random((9, 12, 3)).astype(np.float32)
    return np.rint(40 + 170 * cv2.resize(noise, size).clip(0, 1)).astype(np.uint8)


@pytest.fixture
def shot(tmp_path):
    paths = ShotPaths(tmp_path)
    found = alignment()
    for frame in range(1, 4):
        write_image(paths.aligned("dvd", frame), dvd_frame(frame))
        full = cv2.resize(dvd_frame(frame), (200, 144), interpolation=cv2.INTER_CUBIC)
        wide = found.wide_rect
        write_image(paths.aligned("wide", frame), full[wide.y : wide.bottom])
    paths.align_report.parent.mkdir()
    paths.align_report.write_text(found.model_dump_json())
    return paths


@pytest.fixture
def plain(monkeypatch):
    upscaler = Plain()
    monkeypatch.setattr(bands, "load_upscaler", lambda **_: upscaler)
    return upscaler


def job(paths, todo=(1, 2, 3), **settings):
    return Job(
        settings=Settings(**settings), folder=paths.root, paths=paths, frames=(1, 2, 3), todo=todo
    )


def test_heights_are_exactly_four_times_the_rows(shot, plain):
    STAGE.run(job(shot))
    for frame in (1, 2, 3):
        assert read_rgb8(shot.band("top", frame)).shape == (28, 192, 3)
        assert read_rgb8(shot.band("bottom", frame)).shape == (20, 192, 3)


def test_only_the_bands_and_their_context_go_through_the_network(shot, plain):
    STAGE.run(job(shot, todo=(1,), bands=Bands(context_rows=3)))
    assert plain.seen == [(10, 48), (8, 48)]


def test_context_makes_a_band_what_it_is_in_the_whole_picture():
    dvd = dvd_frame(1)
    whole = Plain().upscale(dvd)
    top, _ = upscaled_band(Plain(), dvd, "top", rows=7, factor=4, context=6)
    bottom, _ = upscaled_band(Plain(), dvd, "bottom", rows=5, factor=4, context=6)
    assert (top == whole[:28]).all()
    assert (bottom == whole[-20:]).all()
    without, _ = upscaled_band(Plain(), dvd, "top", rows=7, factor=4, context=0)
    assert not (without == whole[:28]).all()


def test_a_band_taller_than_the_rest_of_the_picture_takes_what_there_is():
    dvd = dvd_frame(1)
    band, _ = upscaled_band(Plain(), dvd, "bottom", rows=36, factor=4, context=6)
    assert (band == Plain().upscale(dvd)).all()


@pytest.mark.parametrize(("network", "factor"), [(4, 3), (4, 2), (2, 4), (3, 4), (4, 5)])
def test_a_network_of_another_factor_is_brought_to_the_exact_size(network, factor):
    dvd = dvd_frame(2)
    band, _ = upscaled_band(Plain(network), dvd, "bottom", rows=5, factor=factor, context=4)
    assert band.shape == (5 * factor, 48 * factor, 3)
    # Averaged back, it is the DVD again: it did not move.
    back = band.reshape(5, factor, 48, factor, 3).mean(axis=(1, 3))
    assert np.abs(back - dvd[-5:]).mean() < 2.5


def test_the_key_frames_bands_lie_beside_the_sequence(shot, plain):
    STAGE.run(job(shot, inpaint=Inpaint(key_frame=2)))
    for side in ("top", "bottom"):
        assert shot.band(side).read_bytes() == shot.band(side, 2).read_bytes()


def test_only_what_is_left_to_do_is_made_and_each_frame_is_reported(shot, plain):
    done = []
    STAGE.run(job(shot))
    written = shot.band("top", 1).stat().st_mtime_ns
    seen = len(plain.seen)
    STAGE.run(replace(job(shot, todo=(3,)), on_frame=done.append))
    assert done == [3]
    assert len(plain.seen) == seen + 2
    assert shot.band("top", 1).stat().st_mtime_ns == written


def test_the_key_frame_is_made_even_when_others_are_asked_for(shot, plain):
    STAGE.run(replace(job(shot, todo=(3,)), frames=(3,)))
    assert shot.band("top").exists()
    assert not shot.band("top", 2).exists()


def test_the_tile_report_keeps_the_lines_of_frames_left_alone(shot, plain):
    STAGE.run(job(shot, bands=Bands(tile=24, overlap=8)))
    lines = shot.tile_report.read_text().splitlines()
    assert lines[0] == "cubic by plain on CPU, fp32"
    rows = [line.split() for line in lines[3:]]
    assert [row[:2] for row in rows] == [
        [str(frame), side] for frame in (1, 2, 3) for side in ("top", "bottom")
    ]
    assert rows[0][2:4] == ["3", "24×13"]
    STAGE.run(job(shot, todo=(2,)))
    rows = [line.split() for line in shot.tile_report.read_text().splitlines()[3:]]
    assert [row[2] for row in rows] == ["3", "3", "1", "1", "3", "3"]


def test_tiles_meet_within_their_overlap(shot, plain):
    STAGE.run(job(shot, bands=Bands(tile=24, overlap=12)))
    tiled = read_rgb8(shot.band("top", 1)).astype(int)
    STAGE.run(job(shot))
    assert np.abs(tiled - read_rgb8(shot.band("top", 1))).max() <= 1


def test_a_cancelled_run_keeps_the_frames_that_are_whole(shot, plain):
    done = []
    with pytest.raises(CancelledError):
        STAGE.run(replace(job(shot), on_frame=done.append, cancelled=lambda: len(done) == 2))
    assert done == [1, 2]
    assert not shot.band("top", 3).exists()
    assert shot.tile_report.exists()


def test_a_side_without_rows_has_no_file(shot, plain):
    shot.align_report.write_text(alignment(rows=(7, 0)).model_dump_json())
    work = job(shot, todo=(1,))
    STAGE.run(work)
    assert set(STAGE.writes_frame(work, 1)) == {shot.band("top", 1)}
    assert not shot.band("bottom", 1).exists()


def test_a_dvd_without_bands_is_done_at_once(shot):
    shot.align_report.write_text(alignment(rows=(0, 0)).model_dump_json())
    done, said = [], []
    STAGE.run(replace(job(shot), on_frame=done.append, on_message=said.append))
    assert done == [1, 2, 3]
    assert said == ["the DVD shows nothing above or below the widescreen: no bands to upscale"]
    assert not shot.band("top").parent.exists()


@pytest.mark.parametrize("text", ["", "{}", '{"fps": 25'])
def test_a_broken_alignment_says_which_stage_to_run(shot, text):
    shot.align_report.write_text(text)
    with pytest.raises(MemecompError, match=r"align_report\.json cannot be read: run the align"):
        STAGE.run(job(shot))
    shot.align_report.unlink()
    with pytest.raises(MemecompError, match=r"align_report\.json is missing: run the align"):
        STAGE.run(job(shot))


def test_poisson_bands_meet_the_widescreen_after_the_projects_grade(shot, plain):
    grade = Grade(multiply=(1.0, 0.9, 1.1), offset=(0.002, 0.0, 0.0), gamma=(1.05, 1.0, 0.97))
    shot.align_report.write_text(alignment(grade=grade).model_dump_json())
    full = cv2.resize(dvd_frame(1), (192, 144), interpolation=cv2.INTER_CUBIC)
    aimed = np.clip(full + np.array([24, 12, -16]), 0, 255).astype(np.uint8)
    rect = alignment().wide_rect
    wide = np.pad(aimed, ((0, 0), (4, 4), (0, 0)), mode="edge")[rect.y : rect.bottom]
    write_image(shot.aligned("wide", 1), np.ascontiguousarray(wide))
    STAGE.run(job(shot, todo=(1,)))
    plainly = _graded(shot, grade)
    STAGE.run(job(shot, todo=(1,), seam=Seam(mode="poisson")))
    joined = _graded(shot, grade)
    edge = np.s_[18:24]
    assert np.abs(plainly[edge] - aimed[edge]).mean() > 5
    assert np.abs(joined[edge] - aimed[edge]).mean() < 1.5
    # Detail is kept: what was added is smooth, down to the rounding.
    assert np.abs(np.diff(joined - plainly, axis=1)).mean() < 1.5


def _graded(shot, grade):
    band = read_rgb8(shot.band("top", 1))
    return to_srgb(graded(to_linear(band / 255.0), grade)) * 255

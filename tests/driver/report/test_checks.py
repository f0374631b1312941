"""Each fault that the runbook forbids, made on purpose in a finished shot."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.project.document import read
from driver.project.edit import set_param
from driver.render.graph import graph_of
from driver.report import verdict
from driver.report.checks import run_checks
from driver.report.measure import Shot
from driver.report.verdict import Check
from driver.shot import tracking
from driver.shot.alignment import Alignment
from driver.shot.paths import ShotPaths
from ofx_helpers.media.images import read_image, write_image
from ofx_helpers.media.video_writer import VideoWriter
from tests.driver.make_alignment import make_alignment
from tests.driver.make_shot import FRAMES, SETTINGS, SQUARE, make_shot


@dataclass
class Finished:
    paths: ShotPaths
    alignment: Alignment

    def checks(self) -> tuple[Check, ...]:
        tracked = tracking.load(self.paths.track)
        shot = Shot(SETTINGS, self.paths, self.alignment, tracked, FRAMES)
        return run_checks(shot, lambda done, total: None)

    def failed(self) -> list[tuple[str, float, int | None, str]]:
        return [(c.name, c.number, c.frame, c.layer) for c in self.checks() if not c.passed]

    def change(self, path: Path, value: Callable[[np.ndarray], None]) -> None:
        pixels = read_image(path).pixels.copy()
        value(pixels)
        write_image(path, pixels)


@pytest.fixture
def shot(tmp_path: Path) -> Finished:
    return Finished(*make_shot(tmp_path))


def test_a_good_shot_passes_every_check(shot: Finished) -> None:
    assert shot.failed() == []
    assert len(shot.checks()) == 15


def test_one_changed_widescreen_pixel_is_found_with_its_frame(shot: Finished) -> None:
    def one(pixels: np.ndarray) -> None:
        pixels[18, 5] += 1

    shot.change(shot.paths.final(2), one)
    assert shot.failed() == [("the widescreen's region is bit-identical", 1, 2, "widescreen")]


@pytest.mark.parametrize("row", [8, 9, 26, 27])
def test_the_seam_may_change_inside_its_feather(shot: Finished, row: int) -> None:
    def one(pixels: np.ndarray) -> None:
        pixels[row] += 9

    shot.change(shot.paths.final(2), one)
    assert shot.failed() == []


@pytest.mark.parametrize("row", [10, 25])
def test_the_first_row_past_the_feather_may_not(shot: Finished, row: int) -> None:
    def one(pixels: np.ndarray) -> None:
        pixels[row] += 9

    shot.change(shot.paths.final(2), one)
    assert [fault[0] for fault in shot.failed()] == ["the widescreen's region is bit-identical"]


def test_the_restyled_foreground_may_change_its_colour(shot: Finished) -> None:
    def square(pixels: np.ndarray) -> None:
        pixels[SQUARE] = pixels[SQUARE][::-1, ::-1]

    shot.change(shot.paths.final(2), square)
    assert shot.failed() == []


def test_the_restyled_foreground_may_not_change_its_luminance(shot: Finished) -> None:
    def flood(pixels: np.ndarray) -> None:
        pixels[SQUARE] = (0, 255, 0)

    shot.change(shot.paths.final(3), flood)
    [(name, _number, frame, layer)] = shot.failed()
    assert (name, frame, layer) == (
        "the restyle keeps the foreground's luminance",
        3,
        "foreground",
    )


def test_a_band_that_is_not_what_was_upscaled_is_named(shot: Finished) -> None:
    def dark(pixels: np.ndarray) -> None:
        pixels[3:6, 20:40] = 0

    shot.change(shot.paths.final(2), dark)
    assert shot.failed() == [("the bands are where only they are real", 120, 2, "bands")]


@pytest.mark.parametrize(("column", "faults"), [(8, 0), (9, 0), (10, 1), (53, 1), (54, 0)])
def test_a_bands_side_may_change_inside_the_feather_only(
    shot: Finished, column: int, faults: int
) -> None:
    def one(pixels: np.ndarray) -> None:
        pixels[3:6, column] = 0

    shot.change(shot.paths.final(2), one)
    assert len(shot.failed()) == faults


def test_a_corner_that_is_not_the_plate_is_named(shot: Finished) -> None:
    def magenta(pixels: np.ndarray) -> None:
        pixels[:8, :8] = (255, 0, 255)

    shot.change(shot.paths.final(2), magenta)
    [(name, _number, frame, layer)] = shot.failed()
    assert (name, frame, layer) == ("the generated background is in the corners", 2, "generated")


def test_a_missing_cut_out_is_named(shot: Finished) -> None:
    shot.paths.foreground(3).unlink()
    assert shot.failed() == [("every frame of every layer is there", 1, 3, "foreground")]


def test_a_cut_out_with_another_alpha_is_named(shot: Finished) -> None:
    def thin(pixels: np.ndarray) -> None:
        pixels[SQUARE][..., 3] = 200

    shot.change(shot.paths.foreground(3), thin)
    assert shot.failed() == [("the cut-outs have the mask's alpha", 55, 3, "foreground")]


def test_a_generated_pixel_under_the_foreground_is_counted(shot: Finished) -> None:
    def visible(pixels: np.ndarray) -> None:
        pixels[15, 30, 3] = 255

    shot.change(shot.paths.plate_key, visible)
    name = "nothing generated under the foreground"
    assert shot.failed() == [(name, 1, None, "generated_background_key")]


def test_a_changed_foreground_pixel_in_the_plate_is_counted(shot: Finished) -> None:
    def recoloured(pixels: np.ndarray) -> None:
        pixels[15:17, 30, 0] += 1

    shot.change(shot.paths.plate_key, recoloured)
    assert [fault[1] for fault in shot.failed()] == [2]


def test_a_foreground_mask_beyond_real_pixels_is_counted(shot: Finished) -> None:
    def corner(pixels: np.ndarray) -> None:
        pixels[0, :3] = 255

    shot.change(shot.paths.tracked("foreground", 3), corner)
    assert ("the foreground covers real pixels only", 3, 3, "foreground") in shot.failed()


def test_a_missing_frame_is_named(shot: Finished) -> None:
    shot.paths.final(2).unlink()
    assert shot.failed() == [("every frame of every layer is there", 1, 2, "final")]


def test_a_frame_of_the_wrong_size_is_named(shot: Finished) -> None:
    write_image(shot.paths.final(3), np.zeros((36, 60, 3), np.uint8))
    assert shot.failed() == [("every frame of every layer is there", 1, 3, "final")]


def test_a_black_frame_is_named(shot: Finished) -> None:
    def black(pixels: np.ndarray) -> None:
        pixels[:] = 0

    shot.change(shot.paths.final(1), black)
    assert ("no frame is black where its inputs are not", 1, 1, "final") in shot.failed()


def test_a_band_that_is_not_exactly_upscaled_is_named(shot: Finished) -> None:
    rows = shot.alignment.band_rows[0] * 4
    write_image(shot.paths.band("top", 2), np.zeros((rows - 1, 48, 3), np.uint8))
    assert ("bands exactly upscaled", 1, 2, "up_top") in shot.failed()


def test_a_video_short_of_a_frame_fails_in_count_and_duration(shot: Finished) -> None:
    with VideoWriter(shot.paths.mp4, shot.alignment.canvas, Fraction(25)) as video:
        for _ in FRAMES[1:]:
            video.write(np.zeros((36, 64, 3), np.uint8))
    assert [fault[0] for fault in shot.failed()] == [
        "the video has every frame",
        "the video has its duration",
    ]


@pytest.mark.parametrize(
    ("node", "layer"),
    [("Wide", "widescreen"), ("TopBand", "dvd top band"), ("BottomBand", "dvd bottom band")],
)
def test_a_source_pasted_off_centre_in_the_project_is_named(
    shot: Finished, node: str, layer: str
) -> None:
    document = read(shot.paths.project)
    x, y = graph_of(document).nodes[node].params["translate"]
    set_param(document, node, "translate", [x, y + 1])
    document.write(shot.paths.project)
    assert shot.failed() == [(f"{layer} centre on the canonical centre", 1, None, layer)]


def test_the_verdict_names_frame_and_layer(tmp_path: Path) -> None:
    check = Check(
        name="a", passed=False, number=1, limit=0, unit="px", text="it is off", layer="b", frame=7
    )
    path = tmp_path / "checks.json"
    path.write_bytes(verdict.dump([check]))
    with pytest.raises(MemecompError, match=r"1 of the checks failed: a \(frame 7, layer b\): it"):
        verdict.require(path)


def test_a_resampled_widescreen_is_excused_from_bit_identity(shot: Finished) -> None:
    def one(pixels: np.ndarray) -> None:
        pixels[18, 5] += 2

    shot.change(shot.paths.final(2), one)
    shot.alignment = make_alignment(frames=3, wide_scale=2.0)
    assert shot.failed() == []

"""The second pair, from two video files to the verdict: unequal bands, found in time and space."""

import json

import numpy as np
import pytest

from driver.demo import face
from driver.demo.pair import CANVAS, Pair, make, truth
from driver.events import Event
from driver.manifest import run_with_manifest
from driver.report import verdict
from driver.runner import Request
from driver.shot import alignment
from driver.shot.alignment import Alignment
from driver.shot.paths import ShotPaths
from driver.shot.resolve import resolve
from models.download import pull
from ofx_helpers.media.images import read_image, read_rgb8, write_image

PAIR = Pair(first=40, frames=9, dropped=3, scale=4.02, shift=(6.0, -10.0), gain=(0.9, 1.0, 1.06))
FRAMES = PAIR.frames - PAIR.dropped
SHOT = """
[wide]
path = "wide.mp4"
[dvd]
path = "dvd.mp4"
[bands]
weights = "realesr-animevideov3-x4"
allow_fractional = true
[segment]
face = "box"
face_box = [412, 40, 130, 150]
[foreground]
hue = 120.0
aberration_red = [2, 0]
[face]
asset = "El_xox_sillyface.jpg"
[export]
gif_width = 160
"""


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> ShotPaths:
    folder = tmp_path_factory.mktemp("shot")
    for weights in ("realesr-animevideov3-x4", "u2netp"):
        pull(weights)
    make(PAIR, folder / "wide.mp4", folder / "dvd.mp4")
    write_image(folder / face.NAME, face.draw())
    (folder / "shot.toml").write_text(SHOT)
    request = Request(settings=resolve(folder / "shot.toml"), folder=folder)
    run_with_manifest(request, lambda event: None)
    return request.paths


@pytest.fixture(scope="module")
def found(paths: ShotPaths) -> Alignment:
    return alignment.load(paths.align_report)


def test_every_check_of_the_runbook_passes(paths: ShotPaths) -> None:
    verdict.require(paths.checks)
    assert len(verdict.load(paths.checks)) == 15


def test_the_copies_are_found_on_each_other_in_time_scale_and_place(found: Alignment) -> None:
    assert found.matched_pair_indices == tuple(
        (frame + PAIR.dropped, frame) for frame in range(1, FRAMES + 1)
    )
    assert abs(found.measured_scale / PAIR.scale - 1) < 0.001
    x, y, frames = found.measured_offsets
    assert (abs(x - PAIR.shift[0]) < 0.5, abs(y - PAIR.shift[1]) < 0.5) == (True, True)
    assert frames == PAIR.dropped


def test_the_bands_are_unequal_and_exactly_four_times_their_rows(
    paths: ShotPaths, found: Alignment
) -> None:
    top, bottom = found.band_rows
    assert top - bottom == pytest.approx(2 * 10 / 4, abs=1)
    for side, rows in (("top", top), ("bottom", bottom)):
        assert read_image(paths.band(side)).size == (960, rows * 4)


@pytest.mark.parametrize(("rows", "decibels"), [((30, 80), 25), ((640, 690), 25), ((200, 500), 40)])
def test_both_bands_and_the_widescreen_lie_on_the_truth(
    paths: ShotPaths, found: Alignment, rows: tuple[int, int], decibels: float
) -> None:
    """Nearest to the film where they are put, farther at every whole pixel beside it."""
    original = list(truth(PAIR))[found.matched_pair_indices[2][0] - 1]
    final = read_rgb8(paths.final(3)).astype(float)
    left, right = 700, 1000  # beside the foreground
    x, y = found.wide[0], found.wide[1] - (CANVAS[1] - PAIR.wide_height) // 2
    wanted = original[rows[0] : rows[1], left:right]

    def error(dx: int, dy: int) -> float:
        part = final[y + dy + rows[0] : y + dy + rows[1], x + dx + left : x + dx + right]
        return float(((part - wanted) ** 2).mean())

    errors = {(dx, dy): error(dx, dy) for dx in range(-2, 3) for dy in range(-2, 3)}
    assert min(errors, key=lambda shift: errors[shift]) == (0, 0)
    assert 10 * np.log10(255**2 / errors[0, 0]) > decibels


def test_the_manifest_tells_what_the_shot_was_made_from(paths: ShotPaths) -> None:
    manifest = json.loads(paths.manifest.read_text())
    assert manifest["ended"] == "done"
    assert set(manifest["inputs"]) == {"wide.mp4", "dvd.mp4", face.NAME}
    assert set(manifest["weights"]) == {"realesr-animevideov3-x4", "u2netp"}
    assert manifest["settings"]["foreground"]["hue"] == 120
    assert set(manifest["seconds"]) >= {"ingest", "align", "bands", "render", "check"}


def test_a_second_run_does_nothing(paths: ShotPaths) -> None:
    events: list[Event] = []
    request = Request(settings=resolve(paths.root / "shot.toml"), folder=paths.root)
    outcome = run_with_manifest(request, events.append)
    assert outcome.seconds == {}
    assert {event.kind for event in events} == {"start", "kept", "end"}


def test_every_file_that_the_runbook_names_is_there(paths: ShotPaths) -> None:
    names = [
        *(f"masks/{layer}_{k}.png" for layer in LAYERS for k in KINDS),
        "bands/up_top.png",
        "bands/up_bottom.png",
        "generated/generated_background_key.png",
        "composites/final.0001.png",
        "composites/foreground.0001.png",
        "debug/align_report.json",
        "debug/mask_diff.png",
        "debug/tile_report.txt",
        "debug/drift.png",
        "report/index.html",
        "final.mp4",
        "final.gif",
        "comp.ntp",
    ]
    assert [name for name in names if not (paths.root / name).is_file()] == []


LAYERS, KINDS = ("foreground", "face", "background"), ("binary", "feathered")

"""The command line over a small shot, from its sources to its report."""

import json
from pathlib import Path

import numpy as np
import pytest

from driver.shot import alignment
from driver.shot.paths import ShotPaths
from ofx_helpers.media.images import read_image, read_rgb8
from tests.driver.cli import small_shot
from tests.driver.cli.conftest import Command, events

STAGES = ("ingest", "align", "bands", "real", "segment", "inpaint", "track", "project", "render")
STAGES += ("export", "check", "report")


def finals(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(root.glob("composites/final.*.png"))}


def test_the_widescreens_pixels_and_the_bands_are_in_the_final_frames(finished: Path) -> None:
    paths = ShotPaths(finished)
    found = alignment.load(paths.align_report)
    assert found.canvas == small_shot.CANVAS
    assert (found.frames, found.measured_offsets[2]) == (small_shot.FRAMES, 0)
    for frame, truth in enumerate(small_shot.scenery(), 1):
        final = read_rgb8(paths.final(frame))
        wide = read_rgb8(paths.aligned("wide", frame))
        assert np.array_equal(final[32:144], wide[8:120])
        for rows in (slice(0, 24), slice(152, 176)):
            band, real = final[rows, 44:276].ravel(), truth[rows, 44:276].ravel()
            assert np.corrcoef(band, real)[0, 1] > 0.9


def test_a_second_run_does_nothing(memecomp: Command, done: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in done.rglob("*.png")}
    said = memecomp("run", done, "--json")
    assert said.status == 0
    kept = [event["stage"] for event in events(said) if event["kind"] == "kept"]
    assert sorted(kept) == sorted(STAGES)
    assert not [event for event in events(said) if event["kind"] == "done"]
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_json_is_one_event_a_line_and_nothing_else(memecomp: Command, done: Path) -> None:
    (done / "composites" / "final.0002.png").unlink()
    said = memecomp("run", done, "--json", "--from", "render")
    lines = events(said)
    assert said.status == 0
    assert said.error == ""
    kinds = [event["kind"] for event in lines if event.get("stage") == "render"]
    assert kinds[0] == "start"
    assert kinds[-1] == "done"
    assert {"kind": "progress", "stage": "render", "done": 1, "total": 1} in lines
    assert lines[-1]["kind"] == "end"


def test_a_failure_keeps_standard_output_to_events(memecomp: Command, shot: Path) -> None:
    (shot / "dvd.mp4").unlink()
    said = memecomp("run", shot, "--json")
    assert said.status == 1
    assert "failed" in [event["kind"] for event in events(said)]
    assert said.error == f"memecomp: dvd: {shot / 'dvd.mp4'} does not exist: check the path.\n"


def test_only_and_from_choose_stages(memecomp: Command, done: Path) -> None:
    started = [
        event["stage"]
        for event in events(memecomp("run", done, "--json", "--only", "check"))
        if event["kind"] == "start"
    ]
    assert started == ["check"]
    started = [
        event["stage"]
        for event in events(memecomp("run", done, "--json", "--from", "export"))
        if event["kind"] == "start"
    ]
    assert started == ["export", "check", "report"]


@pytest.mark.parametrize("stage", ["bands", "render", "export", "check", "report"])
def test_a_stage_before_its_time_says_which_one_comes_first(
    memecomp: Command, shot: Path, stage: str
) -> None:
    said = memecomp("run", shot, "--only", stage)
    assert said.status == 1
    assert "align_report.json" in said.error or "facts.json" in said.error
    assert "first" in said.error


def test_a_setting_redoes_only_what_it_changes(memecomp: Command, done: Path) -> None:
    before = finals(done)
    said = memecomp("run", done, "--json", "--set", "export.crf=22")
    worked = [event["stage"] for event in events(said) if event["kind"] == "done"]
    assert said.status == 0
    assert worked == ["export", "check"]  # which said the same: no new report
    assert finals(done) == before


def test_frames_render_some_frames_only(memecomp: Command, shot: Path) -> None:
    assert memecomp("run", shot, "--frames", "2,5-6").status == 0
    assert list(finals(shot)) == ["final.0002.png", "final.0005.png", "final.0006.png"]


def test_a_proxy_is_a_smaller_shot_beside_and_touches_nothing_else(
    memecomp: Command, done: Path
) -> None:
    before = finals(done)
    assert memecomp("run", done, "--proxy", "0.5").status == 0
    picture = read_rgb8(done / "proxy-0.5" / "composites" / "final.0003.png")
    assert picture.shape == (88, 160, 3)
    whole = read_rgb8(done / "composites" / "final.0003.png").astype(float)
    small = whole.reshape(88, 2, 160, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - picture)[8:80, 8:152].mean() < 5
    assert finals(done) == before


def test_a_preset_is_below_the_shots_own_settings(memecomp: Command, shot: Path) -> None:
    assert memecomp("run", shot, "--preset", "draft", "--only", "ingest").status == 0
    settings = json.loads((shot / "manifest.json").read_text())["settings"]
    assert settings["export"]["crf"] == 22
    assert settings["export"]["gif_width"] == 160


def test_a_manifest_repeats_the_run_with_its_settings(
    memecomp: Command, done: Path, pair: Path
) -> None:
    assert memecomp("run", done, "--set", "seam.feather_px=12").status == 0
    before = finals(done)
    for path in done.glob("composites/final.*.png"):
        path.unlink()
    (done / "shot.toml").write_text((pair / "shot.toml").read_text())  # feather 8 again
    assert memecomp("run", "--from-manifest", done / "manifest.json").status == 0
    assert finals(done) == before


def test_a_manifest_refuses_a_changed_input(memecomp: Command, done: Path) -> None:
    others = map(small_shot.dvd_of, small_shot.scenery(seed=6))
    small_shot.encode(done / "dvd.mp4", others)
    said = memecomp("run", "--from-manifest", done / "manifest.json")
    assert said.status == 1
    assert "dvd.mp4 is not the file that" in said.error
    assert said.error.count("\n") == 1


def test_an_edited_project_is_kept_and_rendered(memecomp: Command, done: Path) -> None:
    project = done / "comp.ntp"
    text = project.read_text()
    assert "SeamMatte" in text
    project.write_text(text.replace("SeamMatte", "MySeam"))
    said = memecomp("run", done, "--set", "seam.feather_px=12")
    assert said.status == 0
    assert "comp.ntp was edited by hand: " in said.error
    assert "conflict at SeamMatte: yours is kept (removed), generated is changed" in said.error
    assert "MySeam" in project.read_text()
    assert "SeamMatte" not in project.read_text()
    assert (done / "debug" / "project_merge.json").exists()
    output = ("--node", "MySeam", "--frames", "1", "--output", done / "seam.####.png")
    assert memecomp("render", project, *output, "--engine", "embedded").status == 0
    assert (done / "seam.0001.png").exists()


def test_preview_writes_one_frame_and_its_provenance(memecomp: Command, done: Path) -> None:
    said = memecomp("preview", done, "--frame", "4")
    assert said.status == 0
    shown = read_rgb8(done / "preview" / "frame.0004.png")
    assert np.array_equal(shown, read_rgb8(done / "composites" / "final.0004.png"))
    colours = read_rgb8(done / "preview" / "provenance.0004.png").reshape(-1, 3)
    assert len(np.unique(colours, axis=0)) >= 3
    assert said.out.split() == [
        str(done / "preview" / "frame.0004.png"),
        str(done / "preview" / "provenance.0004.png"),
    ]


def test_preview_of_a_frame_that_is_not_there_is_one_sentence(
    memecomp: Command, done: Path
) -> None:
    said = memecomp("preview", done, "--frame", "7")
    assert said.status == 1
    assert "frame 7 is not in the shot, which has frames 1 to 6" in said.error


def test_render_writes_any_node_of_a_project(memecomp: Command, done: Path) -> None:
    output = done / "look" / "x.####.png"
    said = memecomp(
        *("render", done / "comp.ntp", "--node", "SeamMatte", "--frames", "2-3"),
        *("--output", output, "--engine", "embedded"),
    )
    assert said.status == 0, said.error
    assert sorted(path.name for path in output.parent.glob("*.png")) == ["x.0002.png", "x.0003.png"]
    assert read_image(output.parent / "x.0002.png").size == small_shot.CANVAS


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--node", "SeamMate", "--output", "x.####.png"),
            "has no node 'SeamMate'. Near: SeamMatte",
        ),
        (("--writer", "Nobody"), "Nobody"),
        (("--frames", "5-1"), "frames '5-1': '5-1' runs backwards"),
    ],
)
def test_a_wrong_render_is_one_sentence(
    memecomp: Command, done: Path, words: tuple[str, ...], sentence: str
) -> None:
    said = memecomp("render", done / "comp.ntp", "--engine", "embedded", *words)
    assert said.status == 1
    assert sentence in said.error
    assert said.error.count("\n") == 1


def test_a_file_that_is_no_project_is_one_sentence(memecomp: Command, tmp_path: Path) -> None:
    (tmp_path / "a.ntp").write_text("no project")
    for name in ("a.ntp", "nowhere.ntp"):
        said = memecomp("render", tmp_path / name, "--engine", "embedded")
        assert said.status == 1
        assert str(tmp_path / name) in said.error
        assert said.error.count("\n") == 1


def test_models_verify_names_a_damaged_file(
    memecomp: Command, pair: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import weights

    name = "realesr-animevideov3-x4"
    assert memecomp("models", "verify", name).out == f"{name}: its files have the right checksums\n"
    listed = weights.weight(name).files
    for file in listed:
        (tmp_path / file.name).write_bytes((weights.folder() / file.name).read_bytes())
    damaged = tmp_path / listed[-1].name
    damaged.write_bytes(b"\0" + damaged.read_bytes()[1:])
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(tmp_path))
    said = memecomp("models", "verify")
    assert said.status == 1
    assert f"{damaged} is not the file that '{name}' should be" in said.error


def test_models_pull_leaves_whole_weights_alone(memecomp: Command, pair: Path) -> None:
    said = memecomp("models", "pull", "realesr-animevideov3-x4")
    assert said.status == 0
    assert said.out.startswith("realesr-animevideov3-x4: ")

"""What a person has edited is never replaced."""

import json
from pathlib import Path

import pytest

from driver.project.assign import assign
from driver.project.document import read
from driver.render.graph import graph_of
from driver.shot.paths import ShotPaths
from driver.stages.base import Job
from driver.stages.project import STAGE
from tests.driver.make_shot import SETTINGS, make_shot


@pytest.fixture
def paths(tmp_path: Path) -> ShotPaths:
    made, _ = make_shot(tmp_path)
    made.project.unlink()
    return made


def write(paths: ShotPaths, hue: float) -> list[str]:
    """Runs the stage with this hue; what it said."""
    said: list[str] = []
    look = SETTINGS.foreground.model_copy(update={"hue": hue})
    settings = SETTINGS.model_copy(update={"foreground": look})
    STAGE.run(Job(settings=settings, folder=paths.root, paths=paths, on_message=said.append))
    return said


def hue(path: Path) -> float:
    return graph_of(read(path)).nodes["Recolour"].params["hueRotation"][0]  # type: ignore[return-value]


def saturation(path: Path) -> float:
    stored = graph_of(read(path)).nodes["Recolour"].params["saturationAdjustmentGain"]
    return stored[0]  # type: ignore[return-value]


def edit(path: Path, name: str = "Recolour.saturationAdjustmentGain", value: str = "1.75") -> bytes:
    """What a person does in Natron: one more value, in a file that is written anew."""
    document = read(path)
    assign(document, [f"{name}={value}"])
    document.write(path)
    return path.read_bytes()


def merge_report(paths: ShotPaths) -> dict[str, object]:
    found = json.loads(paths.project_merge.read_text())
    assert isinstance(found, dict)
    return found


def test_a_generated_project_is_replaced_by_the_next(paths: ShotPaths) -> None:
    assert write(paths, 10) == []
    assert write(paths, 20) == []
    assert hue(paths.project) == 20
    assert not paths.project_merge.exists()


def test_an_edited_project_keeps_its_edits_and_gets_the_new_settings(paths: ShotPaths) -> None:
    write(paths, 10)
    before = edit(paths.project)
    assert write(paths, 20) == [
        "comp.ntp was edited by hand: 1 edit kept, 1 generated change put in, 0 conflicts; "
        "the former file is comp.ntp.bak"
    ]
    assert hue(paths.project) == 20
    assert saturation(paths.project) == 1.75
    assert (paths.root / "comp.ntp.bak").read_bytes() == before
    assert not (paths.root / "comp.new.ntp").exists()
    report = merge_report(paths)
    assert report["backup"] == "comp.ntp.bak"
    assert [one["where"] for one in report["kept"]] == ["Recolour.saturationAdjustmentGain"]  # type: ignore[attr-defined]
    assert [one["where"] for one in report["taken"]] == ["Recolour.hueRotation"]  # type: ignore[attr-defined]


def test_edits_survive_change_after_change(paths: ShotPaths) -> None:
    write(paths, 10)
    edit(paths.project)
    write(paths, 20)
    edit(paths.project, "SeamMatte.opacity", "0.5")
    write(paths, 30)
    assert write(paths, 30) == [
        "comp.ntp was edited by hand: 2 edits kept, 0 generated changes put in, 0 conflicts"
    ]
    assert hue(paths.project) == 30
    assert saturation(paths.project) == 1.75
    assert sorted(path.name for path in paths.root.glob("comp.ntp*")) == [
        "comp.ntp",
        "comp.ntp.bak",
        "comp.ntp.bak2",
    ]


def test_where_person_and_settings_differ_the_persons_stays_and_is_told(paths: ShotPaths) -> None:
    write(paths, 10)
    before = edit(paths.project, "Recolour.hueRotation", "77")
    assert write(paths, 20) == [
        "comp.ntp was edited by hand: 1 edit kept, 0 generated changes put in, 1 conflict",
        "conflict at Recolour.hueRotation: yours is kept (77), generated is 20 (before: 10)",
        "all of it is in debug/project_merge.json",
    ]
    assert paths.project.read_bytes() == before
    assert merge_report(paths)["conflicts"] == [
        {
            "where": "Recolour.hueRotation",
            "before": "10",
            "edited": "77",
            "generated": "20",
        }
    ]
    assert len(write(paths, 20)) == 1  # told once
    assert hue(paths.project) == 77


def test_the_next_change_of_a_generated_project_is_no_edit_after_a_kill(paths: ShotPaths) -> None:
    write(paths, 10)
    kept = paths.project.read_bytes()
    write(paths, 20)
    paths.project.write_bytes(kept)  # as if killed before the file was there
    assert write(paths, 30) == []
    assert hue(paths.project) == 30


def test_an_edit_of_what_is_not_known_is_kept_and_the_new_one_lies_beside_it(
    paths: ShotPaths,
) -> None:
    write(paths, 10)
    kept = edit(paths.project)
    paths.project_generated.unlink()
    words = "comp.ntp was edited by hand and is kept: the new one is comp.new.ntp beside it, since "
    assert write(paths, 20) == [words + "what was generated before is not known"]
    assert paths.project.read_bytes() == kept
    assert hue(paths.root / "comp.new.ntp") == 20
    kept = edit(paths.root / "comp.new.ntp")
    write(paths, 30)
    assert (paths.root / "comp.new.ntp").read_bytes() == kept
    assert hue(paths.root / "comp.new2.ntp") == 30


def test_a_project_that_cannot_be_read_is_kept_and_the_new_one_lies_beside_it(
    paths: ShotPaths,
) -> None:
    write(paths, 10)
    paths.project.write_text("<broken")
    said = write(paths, 20)
    assert "comp.new.ntp beside it, since" in said[0]
    assert "not a whole Natron project" in said[0]
    assert paths.project.read_text() == "<broken"
    assert hue(paths.root / "comp.new.ntp") == 20


def test_a_project_that_nobody_knows_is_not_replaced(paths: ShotPaths) -> None:
    paths.project.write_text("mine")
    write(paths, 10)
    assert paths.project.read_text() == "mine"


def test_the_project_finds_its_files_wherever_the_folder_lies(paths: ShotPaths) -> None:
    write(paths, 10)
    nodes = graph_of(read(paths.project)).nodes.values()
    names = [node.params["filename"][0] for node in nodes if "filename" in node.params]
    assert len(names) == 7
    assert all(str(name).startswith("[Project]/") for name in names)

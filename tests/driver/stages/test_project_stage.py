"""What a person has edited is never replaced."""

from pathlib import Path

import pytest

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


def edit(path: Path) -> bytes:
    path.write_bytes(path.read_bytes() + b"\n")
    return path.read_bytes()


def test_a_generated_project_is_replaced_by_the_next(paths: ShotPaths) -> None:
    assert write(paths, 10) == []
    assert write(paths, 20) == []
    assert hue(paths.project) == 20


def test_an_edited_project_is_kept_and_the_new_one_lies_beside_it(paths: ShotPaths) -> None:
    write(paths, 10)
    kept = edit(paths.project)
    words = "comp.ntp was edited by hand and is kept: the new one is comp.new.ntp beside it"
    assert write(paths, 20) == [words]
    assert paths.project.read_bytes() == kept
    assert hue(paths.root / "comp.new.ntp") == 20


def test_an_edited_new_project_is_kept_too(paths: ShotPaths) -> None:
    write(paths, 10)
    edit(paths.project)
    write(paths, 20)
    kept = edit(paths.root / "comp.new.ntp")
    write(paths, 30)
    assert (paths.root / "comp.new.ntp").read_bytes() == kept
    assert hue(paths.root / "comp.new2.ntp") == 30


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

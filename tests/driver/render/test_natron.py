"""What NatronRenderer is told, by a stand-in that notes its words and writes the files."""

from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.render.base import RenderJob
from driver.render.natron import NatronRenderer
from tests.driver.render.small_project import small_project
from tests.driver.render.stand_in import BODY, stand_in


def test_a_copy_of_the_project_has_absolute_patterns_beside_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    natron = stand_in(tmp_path, monkeypatch, frames=2)
    monkeypatch.chdir(tmp_path)
    frames: list[int] = []
    job = RenderJob(project=Path("a.ntp"), folder=Path("all"), on_frame=frames.append)
    NatronRenderer(natron.executable).render(job)
    ((option, writer, copy, wanted),) = [start["words"] for start in natron.starts]
    assert (option, writer, wanted) == ("-w", "Write1", "1-2")
    assert Path(copy).name == "project.ntp"
    ((name, pattern),) = natron.starts[0]["writers"]
    assert name == "Write1"
    assert pattern.startswith(f"{tmp_path}/all/.memecomp/")
    assert pattern.endswith("/f.####.png")
    assert frames == [1, 2]
    assert {path.name for path in (tmp_path / "all").glob("[!.]*")} == {
        "one.0001.png",
        "one.0002.png",
    }
    assert [path.name for path in (tmp_path / "all/.memecomp").iterdir()] == ["rendered.jsonl"]


def test_confinement_is_refused_because_natron_runs_python(tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    with pytest.raises(MemecompError, match=r"--confine needs --engine embedded"):
        NatronRenderer(tmp_path / "x").render(RenderJob(project=tmp_path / "a.ntp", confine=True))

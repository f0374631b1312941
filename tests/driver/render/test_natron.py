"""What NatronRenderer is told, by a stand-in that notes its words and writes the files."""

from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.render.base import RenderJob
from driver.render.natron import NatronRenderer
from tests.driver.render.small_project import small_project

BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.png") }}
"""
STAND_IN = """#!/bin/sh
echo "$@" > words.txt
mkdir -p "{all}"
cp "{image}" "{all}/one.0001.png"
cp "{image}" "{all}/one.0002.png"
"""


def test_a_folder_is_given_as_the_writers_absolute_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small_project(tmp_path, BODY)
    stand_in = tmp_path / "NatronRenderer"
    stand_in.write_text(STAND_IN.format(all=tmp_path / "all", image=tmp_path / "in.png"))
    stand_in.chmod(0o755)
    frames: list[int] = []
    job = RenderJob(project=Path("a.ntp"), folder=Path("all"), on_frame=frames.append)
    NatronRenderer(stand_in).render(job)
    assert (tmp_path / "words.txt").read_text().split() == [
        "-w", "Write1", f"{tmp_path}/all/one.####.png", f"{tmp_path}/a.ntp", "1-2",
    ]  # fmt: skip
    assert frames == [1, 2]


def test_confinement_is_refused_because_natron_runs_python(tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    with pytest.raises(MemecompError, match=r"--confine needs --engine embedded"):
        NatronRenderer(tmp_path / "x").render(RenderJob(project=tmp_path / "a.ntp", confine=True))

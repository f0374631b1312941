"""memecomp project …, as a person would see it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.driver.cli.run_cli import Said, run_cli
from tests.driver.render.small_project import small_project

Command = Callable[..., Said]
BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Blend", "Merge", B="Read1", mix=0.5) }}
{{ node("Write1", "Write", Source="Blend", filename="[Project]/out/a.####.png") }}
"""


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return lambda *words: run_cli(monkeypatch, capsys, "project", *words)


@pytest.mark.parametrize("command", ["inspect", "lint", "diff", "graph", "collect", "set", "merge"])
def test_each_command_shows_an_example(project: Command, command: str) -> None:
    assert f"memecomp project {command} " in project(command, "--help").out.partition("Example")[2]


def test_lint_ends_with_status_1_only_where_there_are_faults(
    project: Command, tmp_path: Path
) -> None:
    small_project(tmp_path, BODY)
    small_project(tmp_path, BODY.replace("[Project]/in.png", "/in.png"), "b.ntp")
    # A template makes every path relative: put the absolute one in afterwards.
    bad = tmp_path / "b.ntp"
    bad.write_text(bad.read_text().replace("[Project]/out/a.####.png", "/out/a.####.png"))
    good = project("lint", tmp_path / "a.ntp")
    assert (good.status, good.out) == (0, "no faults in 1 project(s)\n")
    said = project("lint", tmp_path / "a.ntp", bad)
    assert said.status == 1
    assert f"{bad}: Write1.filename: the absolute path /out/a.####.png breaks" in said.out


def test_inspect_and_diff_print_lines(project: Command, tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    small_project(tmp_path, BODY.replace("0.5", "0.25"), "b.ntp")
    assert "\n  Blend (Merge)  ← B: Read1\n" in project("inspect", tmp_path / "a.ntp").out
    said = project("diff", tmp_path / "a.ntp", tmp_path / "b.ntp")
    assert (said.status, said.out) == (0, "Blend.mix: 0.5 → 0.25\n")


def test_graph_never_overwrites(project: Command, tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    assert project("graph", tmp_path / "a.ntp").out == f"{tmp_path}/a.svg\n"
    assert (tmp_path / "a.svg").read_text().startswith("<svg ")
    said = project("graph", tmp_path / "a.ntp")
    assert (said.status, said.error.count("\n")) == (1, 1)
    assert "a.svg exists already" in said.error


def test_collect_lists_what_it_wrote(project: Command, tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    said = project("collect", tmp_path / "a.ntp", tmp_path / "sent")
    assert said.out == f"{tmp_path}/sent/a.ntp\n{tmp_path}/sent/inputs/in.png\n"


def test_set_says_where_the_former_file_is(project: Command, tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    said = project("set", tmp_path / "a.ntp", "Blend.mix=0.25")
    assert said.out == f"{tmp_path}/a.ntp is written; the former one is {tmp_path}/a.ntp.bak\n"


def test_merge_writes_a_new_file_and_ends_with_status_1_where_there_are_conflicts(
    project: Command, tmp_path: Path
) -> None:
    small_project(tmp_path, BODY)
    small_project(tmp_path, BODY.replace("a.####", "b.####"), "b.ntp")
    small_project(tmp_path, BODY.replace("0.5", "0.25"), "mine.ntp")
    names = ("merge", tmp_path / "a.ntp", tmp_path / "b.ntp", tmp_path / "mine.ntp", "-o")
    said = project(*names, tmp_path / "out.ntp")
    assert said.status == 0
    assert said.out.splitlines() == [
        "kept: Blend.mix: 0.5 → 0.25",
        "taken: Write1.filename: '[Project]/out/a.####.png' → '[Project]/out/b.####.png'",
        f"{tmp_path}/out.ntp: 1 edit kept, 1 generated change put in, 0 conflicts",
    ]
    assert project(*names, tmp_path / "out.ntp").status == 1  # it is there already
    mine = small_project(tmp_path, BODY.replace("a.####", "c.####"), "mine2.ntp")
    names = ("merge", tmp_path / "a.ntp", tmp_path / "b.ntp", mine.path, "-o", tmp_path / "o.ntp")
    said = project(*names, "--json")
    assert said.status == 1
    assert json.loads(said.out)["conflicts"][0]["where"] == "Write1.filename"
    assert (tmp_path / "o.ntp").exists()

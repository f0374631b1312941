"""memecomp template …, as a person would see it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from driver.project.document import read
from tests.driver.cli.run_cli import Said, run_cli
from tests.driver.project.make_template import BODY, make_template
from tests.driver.render.small_project import small_project

Command = Callable[..., Said]


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return lambda *words: run_cli(monkeypatch, capsys, "template", *words)


@pytest.mark.parametrize("command", ["list", "show", "render", "check", "new"])
def test_each_command_shows_an_example(template: Command, command: str) -> None:
    shown = template(command, "--help").out.partition("Example")[2]
    assert f"memecomp template {command}" in shown


def test_list_has_one_line_a_template_and_json(
    template: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_template(tmp_path)
    monkeypatch.setenv("MEMECOMP_TEMPLATES", str(tmp_path))
    lines = template("list").out.splitlines()
    assert next(line for line in lines if line.startswith("square")).endswith(
        "  A coloured square."
    )
    rows = {row["name"]: row for row in json.loads(template("list", "--json").out)}
    assert rows["square"]["folder"] == str(tmp_path / "square")
    assert "priority_composite" in rows


def test_show_tells_every_parameter(template: Command, tmp_path: Path) -> None:
    make_template(tmp_path)
    out = template("show", tmp_path / "square").out
    assert "\nsize (int, 1 to 4096; default 64)\n  Side.\n" in out
    assert "\nlast (int; must be given)\n  Last frame.\n" in out
    assert "\nmoves (keys, rows of frame, x, y; default [[1, 0, 0], [4, 3, 6]])\n" in out
    found = json.loads(template("show", tmp_path / "square", "--json").out)
    by_name = {one["name"]: one for one in found["parameters"]}
    assert by_name["how"]["options"] == ["over", "plus"]
    assert by_name["last"] == {
        "name": "last",
        "type": "int",
        "help": "Last frame.",
        "required": True,
        "example": 2,
    }


def test_render_writes_a_project_and_never_replaces_one_unasked(
    template: Command, tmp_path: Path
) -> None:
    make_template(tmp_path)
    out = tmp_path / "made" / "a.ntp"
    words = ("render", tmp_path / "square", "--set", "last=2", "-o", out)
    assert template(*words).out == f"{out}\n"
    assert read(out).frame_range == (1, 2)
    before = out.read_bytes()
    said = template(*words, "--set", "size=9")
    assert (said.status, out.read_bytes()) == (1, before)
    assert "exists already" in said.error
    assert "--overwrite" in said.error
    assert template(*words, "--set", "size=9", "--overwrite").status == 0
    assert read(out).format.width == 9


def test_a_wrong_parameter_is_one_sentence_and_nothing_is_written(
    template: Command, tmp_path: Path
) -> None:
    make_template(tmp_path)
    out = tmp_path / "a.ntp"
    for words in (["--set", "sise=3"], ["--set", "last=x"], ["--set", "colour=1"], []):
        said = template("render", tmp_path / "square", "-o", out, *words)
        assert (said.status, said.error.count("\n")) == (1, 1)
        assert not out.exists()


def test_check_ends_with_status_1_only_where_there_are_faults(
    template: Command, tmp_path: Path
) -> None:
    make_template(tmp_path)
    make_template(tmp_path, "bad", BODY.replace("operation=how", "operation=how, mix=2"))
    said = template("check", tmp_path / "square")
    assert (said.status, said.out) == (0, "square: no faults, renders\n")
    (tmp_path / "values.toml").write_text('file = "missing.png"\n')
    said = template(
        "check", tmp_path / "square", tmp_path / "bad", "--values", tmp_path / "values.toml"
    )
    assert said.status == 1
    assert f"square: no faults, no frame: Read1 reads {tmp_path}/missing.png" in said.out
    assert "bad/template.ntp.j2, line 6, node Over: mix is at most 1, not 2" in said.out


def test_new_makes_a_template_and_says_what_it_asks_for(template: Command, tmp_path: Path) -> None:
    small_project(tmp_path, '{{ node("Write1", "Write", filename="[Project]/o/a.####.png") }}')
    said = template("new", tmp_path / "look", "--from", tmp_path / "a.ntp")
    assert said.out.splitlines()[:2] == [
        f"{tmp_path}/look",
        "  asks for width, height, first, last, fps, output_file",
    ]
    said = template("new", tmp_path / "look", "--from", tmp_path / "a.ntp")
    assert (said.status, "exists already" in said.error) == (1, True)

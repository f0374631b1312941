"""memecomp batch, as a person would see it."""

import json
from pathlib import Path

import pytest

from tests.driver.batch.test_work import ASKS, MORE, THREE
from tests.driver.cli.run_cli import run_cli
from tests.driver.project.make_template import TOML, make_template


def test_a_batch_renders_its_rows_and_fails_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_template(tmp_path, body=ASKS, toml=TOML + MORE)
    (tmp_path / "jobs.csv").write_text(THREE.replace("green,2", "green,x"))
    words = (
        *("batch", tmp_path / "jobs.csv", "--template", tmp_path / "square"),
        *("--output", "out/{words}.####.png", "--engine", "embedded"),
    )
    said = run_cli(monkeypatch, capsys, *words)
    assert said.status == 1
    assert said.out == "2 done, 0 kept, 1 failed\n"
    assert "1 of 3 rows failed:\n  row 2: last: takes a whole number, not 'x'." in said.error
    assert (tmp_path / "out" / "red.0001.png").exists()
    (tmp_path / "jobs.csv").write_text(THREE)
    said = run_cli(monkeypatch, capsys, *words, "--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["stage"] for event in events if event["kind"] == "kept"] == ["row 1", "row 3"]
    assert events[-1] == {"kind": "end", "stage": "batch", "text": "1 done, 2 kept, 0 failed"}
    assert said.status == 0


def test_the_help_shows_examples(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = run_cli(monkeypatch, capsys, "batch", "--help").out
    assert "memecomp batch titles.csv --template" in shown.partition("Examples")[2]

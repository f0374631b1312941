"""Sets up the stand-in for NatronRenderer, with its faults, for one test."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from driver.render import trusted
from driver.render.base import Engine, RenderJob
from driver.render.trusted import Outcome
from tests.driver.render.small_project import small_project

BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.png") }}
"""
QUICK = 0.5
"""Seconds of silence that tests of hanging allow; the others have all the time in the world."""


@dataclass(frozen=True)
class StandIn:
    """The stand-in's executable and its folder of faults and notes."""

    executable: Path
    folder: Path
    project: Path

    @property
    def engine(self) -> Engine:
        """The engine that runs it."""
        return Engine(kind="natron", executable=self.executable)

    def faults(self, **faults: Any) -> None:
        """What it does wrong from now on."""
        (self.folder / "faults.json").write_text(json.dumps(faults))

    def render(self, **job: Any) -> Outcome:
        """Runs a job of the small project."""
        given = {"project": self.project, "silence": 30, "on_error": "skip", **job}
        return trusted.render(RenderJob(**given), self.engine)

    @property
    def starts(self) -> list[dict[str, Any]]:
        """What each of its processes was told."""
        path = self.folder / "starts.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def runs(self) -> list[list[int]]:
        """The frames of each process."""
        return [start["frames"] for start in self.starts]

    def file(self, frame: int) -> Path:
        """The file of a frame."""
        return self.project.parent / f"out/one.{frame:04d}.png"

    def made(self) -> list[int]:
        """The frames whose files are there."""
        names = (self.project.parent / "out").glob("one.*.png")
        return sorted(int(path.name.split(".")[1]) for path in names)


def stand_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, frames: int = 5, body: str = BODY
) -> StandIn:
    """A small project and the stand-in, ready to be run."""
    small_project(folder, body, frames=frames)
    notes = folder / "notes"
    notes.mkdir()
    monkeypatch.setenv("STAND_IN_DIR", str(notes))
    executable = folder / "NatronRenderer"
    program = Path(__file__).with_name("stand_in_natron.py")
    executable.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E {program} "$@"\n')
    executable.chmod(0o755)
    return StandIn(executable, notes, folder / "a.ntp")

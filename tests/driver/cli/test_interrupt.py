"""Ctrl-C: a sentence, a status, whole files, no ffmpeg left; the next run goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ofx_helpers.media.images import read_image
from tests.driver.cli import small_shot
from tests.driver.cli.conftest import Command, events

FRAMES = 20
PROGRAM = "from driver.cli.main import main; main()"


def started(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def children_of(pid: int) -> set[str]:
    """Numbers and command lines of a process's children, where the system tells."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid:
                found.add(f"{folder.name} {(folder / 'cmdline').read_text()}")
        except OSError:
            continue
    return found


def ffmpegs_on(folder: Path) -> list[str]:
    """Running programs that name a file of the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_text()
        except OSError:
            continue
        if str(folder) in line and "ffmpeg" in line:
            found.append(line)
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("stage", ["ingest", "render"])
def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(
    memecomp: Command, shot: Path, stage: str
) -> None:
    small_shot.make_pair(shot, small_shot.scenery(FRAMES))
    settings = ("--set", "export.gif=false", "--set", "align.time_offset=0")
    of_other_tests = children_of(os.getpid())
    if stage == "render":
        assert memecomp("run", shot, *settings, "--frames", "1-2").status == 0
    running = started("run", shot, "--json", *settings)
    assert running.stdout is not None
    for line in running.stdout:
        if f'"stage": "{stage}"' in line and '"kind": "progress"' in line:
            break
    time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=30)
    assert running.returncode not in (0, -signal.SIGINT)
    assert error.splitlines()[-1] == (
        "memecomp: stopped; what is finished is kept: run the same command to go on"
    )
    assert "Traceback" not in error
    assert ffmpegs_on(shot) == []
    assert children_of(os.getpid()) <= of_other_tests
    assert not [path for path in shot.rglob("*") if ".part" in path.name]
    made = sorted(shot.glob("composites/final.*.png"))
    for path in [*shot.glob("plates/*.png"), *made]:
        read_image(path)  # raises where it was cut off
    before = {path: path.stat().st_mtime_ns for path in made}

    said = memecomp("run", shot, "--json", *settings)
    assert said.status == 0, said.error
    redone = [path for path, when in before.items() if path.stat().st_mtime_ns != when]
    assert len(redone) <= 1  # the frame in hand
    assert len(list(shot.glob("composites/final.*.png"))) == FRAMES
    assert events(said)[-1]["kind"] == "end"

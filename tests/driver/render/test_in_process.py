"""The embedded engine without a process of its own is watched too."""

import os
import subprocess
import sys
from pathlib import Path

from ofx_helpers.media.look import look
from tests.driver.render.small_project import small_project

BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.png") }}
"""
HANGS = """
import threading
from driver.render.guard import GuardedMedia
write, never = GuardedMedia.write, threading.Event()
def hanging(self, path, *rest):
    if path.name == "f.0002.png":
        never.wait()
    return write(self, path, *rest)
GuardedMedia.write = hanging
from driver.cli.main import main
main()
"""


def test_what_hangs_is_left_behind_and_rendered_by_a_process(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=4)
    root = str(Path(__file__).resolve().parents[3])
    words = ("render", tmp_path / "a.ntp", "--engine", "embedded", "--silence", "0.7")
    done = subprocess.run(
        [sys.executable, "-c", HANGS, *map(str, words)],
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "frame 2: there is no file; the embedded engine was ended: no new frame" in done.stderr
    assert len(done.stdout.splitlines()) == 4
    for frame in (1, 2, 3, 4):
        assert not look(tmp_path / f"out/one.{frame:04d}.png").black

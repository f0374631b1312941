"""Names by the scheme for any render: the next version, gone on with where it was stopped."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.media.images import write_image
from tests.driver.cli.run_cli import Said, run_cli
from tests.driver.render.small_project import small_project

BODY = """{{ node("Read1", "Read", filename="[Project]/in.####.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.png") }}
"""
FIELDS = ("--scheme", "wiz,3,hero,glow")


class Bench:
    """A project of three frames, and the command."""

    def __init__(self, folder: Path, run: Callable[..., Said]) -> None:
        self.folder, self._run = folder, run
        small_project(folder, BODY, frames=3)
        for frame in (1, 2, 3):
            self.draw(frame, 77)

    def draw(self, frame: int, value: int) -> None:
        write_image(self.folder / f"in.{frame:04d}.png", np.full((6, 8, 3), value, np.uint8))

    def render(self, *words: str, project: str = "a.ntp") -> Said:
        return self._run("render", self.folder / project, "--engine", "embedded", *words)

    def names(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "out").glob("[!.]*"))


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bench:
    return Bench(tmp_path, lambda *words: run_cli(monkeypatch, capsys, *words))


def version(number: int, *frames: int) -> list[str]:
    return [f"WIZ_SC_03_HERO_GLOW_v{number:02d}.{frame:04d}.png" for frame in frames]


def test_each_finished_render_is_a_version_and_none_is_replaced(bench: Bench) -> None:
    assert bench.render(*FIELDS).status == 0
    assert bench.names() == version(1, 1, 2, 3)
    first = (bench.folder / "out" / version(1, 1)[0]).read_bytes()
    bench.draw(1, 99)
    assert bench.render(*FIELDS, "--overwrite").status == 0
    assert bench.names() == version(1, 1, 2, 3) + version(2, 1, 2, 3)
    assert (bench.folder / "out" / version(1, 1)[0]).read_bytes() == first
    assert not list((bench.folder / "out").glob(".*.claim"))


def test_a_version_that_lost_a_frame_is_gone_on_with_by_the_same_command(bench: Bench) -> None:
    good = (bench.folder / "in.0002.png").read_bytes()
    (bench.folder / "in.0002.png").write_bytes(good[:-14])
    words = (*FIELDS, "--on-error", "skip", "--tries", "0")
    assert bench.render(*words).status == 1
    assert bench.names() == version(1, 1, 3)
    assert bench.render(*words, "--frames", "1").status == 0  # another job has its own
    (bench.folder / "in.0002.png").write_bytes(good)
    said = bench.render(*words)
    assert "frames 1,3 are finished already" in said.error
    assert bench.names() == version(1, 1, 2, 3) + version(2, 1)
    assert bench.render(*words).status == 0
    assert bench.names()[-3:] == version(3, 1, 2, 3)


def test_a_render_that_cannot_begin_takes_no_version(bench: Bench) -> None:
    (bench.folder / "in.0002.png").unlink()
    (bench.folder / "in.0001.png").unlink()
    (bench.folder / "in.0003.png").unlink()
    assert bench.render(*FIELDS).status == 1
    assert not list((bench.folder / "out").glob("*"))


def test_a_nodes_files_have_the_name_too(bench: Bench) -> None:
    output = bench.folder / "look" / "any.####.exr"
    said = bench.render(*FIELDS, "--node", "Read1", "--output", str(output), "--frames", "2")
    assert said.status == 0, said.error
    assert [path.name for path in output.parent.glob("[!.]*")] == [
        "WIZ_SC_03_HERO_GLOW_v01.0002.exr"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scheme", "wiz,3"), "give project, scene, icon, fx with commas between"),
        ((*FIELDS, "--proxy", "0.5"), "leave --proxy out"),
        (FIELDS, "has Write1, Write2: choose with --writer"),
    ],
)
def test_what_the_scheme_cannot_name_is_a_sentence(
    bench: Bench, words: tuple[str, ...], said: str
) -> None:
    second = BODY.splitlines()[1].replace("Write1", "Write2").replace("one.", "two.")
    small_project(bench.folder, BODY + second, "b.ntp")
    told = bench.render(*words, project="b.ntp")
    assert told.status == 1
    assert said in told.error
    assert told.error.count("\n") == 1

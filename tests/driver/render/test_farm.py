"""A render as an Open Job Description job: checked and run by that specification's own program."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.render.farm import export
from ofx_helpers.media.images import read_image, write_image
from tests.driver.cli.run_cli import run_cli
from tests.driver.render.small_project import small_project

pytest.importorskip("openjd.cli", reason="needs openjd-cli")

ROOT = Path(__file__).resolve().parents[3]
BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/shots/one.####.png") }}
"""
FILM = """{{ node("Write2", "Write", Source="Read1", filename="[Project]/shots/two.mov") }}
"""
SEQUENCE = """{{ node("Read1", "Read", filename="[Project]/in.####.png", lastFrame=3) }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/shots/one.####.png") }}
"""
# As the worker of a farm would have it on its PATH; it notes how it was called.
MEMECOMP = """#!{python}
import sys
from pathlib import Path
with Path({log!r}).open("a") as log:
    print(*sys.argv[1:], file=log)
if {real}:
    sys.path.insert(0, {root!r})
    from driver.cli.main import main
    main()
"""


def openjd(folder: Path, *words: object, real: bool = True) -> "subprocess.CompletedProcess[str]":
    """`openjd WORDS…` with a memecomp on the PATH that logs to `folder`/calls."""
    program = folder / "bin/memecomp"
    program.parent.mkdir(exist_ok=True)
    log = str(folder / "calls")
    program.write_text(MEMECOMP.format(python=sys.executable, log=log, real=real, root=str(ROOT)))
    program.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "openjd", *map(str, words)],
        env=os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_job_renders_its_frames_in_chunks_wherever_its_folder_lies(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=9)
    export(tmp_path / "a.ntp", tmp_path / "job", chunk=3, engine="embedded")
    moved = (tmp_path / "job").rename(tmp_path / "elsewhere")
    (tmp_path / "in.png").rename(tmp_path / "gone.png")  # the job has its own
    template = moved / "template.json"
    checked = openjd(tmp_path, "check", template)
    assert checked.returncode == 0, checked.stdout
    ran = openjd(tmp_path, "run", template, "--step", "Frames", "-p", "Frames=1-3,7-9")
    assert ran.returncode == 0, ran.stdout
    source = read_image(tmp_path / "gone.png").pixels
    made = sorted((moved / "out").glob("*.png"))
    assert [path.name for path in made] == [f"one.{frame:04d}.png" for frame in (1, 2, 3, 7, 8, 9)]
    assert all((read_image(path).pixels[..., :3] == source).all() for path in made)
    calls = [line.split(" --frames ")[1].split()[0] for line in (tmp_path / "calls").open()]
    assert calls == ["1-3", "7-9"]


def test_a_frame_that_is_lost_fails_the_job(tmp_path: Path) -> None:
    small_project(tmp_path, BODY)
    export(tmp_path / "a.ntp", tmp_path / "job", engine="embedded")
    (tmp_path / "job/inputs/in.png").unlink()
    ran = openjd(tmp_path, "run", tmp_path / "job/template.json", "--step", "Frames")
    assert ran.returncode != 0
    assert "in.png does not exist" in ran.stdout


def test_paths_are_mapped_where_files_stay_in_their_place(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=5)
    export(tmp_path / "a.ntp", tmp_path / "job", in_place=True)
    values = json.loads((tmp_path / "job/parameter_values.json").read_text())["parameterValues"]
    assert values == [{"name": "Project", "value": str(tmp_path / "a.ntp")}]
    rule = {"source_path_format": "POSIX", "source_path": str(tmp_path)}
    rules = {
        "version": "pathmapping-1.0",
        "path_mapping_rules": [rule | {"destination_path": "/mnt/x"}],
    }
    words = (
        "-p",
        f"Project={tmp_path / 'a.ntp'}",
        "-p",
        "Chunk=3",
        "-p",
        f"OutputFolder={tmp_path}/o",
    )
    template = tmp_path / "job/template.json"
    ran = openjd(
        tmp_path, "run", template, *words, "--path-mapping-rules", json.dumps(rules), real=False
    )
    assert ran.returncode == 0, ran.stdout
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"render /mnt/x/a.ntp --frames {frames} --engine auto --out /mnt/x/o --writer Write1"
        for frames in ("1-3", "4,5")
    ]


def test_a_video_is_one_task_and_images_are_chunks(tmp_path: Path) -> None:
    small_project(tmp_path, BODY + FILM, frames=4)
    export(tmp_path / "a.ntp", tmp_path / "job", chunk=3)
    template = tmp_path / "job/template.json"
    assert openjd(tmp_path, "check", template).returncode == 0
    for step in ("Frames", "Videos"):
        assert openjd(tmp_path, "run", template, "--step", step, real=False).returncode == 0
    called = [line.split(" --frames ")[1] for line in (tmp_path / "calls").read_text().splitlines()]
    ends = [(words.split()[0], words.split()[-1]) for words in called]
    assert ends == [("1,2", "Write1"), ("3,4", "Write1"), ("1-4", "Write2")]


@pytest.mark.parametrize("in_place", [False, True])
def test_every_file_that_is_read_is_listed_with_size_and_hash(
    tmp_path: Path, in_place: bool
) -> None:
    small_project(tmp_path, BODY)
    export(tmp_path / "a.ntp", tmp_path / "job", in_place=in_place)
    names = ["a.ntp", "inputs/in.png"]
    if in_place:
        names = [str(tmp_path / "a.ntp"), str(tmp_path / "in.png")]
    listed = json.loads((tmp_path / "job/asset_references.json").read_text())["assetReferences"]
    assert listed["inputs"]["filenames"] == names
    assert listed["outputs"]["directories"] == ["out"]
    files = json.loads((tmp_path / "job/assets.json").read_text())["files"]
    assert [entry["path"] for entry in files] == names
    for entry in files:
        content = (tmp_path / "job" / entry["path"]).read_bytes()
        assert entry["size"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_missing_footage_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    small_project(tmp_path, SEQUENCE, frames=3)
    for frame in (1, 3):
        write_image(
            tmp_path / f"in.{frame:04d}.png", read_image(tmp_path / "in.png").pixels[..., :3]
        )
    with pytest.raises(MemecompError, match=rf"Read1: {tmp_path}/in.*has no file for frame"):
        export(tmp_path / "a.ntp", tmp_path / "job")
    assert not list(tmp_path.glob("*job*"))


def test_a_folder_that_stands_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_project(tmp_path, BODY)
    (tmp_path / "job").mkdir()
    said = run_cli(
        monkeypatch, capsys, "farm", "export", tmp_path / "a.ntp", "-o", tmp_path / "job"
    )
    assert said.status == 1
    assert said.error.startswith(
        f"memecomp: {tmp_path / 'job'} exists already: choose a new folder"
    )
    assert not list((tmp_path / "job").iterdir())

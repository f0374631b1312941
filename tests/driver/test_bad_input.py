"""Whatever is wrong with the input: one sentence, status 1, nothing half-written."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from driver.shot.paths import ShotPaths
from driver.state import State
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.images import read_image, write_image
from tests.driver.cli import small_shot
from tests.driver.cli.conftest import Command, done, finished, memecomp, pair, shot
from tests.driver.cli.run_cli import Said

__all__ = ["done", "finished", "memecomp", "pair", "shot"]

Failing = Callable[..., str]


@pytest.fixture
def fails(memecomp: Command) -> Failing:
    """Runs a command that must fail; gives its one sentence."""

    def run(*words: object) -> str:
        said: Said = memecomp(*words)
        assert said.status == 1, said
        sentence = said.error.splitlines()[-1]
        assert sentence.startswith("memecomp: ")
        assert said.error.count("memecomp: ") == 1
        assert "Traceback" not in said.error
        return sentence.removeprefix("memecomp: ")

    return run


def leftovers(folder: Path) -> list[Path]:
    """Temporary files, and images that cannot be read whole."""
    broken = [path for path in folder.rglob("*") if ".part" in path.name]
    for path in folder.rglob("*.png"):
        if path not in broken:
            read_image(path)  # raises where it was cut off
    return broken


def images(folder: Path, name: str = "d") -> Path:
    """The DVD as numbered images `name.####.png` in a folder of their own."""
    for number, frame in enumerate(small_shot.scenery(), 1):
        write_image(folder / f"{name}.{number:04d}.png", small_shot.dvd_of(frame))
    return folder


def test_a_truncated_video_is_named_with_the_frame_where_it_ends(
    fails: Failing, shot: Path
) -> None:
    video = small_shot.encode(shot / "dvd.mp4", map(small_shot.dvd_of, small_shot.scenery(60)))
    data = video.read_bytes()
    video.write_bytes(data[: len(data) * 6 // 10])
    sentence = fails("run", shot)
    assert f"dvd: {video} is cut off: it ends at frame " in sentence
    assert sentence.endswith("of 60; copy or make it again.")
    assert not (shot / "plates").exists()


def test_a_file_that_is_no_video_is_named(fails: Failing, shot: Path) -> None:
    (shot / "wide.mp4").write_text("not a film " * 100)
    assert f"wide: {shot / 'wide.mp4'} is no video that can be read" in fails("run", shot)


def test_a_missing_video_is_named(fails: Failing, shot: Path) -> None:
    (shot / "dvd.mp4").unlink()
    assert fails("run", shot) == f"dvd: {shot / 'dvd.mp4'} does not exist: check the path."


def test_an_image_of_another_size_is_named_with_both_sizes(fails: Failing, shot: Path) -> None:
    folder = images(shot / "frames")
    write_image(folder / "d.0004.png", np.zeros((42, 60, 3), np.uint8))
    small_shot.write_settings(shot, dvd={"path": "frames/d.####.png", "fps": 25.0})
    assert fails("run", shot) == (
        f"dvd: {folder / 'd.0004.png'} is 60×42 pixels, not 60×44: "
        "replace it by an image of the right size."
    )
    assert not (shot / "plates").exists()


def test_a_frame_missing_in_a_sequence_is_named(fails: Failing, shot: Path) -> None:
    (images(shot / "frames") / "d.0003.png").unlink()
    small_shot.write_settings(shot, dvd={"path": "frames", "fps": 25.0})
    assert "lacks frame 3 between 1 and 6: render or copy what is missing" in fails("run", shot)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("frames", "frames holds no numbered images: it needs files like frame.0001.png."),
        ("frames/d.####.png", "d.%04d.png exists: check the folder and the name."),
    ],
)
def test_an_empty_folder_is_named(fails: Failing, shot: Path, path: str, words: str) -> None:
    (shot / "frames").mkdir()
    small_shot.write_settings(shot, dvd={"path": path, "fps": 25.0})
    assert fails("run", shot).endswith(words)


@pytest.mark.parametrize("content", ["[]", "{", '{"shot": 3}', None])
def test_what_is_no_manifest_is_refused(
    fails: Failing, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "manifest.json"
    path.mkdir() if content is None else path.write_text(content)
    assert fails("run", "--from-manifest", path).endswith("give the manifest.json that a run wrote")


@pytest.mark.parametrize("content", ['{"stages": [1], "digests": {}}', "[]", "{"])
def test_a_broken_record_of_what_was_done_counts_as_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    assert State(path).stage("align") is None


def test_an_empty_shot_folder_says_how_to_begin(fails: Failing, tmp_path: Path) -> None:
    assert fails("run", tmp_path) == (
        f"{tmp_path / 'shot.toml'} does not exist: make it with 'memecomp init'"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_pair_that_does_not_match_is_refused(fails: Failing, shot: Path) -> None:
    others = map(small_shot.dvd_of, small_shot.scenery(seed=99))
    small_shot.encode(shot / "dvd.mp4", others)
    sentence = fails("run", shot)
    assert sentence.startswith("the DVD and the widescreen copy do not match: ")
    assert "check that both show the same shot, or set align.scale" in sentence
    assert not ShotPaths(shot).align_report.exists()
    assert not (shot / "aligned").exists()


def test_a_cut_inside_the_shot_is_named_with_its_frame(fails: Failing, shot: Path) -> None:
    frames = small_shot.scenery(4) + small_shot.scenery(4, seed=50)
    small_shot.encode(shot / "wide.mp4", map(small_shot.wide_of, frames))
    small_shot.encode(shot / "dvd.mp4", map(small_shot.dvd_of, frames))
    sentence = fails("run", shot)
    assert "has a cut inside the shot: another shot begins at frame 5" in sentence
    assert not (shot / "aligned").exists()


@pytest.mark.parametrize("model", ["none", "u2netp"])
def test_missing_weights_stop_the_run_before_it_starts(
    fails: Failing, shot: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(shot / "nowhere"))
    sentence = fails("run", shot, "--set", f"segment.model={model}")
    assert str(shot / "nowhere") in sentence
    assert sentence.endswith("Run: memecomp models pull realesr-animevideov3-x4")
    assert not (shot / "plates").exists()


def test_a_broken_weight_file_is_named(
    fails: Failing, shot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import weights

    listed = weights.weight("realesr-animevideov3-x4").files
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(shot / "weights"))
    (shot / "weights").mkdir()
    for file in listed:
        (shot / "weights" / file.name).write_bytes(b"not it")
    sentence = fails("run", shot)
    assert f"{shot / 'weights' / listed[0].name} is not the file that" in sentence
    assert "Delete it and run: memecomp models pull" in sentence


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("bands.weights=realesr-anime-x4", "Did you mean 'realesr-animevideov3-x4'"),
        ("bands.backend=openvin", "Did you mean 'openvino'"),
        ("face.asset=nobody.jpg", "nobody.jpg does not exist: correct the path"),
        ("segment.face_mask=no.png", "no.png does not exist: correct the path"),
        ('inpaint.prompt="a wizard"', "names the subject ('wizard')"),
    ],
)
def test_what_a_late_stage_would_refuse_is_refused_first(
    fails: Failing, shot: Path, assignment: str, words: str
) -> None:
    assert words in fails("run", shot, "--set", assignment)
    assert not (shot / "plates").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[bands]\nfacter = 4", "unknown setting 'bands.facter' (did you mean 'bands.factor'?)"),
        ("[band]\nfactor = 4", "unknown setting 'band' (did you mean 'bands'?)"),
        ("[bands]\nfactor = 'four'", "bands.factor: should be a whole number, not 'four'"),
        ("[seam]\nmode = 'poison'", "seam.mode: should be 'crossfade' or 'poisson', not 'poison'"),
        ("[canvas]\nwidth = 999999", "canvas.width: should be less than or equal to 16384"),
        ("[bands\n", "is not valid TOML: "),
    ],
)
def test_a_typo_in_the_settings_is_named_with_the_file(
    fails: Failing, shot: Path, text: str, words: str
) -> None:
    (shot / "shot.toml").write_text(f"{text}\n")
    sentence = fails("run", shot)
    assert sentence.startswith(str(shot / "shot.toml"))
    assert words in sentence
    assert not (shot / ".memecomp").exists()


def test_a_canvas_of_another_size_than_the_kept_plate_is_refused(
    fails: Failing, done: Path
) -> None:
    sentence = fails("run", done, "--set", "canvas.width=300")
    assert "is 320×176, but the canvas is now 300×176" in sentence
    assert sentence.endswith("--redo inpaint")


def test_a_shot_below_a_file_says_so(fails: Failing, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sentence = fails("init", tmp_path / "file" / "shot")
    assert "shot.toml: a part of its path is a file, not a folder" in sentence


def refusing(number: int, *, after: int = 0, suffix: str = "") -> Callable[..., None]:
    """An `os.replace` that fails with an error number, once it has moved `after` files."""
    moved = 0
    real = os.replace

    def replace(source: str | Path, target: str | Path) -> None:
        nonlocal moved
        if str(target).endswith(suffix):
            moved += 1
            if moved > after:
                raise OSError(number, os.strerror(number), str(target))
        real(source, target)

    return replace


REFUSALS = [
    (errno.ENOSPC, "the disk is full: free some space"),
    (errno.EACCES, "no permission: choose another folder or change its rights"),
    (errno.EROFS, "the disk is read-only: choose another folder"),
]


@pytest.mark.parametrize(("number", "words"), REFUSALS)
def test_a_disk_that_refuses_is_one_sentence_and_leaves_whole_files(
    fails: Failing, shot: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    monkeypatch.setattr(os, "replace", refusing(number, after=3, suffix=".png"))
    sentence = fails("run", shot)
    assert words in sentence
    assert str(shot / "plates") in sentence
    assert leftovers(shot) == []
    assert len(list((shot / "plates").glob("*.png"))) == 3


def test_a_shot_folder_that_may_not_be_written_to_is_named(
    fails: Failing, shot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_bytes

    def refuse(self: Path, data: bytes) -> int:
        if shot in self.parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    sentence = fails("run", shot)
    assert sentence.startswith(f"{shot} cannot be written to: no permission")
    assert not (shot / "plates").exists()


def test_a_disk_that_fills_up_mid_write_leaves_no_part_of_a_file(
    fails: Failing, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in (done / "composites").iterdir()}
    real = Path.write_bytes

    def half(self: Path, data: bytes) -> int:
        if "composites" in self.parts:  # a frame is written in a folder of the render first
            real(self, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", half)
    sentence = fails("run", done, "--only", "render", "--redo", "render")
    assert "the disk is full: free some space" in sentence
    assert leftovers(done) == []
    assert {path: path.read_bytes() for path in before} == before


def test_a_disk_that_is_full_under_ffmpeg_keeps_the_old_video(
    fails: Failing, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (done / "final.mp4").read_bytes()
    full = tmp_path / "ffmpeg"
    # An encoder whose every output is the device that is always full.
    full.write_text(
        "#!/bin/sh\n"
        'for word; do case "$word" in *.part.mp4) last=1;; esac; done\n'
        f'[ "$last" ] || exec "{find_ffmpeg().path}" "$@"\n'
        f'exec "{find_ffmpeg().path}" "$@" -y -c:v rawvideo -f rawvideo /dev/full\n'
    )
    full.chmod(0o755)
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    monkeypatch.setenv("MEMECOMP_FFMPEG", str(full))
    sentence = fails("run", done, "--only", "export", "--redo", "export")
    assert sentence.startswith(f"export: Cannot write {done / 'final.mp4'}: ")
    assert "the disk is full" in sentence
    assert leftovers(done) == []
    assert (done / "final.mp4").read_bytes() == before


def test_a_damaged_intermediate_is_named(fails: Failing, done: Path) -> None:
    plate = done / "aligned" / "wide.0002.png"
    whole = plate.read_bytes()
    plate.unlink()  # it may be a link to the plate
    plate.write_bytes(whole[: len(whole) // 2])
    sentence = fails("run", done, "--only", "render")
    assert "wide.0002.png ends too early: it was cut off; make or copy it again" in sentence
    assert leftovers(done / "composites") == []


def test_a_lost_file_in_the_finished_shot_is_made_again(memecomp: Command, done: Path) -> None:
    expected = read_image(done / "composites" / "final.0003.png").pixels
    shutil.rmtree(done / "composites")
    assert memecomp("run", done).status == 0
    assert np.array_equal(read_image(done / "composites" / "final.0003.png").pixels, expected)

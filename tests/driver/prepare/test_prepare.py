"""What is measured on footage and made from it before a template is filled."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from driver.batch.jobs import Wanted, read_batch
from driver.batch.work import How, work
from driver.errors import MemecompError
from driver.prepare import prepared
from driver.prepare.dominant import dominant_colours
from driver.prepare.footage import open_footage
from driver.project.template import load_template
from driver.render.choose import renderer
from driver.shot.colour import to_srgb
from ofx_helpers.media.video_writer import VideoWriter
from tests.driver.cli.run_cli import run_cli

TEMPLATE = """
help = "A test."
{prepare}
[parameters.width]
type = "int"
measured = "{measured}"
help = "Width."
[parameters.fps]
type = "float"
default = 25
measured = "file.fps"
help = "Rate."
[parameters.file]
type = "file"
help = "Footage."
"""


def images(folder: Path, first: int, count: int) -> Path:
    for frame in range(first, first + count):
        Image.fromarray(np.full((6, 10, 3), frame, np.uint8)).save(folder / f"a.{frame:04}.png")
    return folder / "a.####.png"


def video(path: Path, frames: int = 5, rate: int = 30) -> Path:
    with VideoWriter(path, (64, 48), Fraction(rate)) as writer:
        for level in range(frames):
            writer.write(np.full((48, 64, 3), 40 * level, np.uint8))
    return path


def test_images_have_size_and_numbers_and_no_rate(tmp_path: Path) -> None:
    found = open_footage(images(tmp_path, 7, 3), tmp_path)
    assert (found.width, found.height, found.first, found.last, found.fps) == (10, 6, 7, 9, None)
    assert (found.rgb(8) == 8).all()


def test_a_videos_frames_count_from_1_and_have_a_rate(tmp_path: Path) -> None:
    found = open_footage("[Project]/" + video(tmp_path / "v.mp4").name, tmp_path)
    assert (found.width, found.height, found.first, found.last, found.fps) == (64, 48, 1, 5, 30)
    for frame in (1, 3, 5):
        assert found.rgb(frame).mean() == pytest.approx(40 * (frame - 1), abs=3)


def test_one_picture_is_one_frame_and_is_made_8_bit(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 5), 300 * 128, np.uint16)).save(tmp_path / "s.png")
    found = open_footage(tmp_path / "s.png", tmp_path)
    assert (found.first, found.last) == (1, 1)
    assert found.rgb(1).shape == (4, 5, 3)
    assert (found.rgb(1) == 150).all()


def test_size_frames_and_rate_are_measured_and_what_is_given_stays(tmp_path: Path) -> None:
    template = load_template("glow")
    given = {"source_file": str(video(tmp_path / "v.mp4")), "last": 3}
    found = prepared(template, given, tmp_path / "a.ntp")
    assert found == {
        **given, "canvas_width": 64, "canvas_height": 48, "first": 1, "last": 3, "fps": 30.0,
    }  # fmt: skip


def test_the_first_entry_of_a_list_is_measured(tmp_path: Path) -> None:
    given = {"layers": [{"file": str(images(tmp_path, 4, 2)), "distance": 3}]}
    found = prepared(load_template("defocus"), given, tmp_path / "a.ntp")
    assert (found["canvas_width"], found["first"], found["last"]) == (10, 4, 5)
    assert "fps" not in found  # images have none: its default counts


def test_layers_give_the_first_ones_size_and_the_frames_of_all_that_move(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((7, 9, 3), np.uint8)).save(tmp_path / "still.png")
    files = [tmp_path / "still.png", video(tmp_path / "v.mp4", 5), images(tmp_path, 3, 4)]
    given = {"layers": [{"file": str(file)} for file in files]}
    found = prepared(load_template("multi_layer"), given, tmp_path / "a.ntp")
    assert (found["canvas_width"], found["canvas_height"]) == (9, 7)
    assert (found["first"], found["last"], found["fps"]) == (3, 5, 30.0)
    late = {"layers": [{"file": str(files[1])}, {"file": str(images(tmp_path, 60, 2))}]}
    for frame in range(3, 7):
        (tmp_path / f"a.{frame:04}.png").unlink()
    with pytest.raises(MemecompError, match="no frame in common: 1 to 5, 60 to 61"):
        prepared(load_template("multi_layer"), late, tmp_path / "a.ntp")


def make(folder: Path, measured: str = "file.width", prepare: str = "") -> Path:
    (folder / "t").mkdir()
    text = TEMPLATE.format(measured=measured, prepare=prepare)
    (folder / "t" / "template.toml").write_text(text)
    return folder / "t"


def test_a_measure_that_names_nothing_is_refused_with_the_near_ones(tmp_path: Path) -> None:
    template = load_template(str(make(tmp_path, "file.widht")))
    with pytest.raises(MemecompError, match=r"'file.widht' names nothing. Near: file.width"):
        prepared(template, {"file": "x.png"}, tmp_path / "a.ntp")


def test_only_known_names_prepare(tmp_path: Path) -> None:
    template = load_template(str(make(tmp_path, prepare='prepare = "os.system"')))
    with pytest.raises(MemecompError, match=r"prepares 'os\.system'"):
        prepared(template, {"width": 1, "fps": 2}, tmp_path / "a.ntp")


def test_missing_footage_is_said(tmp_path: Path) -> None:
    for name in ("none.mp4", "none.####.png"):
        with pytest.raises(MemecompError, match=name):
            prepared(load_template("glow"), {"source_file": name}, tmp_path / "a.ntp")


def test_dominant_colours_are_the_most_frequent_first_and_repeat() -> None:
    picture = np.full((60, 80, 3), (20, 120, 200), np.uint8)
    picture[:20] = (200, 180, 40)
    picture[:5, :10] = (250, 0, 250)
    noise = np.random.default_rng(2).integers(-6, 7, picture.shape)
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    found = dominant_colours([picture], 2)
    assert np.abs(255 * to_srgb(found[0]) - (20, 120, 200)).max() < 7
    assert np.abs(255 * to_srgb(found[1]) - (200, 180, 40)).max() < 7
    assert found == dominant_colours([picture], 2)


def test_one_plain_colour_is_enough() -> None:
    found = dominant_colours([np.full((3, 3, 3), 128, np.uint8)], 4)
    assert len(found) == 1
    assert 255 * to_srgb(found[0][0]) == pytest.approx(128, abs=0.01)


def test_the_command_needs_nothing_but_the_footage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    images(tmp_path, 3, 2)
    said = run_cli(
        monkeypatch, capsys, "template", "render", "multi_layer", "-o", "made/a.ntp",
        "--set", 'layers=[{"file": "a.####.png", "key": "dominant"}]',
    )  # fmt: skip
    assert said.status == 0, said.error
    assert "layer 1: 1 dominant colour(s) of 2 frame(s)" in said.error
    text = (tmp_path / "made" / "a.ntp").read_text()
    assert "[Project]/../a.####.png" in text
    shown = run_cli(monkeypatch, capsys, "template", "show", "defocus").out
    assert "canvas_width (int, at least 1; measured on layers.file)" in shown
    assert "    distance (float, at least 0.01; must be given)" in shown


def test_a_list_in_a_file_of_values_counts_its_files_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shots").mkdir()
    images(tmp_path / "shots", 1, 1)
    (tmp_path / "shots" / "v.toml").write_text(
        'layers = [{file = "a.####.png", distance = 2}]\nfocus_distance = 4\n'
    )
    monkeypatch.chdir(tmp_path)
    said = run_cli(
        monkeypatch, capsys, "template", "render", "defocus", "--values", "shots/v.toml",
        "-o", "a.ntp",
    )  # fmt: skip
    assert said.status == 0, said.error
    assert "[Project]/shots/a.####.png" in (tmp_path / "a.ntp").read_text()


def test_a_batch_measures_each_row(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    images(tmp_path / "one", 1, 2)
    images(tmp_path / "two", 8, 3)
    jobs = tmp_path / "jobs.csv"
    jobs.write_text("name,source_file\none,one/a.####.png\ntwo,two/a.####.png\n")
    batch = read_batch(jobs, Wanted(template="glow", output="{name}.####.png"))
    result = work(batch, How(renderer=renderer("embedded"), on_event=lambda event: None))
    assert result.failed == {}
    made = sorted(path.name for path in tmp_path.glob("*.png"))
    assert made == [*(f"one.{n:04}.png" for n in (1, 2)), *(f"two.{n:04}.png" for n in (8, 9, 10))]

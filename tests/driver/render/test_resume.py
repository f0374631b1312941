"""What is finished is kept, by content; what is not ours is never replaced unasked."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.project.assign import assign
from driver.project.boost import child_of
from driver.project.document import read
from driver.render import trusted
from driver.render.base import Engine, RenderJob
from driver.render.trusted import Outcome
from ofx_helpers.media.images import read_image, write_image
from tests.driver.render.small_project import small_project

BODY = """{{ node("Read1", "Read", filename="[Project]/seq.####.png", lastFrame=3) }}
{{ node("Grade1", "Grade", Source="Read1", multiply=[0.5, 0.5, 0.5, 1]) }}
{{ node("Write1", "Write", Source="Grade1", filename="[Project]/out/one.####.png") }}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three frames of a sequence through a Grade."""
    small_project(tmp_path, BODY, frames=3)
    for frame in (1, 2, 3):
        footage(tmp_path, frame, 60 * frame)
    return tmp_path / "a.ntp"


def footage(folder: Path, frame: int, value: int) -> None:
    write_image(folder / f"seq.{frame:04d}.png", np.full((6, 8, 3), value, np.uint8))


def rendered(project: Path, **job: Any) -> Outcome:
    outcome = trusted.render(RenderJob(project=project, **job), Engine(kind="embedded"))
    outcome.require()
    return outcome


def out(project: Path, frame: int) -> Path:
    return project.parent / f"out/one.{frame:04d}.png"


def test_a_second_render_makes_nothing_and_overwrite_makes_all(project: Path) -> None:
    assert rendered(project).done == [1, 2, 3]
    before = [out(project, frame).stat().st_mtime_ns for frame in (1, 2, 3)]
    again = rendered(project)
    assert (again.done, again.kept) == ([], [1, 2, 3])
    assert before == [out(project, frame).stat().st_mtime_ns for frame in (1, 2, 3)]
    assert rendered(project, overwrite=True).done == [1, 2, 3]


def test_a_changed_input_costs_its_own_frame_and_its_time_costs_nothing(project: Path) -> None:
    rendered(project)
    for frame in (1, 2, 3):
        os.utime(project.parent / f"seq.{frame:04d}.png", (1, 1))
    assert rendered(project).done == []
    stat = (project.parent / "seq.0002.png").stat()
    footage(project.parent, 2, 121)
    os.utime(project.parent / "seq.0002.png", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert rendered(project).done == [2]


def test_a_changed_parameter_costs_all_and_a_moved_node_none(project: Path) -> None:
    rendered(project)
    document = read(project)
    for place in document.root.iterfind("ProjectGui/NodesGui/item/X_position"):
        place.text = "77"
    child_of(document.project, "Timeline_current_time").text = "3"
    document.write(project)
    assert rendered(project).done == []
    assign(document, ["Grade1.mix=0.25"])
    document.write(project)
    assert rendered(project).done == [1, 2, 3]


def test_a_missing_or_damaged_frame_is_made_again(project: Path) -> None:
    rendered(project)
    out(project, 1).unlink()
    data = out(project, 3).read_bytes()
    out(project, 3).write_bytes(data[: len(data) - 9])
    outcome = rendered(project)
    assert (outcome.done, outcome.kept) == ([1, 3], [2])
    assert out(project, 3).read_bytes() == data


@pytest.mark.parametrize("after", ["before any render", "painted over since"])
def test_a_file_that_is_not_ours_is_refused_before_the_first_frame(
    project: Path, after: str
) -> None:
    if after == "painted over since":
        rendered(project)
        out(project, 1).unlink()
    write_image(out(project, 2), np.full((6, 8, 3), 9, np.uint8))
    with pytest.raises(MemecompError, match=r"one\.0002\.png is there already.*--overwrite"):
        rendered(project)
    assert not out(project, 1).exists()
    assert read_image(out(project, 2)).pixels[0, 0, 0] == 9
    assert rendered(project, overwrite=True).done == [1, 2, 3]


def test_a_journal_that_was_cut_off_loses_its_last_line_only(project: Path) -> None:
    rendered(project)
    journal = out(project, 1).parent / ".memecomp/rendered.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    with pytest.raises(MemecompError, match=r"is there already"):  # its maker is not known now
        rendered(project)
    lost = [frame for frame in (1, 2, 3) if f"one.000{frame}" in _complaint(project)]
    assert len(lost) == 1
    out(project, lost[0]).unlink()
    assert rendered(project).done == lost
    assert rendered(project).done == []


def _complaint(project: Path) -> str:
    with pytest.raises(MemecompError) as error:
        rendered(project)
    return str(error.value)


def test_a_frame_that_is_read_at_another_time_is_one_that_counts(tmp_path: Path) -> None:
    body = BODY.replace(
        '{{ node("Grade1"',
        '{{ node("Later", "timeOffset", Source="Read1", timeOffset=-1) }}\n{{ node("Grade1"',
    ).replace('Source="Read1", multiply', 'Source="Later", multiply')
    small_project(tmp_path, body, frames=2)
    for frame in (1, 2, 3):
        footage(tmp_path, frame, 60 * frame)
    assert rendered(tmp_path / "a.ntp").done == [1, 2]
    footage(tmp_path, 3, 33)
    assert rendered(tmp_path / "a.ntp").done == [2]
    footage(tmp_path, 1, 33)
    assert rendered(tmp_path / "a.ntp").done == []


def test_the_shape_of_the_first_files_pixels_counts_for_all_frames(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=2)
    for frame in (1, 2):
        footage(tmp_path, frame, 60 * frame)
    assert rendered(tmp_path / "a.ntp").done == [1, 2]
    first = tmp_path / "seq.0001.png"
    write_image(first, read_image(first).pixels, aspect=2.0)
    assert rendered(tmp_path / "a.ntp").done == [1, 2]

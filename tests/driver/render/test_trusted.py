"""What every renderer promises, shown with the embedded engine: videos, views, proxies, several
processes, statistics, placeholders, events.
"""

import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.events import Event
from driver.project.boost import text_of
from driver.project.document import read
from driver.render import trusted
from driver.render.base import Chunk, Engine, RenderJob
from driver.render.chunk import machine, render_chunk
from driver.render.placeholder import write_placeholder
from driver.render.trusted import Outcome
from ofx_helpers.media.images import read_image, write_image
from ofx_helpers.media.look import look, look_at_film
from ofx_helpers.media.video_writer import VideoWriter
from tests.driver.render.small_project import small_project
from tests.driver.render.stand_in import stand_in

BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Dim", "Grade", Source="Read1", multiply=[0.5, 0.5, 0.5, 1]) }}
{{ node("Write1", "Write", Source="Dim", filename="[Project]/out/one.####.png") }}
"""
FILM = BODY.replace("one.####.png", "one.mov")


def rendered(project: Path, **job: Any) -> Outcome:
    outcome = trusted.render(RenderJob(project=project, **job), Engine(kind="embedded"))
    outcome.require()
    return outcome


def test_processes_at_once_give_the_same_files_as_none(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=4)
    assert rendered(tmp_path / "a.ntp", folder=tmp_path / "here").runs == 1
    outcome = rendered(tmp_path / "a.ntp", folder=tmp_path / "there", jobs=2, stats=True)
    assert (outcome.runs, outcome.done) == (2, [1, 2, 3, 4])
    assert {item.node for item in outcome.times} == {"Read1", "Dim"}
    for frame in (1, 2, 3, 4):
        name = f"one.{frame:04d}.png"
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_a_chunk_can_be_sent_elsewhere_and_rendered_twice(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=4)
    sent: list[bytes] = []

    def spread(todo: list[Chunk], **_: Any) -> Any:
        sent.extend(pickle.dumps(chunk) for chunk in todo)
        for data in sent:
            chunk = pickle.loads(data)
            yield chunk, pickle.loads(pickle.dumps(render_chunk(chunk)))

    job = RenderJob(project=tmp_path / "a.ntp", chunk=2, isolate=False)
    heard: list[int] = []
    outcome = trusted.render(job, Engine(kind="embedded"), spread)
    assert (len(sent), outcome.done) == (1, [1, 2, 3, 4])
    assert render_chunk(pickle.loads(sent[0])).done == (1, 2, 3, 4)
    assert rendered(tmp_path / "a.ntp", on_frame=heard.append).kept == [1, 2, 3, 4]
    assert heard == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_videos_frames_are_counted_and_a_finished_one_is_kept(tmp_path: Path, jobs: int) -> None:
    small_project(tmp_path, FILM, frames=5)
    heard: list[Event] = []
    assert rendered(tmp_path / "a.ntp", jobs=jobs, on_event=heard.append).done == [1, 2, 3, 4, 5]
    drawn = [(event.done, event.total) for event in heard if event.kind == "progress"]
    assert drawn == [(done, 5) for done in range(6)]  # a film's frames are whole at its end only
    kinds = [event.kind for event in heard]
    assert kinds.index("frame") > kinds.index("progress") + 5
    assert look_at_film(tmp_path / "out/one.mov").frames == 5
    assert rendered(tmp_path / "a.ntp").kept == [1, 2, 3, 4, 5]
    write_image(tmp_path / "in.png", np.full((6, 8, 3), 77, np.uint8))
    assert rendered(tmp_path / "a.ntp").done == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("frames", "faults", "runs", "said"),
    [
        (5, {"truncate": {"0": 1}}, 2, ""),
        (4, {}, 3, "it holds 4 frames, not 5"),
        (5, {"truncate": {"0": 99}}, 3, "it holds "),
    ],
)
def test_natrons_video_is_judged_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    frames: int,
    faults: dict[str, Any],
    runs: int,
    said: str,
) -> None:
    natron = stand_in(tmp_path, monkeypatch, body=FILM)
    from fractions import Fraction

    with VideoWriter(tmp_path / "film.mov", (8, 6), Fraction(25)) as film:
        for _ in range(frames):
            film.write(np.full((6, 8, 3), 99, np.uint8))
    monkeypatch.setenv("STAND_IN_FILM", str(tmp_path / "film.mov"))
    natron.faults(**faults)
    outcome = natron.render()
    assert len(natron.runs()) == outcome.runs == runs
    assert (tmp_path / "out/one.mov").exists() == (said == "")
    assert all(said in lost.reason for lost in outcome.lost)
    assert len(outcome.lost) == (5 if said else 0)


def test_each_view_has_its_file_and_its_footage(tmp_path: Path) -> None:
    body = """{{ node("Read1", "Read", filename="[Project]/in.%V.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/%v/one.%V.####.png") }}
"""
    document = small_project(tmp_path, body)
    _with_views(document.path, "Left", "Right")
    for value, view in ((50, "Left"), (200, "Right")):
        write_image(tmp_path / f"in.{view}.png", np.full((6, 8, 3), value, np.uint8))
    assert rendered(tmp_path / "a.ntp", writers=["Write1"]).done == [1, 2]
    for value, name in ((50, "L/one.Left"), (200, "R/one.Right")):
        pixels = read_image(tmp_path / f"out/{name}.0002.png").pixels
        assert (pixels[..., :3] == value).all()
    (tmp_path / "in.Right.png").unlink()
    with pytest.raises(MemecompError, match=r"in\.Right\.png does not exist"):
        rendered(tmp_path / "a.ntp", overwrite=True)


def test_joined_views_and_one_view_are_followed(tmp_path: Path) -> None:
    body = """{{ node("Dark", "Read", filename="[Project]/dark.png") }}
{{ node("Light", "Read", filename="[Project]/light.png") }}
{{ node("Both", "JoinViews", Main="Dark") }}
{{ node("Same", "OneView", Source="Both") }}
{{ node("Write1", "Write", Source="Both", filename="[Project]/out/one.%V.####.png") }}
{{ node("Write2", "Write", Source="Same", filename="[Project]/out/two.%V.####.png") }}
"""
    _joined(small_project(tmp_path, body, frames=1).path)
    for value, name in ((50, "dark"), (200, "light")):
        write_image(tmp_path / f"{name}.png", np.full((6, 8, 3), value, np.uint8))
    rendered(tmp_path / "a.ntp")
    values = {
        path.name: int(read_image(path).pixels[0, 0, 0])
        for path in (tmp_path / "out").glob("*.png")
    }
    assert values == {
        "one.Left.0001.png": 50,
        "one.Right.0001.png": 200,
        "two.Left.0001.png": 50,
        "two.Right.0001.png": 50,
    }


def test_nodes_of_two_views_get_both_whoever_asks(tmp_path: Path) -> None:
    body = """{{ node("Dark", "Read", filename="[Project]/dark.png") }}
{{ node("Light", "Read", filename="[Project]/light.png") }}
{{ node("Both", "JoinViews", Main="Dark") }}
{{ node("Beside", "sideBySide", Source="Both") }}
{{ node("Swapped", "sideBySide", Source="Both", view1="right", view2="left") }}
{{ node("Write1", "Write", Source="Beside", filename="[Project]/out/one.####.png",
        formatType="project") }}
"""
    project = _joined(small_project(tmp_path, body, frames=1).path)
    for value, name in ((50, "dark"), (200, "light")):
        write_image(tmp_path / f"{name}.png", np.full((6, 4, 3), value, np.uint8))
    rendered(project)
    assert read_image(tmp_path / "out/one.0001.png").pixels[0, ::4, 0].tolist() == [50, 200]
    # It is above no writer.
    rendered(project, node="Swapped", output=tmp_path / "out/two.####.png")
    assert read_image(tmp_path / "out/two.0001.png").pixels[0, ::4, 0].tolist() == [200, 50]


def test_natron_renders_all_views_of_a_writer_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = BODY.replace("one.####", "one.%V.####")
    natron = stand_in(tmp_path, monkeypatch, body=body, frames=2)
    _with_views(natron.project, "Left", "Right")
    monkeypatch.setenv("STAND_IN_VIEWS", "Left,Right")
    assert natron.render().done == [1, 2]
    assert natron.runs() == [[1, 2]]
    assert natron.starts[0]["words"][:2] == ["-w", "Write1"]
    assert len(list((tmp_path / "out").glob("one.*.000[12].png"))) == 4


def _joined(project: Path) -> Path:
    """The project with the views Left and Right, which its JoinViews has from Dark and Light."""
    _with_views(project, "Left", "Right")
    text = project.read_text()
    pair = "<first>{}</first>\n\t\t\t\t\t<second>{}</second>"
    assert pair.format("Main", "Dark") in text
    item = f"</item>\n<item>{pair.format('Right', 'Light')}"
    text = text.replace(pair.format("Main", "Dark"), pair.format("Left", "Dark") + item)
    project.write_text(text)
    return project


def _with_views(project: Path, *views: str) -> None:
    document = read(project)
    knob = next(k for k in document.project.iterfind("item") if text_of(k, "Name") == "frameRate")
    from copy import deepcopy

    added = deepcopy(knob)
    for tag, text in (("Name", "viewsList"), ("Type", "Path")):
        found = added.find(tag)
        assert found is not None
        found.text = text
    value = added.find("item/Value")
    assert value is not None
    value.text = "".join(f"<Name>{view}</Name>" for view in views)
    knob.addnext(added)
    count = document.project.find("ProjectKnobsCount")
    if count is not None:
        count.text = str(int(count.text or 0) + 1)
    document.write(project)


@pytest.mark.parametrize("kind", ["embedded", "natron"])
def test_a_proxy_is_the_picture_scaled_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "natron":
        monkeypatch.setenv("STAND_IN_SIZE", "4x3")
        natron = stand_in(tmp_path, monkeypatch, body=BODY, frames=1)
        assert natron.render(proxy=0.5).done == [1]
    else:
        small_project(tmp_path, BODY, frames=1)
        write_image(tmp_path / "in.png", np.full((6, 8, 3), 200, np.uint8))
        rendered(tmp_path / "a.ntp", proxy=0.5)
        rendered(tmp_path / "a.ntp")
        full = read_image(tmp_path / "out/one.0001.png").pixels
        small = read_image(tmp_path / "out/proxy-0.5/one.0001.png").pixels
        assert np.abs(small[1, 2].astype(int) - full[3, 4]).max() <= 1
    assert look(tmp_path / "out/proxy-0.5/one.0001.png").size == (4, 3)
    assert sorted(path.name for path in tmp_path.glob(".memecomp*")) == []


def test_natrons_own_statistics_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    natron = stand_in(tmp_path, monkeypatch, frames=2)
    (time,) = natron.render(stats=True).times
    assert (time.node, time.seconds, time.calls) == ("Blur1", 0.5, 2)


def test_a_placeholder_says_so_and_is_never_taken_for_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    natron = stand_in(tmp_path, monkeypatch, frames=2)
    natron.faults(black={2: 99})
    outcome = natron.render(on_error="placeholder")
    assert [lost.frame for lost in outcome.lost] == [2]
    with pytest.raises(MemecompError, match=r"frame 2 of Write1 was not rendered"):
        outcome.require()
    found = look(natron.file(2))
    assert (found.size, found.channels, found.black) == ((8, 6), 4, False)
    natron.faults()
    assert natron.render().done == [2]


def test_a_placeholder_of_a_real_size_shows_stripes_and_letters(tmp_path: Path) -> None:
    for name, channels in (("a.png", 4), ("a.exr", 3), ("a.jpg", 3)):
        path = tmp_path / name
        assert write_placeholder(path, 12, "it is black, though in.png is", (640, 360), channels)
        pixels = read_image(path).pixels[..., :3].astype(float)
        top = pixels.max()
        assert (pixels[180] > 0.9 * top).all(axis=1).any()  # white letters
        assert ((pixels[10, :, 0] > 2 * pixels[10, :, 1]).mean()) > 0.3  # red stripes
    assert not write_placeholder(tmp_path / "a.dpx", 1, "x", (64, 36), 3)


def test_events_tell_of_start_frames_and_end(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=2)
    heard: list[Event] = []
    rendered(tmp_path / "a.ntp", on_event=heard.append, stats=True)
    assert [event.kind for event in heard[:1]] == ["start"]
    frames = [event for event in heard if event.kind == "frame"]
    assert [(event.done, event.total) for event in frames] == [(1, 2), (2, 2)]
    assert sorted(event.frame or 0 for event in frames) == [1, 2]
    assert [event.kind for event in heard[-4:]] == ["node", "node", "done", "end"]
    line = json.loads(json.dumps(Event(kind="frame", stage="a", frame=0, done=1).plain()))
    assert line["frame"] == 0


def test_what_a_killed_render_left_is_taken_away(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=1)
    hidden = tmp_path / "out/.memecomp"
    dead, alive = (hidden / f"{machine()}-{pid}-abcd" for pid in (2**22 + 1, os.getpid()))
    for folder in (dead, alive):
        folder.mkdir(parents=True)
        (folder / "f.0001.png").touch()
    rendered(tmp_path / "a.ntp")
    assert not dead.exists()
    assert alive.exists()


def test_a_frame_that_fails_in_the_engine_stops_or_is_skipped(tmp_path: Path) -> None:
    body = BODY.replace("in.png", "seq.####.png").replace(
        'seq.####.png"', 'seq.####.png", lastFrame=4'
    )
    small_project(tmp_path, body, frames=4)
    for frame in (1, 2, 3, 4):
        write_image(tmp_path / f"seq.{frame:04d}.png", np.full((6, 8, 3), 77, np.uint8))
    data = (tmp_path / "seq.0002.png").read_bytes()
    (tmp_path / "seq.0002.png").write_bytes(data[:-14])
    for jobs in (1, 2):
        job = RenderJob(
            project=tmp_path / "a.ntp",
            on_error="skip",
            jobs=jobs,
            tries=1,
            folder=tmp_path / f"jobs{jobs}",
        )
        outcome = trusted.render(job, Engine(kind="embedded"))
        assert outcome.done == [1, 3, 4]
        assert [lost.frame for lost in outcome.lost] == [2]
        assert "seq.0002.png" in outcome.lost[0].reason
    with pytest.raises(MemecompError, match=r"frame 2 of Write1 .*seq\.0002\.png"):
        rendered(tmp_path / "a.ntp")

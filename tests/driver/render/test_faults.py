"""Each way in which NatronRenderer goes wrong, and what becomes of the job: attempts, frames, and
no process left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.project.document import read
from driver.project.edit import set_param
from ofx_helpers.engine.curve import Curve, Key
from ofx_helpers.media.images import write_image
from ofx_helpers.media.look import look
from tests.driver.render.stand_in import BODY, QUICK, StandIn, stand_in

ALL = [1, 2, 3, 4, 5]


def processes_of(folder: Path) -> list[str]:
    """Running processes that know the folder: the stand-in and its children."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = str(folder).encode() in (entry / "environ").read_bytes()
            zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if ours and not zombie and int(entry.name) != os.getpid():
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.fixture
def natron(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    yield stand_in(tmp_path, monkeypatch)
    assert processes_of(tmp_path / "notes") == []
    assert not list(tmp_path.rglob("*.part*"))
    left = [path.name for path in tmp_path.rglob(".memecomp/*")]
    assert set(left) <= {"rendered.jsonl"}


def test_a_frame_that_fails_with_status_0_is_rendered_again_alone(natron: StandIn) -> None:
    natron.faults(fail={3: 1})
    outcome = natron.render()
    assert natron.runs() == [ALL, [3]]
    assert (outcome.done, outcome.lost, outcome.runs) == (ALL, [], 2)
    assert natron.made() == ALL


def test_a_frame_that_always_fails_is_reported_with_number_node_and_words(natron: StandIn) -> None:
    natron.faults(fail={3: 99})
    outcome = natron.render(tries=2)
    assert natron.runs() == [ALL, [3], [3]]
    assert natron.made() == outcome.done == [1, 2, 4, 5]
    with pytest.raises(MemecompError) as error:
        outcome.require()
    assert "frame 3 of Write1 was not rendered: there is no file" in str(error.value)
    assert "ERROR: the node Blur1 failed at frame 3" in str(error.value)


def test_an_abort_after_the_last_frame_loses_nothing(natron: StandIn) -> None:
    natron.faults(abort=1)
    outcome = natron.render()
    assert (natron.runs(), outcome.done, outcome.lost) == ([ALL], ALL, [])


@pytest.mark.parametrize(
    ("where", "runs"),
    [("start", [ALL, [1], [2, 3, 4, 5]]), ("3", [ALL, [3], [4, 5]]), ("end", [ALL])],
)
def test_a_renderer_that_hangs_is_ended_and_what_is_missing_rendered_again(
    natron: StandIn, where: str, runs: list[list[int]]
) -> None:
    natron.faults(hang={where: 1})
    outcome = natron.render(silence=QUICK)
    assert natron.runs() == runs
    assert (outcome.done, outcome.lost) == (ALL, [])


def test_one_that_always_hangs_at_a_frame_is_given_up_there_alone(natron: StandIn) -> None:
    natron.faults(hang={"3": 99})
    outcome = natron.render(tries=1, silence=QUICK)
    assert natron.runs() == [ALL, [3], [4, 5]]
    assert natron.made() == [1, 2, 4, 5]
    (lost,) = outcome.lost
    assert (lost.frame, "no new frame for 0." in lost.reason) == (3, True)


def test_slow_frames_extend_the_patience(natron: StandIn) -> None:
    natron.faults(slow={"1": 0.4, "4": 1.0})
    outcome = natron.render(silence=QUICK)
    assert (natron.runs(), outcome.done) == ([ALL], ALL)


def test_a_dying_process_costs_only_the_frame_it_died_at(natron: StandIn) -> None:
    natron.faults(crash={3: 1})
    outcome = natron.render()
    assert natron.runs() == [ALL, [3], [4, 5]]
    assert (outcome.done, outcome.lost) == (ALL, [])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("truncate", "it ends too early"),
        ("black", "it is black, though the project's picture is not"),
        ("clear", "it is transparent, though the project's picture is not"),
        ("small", "it is 7×6, not 8×6"),
        ("deep", "its samples are 16u, not 8u"),
    ],
)
def test_a_file_that_is_not_right_is_rendered_again_and_never_kept(
    natron: StandIn, fault: str, said: str
) -> None:
    natron.faults(**{fault: {2: 1}})
    messages: list[str] = []
    outcome = natron.render(on_event=lambda event: messages.append(event.text))
    assert natron.runs() == [ALL, [2]]
    assert any(said in message for message in messages)
    assert (outcome.done, outcome.lost) == (ALL, [])
    natron.faults(**{fault: {2: 99}})
    outcome = natron.render(overwrite=True, tries=1, folder=natron.folder / "more")
    assert [(lost.frame, lost.reason.startswith(said)) for lost in outcome.lost] == [(2, True)]
    assert not (natron.folder / "more/one.0002.png").exists()


def test_black_is_right_where_the_project_is_black(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Fade", "Grade", Source="Read1", multiply=[0, 0, 0, 1]) }}
{{ node("Write1", "Write", Source="Fade", filename="[Project]/out/one.####.png") }}
"""
    natron = stand_in(tmp_path, monkeypatch, body=body)
    natron.faults(black=dict.fromkeys(ALL, 1))
    outcome = natron.render()
    assert (natron.runs(), outcome.done) == ([ALL], ALL)
    assert look(natron.file(1)).black


def test_a_frame_without_a_picture_that_natron_leaves_out_is_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Cut", "FrameRange", Source="Read1", frameRange=[2, 5], before="black") }}
{{ node("Write1", "Write", Source="Cut", filename="[Project]/out/one.####.png") }}
"""
    natron = stand_in(tmp_path, monkeypatch, body=body)
    outcome = natron.render()
    assert (natron.runs(), outcome.done) == ([[2, 3, 4, 5]], ALL)
    assert look(natron.file(1)).clear


def test_a_lost_frame_whose_older_file_is_there_is_said_so(natron: StandIn) -> None:
    natron.render()
    write_image(natron.project.parent / "in.png", np.full((6, 8, 3), 200, np.uint8))
    natron.faults(fail={2: 99})
    said: list[str] = []
    outcome = natron.render(tries=0, on_event=lambda event: said.append(event.text))
    assert outcome.done == [1, 3, 4, 5]
    assert f"{natron.file(2)} is still that of an earlier render" in said


def test_jobs_at_once_have_a_cache_each(natron: StandIn) -> None:
    natron.faults(cache=True, slow={str(frame): 0.1 for frame in ALL})
    outcome = natron.render(jobs=3)
    assert sorted(natron.runs()) == [[1, 2], [3, 4], [5]]
    assert (outcome.done, outcome.lost) == (ALL, [])
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        folders = {start["folders"][name] for start in natron.starts}
        assert len(folders) == 3
        assert not any(Path(folder).exists() for folder in folders)


def test_frames_of_a_renderer_without_a_needed_plug_in_are_never_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = BODY.replace('Source="Read1"', 'Source="Dim"')
    body += """{{ node("Dim", "Grade", Source="Read1", multiply=[0.5, 0.5, 0.5, 1]) }}
{{ node("Aside", "Blur", Source="Read1") }}"""
    natron = stand_in(tmp_path, monkeypatch, body=body)
    grade, blur = "net.sf.openfx.GradePlugin", "net.sf.cimg.CImgBlur"
    natron.faults(lacking={grade: 1, blur: 1})
    assert natron.render().done == ALL
    assert natron.runs() == [ALL, [1], [2, 3, 4, 5]]
    natron.faults(lacking={grade: 99})
    outcome = natron.render(overwrite=True, on_error="stop", folder=tmp_path / "more")
    assert outcome.done == []
    assert "does not exist in the loaded plug-ins" in outcome.lost[0].reason
    assert not list((tmp_path / "more").glob("*.png"))


def test_chunks_bound_what_a_process_takes(natron: StandIn) -> None:
    natron.faults(greedy=2)
    assert natron.render(chunk=2).lost == []
    assert natron.runs() == [[1, 2], [3, 4], [5]]


def test_children_are_ended_even_in_sessions_of_their_own(natron: StandIn) -> None:
    natron.faults(children=True)
    assert natron.render().done == ALL  # and the fixture finds none left


def test_one_that_ignores_the_request_to_end_is_told(
    natron: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driver.render.watch.GENTLY", 0.1)
    natron.faults(stubborn=True, children=True, hang={"end": 1})
    assert natron.render(silence=QUICK).done == ALL


def test_where_nothing_works_not_every_frame_is_tried(natron: StandIn) -> None:
    natron.faults(fail=dict.fromkeys(ALL, 99))
    outcome = natron.render(tries=0)
    assert natron.runs() == [ALL]
    outcome = natron.render(tries=1)
    assert natron.runs()[1:] == [ALL, [1], [2], [3]]
    assert [lost.frame for lost in outcome.lost] == ALL
    assert outcome.lost[-1].reason.startswith("not tried, since no frame before it")


@pytest.mark.parametrize("on_error", ["stop", "skip", "placeholder"])
def test_a_lost_frame_stops_is_skipped_or_stands_for_itself(natron: StandIn, on_error: str) -> None:
    natron.faults(fail={2: 99})
    outcome = natron.render(tries=1, chunk=2, on_error=on_error)
    assert [lost.frame for lost in outcome.lost] == [2]
    assert natron.made() == {"stop": [1], "skip": [1, 3, 4, 5], "placeholder": ALL}[on_error]
    natron.faults()
    assert natron.render().done == ([2, 3, 4, 5] if on_error == "stop" else [2])


PROGRAM = "from driver.cli.main import main; main()"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_finished_frames_no_process_and_a_word(
    natron: StandIn, how: signal.Signals
) -> None:
    natron.faults(hang={"3": 1}, children=True)
    words = ["render", natron.project, "--engine", "natron"]
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        env=os.environ | {"NATRON_RENDERER": str(natron.executable)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not natron.file(2).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(how)
    _, error = running.communicate(timeout=20)
    assert running.returncode == 1
    assert error.splitlines()[-1] == (
        "memecomp: stopped; what is finished is kept: run the same command to go on"
    )
    assert natron.made() == [1, 2]
    natron.faults()
    assert natron.render().kept == [1, 2]
    assert natron.runs()[1:] == [[3, 4, 5]]


def test_two_writers_are_both_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = BODY.splitlines()[1].replace("Write1", "Write2").replace("one.", "two.")
    natron = stand_in(tmp_path, monkeypatch, body=BODY + second)
    natron.faults(fail={3: 1})
    frames: list[int] = []
    outcome = natron.render(on_frame=frames.append)
    assert natron.runs() == [ALL, [3]]
    assert outcome.done == sorted(frames) == ALL
    assert len(list((tmp_path / "out").glob("t*.png"))) == 5


UNKNOWN = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Dim", "Grade", Source="Read1", multiply=[0.5, 0.5, 0.5, 1]) }}
{{ node("Wonder", "Blur", Source="Dim") }}
{{ node("Write1", "Write", Source="Wonder", filename="[Project]/out/one.####.png") }}
"""


@pytest.mark.parametrize(
    ("value", "fades", "kept"), [(77, False, False), (77, True, True), (0, False, True)]
)
def test_black_from_a_node_that_only_natron_has_is_judged_by_inputs_and_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: int, fades: bool, kept: bool
) -> None:
    natron = stand_in(tmp_path, monkeypatch, body=UNKNOWN)
    text = natron.project.read_text().replace("net.sf.cimg.CImgBlur", "com.example.Wonder")
    natron.project.write_text(text)
    if fades:
        document = read(natron.project)
        ramp = Curve((Key(1, 1.0), Key(5, 0.0)))
        set_param(document, "Dim", "mix", ramp)
        document.write(natron.project)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/Wonder.py").write_text('"com.example.Wonder"')
    monkeypatch.setenv("NATRON_PLUGIN_PATH", str(tmp_path / "plugins"))
    write_image(tmp_path / "in.png", np.full((6, 8, 3), value, np.uint8))
    natron.faults(black={2: 99})
    outcome = natron.render(tries=1)
    assert outcome.done == ([1, 2, 3, 4, 5] if kept else [1, 3, 4, 5])
    assert natron.runs() == ([ALL] if value == 0 else [ALL, [2]])
    if fades:
        assert "frame 2 of Write1 is black, though in.png is not: look at it" in outcome.notes[0]
    if not kept:
        assert outcome.lost[0].reason.startswith("it is black, though in.png is not")

"""The runner over small stages of its own: what runs again, what is kept, what is recorded."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from driver import runner
from driver.errors import CancelledError, MemecompError
from driver.events import Event
from driver.runner import Request, run
from driver.shot.settings import Bands, Seam, Settings
from driver.stages.base import Job, Stage
from tests.driver.make_alignment import make_alignment

FRAMES = 4


class Bench:
    """Two stages: 'once' copies a.txt, 'frames' makes a file a frame from it and from in.N."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.events: list[Event] = []
        self.settings = Settings()
        self.stop_after: int | None = None
        (folder / "a.txt").write_text("a")
        for frame in range(1, FRAMES + 1):
            (folder / f"in.{frame}").write_text(str(frame))
        self.stages = (
            Stage(
                name="whole",
                help="",
                after=(),
                run=self.whole,
                settings=("seam",),
                reads=lambda job: [job.folder / "a.txt"],
                writes=lambda job: [job.paths.root / "b.txt"],
            ),
            Stage(
                name="frames",
                help="",
                after=("whole",),
                run=self.frames,
                settings=("bands.factor",),
                reads=lambda job: [job.paths.root / "b.txt"],
                reads_frame=lambda job, frame: [job.folder / f"in.{frame}"],
                writes_frame=lambda job, frame: [job.paths.root / f"out.{frame}"],
            ),
        )

    def whole(self, job: Job) -> None:
        self.ran.append("whole")
        (job.paths.root / "b.txt").write_text((job.folder / "a.txt").read_text())

    def frames(self, job: Job) -> None:
        for done, frame in enumerate(job.todo, 1):
            self.ran.append(f"frame {frame}")
            (job.paths.root / f"out.{frame}").write_text("made")
            job.frame_done(frame)
            job.progress(done, len(job.todo))

    def run(self, **request: object) -> list[str]:
        self.ran.clear()
        self.events.clear()
        wanted = Request(settings=self.settings, folder=self.folder)
        run(
            replace(wanted, **request),  # type: ignore[arg-type]
            self.events.append,
            lambda: self.stop_after is not None and len(self.ran) > self.stop_after,
        )
        return list(self.ran)


EVERYTHING = ["whole", *(f"frame {frame}" for frame in range(1, FRAMES + 1))]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.setattr(runner, "collect", lambda: made.stages)
    report = tmp_path / "debug" / "align_report.json"
    report.parent.mkdir()
    report.write_text(make_alignment(frames=FRAMES).model_dump_json())
    return made


def test_a_second_run_does_nothing(bench: Bench) -> None:
    assert bench.run() == EVERYTHING
    assert bench.run() == []
    assert [event.kind for event in bench.events if event.kind != "start"] == ["kept", "kept"]


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda b: (b.folder / "a.txt").write_text("new"), EVERYTHING),
        (lambda b: (b.folder / "a.txt").touch(), []),
        (lambda b: (b.folder / "in.3").write_text("new"), ["frame 3"]),
        (lambda b: (b.folder / "out.2").unlink(), ["frame 2"]),
        (lambda b: (b.folder / "b.txt").unlink(), ["whole"]),
        (lambda b: (b.folder / "b.txt").write_text("edited"), EVERYTHING[1:]),
    ],
)
def test_only_what_reads_a_changed_file_runs_again(
    bench: Bench, change: Callable[[Bench], object], again: list[str]
) -> None:
    bench.run()
    change(bench)
    assert bench.run() == again


def test_a_setting_reruns_the_stages_that_name_it(bench: Bench) -> None:
    bench.run()
    bench.settings = Settings(bands=Bands(factor=2))
    assert bench.run() == EVERYTHING[1:]
    bench.settings = Settings(bands=Bands(factor=2), seam=Seam(feather_px=3))
    assert bench.run() == ["whole"]  # its file came out the same


def test_a_stopped_run_goes_on_with_the_next_frame(bench: Bench) -> None:
    bench.stop_after = 2
    with pytest.raises(CancelledError):
        bench.run()
    assert bench.ran == EVERYTHING[:3]
    bench.stop_after = None
    assert bench.run() == EVERYTHING[3:]


def test_a_subset_of_frames_is_added_to_later(bench: Bench) -> None:
    assert bench.run(frames="2-3") == ["whole", "frame 2", "frame 3"]
    assert bench.run() == ["frame 1", "frame 4"]


def test_a_look_at_one_frame_leaves_what_was_made_for_all_of_them(bench: Bench) -> None:
    def video(job: Job) -> None:
        bench.ran.append(f"video of {len(job.frames)}")
        (job.paths.root / "video").write_text(str(list(job.frames)))

    film = Stage(
        name="video",
        help="",
        after=("frames",),
        run=video,
        reads=lambda job: [job.paths.root / f"out.{frame}" for frame in job.frames],
        writes=lambda job: [job.paths.root / "video"],
    )
    bench.stages = (*bench.stages, film)
    bench.run()
    assert bench.run(frames="2") == []
    assert (bench.folder / "video").read_text() == "[1, 2, 3, 4]"
    (bench.folder / "out.3").write_text("other")
    assert bench.run(frames="2") == ["video of 1"]  # the old one would not be true any more


def test_from_until_and_only_choose_stages(bench: Bench) -> None:
    assert bench.run(until="whole") == ["whole"]
    assert bench.run(only="frames", frames="1") == ["frame 1"]
    assert bench.run(start="frames") == EVERYTHING[2:]


def test_redo_runs_a_stage_whatever_exists(bench: Bench) -> None:
    bench.run()
    assert bench.run(redo=("whole",)) == ["whole"]


def test_what_is_done_once_is_kept_with_a_word(bench: Bench) -> None:
    bench.stages = (replace(bench.stages[0], once=True), bench.stages[1])
    bench.run()
    (bench.folder / "a.txt").write_text("new")
    assert bench.run() == []
    words = [event.text for event in bench.events if event.kind == "message"]
    assert words == [
        "whole is kept although what it reads has changed: it is done once a shot; "
        "--redo whole does it again"
    ]
    assert bench.run(redo=("whole",)) == EVERYTHING


def test_a_proxy_works_in_its_own_folder(bench: Bench) -> None:
    folder = bench.folder / "proxy-0.25" / "debug"
    folder.mkdir(parents=True)
    (folder / "align_report.json").write_text(make_alignment(frames=1).model_dump_json())
    bench.run(proxy=0.25)
    assert (bench.folder / "proxy-0.25" / "out.1").exists()
    assert not (bench.folder / "out.1").exists()


def test_an_unknown_stage_lists_the_near_one(bench: Bench) -> None:
    with pytest.raises(MemecompError, match=r"no stage 'frame' \(did you mean 'frames'\?\)"):
        bench.run(only="frame")


def test_a_full_disk_is_one_sentence_with_stage_and_place(bench: Bench) -> None:
    def full(_: Job) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "somewhere/out.png")

    bench.stages = (replace(bench.stages[0], run=full), bench.stages[1])
    with pytest.raises(MemecompError, match=r"^whole: somewhere/out.png: the disk is full"):
        bench.run()

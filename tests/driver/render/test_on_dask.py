"""Rendered by Dask workers: no frame depends on a worker's life."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from driver.errors import MemecompError
from driver.events import Event
from driver.render import on_dask, trusted
from driver.render.base import Chunk, Engine, Output, RenderJob
from driver.render.place import place
from ofx_helpers.media.images import read_image
from tests.driver.render.small_project import small_project

distributed = pytest.importorskip("distributed", reason="needs the extra 'dask'")

ROOT = Path(__file__).resolve().parents[3]
FRAMES = list(range(1, 13))
BODY = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.png") }}
"""


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.driver.render.as_cluster"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate(timeout=60)  # the end of its input


def pids_of(scheduler: str) -> list[int]:
    with distributed.Client(scheduler, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


PARENT, SESSION = 1, 3
"""Places in a line of /proc/PID/stat, counted behind the name."""


def processes(place: int, number: int) -> list[int]:
    """The living processes that have this number at that place."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[place]) == number and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_a_worker_that_is_killed_at_work_costs_no_frame(scheduler: str, tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=len(FRAMES))
    pids = pids_of(scheduler)
    killed: list[int] = []

    def kill_one_at_work() -> None:
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            for pid in pids:
                if not killed and processes(PARENT, pid):  # its renderer is starting
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            time.sleep(0.005)

    heard: list[Event] = []
    killer = Thread(target=kill_one_at_work, daemon=True)
    with place(scheduler, 1) as where:
        assert (where.jobs, where.elsewhere) == (2, True)
        killer.start()
        job = RenderJob(
            project=tmp_path / "a.ntp",
            chunk=3,
            jobs=where.jobs,
            isolate=where.isolate,
            elsewhere=where.elsewhere,
            on_event=heard.append,
        )
        outcome = trusted.render(job, Engine(kind="embedded"), where.spread)
    killer.join()
    assert killed
    assert killed[0] not in pids_of(scheduler)
    assert (outcome.done, outcome.lost) == (FRAMES, [])
    told = [event for event in heard if event.kind == "frame"]
    assert sorted(event.frame or 0 for event in told) == FRAMES
    assert [event.done for event in told] == FRAMES
    assert heard[-1].text == "done"
    source = read_image(tmp_path / "in.png").pixels
    for frame in FRAMES:
        assert (read_image(tmp_path / f"out/one.{frame:04d}.png").pixels[..., :3] == source).all()


def test_a_project_that_workers_do_not_see_is_said_before_the_first_frame(
    scheduler: str, tmp_path: Path
) -> None:
    absent = tmp_path / "elsewhere.ntp"
    output = Output(writer="Write1", files={1: tmp_path / "out/one.0001.png"})
    chunk = Chunk(engine=Engine(kind="embedded"), project=absent, frames=(1,), outputs=(output,))
    with place(scheduler, 1) as where:
        assert where.spread is not None
        with pytest.raises(MemecompError, match=f"does not see {absent}: .* the same paths"):
            list(
                where.spread(
                    [chunk],
                    on_file=lambda *_: None,
                    say=lambda _: None,
                    cancelled=lambda: False,
                )
            )


def test_a_worker_without_this_program_is_told_so(tmp_path: Path) -> None:
    class Client:
        def run(self, *_: object) -> None:
            raise Exception("ModuleNotFoundError(\"No module named 'driver'\")")  # as Dask does

    output = Output(writer="Write1", files={1: tmp_path / "a.png"})
    chunk = Chunk(engine=Engine(kind="embedded"), project=tmp_path, frames=(1,), outputs=(output,))
    with pytest.raises(MemecompError, match=r"No module named 'driver'.* the same version of this"):
        on_dask._same_files(Client(), [chunk])


def test_a_chunk_that_kills_every_worker_is_lost_with_its_frames() -> None:
    class Killed:
        status = "error"

        def cancelled(self) -> bool:
            return False

        def result(self) -> None:
            raise distributed.KilledWorker("chunk", None, 4)

    output = Output(writer="Write1", files={1: Path("a.png"), 2: Path("b.png")})
    chunk = Chunk(
        engine=Engine(kind="embedded"), project=Path("a.ntp"), frames=(1, 2), outputs=(output,)
    )
    report = on_dask._report(Killed(), chunk, told=False)
    assert report is not None
    assert [(item.frame, item.writer) for item in report.lost] == [(1, "Write1"), (2, "Write1")]
    assert "every worker that was given it died" in report.lost[0].reason


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MemecompError, match=r"pip install -e '\.\[dask\]'"), place("dask", 1):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "_ANSWER", 0.5)
    address = "tcp://127.0.0.1:9"
    with pytest.raises(MemecompError, match=f"No Dask scheduler answers at {address}"):
        place(address, 1).__enter__()


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(MemecompError, match="--on farm: it is here, dask, or a scheduler's"):
        place("farm", 1).__enter__()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_ctrl_c_ends_the_workers_and_keeps_finished_frames(tmp_path: Path) -> None:
    small_project(tmp_path, BODY, frames=60)
    words = ("render", tmp_path / "a.ntp", "--engine", "embedded", "--chunk", "2", "--json")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.driver.render.as_program", *map(str, words), "--on", "dask"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    done = 0
    for line in process.stdout:
        if json.loads(line)["kind"] == "frame":
            done += 1
            if done == 1:
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers too
    assert process.stderr is not None
    error = process.stderr.read()
    assert process.wait(60) == 1
    assert error == "memecomp: stopped; what is finished is kept: run the same command to go on\n"
    until = time.monotonic() + 10  # what watches over the workers goes a moment after them
    while processes(SESSION, process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not processes(SESSION, process.pid)
    files = sorted((tmp_path / "out").glob("*.png"))
    assert len(files) == done < 60
    source = read_image(tmp_path / "in.png").pixels
    assert all((read_image(path).pixels[..., :3] == source).all() for path in files)

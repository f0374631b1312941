"""An effect in a worker: what goes over and back, and what faults leave behind."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.pool import Pool
from ofx_helpers.host.remote import RemoteEffect
from ofx_helpers.host.shared import owner
from ofx_helpers.host.types import Clip, Project
from tests.ofx_helpers.host.fake_backend import NAMES, description

BACKEND = "tests.ofx_helpers.host.fake_backend"
WINDOW = Window(-3, 2, 61, 42)
PROJECT = Project(format=Window(0, 0, 64, 48), fps=25.0, folder=Path("somewhere"))
ROOT = Path(__file__).parents[3]


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(BACKEND)
    yield made
    made.close()


def make(pool: Pool, name: str, *, timeout: float = 20.0, **values: object) -> RemoteEffect:
    effect = RemoteEffect(description(index=NAMES.index(name)), PROJECT, timeout=timeout, pool=pool)
    for key, value in values.items():
        effect.set(key, (value,))  # type: ignore[arg-type]
    effect.connect({entry.name: clip() for entry in effect.description.inputs})
    return effect


def clip() -> Clip:
    return Clip(region=lambda time: (-3.25, 2.0, 61.0 + time / 3, 42.0), frames=(1.0, 9.0))


def fetch(name: str, time: float, window: Window) -> Frame:
    values = np.random.default_rng(int(time) + ord(name[0]))
    return Frame(values.random((window.height, window.width, 4), np.float32), window)


def own_handles() -> int:
    """How many are open, without the memory that is kept for the next pictures."""
    count = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile by another thread
            count += "memecomp-ofx" not in str(link.readlink())
    return count


def children() -> set[int]:
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


def test_pixels_come_back_bit_for_bit(pool: Pool) -> None:
    effect = make(pool, "fake.Merge", mix=0.1)
    out = effect.render(3.0, WINDOW, fetch)
    expected = fetch("B", 3.0, WINDOW).pixels + fetch("A", 3.0, WINDOW).pixels
    assert out.window == WINDOW
    assert np.array_equal(out.pixels, expected * 0.1)


def test_large_pictures_go_through_shared_memory_without_a_copy(pool: Pool) -> None:
    window = Window(0, 0, 640, 360)
    _, picture = owner.empty(window)
    picture.pixels[...] = fetch("B", 1.0, window).pixels
    with make(pool, "fake.Pass") as effect:
        same = effect.render(1.0, window, lambda *_: picture)
        part = effect.render(1.0, window, lambda *_: picture.crop(Window(8, 9, 600, 300)))
    assert np.shares_memory(same.pixels, picture.pixels)
    assert np.array_equal(part.pixels, picture.pixels[9:300, 8:600])
    merged = make(pool, "fake.Merge").render(1.0, window, fetch)
    assert owner.place(merged)[1] is merged


def test_a_large_picture_upside_down_is_copied_whole(pool: Pool) -> None:
    window = Window(0, 0, 640, 601)  # beyond what one core copies; its halves are not alike
    pixels = np.random.default_rng(5).random((601, 640, 4), np.float32)
    place, copy = owner.place(Frame(pixels[::-1], window))
    assert np.array_equal(copy.pixels, pixels[::-1])
    assert not np.shares_memory(copy.pixels, pixels)
    assert place.row == 640 * 16


def test_blocks_are_taken_back_when_their_pictures_are_forgotten(pool: Pool) -> None:
    effect = make(pool, "fake.Merge")
    effect.render(1.0, Window(0, 0, 640, 360), fetch)
    lent, handles = owner.lent(), own_handles()
    for frame in range(12):
        effect.render(float(frame), Window(0, 0, 640, 360), fetch)
    assert (owner.lent(), own_handles()) == (lent, handles)


def test_every_question_has_its_answer_in_numbers_that_are_exact(pool: Pool) -> None:
    effect = make(pool, "fake.Merge", mix=1 / 3)
    assert effect.get("mix") == (1 / 3,)
    assert effect.region(2.0) == (-3.25, 2.0, 61.0 + 2 / 3, 42.0)
    assert effect.frames() == (1.0, 9.0)
    assert effect.regions_of_interest(1.0, WINDOW) == {"A": WINDOW, "B": WINDOW}
    assert effect.frames_needed(4.0) == {"A": ((4.0, 4.0),), "B": ((4.0, 4.0),)}
    assert effect.identity(1.0, WINDOW) is None
    assert effect.transform(1.0) == ("B", (1.0, 0.0, 0.1, 0.0, 1.0, 1 / 3, 0.0, 0.0, 1.0))
    output = effect.connect({"B": clip()})
    assert (output.fps, dict(output.input_components)) == (25.0, {"B": "RGBA"})
    assert make(pool, "fake.Pass").identity(2.5, WINDOW) == ("B", 2.5)


def test_values_may_be_keys_or_live_from_a_function(pool: Pool) -> None:
    effect = make(pool, "fake.Merge")
    effect.set("mix", [(1.0, (0.25,)), (5.0, (0.75,))])
    assert effect.get("mix", 9.0) == (0.75,)
    effect.set("mix", lambda time: (time * 2,))
    assert effect.get("mix", 1.25) == (2.5,)
    out = effect.render(2.0, WINDOW, lambda *_: Frame(np.ones((40, 64, 4), np.float32), WINDOW))
    assert out.pixels[0, 0, 0] == 8.0


def test_frames_nobody_announced_are_asked_for(pool: Pool) -> None:
    asked = []

    def ask(name: str, time: float, window: Window) -> Frame:
        asked.append(time)
        return fetch(name, time, window)

    out = make(pool, "fake.Temporal").render(5.0, WINDOW, ask)
    assert asked == [4.0, 5.0, 6.0]
    expected = np.mean([fetch("B", time, WINDOW).pixels for time in asked], axis=0)
    assert np.array_equal(out.pixels, expected)


def test_a_chain_in_one_worker_fetches_through_itself(pool: Pool) -> None:
    last: RemoteEffect | None = None
    pids = set()
    for _ in range(5):
        effect, above = make(pool, "fake.Merge", mix=0.5), last

        def get(
            name: str, time: float, window: Window, above: RemoteEffect | None = above
        ) -> Frame:
            source = fetch if above is None else lambda *words: above.render(time, window, get)
            return source(name, time, window)

        last = effect
        pids.add(effect._worker.pid)  # type: ignore[union-attr]
    assert last is not None
    last.render(1.0, WINDOW, lambda *_: make_ones())
    assert len(pids) == 1


def make_ones() -> Frame:
    return Frame(np.ones((WINDOW.height, WINDOW.width, 4), np.float32), WINDOW)


def test_many_threads_may_use_one_worker(pool: Pool) -> None:
    effects = [make(pool, "fake.Merge", mix=float(number)) for number in range(4)]
    out: dict[int, Frame] = {}

    def run(number: int) -> None:
        for _ in range(5):
            out[number] = effects[number % 4].render(1.0, WINDOW, lambda *_: make_ones())

    threads = [threading.Thread(target=run, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [float(out[number].pixels[0, 0, 0]) for number in range(8)] == [0.0, 2.0, 4.0, 6.0] * 2


def test_errors_keep_their_words(pool: Pool) -> None:
    effect = make(pool, "fake.Fault", fault="refuse")
    with pytest.raises(PluginError, match=r"^fake\.Fault: the plug-in says no$"):
        effect.render(1.0, WINDOW, fetch)
    with pytest.raises(PluginError, match="has no parameter sise"):
        effect.set("sise", (1,))
    effect.set("fault", ("python",))
    with pytest.raises(RuntimeError, match="ZeroDivisionError in a plug-in's worker"):
        effect.render(1.0, WINDOW, fetch)
    effect.set("fault", ("",))
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW


def test_what_goes_wrong_upstream_is_not_the_plugins_fault(pool: Pool) -> None:
    def broken(name: str, time: float, window: Window) -> Frame:
        raise RenderError("Read1: plate.0007.png is missing")

    effect = make(pool, "fake.Merge")
    with pytest.raises(RenderError, match="Read1: plate") as raised:
        effect.render(1.0, WINDOW, broken)
    assert not isinstance(raised.value, PluginError)
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("segv", "crashed (SIGSEGV)"),
        ("abort", "crashed (SIGABRT)"),
        ("kill", "crashed (SIGKILL)"),
        ("exit", "ended its process (exit status 3)"),
    ],
)
def test_a_crash_is_tried_once_more_then_refused_by_name(
    pool: Pool, fault: str, words: str
) -> None:
    effect = make(pool, "fake.Fault", fault=fault)
    innocent = make(pool, "fake.Merge")
    with pytest.raises(PluginError) as raised:
        effect.render(1.0, WINDOW, fetch)
    said = f"fake.Fault (Fake.ofx.bundle) {words} in its action render, twice"
    assert str(raised.value).startswith(said)
    before = children()
    with pytest.raises(PluginError, match="twice"):
        effect.get("mix")
    assert children() == before, "a refused effect starts no worker"
    assert innocent.render(1.0, WINDOW, fetch).window == WINDOW


@pytest.mark.parametrize("when", ["set", "connect", "close"])
def test_a_crash_in_any_action_is_a_sentence(pool: Pool, when: str) -> None:
    effect = make(pool, "fake.Merge")
    effect.set("when", (when,))
    if when == "close":
        effect.set("fault", ("segv",))
        effect.close()
        return
    with pytest.raises(PluginError, match=rf"crashed \(SIGSEGV\) in its action {when}, twice"):
        faulty(effect)


def faulty(effect: RemoteEffect) -> None:
    effect.set("fault", ("segv",))
    effect.connect({"B": clip()})


def test_the_last_words_are_told(pool: Pool) -> None:
    with pytest.raises(PluginError, match="Its last words: about to fall"):
        make(pool, "fake.Fault", fault="print and crash").render(1.0, WINDOW, fetch)


def test_a_second_worker_takes_over_with_everything_that_was_set(
    pool: Pool, tmp_path: Path
) -> None:
    note = tmp_path / "first"
    effect = make(pool, "fake.Fault", mix=0.5, operation=str(note))
    effect.set("size", (3.0, 4.5))
    effect.set("fault", ("once",))
    out = effect.render(2.0, WINDOW, fetch)
    assert np.array_equal(out.pixels, fetch("B", 2.0, WINDOW).pixels * 0.5)
    assert effect.get("size") == (3.0, 4.5)
    assert int(note.read_text()) != effect._worker.pid  # type: ignore[union-attr]


def test_silence_beyond_the_limit_is_a_hang(pool: Pool) -> None:
    effect = make(pool, "fake.Fault", fault="hang", timeout=0.5)
    with pytest.raises(PluginError, match=r"gave no sign of life for 0.5 s in its action render"):
        effect.render(1.0, WINDOW, fetch)


def test_progress_is_a_sign_of_life(pool: Pool) -> None:
    effect = make(pool, "fake.Fault", fault="progress", timeout=1.5)
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW


def test_the_time_that_inputs_take_is_not_the_plugins(pool: Pool) -> None:
    def slow(name: str, at: float, window: Window) -> Frame:
        time.sleep(2.0)
        return fetch(name, at, window)

    assert make(pool, "fake.Fault", timeout=1.5).render(1.0, WINDOW, slow).window == WINDOW


def test_printing_spoils_nothing(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    effect = make(pool, "fake.Fault", fault="print")
    out = effect.render(1.0, WINDOW, fetch)
    assert np.array_equal(out.pixels, fetch("B", 1.0, WINDOW).pixels)
    assert capfd.readouterr() == ("", "")


def test_a_plugin_cannot_write_into_its_input(pool: Pool) -> None:
    source = make_ones()
    with pytest.raises(PluginError, match="SIGSEGV"):
        make(pool, "fake.Fault", fault="scribble").render(1.0, WINDOW, lambda *_: source)
    assert source.pixels.min() == 1.0


@pytest.mark.parametrize("kind", ["handles", "memory"])
def test_a_worker_that_leaks_is_replaced(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("ofx_helpers.host.pool.most_memory", lambda: 200 * 2**20)
    effect = make(pool, "fake.Fault", fault=f"leak {kind}")
    first = effect._worker
    assert first is not None
    first._measured = 0.0
    effect.render(1.0, WINDOW, fetch)
    effect.set("fault", ("",))
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW
    assert effect._worker is not first
    assert first._process.poll() is not None


def test_abort_reaches_the_plugin(pool: Pool) -> None:
    effect = make(pool, "fake.Fault", fault="patient")
    worker = effect._worker
    threading.Timer(0.3, effect.abort).start()
    with pytest.raises(PluginError, match="was asked to stop"):
        effect.render(1.0, WINDOW, fetch)
    effect.set("fault", ("",))
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW
    assert effect._worker is worker, "it stopped by itself"


def test_what_does_not_stop_is_stopped(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ofx_helpers.host.process._GRACE", 0.3)
    effect = make(pool, "fake.Fault", fault="hang")
    threading.Timer(0.2, effect.abort).start()
    with pytest.raises(PluginError, match="was asked to stop"):
        effect.render(1.0, WINDOW, fetch)
    effect.set("fault", ("",))
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW


def test_the_log_of_a_plugin_is_ours(pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        make(pool, "fake.Fault", fault="log").render(1.0, WINDOW, fetch)
    assert "the lens is dusty" in caplog.text


def test_nothing_is_left_after_crashes(pool: Pool) -> None:
    def crash() -> None:
        effect = make(pool, "fake.Fault", fault="segv")
        with pytest.raises(PluginError):
            effect.render(1.0, Window(0, 0, 640, 360), fetch)
        effect.close()

    crash()
    pool.close()
    handles, processes, lent = own_handles(), children(), owner.lent()
    for _ in range(3):
        crash()
    pool.close()
    assert (own_handles(), children(), owner.lent()) == (handles, processes, lent)


def test_a_worker_that_died_while_nobody_used_it_leaves_nothing(pool: Pool) -> None:
    def die_idle() -> None:
        make(pool, "fake.Pass").close()
        (worker,) = pool._all
        os.killpg(worker.pid, signal.SIGKILL)
        worker._process.wait()

    die_idle()
    make(pool, "fake.Pass").close()
    handles = own_handles()
    die_idle()
    make(pool, "fake.Pass").close()
    assert (own_handles(), len(pool._all)) == (handles, 1)


SCRIPT = f"""
import os, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from tests.ofx_helpers.host.test_remote import *
pool = Pool(BACKEND)
effect = make(pool, "fake.Fault", fault="hang")
print(effect._worker.pid, flush=True)
"""


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("effect.render(1.0, WINDOW, fetch)", -9),
        ("", 0),
        ("threading.Timer(0.3, lambda: os.kill(os.getpid(), 2)).start()\n"
         "try: effect.render(1.0, WINDOW, fetch)\n"
         "except KeyboardInterrupt: print('stopped', flush=True)", 0),
    ],
    ids=["killed", "forgot to close", "Ctrl-C"],
)  # fmt: skip
def test_a_worker_ends_with_its_owner(ending: str, status: int) -> None:
    script = subprocess.Popen(
        [sys.executable, "-c", dedent(SCRIPT) + ending], stdout=subprocess.PIPE, text=True
    )
    assert script.stdout is not None
    worker = int(script.stdout.readline())
    if status == -9:
        time.sleep(0.3)
        script.kill()
    said, _ = script.communicate(timeout=20)
    assert script.returncode == status
    assert said == ("stopped\n" if "Interrupt" in ending else "")
    until = time.monotonic() + 10
    while time.monotonic() < until and is_alive(worker):
        time.sleep(0.05)
    assert not is_alive(worker)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_fork_leaves_the_workers_to_the_first_process(pool: Pool) -> None:
    effect = make(pool, "fake.Merge")
    child = os.fork()
    if child == 0:
        try:
            good = effect.render(1.0, WINDOW, fetch).window == WINDOW
            effect.close()
            pool.close()
        finally:
            os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert effect.render(1.0, WINDOW, fetch).window == WINDOW


def test_a_hang_upstream_in_the_same_worker_is_noticed(pool: Pool) -> None:
    above = make(pool, "fake.Fault", fault="hang", timeout=0.5)
    below = make(pool, "fake.Merge", timeout=0.5)
    with pytest.raises(PluginError, match=r"^fake\.Fault .* no sign of life"):
        below.render(1.0, WINDOW, lambda name, at, window: above.render(at, window, fetch))
    assert below.render(1.0, WINDOW, fetch).window == WINDOW

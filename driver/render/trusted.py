"""Renders a job so that its result can be trusted, whoever renders: see `driver.render.base`."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import RLock
from typing import Protocol

from driver.errors import MemecompError
from driver.events import Event
from driver.render import preflight
from driver.render.base import Chunk, ChunkReport, Engine, Lost, NodeTime, Output, RenderJob
from driver.render.chunk import machine, render_chunk
from driver.render.journal import HIDDEN, PLACEHOLDER, Journal, digest
from driver.render.keys import Keys, shared_key
from driver.render.node_types import plugin_nodes
from driver.render.placeholder import write_placeholder
from driver.render.plan import Plan, chunks, plan
from driver.render.timing import joined
from driver.shot.frames import brief
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.look import look, look_at_film

_LISTED = 20
"""Sentences about lost frames in an error; the events tell all."""

OnFile = Callable[[str, int], None]
Say = Callable[[str], None]
Cancelled = Callable[[], bool]


class Spread(Protocol):
    """Renders chunks somewhere, by `render_chunk`."""

    def __call__(
        self, todo: Sequence[Chunk], *, on_file: OnFile, say: Say, cancelled: Cancelled
    ) -> Iterator[tuple[Chunk, ChunkReport]]:
        """Yields each chunk with its report, in any order.

        `on_file(writer, frame)` may be called for files that are whole before their report is
        there, from any thread. Once `cancelled()`, no new chunk is begun.
        """
        ...


@dataclass(kw_only=True)
class Outcome:
    """What became of a job: frames made now and kept from before, and lost ones."""

    done: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    times: list[NodeTime] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    runs: int = 0
    """Renderers started."""

    @property
    def error(self) -> MemecompError | None:
        """Names every lost frame, its writer, the reason and the renderer's words."""
        alike: dict[tuple[str, str], list[int]] = {}
        for item in self.lost:
            alike.setdefault((item.writer, item.reason), []).append(item.frame)
        told = [_sentence(frames, *key) for key, frames in alike.items()]
        if len(told) < 2:
            return MemecompError(told[0]) if told else None
        frames = {item.frame for item in self.lost}
        listed = "".join(f"\n  {sentence}" for sentence in told[:_LISTED])
        more = f"\n  and {len(told) - _LISTED} more" if len(told) > _LISTED else ""
        return MemecompError(
            f"{len(frames)} frame(s) were not rendered ({brief(frames)}):{listed}{more}"
        )

    def require(self) -> None:
        """Raise that error, if there is one."""
        error = self.error
        if error is not None:
            raise error


def _sentence(frames: Sequence[int], writer: str, reason: str) -> str:
    noun, verb = ("frames", "were") if len(frames) > 1 else ("frame", "was")
    return f"{noun} {brief(frames)} of {writer} {verb} not rendered: {reason}"


def on_this_machine(plan: Plan) -> Spread:
    """As many chunks at once as there are jobs."""

    def spread(
        todo: Sequence[Chunk], *, on_file: OnFile, say: Say, cancelled: Cancelled
    ) -> Iterator[tuple[Chunk, ChunkReport]]:
        def work(chunk: Chunk) -> tuple[Chunk, ChunkReport]:
            def over() -> bool:
                return failed.is_set() or cancelled()

            def drawn(_writer: str, frame: int) -> None:
                done, total = chunk.frames.index(frame) + 1, len(chunk.frames)
                told = Event(kind="progress", stage=plan.job.project.name, done=done, total=total)
                plan.job.on_event(told)

            if over():
                return chunk, ChunkReport(done=())
            return chunk, render_chunk(
                chunk,
                on_file=on_file,
                on_drawn=drawn,
                say=say,
                cancelled=over,
                facts=plan.facts,
            )

        failed = Flag()

        jobs = plan.job.jobs
        if jobs == 1 or len(todo) == 1:
            yield from map(work, todo)
            return
        with ThreadPoolExecutor(jobs, thread_name_prefix="renderer") as pool:
            futures = [pool.submit(work, chunk) for chunk in todo]
            try:
                for future in as_completed(futures):
                    yield future.result()
            except BaseException:
                failed.set()  # the others end their renderers instead of going on for nothing
                raise

    return spread


def render(job: RenderJob, engine: Engine, spread: Spread | None = None) -> Outcome:
    """Renders every frame of the job that is not finished; see `RenderJob` for what it promises.

    Lost frames are in the outcome (`Outcome.require` makes an error of them). When the user stops
    it, it returns what is done. Raises MemecompError or RenderError for a job that cannot begin.
    """
    home = (job.folder or job.project.absolute().parent) / HIDDEN
    scratch = home / f"proxy-{secrets.token_hex(4)}"
    label, ended = job.project.name, "failed"
    job.on_event(Event(kind="start", stage=label, text=f"rendered by {engine.name}"))
    try:
        planned = plan(job, engine, scratch)
        outcome = _Render(planned, spread or on_this_machine(planned)).run()
        ended = "failed" if outcome.lost else "stopped" if job.cancelled() else "done"
        return outcome
    except Exception as error:
        job.on_event(Event(kind="failed", stage=label, text=str(error)))
        raise
    finally:
        job.on_event(Event(kind="end", stage=label, text=ended))
        plugin_nodes().close()
        if scratch.exists():
            shutil.rmtree(scratch, ignore_errors=True)
            with contextlib.suppress(OSError):
                home.rmdir()


class _Render:
    """One job on its way."""

    def __init__(self, plan: Plan, spread: Spread) -> None:
        self._plan, self._job, self._spread = plan, plan.job, spread
        self._label = plan.job.project.name
        self._outcome = Outcome()
        self._journals: dict[Path, Journal] = {}
        self._writers_of: dict[int, set[str]] = {}
        self._total = 0
        self._stop = False
        self._last = time.monotonic()
        self._lock = RLock()

    def run(self) -> Outcome:
        began = time.monotonic()
        job, planned = self._job, self._plan
        surveys = {
            (output.writer, frame): planned.facts.survey([output.writer], frame)
            for output in planned.outputs
            for frame in output.files
        }
        shared = shared_key(planned.facts.document, planned.engine, job) if job.resume else ""
        todo, strangers = self._todo(Keys(planned.facts, shared))
        wanted = {
            (writer, frame): survey
            for (writer, frame), survey in surveys.items()
            if frame in set(todo[writer])
        }
        preflight.check(planned, todo, wanted, strangers)
        self._sweep()
        for writer, frames in todo.items():
            for frame in frames:
                self._writers_of.setdefault(frame, set()).add(writer)
        self._outcome.kept = [frame for frame in planned.frames if frame not in self._writers_of]
        self._total = len(self._writers_of)
        if self._outcome.kept:
            self._say(f"frames {brief(self._outcome.kept)} are finished already")
        if self._total:
            self._tell(Event(kind="progress", stage=self._label, total=self._total))
        self._render(list(chunks(planned, todo, shared)))
        self._finish()
        if job.cancelled():
            left = self._total - len(self._outcome.done)
            self._say(f"stopped with {left} frames to go; the same command goes on")
        elif self._outcome.lost:
            self._tell(Event(kind="failed", stage=self._label, text=str(self._outcome.error)))
        else:
            self._tell(Event(kind="done", stage=self._label, seconds=time.monotonic() - began))
        return self._outcome

    def _todo(self, keys: Keys) -> tuple[dict[str, list[int]], list[Path]]:
        """The frames of each writer that are not finished, and files in their way."""
        todo: dict[str, list[int]] = {}
        strangers: list[Path] = []
        for output in self._plan.outputs:
            state: dict[Path, bool] = {}
            for frame, path in output.files.items():
                if path not in state:

                    def key(output: Output = output, frame: int = frame) -> str:
                        if output.film:
                            return keys.film(output.writer, sorted(output.files))
                        return keys.frame(output.writer, frame)

                    state[path], strange = self._stands(path, key)
                    if strange:
                        strangers.append(path)
            todo[output.writer] = [frame for frame, path in output.files.items() if not state[path]]
        return todo, strangers

    def _stands(self, path: Path, key: Callable[[], str]) -> tuple[bool, bool]:
        """Whether the file is finished, and whether it is a stranger's."""
        if self._job.overwrite or not path.exists():
            return False, False
        journal = self._journals.setdefault(path.parent, Journal(path.parent))
        made = journal.key(path)
        if made is not None:
            return made == key(), False
        # One of ours that is damaged is made again; one that was painted over is not ours any more.
        return False, not (journal.knows(path) and not _whole(path))

    def _render(self, todo: list[Chunk]) -> None:
        outcome = self._outcome
        reports = self._spread(
            todo, on_file=self._on_file, say=self._say, cancelled=self._cancelled
        )
        for chunk, report in reports:
            for frame in report.done:
                for output in chunk.outputs:
                    self._on_file(output.writer, frame)
            outcome.lost += report.lost
            outcome.runs += report.runs
            outcome.times += report.times
            outcome.notes += report.notes
            for item in report.lost:
                sentence = _sentence([item.frame], item.writer, item.reason)
                self._tell(Event(kind="lost", stage=self._label, frame=item.frame, text=sentence))
            for note in report.notes:
                self._say(note)
            if report.lost and self._job.on_error == "stop":
                self._stop = True

    def _finish(self) -> None:
        outcome = self._outcome
        outcome.lost.sort(key=lambda item: item.frame)
        outcome.done.sort()
        outcome.times = joined(outcome.times)
        for item in outcome.lost:
            if self._job.on_error == "placeholder":
                self._put_placeholder(item)
            elif self._file(item).exists():
                self._say(f"{self._file(item)} is still that of an earlier render")
        for time_of in outcome.times:
            self._tell(
                Event(
                    kind="node",
                    stage=self._label,
                    text=time_of.node,
                    seconds=time_of.seconds,
                    done=time_of.calls,
                )
            )

    def _file(self, lost: Lost) -> Path:
        output = next(output for output in self._plan.outputs if output.writer == lost.writer)
        return output.files[lost.frame]

    def _put_placeholder(self, lost: Lost) -> None:
        output = next(output for output in self._plan.outputs if output.writer == lost.writer)
        path = self._file(lost)
        expected = self._plan.facts.expected(lost.writer, lost.frame, path)
        window = self._plan.facts.graph.format
        size = expected.size or (window.width, window.height)
        try:
            if output.film or not write_placeholder(
                path, lost.frame, lost.reason, size, expected.channels or 3
            ):
                self._say(f"frame {lost.frame} of {lost.writer} has no placeholder: {path.name}")
                return
        except MediaError as error:
            self._say(str(error))
            return
        Journal(path.parent).add(path, PLACEHOLDER, digest(path))

    def _on_file(self, writer: str, frame: int) -> None:
        """A file is whole; its frame is when every writer's is."""
        with self._lock:
            waiting = self._writers_of.get(frame)
            if not waiting or writer not in waiting:
                return
            waiting.discard(writer)
            if not waiting:
                self._frame_done(frame)

    def _frame_done(self, frame: int) -> None:
        outcome, now = self._outcome, time.monotonic()
        outcome.done.append(frame)
        seconds, self._last = now - self._last, now
        self._tell(
            Event(
                kind="frame",
                stage=self._label,
                frame=frame,
                done=len(outcome.done),
                total=self._total,
                seconds=seconds,
            )
        )
        self._job.on_frame(frame)

    def _cancelled(self) -> bool:
        return self._stop or self._job.cancelled()

    def _say(self, text: str) -> None:
        self._tell(Event(kind="message", stage=self._label, text=text))

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._job.on_event(event)

    def _sweep(self) -> None:
        """Takes away what renders that were killed on this machine have left half done."""
        own = f"{machine()}-"
        for folder in {path.parent for out in self._plan.outputs for path in out.files.values()}:
            for left in (folder / HIDDEN).glob(f"{own}*-*"):
                pid = left.name.removeprefix(own).partition("-")[0]
                if pid.isdecimal() and not _alive(int(pid)):
                    shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _whole(path: Path) -> bool:
    from ofx_helpers.engine.film import is_film

    try:
        (look_at_film if is_film(path) else look)(path)
    except MediaError:
        return False
    return True

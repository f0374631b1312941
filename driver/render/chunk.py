"""Renders a chunk of a job's frames, whatever it takes: the unit that is handed to workers."""

import contextlib
import errno
import os
import secrets
import shutil
import socket
import zlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from driver.errors import MemecompError
from driver.render.base import Chunk, ChunkReport, Lost, NodeTime, Output
from driver.render.facts import Facts
from driver.render.here import render_here
from driver.render.journal import HIDDEN, Journal, digest
from driver.render.judge import Judge
from driver.render.keys import Keys
from driver.render.runs import Attempt, attempt
from driver.render.views import base_of, staged_name
from driver.shot.frames import brief
from ofx_helpers.engine.sequences import frame_path
from ofx_helpers.media.atomic import os_reason, replacing

HOPELESS = 3
"""Frames of a chunk that may be lost while none is made, before the rest is given up."""


def _nobody(*_: object) -> None:
    """Stands in where nobody listens."""


def _never() -> bool:
    """Nobody asks to stop."""
    return False


def render_chunk(
    chunk: Chunk,
    *,
    on_file: Callable[[str, int], None] = _nobody,
    say: Callable[[str], None] = _nobody,
    cancelled: Callable[[], bool] = _never,
    on_drawn: Callable[[str, int], None] = _nobody,
    facts: Facts | None = None,
) -> ChunkReport:
    """Renders, judges and moves every frame of the chunk; safe to call again for the same chunk.

    `on_file(writer, frame)` is called when a whole file is at its name, `on_drawn` when a frame of
    a video is drawn, which has no file yet, `say` with what goes wrong on the way. Frames go to a
    hidden folder beside their own first. A frame that fails is rendered again alone, `chunk.tries`
    times at most; frames that a dead or hung process did not come to are rendered by a new one.
    `facts` are those of the chunk's project where the caller has them already. Raises MemecompError
    where files cannot be moved or noted.
    """
    work = _Work(chunk, facts or Facts.of(chunk), on_file, say, cancelled, on_drawn)
    try:
        if any(output.film for output in chunk.outputs):
            work.film()
        else:
            work.images()
    finally:
        work.clean()
    return work.report()


def machine() -> str:
    """This machine, as a part of a file name."""
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


class _Work:
    """One chunk on its way."""

    def __init__(
        self,
        chunk: Chunk,
        facts: Facts,
        on_file: Callable[[str, int], None],
        say: Callable[[str], None],
        cancelled: Callable[[], bool],
        on_drawn: Callable[[str, int], None],
    ) -> None:
        self._chunk = chunk
        self._on_file, self._say, self._cancelled = on_file, say, cancelled
        self._on_drawn = on_drawn
        self._facts = facts
        self._judge = Judge(facts)
        self._keys = Keys(facts, chunk.shared)
        self._token = f"{machine()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._staged = {output.writer: self._pattern(output) for output in chunk.outputs}
        self._journals = {
            path.parent: Journal(path.parent)
            for output in chunk.outputs
            for path in output.files.values()
        }
        self._have: set[tuple[str, int]] = set()
        self._failures: Counter[int] = Counter()
        self._lost: list[Lost] = []
        self._runs = 0
        self._times: list[NodeTime] = []
        self._notes: dict[str, None] = {}

    def images(self) -> None:
        """Every frame a file of each output."""
        waiting = deque([self._fill_in_the_empty()])
        while waiting and not self._cancelled():
            group = waiting.popleft()
            if not group:
                continue
            done = self._attempt(group)
            reasons = {frame: self._reason(frame, done) for frame in group}
            left = [frame for frame, reason in reasons.items() if reason is not None]
            self._clear_staged()
            if not left or self._cancelled():
                continue
            # Those that the process did not come to are not to blame, but for the first.
            came = [frame for frame in left if done.clean or frame in done.tried]
            blamed = came or left[:1]
            rest = tuple(frame for frame in left if frame not in blamed)
            if rest:
                waiting.appendleft(rest)
            again: dict[str, list[int]] = {}
            for frame in reversed(blamed):
                self._failures[frame] += 1
                writer, reason = reasons[frame] or ("", "")
                if self._failures[frame] <= self._chunk.tries:
                    again.setdefault(reason, []).append(frame)
                    waiting.appendleft((frame,))
                else:
                    self._lost.append(Lost(frame=frame, writer=writer, reason=reason))
            for reason, frames in again.items():
                noun = "frames" if len(frames) > 1 else "frame"
                self._say(f"{noun} {brief(frames)}: {reason}; rendered again, each alone")
            if self._lost and self._chunk.on_error == "stop":
                return
            if len(self._lost) >= HOPELESS and not self._done():
                last = self._lost[-1]
                for frame in sorted({frame for group in waiting for frame in group}):
                    reason = f"not tried, since no frame before it was rendered: {last.reason}"
                    self._lost.append(Lost(frame=frame, writer=last.writer, reason=reason))
                return

    def film(self) -> None:
        """All frames in one video of each output; a video is whole or not there."""
        frames = self._chunk.frames
        for turn in range(self._chunk.tries + 1):
            done = self._attempt(frames)
            if self._cancelled():
                return
            for output in self._chunk.outputs:
                if (output.writer, frames[0]) in self._have:
                    continue
                staged = self._staged[output.writer]
                verdict = self._judge.film(staged, output.writer, frames, again=turn > 0)
                if verdict.reason:
                    reason = done.explained(self._chunk.engine.name, verdict.reason)
                    self._say(f"{output.files[frames[0]].name}: {reason}")
                    if turn == self._chunk.tries:
                        self._lost += [
                            Lost(frame=frame, writer=output.writer, reason=reason)
                            for frame in frames
                        ]
                    continue
                self._move(staged, output.files[frames[0]], self._keys.film(output.writer, frames))
                for frame in frames:
                    self._have.add((output.writer, frame))
                    self._on_file(output.writer, frame)
            self._clear_staged()
            if len(self._done()) == len(frames):
                return

    def report(self) -> ChunkReport:
        """What has become of it."""
        return ChunkReport(
            done=tuple(self._done()),
            lost=tuple(self._lost),
            runs=self._runs,
            times=tuple(self._times),
            notes=tuple(self._notes),
        )

    def clean(self) -> None:
        """Takes away the folders of frames on their way."""
        for pattern in self._staged.values():
            shutil.rmtree(pattern.parents[1], ignore_errors=True)
            with contextlib.suppress(OSError):
                pattern.parents[2].rmdir()  # where there is no journal

    def _done(self) -> list[int]:
        return [
            frame
            for frame in self._chunk.frames
            if all((output.writer, frame) in self._have for output in self._chunk.outputs)
        ]

    def _attempt(self, frames: Sequence[int]) -> Attempt:
        """One run of the renderer over these frames; good files are moved while it works."""
        self._runs += 1
        for pattern in self._staged.values():
            with contextlib.suppress(OSError):
                pattern.parent.mkdir(parents=True, exist_ok=True)
        wanted = {
            writer: pattern
            for writer, pattern in self._staged.items()
            if any((writer, frame) not in self._have for frame in frames)
        }
        done = attempt(
            self._chunk,
            self._facts,
            wanted,
            frames,
            on_file=self._came,
            cancelled=self._cancelled,
        )
        self._times += done.times
        if done.hung:
            own = replace(self._chunk.engine, isolate=True)
            self._chunk = replace(self._chunk, engine=own)
        return done

    def _came(self, writer: str, frame: int) -> None:
        """The renderer says that the file is written; a video is judged at its end."""
        if any(output.film for output in self._chunk.outputs):
            self._on_drawn(writer, frame)
        else:
            self._take(writer, frame)

    def _take(self, writer: str, frame: int) -> str:
        """Moves a good file; else says why not."""
        output = next((output for output in self._chunk.outputs if output.writer == writer), None)
        if output is None or frame not in output.files or (writer, frame) in self._have:
            return ""
        staged = frame_path(self._staged[writer], frame)
        again = self._failures[frame] > 0
        verdict = self._judge.image(staged, writer, frame, again=again)
        if verdict.reason:
            return verdict.reason
        if verdict.doubt:
            self._notes[verdict.doubt] = None
        self._move(staged, output.files[frame], self._keys.frame(writer, frame))
        self._have.add((writer, frame))
        self._on_file(writer, frame)
        return ""

    def _reason(self, frame: int, done: Attempt) -> tuple[str, str] | None:
        """The writer whose file of the frame is missing after the run, and why."""
        for output in self._chunk.outputs:
            reason = self._take(output.writer, frame)
            if reason:
                if frame in done.errors:
                    reason = done.errors[frame]
                else:
                    reason = done.explained(self._chunk.engine.name, reason)
                staged = frame_path(self._staged[output.writer], frame)
                return output.writer, reason.replace(str(staged), str(output.files[frame]))
        return None

    def _fill_in_the_empty(self) -> tuple[int, ...]:
        """Writes transparent frames where Natron's picture is empty, and gives the other frames.

        Natron leaves such frames out, or crashes while it writes them.
        """
        frames = self._chunk.frames
        if self._chunk.engine.kind != "natron":
            return frames
        for output in self._chunk.outputs:
            empty = [frame for frame in frames if self._facts.empty(output.writer, frame)]
            if not empty:
                continue
            render_here(
                self._facts,
                {output.writer: self._staged[output.writer]},
                empty,
                threads=1,
                on_file=self._came,
                on_error=_nobody,
                cancelled=self._cancelled,
            )
        done = set(self._done())
        return tuple(frame for frame in frames if frame not in done)

    def _move(self, staged: Path, path: Path, key: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if key:
                self._journals[path.parent].add(path, key, digest(staged))
            _replace(staged, path)
        except OSError as error:
            raise MemecompError(f"Cannot write {path}: {os_reason(error)}.") from error

    def _clear_staged(self) -> None:
        for pattern in self._staged.values():
            shutil.rmtree(pattern.parent, ignore_errors=True)

    def _pattern(self, output: Output) -> Path:
        """Where the output's files are on their way; all views of a writer share a folder."""
        outputs = self._chunk.outputs
        bases = [base_of(other.writer) for other in outputs]
        index = bases.index(base_of(output.writer))
        first, final = (next(iter(each.files.values())) for each in (outputs[index], output))
        name = staged_name(output.writer, final.suffix, output.film)
        return first.parent / HIDDEN / self._token / str(index) / name


def _replace(staged: Path, path: Path) -> None:
    """Moves a file to its name, whole at any moment, on another disk too."""
    try:
        staged.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with replacing(path) as temporary:
            shutil.copyfile(staged, temporary)

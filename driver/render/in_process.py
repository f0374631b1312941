"""The embedded engine in this process, watched as if it were another: where it hangs, its threads
are left alone, and the program ends without waiting for them.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import NamedTuple

from driver.errors import MemecompError
from driver.render.base import Chunk, NodeTime
from driver.render.facts import Facts
from driver.render.here import render_here
from driver.render.patience import Patience
from ofx_helpers.engine.errors import RenderError

HALTED = "halted"
"""A frame failed, and the rest was not wanted."""
_hung: list[Thread] = []


class _File(NamedTuple):
    writer: str
    frame: int


class _Failed(NamedTuple):
    frame: int
    error: str


class _End(NamedTuple):
    times: tuple[NodeTime, ...] = ()
    error: BaseException | None = None


class _Halt(Exception):  # noqa: N818 - no error: the rest of the frames is not wanted
    """Stops the engine after a frame that failed."""


def left_behind() -> bool:
    """Whether threads that hang would keep the program from ending."""
    return any(thread.is_alive() for thread in _hung)


def run_here(
    chunk: Chunk,
    facts: Facts,
    patterns: Mapping[str, Path],
    frames: Sequence[int],
    *,
    on_file: Callable[[str, int], None],
    on_error: Callable[[int, str], bool],
    cancelled: Callable[[], bool],
) -> tuple[str, tuple[NodeTime, ...]]:
    """Renders the frames; gives why it was ended early ("" where it was not) and nodes' times.

    `on_error(frame, sentence)` says whether to halt there. Both are called from this thread.
    """
    heard: SimpleQueue[_File | _Failed | _End] = SimpleQueue()
    stop = Flag()
    worker = Thread(target=_work, args=(chunk, facts, patterns, frames, heard, stop), daemon=True)
    worker.start()
    patience = Patience(chunk.silence, time.process_time)
    why = ""
    try:
        while True:
            if cancelled():
                stop.set()  # the frames in hand are finished
            try:
                said = heard.get(timeout=min(0.1, chunk.silence / 10))
            except Empty:
                complaint = patience.complaint()
                if complaint:
                    _hung.append(worker)
                    return complaint, ()
                continue
            patience.progress()
            if isinstance(said, _File):
                on_file(said.writer, said.frame)
            elif isinstance(said, _Failed):
                if on_error(said.frame, said.error):
                    why = HALTED
                    stop.set()
            elif said.error is None:
                return why, said.times
            elif isinstance(said.error, RenderError | MemecompError):
                # A video, or nothing that could be blamed on one frame.
                for frame in frames:
                    on_error(frame, str(said.error))
                return why, ()
            else:
                raise said.error
    finally:
        stop.set()


def _work(
    chunk: Chunk,
    facts: Facts,
    patterns: Mapping[str, Path],
    frames: Sequence[int],
    heard: "SimpleQueue[_File | _Failed | _End]",
    stop: Flag,
) -> None:
    def failed(frame: int, error: Exception) -> None:
        if not isinstance(error, RenderError | MemecompError):
            raise error
        heard.put(_Failed(frame, str(error)))
        if chunk.on_error == "stop" and len(frames) > 1:
            raise _Halt

    try:
        times = render_here(
            facts,
            patterns,
            frames,
            threads=chunk.engine.threads,
            on_file=lambda writer, frame: heard.put(_File(writer, frame)),
            on_error=failed,
            cancelled=stop.is_set,
            stats=chunk.stats,
        )
    except _Halt:
        heard.put(_End())
    except BaseException as error:
        heard.put(_End(error=error))
    else:
        heard.put(_End(times))

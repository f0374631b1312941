"""Runs a renderer as a process and never waits for it in vain, nor leaves anything of it behind."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from driver.render.patience import Patience

QUIT = 15.0
"""Seconds that a renderer gets to quit after its last frame."""
GENTLY = 2.0
"""Seconds between the request to end and the order."""
_MARK = "MEMECOMP_RENDER"
"""A variable that every process of one run inherits, by which strays are found."""
_FRAME = re.compile(r"(\S+) ==> Frame: (-?\d+), Progress:")
_LAST_WORDS = 3
_KEPT = 10_000
"""Lines: a program that talks for days must not fill the memory."""
_EVERY_TIME = re.compile(
    r"(Clearing|Loading|Load OFX|OpenFX: loading|templatesSearchPath|Info:|OpenGL rendering is|"
    r"Error while loading OpenGL|.?Failed to connect node|"
    r"WARNING: Image Sequence: You are trying to render)|"
    r".* ==> Rendering (started|finished)"
)
"""What NatronRenderer says whether all is well or not."""


@dataclass(frozen=True)
class Ended:
    """How a process ended; where we ended it, `status` is None and `why` says so."""

    status: int | None
    why: str
    words: str
    lines: tuple[str, ...] = ()
    """All that it said but the frames."""


def run_watched(
    command: Sequence[str],
    *,
    silence: float,
    env: Mapping[str, str] | None = None,
    on_frame: Callable[[str, int], None],
    finished: Callable[[], bool],
    cancelled: Callable[[], bool],
    hopeless: Callable[[str], bool] = lambda line: False,
) -> Ended:
    """Runs `command` in a group of its own until it ends, hangs, or the user stops it.

    It speaks NatronRenderer's lines: `on_frame(writer, frame)` is called for each 'Write1 ==>
    Frame: 3, Progress: …'; one that is `hopeless` ends it. Once `finished()`, it has `QUIT` seconds
    to quit. Whatever happens, Ctrl-C included, nothing that it started is left when this returns.
    Raises OSError where the command cannot be started.
    """
    token = secrets.token_hex(8)
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**(os.environ if env is None else env), _MARK: token},
        start_new_session=True,
        text=True,
        errors="replace",
    )
    lines: SimpleQueue[str | None] = SimpleQueue()
    Thread(target=_pump, args=(process, lines), daemon=True).start()
    said: deque[str] = deque(maxlen=_KEPT)
    try:
        why = _listen(process, lines, said, silence, on_frame, finished, cancelled, hopeless)
    finally:
        _end(process, token)
    telling = [line for line in said if not _EVERY_TIME.match(line)]
    words = " / ".join(telling[-_LAST_WORDS:])
    return Ended(None if why else process.returncode, why, words, tuple(said))


def _pump(process: subprocess.Popen[str], lines: "SimpleQueue[str | None]") -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError, OSError):  # closed while a stray still held it
        for line in process.stdout:
            lines.put(line.strip())
    lines.put(None)


def _listen(
    process: subprocess.Popen[str],
    lines: "SimpleQueue[str | None]",
    said: deque[str],
    silence: float,
    on_frame: Callable[[str, int], None],
    finished: Callable[[], bool],
    cancelled: Callable[[], bool],
    hopeless: Callable[[str], bool],
) -> str:
    watch = Patience(silence, lambda: _processor_seconds(process.pid))
    tick = min(0.1, silence / 10)
    done_since: float | None = None
    gone = False
    while True:
        if cancelled():
            return "stopped"
        try:
            line = lines.get(timeout=tick)
        except Empty:
            # A child of its own may hold the pipe open after it has gone.
            if gone:
                return ""
            gone = process.poll() is not None
            if done_since is not None and time.monotonic() - done_since > min(QUIT, silence):
                return "it did not quit after its last frame"
            complaint = watch.complaint() if done_since is None else ""
            if complaint:
                return complaint
            continue
        if line is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=min(QUIT, silence))
                return ""
            return "it did not quit after its last word"
        frames = _FRAME.findall(line)
        for writer, frame in frames:
            on_frame(writer, int(frame))
            watch.progress()
        if line and not frames:
            said.append(line)
            if hopeless(line):
                return "what it says makes its frames worthless"
        if done_since is None and frames and finished():
            done_since = time.monotonic()


def _end(process: subprocess.Popen[str], token: str) -> None:
    """Ends the whole group and whoever left it: first asked, then told."""
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GENTLY)
        if process.poll() is None:
            _signal(process.pid, signal.SIGKILL)
            process.wait()
    for _ in range(20):
        strays = _marked(token)
        if not strays:
            break
        for pid in strays:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    if process.stdout is not None:
        with contextlib.suppress(OSError):
            process.stdout.close()


def _signal(group: int, which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, which)


def _marked(token: str) -> list[int]:
    """The processes that inherited the mark; none where the system does not tell."""
    wanted = f"{_MARK}={token}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes() and not _zombie(folder):
                found.append(int(folder.name))
    return found


def _zombie(folder: Path) -> bool:
    return (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"


def _processor_seconds(group: int) -> float:
    """Processor time that the processes of a group have spent; 0 where the system does not tell."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")

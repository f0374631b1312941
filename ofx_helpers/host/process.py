"""A worker process as its owner sees it: started, spoken to, watched, ended."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.host.backend import BACKEND
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.notes import Notes
from ofx_helpers.host.shared import owner
from ofx_helpers.host.wire import ClosedError, Message, Wire, pair

# What a virtual environment's start-up files would find out anew, an eighth of the time, is told.
_START = (
    "import sys; sys.path[:] = sys.argv[1].split('\\n'); "
    "from ofx_helpers.host.worker import main; main(sys.argv[2:])"
)
_GRACE = 2.0
"""Seconds for what was asked to stop, before it is killed."""
_START_LIMIT = 60.0
"""Seconds until a worker answers at all: on a busy machine its start is no fault of a plug-in."""
_LAST_LINES = 6
_log = logging.getLogger("ofx_helpers.host")
Serve = Callable[[Message], tuple[Any, Sequence[int]]]
"""Answers what a worker asks: the answer, and the blocks that it mentions."""


class WorkerDiedError(Exception):
    """A worker is gone: how it ended, in which plug-in and action, its last output."""

    def __init__(self, how: str, plugin: str, action: str, last: Sequence[str]) -> None:
        """All of it may be empty but `how`."""
        super().__init__(how)
        self.how = how
        self.plugin = plugin
        self.action = action
        self.last = tuple(last)


class AbortedError(Exception):
    """A worker was ended because it went on after it was asked to stop."""


class WorkerProcess:
    """One worker. May be used by many threads; `close` must be called."""

    def __init__(self, backend: str = BACKEND) -> None:
        """Starts it; what it can do is known when the first request comes back."""
        self._lock = threading.Lock()
        self._idle: list[Channel] = []
        self._channels = 0
        self._how = ""
        self._serving = 0
        self._thread = threading.local()
        self._heard = time.monotonic()
        self._measured = 0.0
        self._awake = False
        self.users = 0
        """How many effects live in it; kept by the pool."""
        self.retired = False
        """It takes no more effects: it has grown too large."""
        self.made_by = os.getpid()
        self._notes = Notes()
        self._control, theirs = pair()
        paths = "\n".join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
        handles = [theirs.fileno(), self._notes.handle]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-S", "-c", _START, paths, *map(str, handles), backend],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=handles,
                # A Ctrl-C is for us; and what a plug-in starts ends with its worker.
                start_new_session=True,
                # Its threads would cost a third of the start, and only plug-ins compute there.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        self._lines: deque[str] = deque(maxlen=100)
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether it lives, is ours, and has not grown too large."""
        mine = self.made_by == os.getpid()
        return mine and not self.retired and not self._how and self._process.poll() is None

    @contextlib.contextmanager
    def channel(self) -> Iterator["Channel"]:
        """A conversation for one thread; a thread that answers a request may have another."""
        with self._lock:
            channel = self._idle.pop() if self._idle else None
        if channel is None:
            channel = self._open()
        try:
            yield channel
        finally:
            if channel.clean:
                with self._lock:
                    self._idle.append(channel)
            else:
                channel.close()

    def wake(self) -> None:
        """Waits until it has started. Raises WorkerDiedError."""
        if not self._awake:
            with self.channel() as channel:
                channel.request({"do": "nothing"}, limit=_START_LIMIT)
            self._awake = True

    def abort(self, effect: int) -> None:
        """Tells it that an effect's renders should stop."""
        with self._lock, contextlib.suppress(ClosedError):
            self._control.send({"abort": effect})

    def heard(self) -> None:
        """It has given a sign of life."""
        self._heard = time.monotonic()

    @contextlib.contextmanager
    def serving(self, change: int = 1) -> Iterator[None]:
        """While a thread of ours works for it, its silence is ours.

        A thread that asks it for more while it serves it waits like others: `change` is -1 then.
        """
        before = getattr(self._thread, "serving", 0)
        if before + change in (0, 1):
            self._thread.serving = before + change
            with self._lock:
                self._serving += change
        try:
            yield
        finally:
            if before + change in (0, 1):
                self._thread.serving = before
                with self._lock:
                    self._serving -= change
            self.heard()

    def silent(self, since: float) -> float:
        """For how many seconds nobody has worked for it or heard of it, from a time on."""
        if self._serving:
            return 0.0
        return time.monotonic() - max(since, self._heard)

    def kill(self, how: str) -> None:
        """Ends it and all it has started, at once; `how` is what will be said of it."""
        self._how = self._how or how
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def died(self, slot: int) -> WorkerDiedError:
        """How it ended, told to the request that a slot belongs to."""
        if not self._how:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
            code = self._process.poll()
            self.kill("stopped answering" if code is None else _ending(code))
        self._reader.join(_GRACE)
        plugin, action = self._notes.read(slot)
        return WorkerDiedError(self._how, plugin, action, self.last_lines())

    def last_lines(self) -> list[str]:
        """What it, or a plug-in in it, has printed last."""
        return list(self._lines)[-_LAST_LINES:]

    def grown(self, memory: int, handles: int) -> bool:
        """Whether it holds more bytes of its own or more file handles; looks once a second."""
        now = time.monotonic()
        if now - self._measured < 1.0:
            return False
        self._measured = now
        folder = Path("/proc") / str(self._process.pid)
        with contextlib.suppress(OSError, ValueError, IndexError):
            status = (folder / "status").read_text().partition("RssAnon:")[2]
            kilobytes = int(status.split()[0])
            count = sum(1 for _ in (folder / "fd").iterdir())
            return kilobytes * 1024 > memory or count > handles
        return False

    def close(self) -> None:
        """Asks it to end, and ends it; again is harmless."""
        if self.made_by != os.getpid():
            return
        self._how = self._how or "was closed"
        with self._lock:
            with contextlib.suppress(ClosedError):
                self._control.send({"quit": True})
            idle, self._idle = self._idle, []
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        self.kill("was closed")
        for channel in idle:
            channel.close()
        self._control.close()
        self._reader.join(2 * _GRACE)

    def _open(self) -> "Channel":
        wire, theirs = pair()
        with self._lock, theirs:
            slot = self._channels
            self._channels += 1
            try:
                self._control.send({"open": slot}, [theirs.fileno()])
            except ClosedError:
                wire.close()
                gone = True
            else:
                gone = False
        if gone:
            raise self.died(slot)
        return Channel(self, wire, slot)

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        handle = self._process.stdout.fileno()
        while True:
            try:
                data = os.read(handle, 65536)
            except OSError:
                data = b""
            *lines, rest = (rest + data).split(b"\n")
            if not data and rest:
                lines, rest = [*lines, rest], b""
            self._lines += [line[:300].decode(errors="replace").rstrip() for line in lines if line]
            if not data:
                self._process.stdout.close()
                return
            rest = rest[-300:]


class Channel:
    """A conversation with a worker, for one thread at a time."""

    def __init__(self, worker: WorkerProcess, wire: Wire, slot: int) -> None:
        """Made by `WorkerProcess.channel`."""
        self._worker = worker
        self._wire = wire
        self._slot = slot
        self._known: set[int] = set()
        self.clean = True
        """Whether the last request is finished on both sides."""

    def request(
        self,
        message: Message,
        *,
        limit: float,
        serve: Serve | None = None,
        stop: Sequence[float] = (),
    ) -> Any:
        """Sends a request, answers what it asks back, and gives what it comes to.

        `limit` is in seconds without a sign of life; `stop` gets a time when it is to stop.
        Raises PluginError with the plug-in's words, WorkerDiedError, or what `serve` raised.
        """
        with self._worker.serving(-1):
            return self._dialogue(message, limit, serve, stop)

    def _dialogue(
        self, message: Message, limit: float, serve: Serve | None, stop: Sequence[float]
    ) -> Any:
        self.clean = False
        trouble: BaseException | None = None
        began = time.monotonic()
        try:
            self._send(message)
            while True:
                self._wait(began, limit, stop)
                reply, _ = self._wire.receive()
                self._worker.heard()
                if "ask" in reply:
                    trouble = self._answer(reply, serve, trouble)
                    began = time.monotonic()
                elif "log" in reply:
                    level, text = reply["log"]
                    _log.log(level, "%s", text)
                elif "progress" not in reply:
                    break
        except ClosedError:
            raise self._worker.died(self._slot) from None
        except BaseException as error:
            if not isinstance(error, WorkerDiedError | AbortedError):
                self._give_up(message)
            raise
        self.clean = True
        if trouble is not None:
            raise trouble
        if "fault" in reply:
            raise RuntimeError(reply["fault"])
        if "error" in reply:
            # A worker whose memory was written over is not used again.
            self._worker.retired = self._worker.retired or bool(reply.get("spoilt"))
            raise PluginError(reply["error"])
        return reply["done"]

    def close(self) -> None:
        """Ends it."""
        self._wire.close()

    def _answer(
        self, ask: Message, serve: Serve | None, trouble: BaseException | None
    ) -> BaseException | None:
        with self._worker.serving():
            try:
                if serve is None:
                    raise RenderError(f"nothing can answer '{ask['ask']}'")
                answer, numbers = serve(ask)
            except BaseException as error:
                self._send({"refused": str(error)})
                if not isinstance(error, Exception):
                    raise
                return trouble or error
        self._send({"answer": answer}, numbers)
        return trouble

    def _send(self, message: Message, numbers: Sequence[int] = ()) -> None:
        fresh = [number for number in dict.fromkeys(numbers) if number not in self._known]
        blocks = [owner.block(number) for number in fresh]
        extra: Message = {}
        if blocks:
            extra["blocks"] = [[block.number, block.size] for block in blocks]
        gone = owner.gone(self._known)
        if gone:
            extra["gone"] = sorted(gone)
        self._wire.send({**message, **extra}, [block.handle for block in blocks])
        self._known = (self._known | set(fresh)) - gone

    def _wait(self, began: float, limit: float, stop: Sequence[float]) -> None:
        while True:
            if stop and time.monotonic() - stop[0] > _GRACE:
                self._worker.kill("went on after it was asked to stop")
                raise AbortedError
            left = limit - self._worker.silent(began)
            if left <= 0:
                self._worker.kill(f"gave no sign of life for {limit:g} s")
                raise self._worker.died(self._slot)
            if self._wire.wait(min(left, 0.5)):
                return

    def _give_up(self, message: Message) -> None:
        # A Ctrl-C: the plug-in may still write into memory that would be lent to others.
        self._worker.abort(message.get("effect", -1))
        until = time.monotonic() + _GRACE
        with contextlib.suppress(ClosedError):
            while self._wire.wait(until - time.monotonic()):
                reply, _ = self._wire.receive()
                if "ask" in reply:
                    self._wire.send({"refused": "it was asked to stop"})
                elif "log" not in reply and "progress" not in reply:
                    self.clean = True
                    return
        self._worker.kill("went on after it was asked to stop")


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended its process (exit status {code})"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"crashed ({name})"

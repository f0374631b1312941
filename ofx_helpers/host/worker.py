"""A worker process: plug-ins live and die in it.

It listens to its owner on one socket (a new conversation, a wish to stop, the end) and holds each
conversation in a thread. What plug-ins print goes to the owner's log, never into a conversation.
It ends when its owner does.
"""

import logging
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.backend import Backend, backend
from ofx_helpers.host.encode import (
    description_from_json,
    description_to_json,
    project_from_json,
    values_from_json,
    values_to_json,
)
from ofx_helpers.host.errors import OverrunError
from ofx_helpers.host.hooks import hooks
from ofx_helpers.host.notes import Notes
from ofx_helpers.host.shared import Borrower, Place, owner, view
from ofx_helpers.host.types import Above, Box, Clip, Effect, Values
from ofx_helpers.host.wire import ClosedError, Message, Wire


class Session:
    """A conversation, held by one thread; a plug-in's other threads may ask through it."""

    def __init__(self, wire: Wire, slot: int, borrower: Borrower) -> None:
        """Ready for the first request."""
        self.slot = slot
        self._wire = wire
        self._borrower = borrower
        self._lock = threading.Lock()
        self._open = False

    def next(self) -> Message:
        """Waits for a request."""
        message = self._take()
        with self._lock:
            self._open = True
        return message

    def end(self, reply: Message) -> None:
        """Answers it: nobody can ask through it then."""
        with self._lock:
            self._open = False
            self._wire.send(reply)

    def ask(self, question: Message) -> Any:
        """Asks the owner; None when the request is already answered."""
        with self._lock:
            if not self._open:
                return None
            self._wire.send(question)
            reply = self._take()
        if "refused" in reply:
            raise RenderError(reply["refused"])
        return reply["answer"]

    def tell(self, message: Message) -> bool:
        """Tells the owner something; whether it could be told."""
        with self._lock:
            if self._open:
                self._wire.send(message)
            return self._open

    def _take(self) -> Message:
        message, handles = self._wire.receive()
        for (number, size), handle in zip(message.get("blocks", ()), handles, strict=True):
            self._borrower.add(number, size, handle)
        self._borrower.drop(message.get("gone", ()))
        return message


class Served:
    """An effect, and the conversations that its callbacks can go through."""

    def __init__(self, effect: Effect) -> None:
        """Takes the effect over."""
        self.effect = effect
        self.sessions: list[Session] = []

    def ask(self, question: Message, own: Session | None) -> Any:
        """Asks through the thread's own conversation, else through any that is open."""
        for session in [own] if own in self.sessions else list(self.sessions):
            answer = session.ask(question) if session is not None else None
            if answer is not None:
                return answer
        raise RenderError(f"nobody is there to tell its {question['ask']}")


class Worker:
    """All that lives in this process."""

    def __init__(self, control: Wire, notes: Notes, backend: Backend) -> None:
        """Ready to listen."""
        self._control = control
        self._notes = notes
        self._backend = backend
        self._borrower = Borrower()
        self._effects: dict[int, Served] = {}
        self._sessions: list[Session] = []
        self._thread = threading.local()
        self._owner = os.getppid()

    def listen(self) -> None:
        """Until the owner says so, or is gone."""
        hooks.acting = self._acting
        hooks.memory = self._memory
        hooks.progress = lambda fraction: self._tell({"progress": fraction})
        with suppress(ClosedError):
            while os.getppid() == self._owner:
                if not self._control.wait(1.0):
                    continue
                message, handles = self._control.receive()
                if "open" in message:
                    wire = Wire(socket.socket(fileno=handles[0]))
                    session = Session(wire, message["open"], self._borrower)
                    threading.Thread(target=self._converse, args=[session], daemon=True).start()
                elif "abort" in message:
                    served = self._effects.get(message["abort"])
                    if served is not None:
                        served.effect.abort()
                elif "quit" in message:
                    for served in list(self._effects.values()):
                        served.effect.close()
                    self._backend.end()
                    return

    def _converse(self, session: Session) -> None:
        self._thread.session = session
        self._sessions.append(session)
        with suppress(ClosedError):
            while True:
                session.end(self._answer(session, session.next()))
        self._sessions.remove(session)

    def _answer(self, session: Session, message: Message) -> Message:
        served = self._effects.get(message.get("effect", -1))
        if served is not None:
            served.sessions.append(session)
        try:
            return {"done": getattr(self, f"_do_{message['do']}")(message)}
        except RenderError as error:
            return {"error": str(error), "spoilt": isinstance(error, OverrunError)}
        except ClosedError:
            raise
        except Exception as error:
            traceback.print_exc()
            return {"fault": f"{type(error).__name__} in a plug-in's worker: {error}"}
        finally:
            if served is not None:
                served.sessions.remove(session)

    def _do_identify(self, message: Message) -> Any:
        return self._backend.identify(Path(message["bundle"]))

    def _do_describe(self, message: Message) -> Any:
        return description_to_json(
            self._backend.describe(Path(message["bundle"]), message["index"])
        )

    def _do_create(self, message: Message) -> Any:
        effect = self._backend.create(
            description_from_json(message["description"]), project_from_json(message["project"])
        )
        self._effects[message["number"]] = Served(effect)

    def _do_nothing(self, message: Message) -> Any:
        return None

    def _do_set(self, message: Message) -> Any:
        served = self._effects[message["effect"]]
        served.effect.set(message["name"], self._given(served, message["name"], message))

    def _do_restore(self, message: Message) -> Any:
        served = self._effects[message["effect"]]
        changes = message["changes"].items()
        served.effect.restore({name: self._given(served, name, change) for name, change in changes})

    def _given(self, served: Served, name: str, change: Message) -> Any:
        if change.get("live"):
            return lambda time: self._value(served, name, time)
        return values_from_json(change["values"])

    def _do_get(self, message: Message) -> Any:
        effect = self._effects[message["effect"]].effect
        return values_to_json(effect.get(message["name"], message["time"]))

    def _do_parameter(self, message: Message) -> Any:
        return asdict(self._effects[message["effect"]].effect.parameter(message["name"]))

    def _do_connect(self, message: Message) -> Any:
        served = self._effects[message["effect"]]
        clips = {name: self._clip(served, name, data) for name, data in message["clips"].items()}
        output = served.effect.connect(clips)
        return {**vars(output), "input_components": dict(output.input_components)}

    def _do_region(self, message: Message) -> Any:
        return self._effects[message["effect"]].effect.region(message["time"])

    def _do_frames(self, message: Message) -> Any:
        return self._effects[message["effect"]].effect.frames()

    def _do_regions_of_interest(self, message: Message) -> Any:
        effect, window = self._effects[message["effect"]].effect, Window(*message["window"])
        return dict(effect.regions_of_interest(message["time"], window))

    def _do_frames_needed(self, message: Message) -> Any:
        effect = self._effects[message["effect"]].effect
        return {
            name: list(ranges) for name, ranges in effect.frames_needed(message["time"]).items()
        }

    def _do_identity(self, message: Message) -> Any:
        effect = self._effects[message["effect"]].effect
        return effect.identity(message["time"], Window(*message["window"]))

    def _do_transform(self, message: Message) -> Any:
        return self._effects[message["effect"]].effect.transform(message["time"])

    def _do_render(self, message: Message) -> Any:
        served = self._effects[message["effect"]]
        frame = served.effect.render(
            message["time"],
            Window(*message["window"]),
            lambda name, time, window: self._fetch(served, name, time, window),
            scale=message["scale"],
            sequence=message["sequence"],
        )
        place = self._borrower.place(frame)
        if place is None:
            number, data = self._lent(frame.pixels.nbytes)
            place = Place(number, 0, frame.window.width * 16, frame.window)
            view(data, place).pixels[...] = frame.pixels
        return place

    def _do_close(self, message: Message) -> Any:
        served = self._effects.pop(message["effect"], None)
        if served is not None:
            served.effect.close()

    def _clip(self, served: Served, name: str, data: Mapping[str, Any]) -> Clip:
        def region(time: float) -> Box:
            x1, y1, x2, y2 = self._ask(served, {"ask": "region", "name": name, "time": time})
            return x1, y1, x2, y2

        def above(time: float) -> Above | None:
            found = self._ask(served, {"ask": "above", "name": name, "time": time})
            return Above(tuple(found[0]), Window(*found[1])) if found else None

        fields = {key: values_from_json(value) for key, value in data.items()}
        size = fields.pop("format")
        return Clip(
            region=region,
            above=above if fields.pop("above") else None,
            format=None if size is None else Window(*size),
            **fields,
        )

    def _value(self, served: Served, name: str, time: float) -> Values:
        values: Values = values_from_json(
            self._ask(served, {"ask": "value", "name": name, "time": time})
        )
        return values

    def _fetch(self, served: Served, name: str, time: float, window: Window) -> Frame:
        question = {"ask": "fetch", "name": name, "time": time, "window": window}
        return self._borrower.frame(_place(self._ask(served, question)))

    def _ask(self, served: Served, question: Message) -> Any:
        return served.ask(question, getattr(self._thread, "session", None))

    def _tell(self, message: Message) -> None:
        with suppress(ClosedError):
            any(session.tell(message) for session in list(self._sessions))

    def _lent(self, size: int) -> tuple[int, NDArray[np.uint8]]:
        number = int(self._thread.session.ask({"ask": "memory", "size": size}))
        return number, self._borrower.writable(number)

    def _memory(self, size: int) -> NDArray[np.uint8]:
        if not hasattr(self._thread, "session"):
            return owner.scratch(size)
        return self._lent(size)[1][:size]

    def _acting(self, plugin: str, action: str) -> AbstractContextManager[None]:
        session = getattr(self._thread, "session", None)
        return (
            nullcontext() if session is None else self._notes.acting(session.slot, plugin, action)
        )

    def log(self, record: logging.LogRecord) -> bool:
        """Hands a line of the log to the owner."""
        self._tell({"log": [record.levelno, record.getMessage()]})
        return False


def _place(data: list[Any]) -> Place:
    block, offset, row, window = data
    return Place(block, offset, row, Window(*window))


def main(arguments: list[str]) -> None:
    """Handles of the control socket and of the notes, and the backend's module."""
    os.environ.pop("OPENBLAS_NUM_THREADS", None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _tame()
    control = Wire(socket.socket(fileno=int(arguments[0])))
    worker = Worker(control, Notes(int(arguments[1])), backend(arguments[2]))
    log = logging.getLogger("ofx_helpers.host")
    log.setLevel(logging.INFO)
    log.addFilter(worker.log)
    try:
        worker.listen()
    finally:
        # What still renders must not hold the process.
        sys.stdout.flush()
        os._exit(0)


def _tame() -> None:
    import resource

    from ofx_helpers.host.api_declarations import ffi

    # A crash is reported, not dumped; and what was printed before it must not be lost in a buffer.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        library: Any = ffi.dlopen(None)
        library.setvbuf(library.stdout, ffi.NULL, 1, 0)

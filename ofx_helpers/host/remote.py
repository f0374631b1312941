"""An effect whose plug-in lives in a worker: the form of `Effect` that nothing can hurt.

A worker that crashes or hangs is replaced and the effect made again in it, parameters, inputs and
all. What it was asked is asked once more, in a worker of its own; then the effect is refused.
"""

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.encode import (
    description_to_json,
    parameter_from_json,
    project_to_json,
    values_from_json,
    values_to_json,
)
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.pool import Pool
from ofx_helpers.host.pool import pool as everyones
from ofx_helpers.host.process import AbortedError, Serve, WorkerDiedError, WorkerProcess
from ofx_helpers.host.shared import Place, owner
from ofx_helpers.host.types import (
    Box,
    Clip,
    Description,
    Fetch,
    Keys,
    Output,
    Parameter,
    Project,
    Values,
)
from ofx_helpers.host.wire import Message

TIME_LIMIT = 60.0
"""Seconds that a plug-in may work without a sign of life."""
_numbers = itertools.count(1)


class RemoteEffect:
    """See `Effect`. Made at its first use; `timeout` is in seconds without a sign of life."""

    def __init__(
        self,
        description: Description,
        project: Project,
        *,
        timeout: float = TIME_LIMIT,
        pool: Pool = everyones,
    ) -> None:
        """Asks for an instance at once, so that what it refuses is known. Raises PluginError."""
        self.description = description
        self._project = project
        self._timeout = timeout
        self._pool = pool
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._number = 0
        self._history: dict[str, Message] = {}
        self._live: dict[str, Callable[[float], Values]] = {}
        self._clips: Mapping[str, Clip] = {}
        self._refused = ""
        self._stops: list[list[float]] = []
        self._closed = False
        try:
            self._call("nothing")
        except BaseException:
            self.close()
            raise

    def set(self, name: str, values: Values | Keys | Callable[[float], Values]) -> None:
        """See `Effect`."""
        before = self._live.get(name)
        if callable(values):
            self._live[name] = values
            change: Message = {"live": True}
        else:
            change = {"values": values_to_json(values)}
        try:
            self._call("set", name=name, **change)
        except BaseException:
            self._live.pop(name, None)
            if before is not None:
                self._live[name] = before
            raise
        self._remember(f"set {name}", {"do": "set", "name": name, **change})

    def restore(self, values: Mapping[str, Values | Keys | Callable[[float], Values]]) -> None:
        """See `Effect`."""
        before = dict(self._live)
        live = {name: value for name, value in values.items() if callable(value)}
        self._live.update(live)
        changes = {
            name: {"live": True} if name in live else {"values": values_to_json(value)}
            for name, value in values.items()
        }
        try:
            self._call("restore", changes=changes)
        except BaseException:
            self._live = before
            raise
        for name in values:
            self._history.pop(f"set {name}", None)
        self._remember("restore", {"do": "restore", "changes": changes})

    def get(self, name: str, time: float = 0.0) -> Values:
        """See `Effect`."""
        values: Values = values_from_json(self._call("get", name=name, time=time))
        return values

    def parameter(self, name: str) -> Parameter:
        """See `Effect`."""
        return parameter_from_json(self._call("parameter", name=name))

    def connect(self, inputs: Mapping[str, Clip]) -> Output:
        """See `Effect`."""
        clips = {name: _clip_to_json(clip) for name, clip in inputs.items()}
        before, self._clips = self._clips, dict(inputs)
        try:
            output = self._call("connect", clips=clips)
        except BaseException:
            self._clips = before
            raise
        self._remember("connect", {"do": "connect", "clips": clips})
        form = output.pop("format")
        return Output(**output, format=None if form is None else Window(*form))

    def region(self, time: float) -> Box:
        """See `Effect`."""
        x1, y1, x2, y2 = self._call("region", time=time)
        return x1, y1, x2, y2

    def frames(self) -> tuple[float, float]:
        """See `Effect`."""
        first, last = self._call("frames")
        return first, last

    def regions_of_interest(self, time: float, window: Window) -> Mapping[str, Window]:
        """See `Effect`."""
        found = self._call("regions_of_interest", time=time, window=window)
        return {name: Window(*box) for name, box in found.items()}

    def frames_needed(self, time: float) -> Mapping[str, Sequence[tuple[float, float]]]:
        """See `Effect`."""
        needed: Mapping[str, Sequence[tuple[float, float]]] = {
            name: values_from_json(ranges)
            for name, ranges in self._call("frames_needed", time=time).items()
        }
        return needed

    def identity(self, time: float, window: Window) -> tuple[str, float] | None:
        """See `Effect`."""
        found = self._call("identity", time=time, window=window)
        return None if found is None else (found[0], found[1])

    def transform(self, time: float) -> tuple[str, tuple[float, ...]] | None:
        """See `Effect`."""
        found = self._call("transform", time=time)
        return None if found is None else (found[0], tuple(found[1]))

    def render(
        self,
        time: float,
        window: Window,
        fetch: Fetch,
        *,
        scale: float = 1.0,
        sequence: bool = False,
    ) -> Frame:
        """See `Effect`."""
        kept: list[Any] = []

        def serve(ask: Message) -> tuple[Any, Sequence[int]]:
            if ask["ask"] == "fetch":
                place, frame = owner.place(fetch(ask["name"], ask["time"], Window(*ask["window"])))
                kept.append(frame)
                return place, [place.block]
            if ask["ask"] == "memory":
                number, data = owner.lend(ask["size"])
                kept.append(data)
                return number, [number]
            return self._serve(ask)

        stop: list[float] = []
        self._stops.append(stop)
        try:
            block, offset, row, lies = self._call(
                "render", serve, stop, time=time, window=window, scale=scale, sequence=sequence
            )
        except BaseException:
            kept.clear()
            raise
        finally:
            self._stops.remove(stop)
        return owner.settle(owner.at(Place(block, offset, row, Window(*lies))))

    def abort(self) -> None:
        """See `Effect`. What goes on regardless is ended with its worker after two seconds."""
        for stop in list(self._stops):
            stop.append(time.monotonic())
        worker, number = self._worker, self._number
        if worker is not None:
            worker.abort(number)

    def close(self) -> None:
        """See `Effect`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is None:
            return
        try:
            # A plug-in that cannot even end is nobody's trouble any more.
            with suppress(WorkerDiedError, AbortedError, PluginError, RuntimeError):
                if worker.usable:
                    self._request(worker, self._number, {"do": "close"})
        finally:
            self._pool.leave(worker)

    def __enter__(self) -> "RemoteEffect":
        """For `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self.close()

    def _call(
        self, do: str, serve: Serve | None = None, stop: Sequence[float] = (), **arguments: Any
    ) -> Any:
        if self._closed:
            raise PluginError(f"{self._name()} is closed")
        if self._refused:
            raise PluginError(self._refused)
        said = ""
        for attempt in range(2):
            try:
                worker, number = self._ready(alone=attempt > 0)
                return self._request(worker, number, {"do": do, **arguments}, serve, stop)
            except WorkerDiedError as death:
                # Not the error itself: its traceback would keep the pictures of this call.
                said = self._obituary(do, death)
            except AbortedError:
                raise PluginError(f"{self._name()} was asked to stop") from None
        self._refused = said
        raise PluginError(said)

    def _request(
        self,
        worker: WorkerProcess,
        number: int,
        message: Message,
        serve: Serve | None = None,
        stop: Sequence[float] = (),
    ) -> Any:
        with worker.channel() as channel:
            answer = channel.request(
                {**message, "effect": number},
                limit=self._timeout,
                serve=serve or self._serve,
                stop=stop,
            )
        self._pool.check(worker)
        return answer

    def _ready(self, *, alone: bool) -> tuple[WorkerProcess, int]:
        with self._lock:
            worker = self._worker
            if worker is not None and worker.usable:
                return worker, self._number
            if worker is not None:
                self._worker = None
                self._pool.leave(worker)
            worker, number = self._pool.enter(self.description.bundle, alone=alone), next(_numbers)
            try:
                worker.wake()
                self._replay(worker, number)
            except BaseException:
                with suppress(WorkerDiedError, AbortedError, PluginError, RuntimeError):
                    if worker.usable:
                        self._request(worker, number, {"do": "close"})
                self._pool.leave(worker)
                raise
            self._worker, self._number = worker, number
            return worker, number

    def _replay(self, worker: WorkerProcess, number: int) -> None:
        create = {
            "do": "create",
            "number": number,
            "description": description_to_json(self.description),
            "project": project_to_json(self._project),
        }
        for message in (create, *self._history.values()):
            self._request(worker, number, message)

    def _remember(self, key: str, message: Message) -> None:
        # The order of the last changes: a file name sets other parameters, which a person changes.
        self._history.pop(key, None)
        self._history[key] = message

    def _serve(self, ask: Message) -> tuple[Any, Sequence[int]]:
        if ask["ask"] == "region":
            return self._clips[ask["name"]].region(ask["time"]), ()
        if ask["ask"] == "above":
            above = self._clips[ask["name"]].above
            found = above(ask["time"]) if above is not None else None
            return ([] if found is None else [list(found.matrix), list(found.region)]), ()
        if ask["ask"] == "value":
            return values_to_json(self._live[ask["name"]](ask["time"])), ()
        raise PluginError(f"{self._name()} asked for {ask['ask']} outside of a render")

    def _name(self) -> str:
        return f"{self.description.identifier} ({self.description.bundle.name})"

    def _obituary(self, do: str, died: WorkerDiedError) -> str:
        action = died.action or do.replace("_", " ")
        who = "" if died.plugin in ("", self.description.identifier) else f" of {died.plugin}"
        text = f"{self._name()} {died.how} in its action {action}{who}, twice: it is not used again"
        return f"{text}. Its last words: {' | '.join(died.last)}" if died.last else f"{text}."


def _clip_to_json(clip: Clip) -> Message:
    names = (field.name for field in fields(clip) if field.name not in ("region", "above"))
    return {"above": clip.above is not None, **{name: getattr(clip, name) for name in names}}

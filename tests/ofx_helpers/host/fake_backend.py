"""A bundle of plug-ins that are Python: what goes between a host and its workers, without C.

`fake.Fault` does what its parameter `fault` says, in its action `when`; the others behave.
"""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.hooks import hooks
from ofx_helpers.host.types import Clip, Description, Fetch, Input, Output, Parameter, Project

NAMES = ("fake.Merge", "fake.Temporal", "fake.Fault", "fake.Pass")


def identify(bundle: Path) -> list[tuple[str, int, int]]:
    if bundle.name == "Dead.ofx.bundle":
        signal.raise_signal(signal.SIGSEGV)
    if bundle.name == "Broken.ofx.bundle":
        raise PluginError("libmissing.so: cannot open shared object file")
    return [(name, 1, 0) for name in NAMES]


def describe(bundle: Path, index: int) -> Description:
    count = bundle / "described"
    if count.parent.is_dir():
        with count.open("a") as file:
            file.write(f"{index}\n")
    if bundle.name == "Half.ofx.bundle" and index == 2:
        with hooks.acting(NAMES[index], "describe"):
            os.abort()
    return description(bundle, index)


def description(bundle: Path = Path("Fake.ofx.bundle"), index: int = 0) -> Description:
    inputs = [Input(name="B", label="B"), Input(name="A", label="A", optional=True)]
    return Description(
        identifier=NAMES[index],
        version=(1, 0),
        label=NAMES[index][5:],
        grouping="Fake",
        help="Does what its name says.",
        bundle=bundle,
        index=index,
        contexts=("general",),
        context="general",
        inputs=tuple(inputs if index == 0 else inputs[:1]),
        parameters=(
            Parameter(name="mix", label="Mix", kind="Double", default=(1.0,)),
            Parameter(name="fault", label="Fault", kind="String", default=("",)),
            Parameter(name="when", label="When", kind="String", default=("render",)),
            Parameter(name="size", label="Size", kind="Double2D", default=(0.0, 0.0)),
            Parameter(name="on", label="On", kind="Boolean", default=(False,)),
            Parameter(
                name="operation",
                label="Operation",
                kind="Choice",
                default=("plus",),
                options=("plus", "screen"),
                labels=("plus", "screen"),
            ),
        ),
        thread_safety="fully-safe",
        temporal=index == 1,
    )


class FakeEffect:
    def __init__(self, what: Description, project: Project) -> None:
        self.description = what
        self.project = project
        self.values: dict[str, Any] = {entry.name: entry.default for entry in what.parameters}
        self.clips: Mapping[str, Clip] = {}
        self.stop = threading.Event()
        self.leaks: list[Any] = []
        self.do("create")

    def set(self, name: str, values: Any) -> None:
        if name not in self.values:
            raise PluginError(f"{self.description.identifier} has no parameter {name}")
        self.values[name] = values
        self.do("set")

    def get(self, name: str, time: float = 0.0) -> Any:
        values = self.values[name]
        if callable(values):
            return values(time)
        if values and isinstance(values[0], tuple):
            return values[-1][1]
        return values

    def parameter(self, name: str) -> Parameter:
        return next(entry for entry in self.description.parameters if entry.name == name)

    def connect(self, inputs: Mapping[str, Clip]) -> Output:
        self.clips = inputs
        self.do("connect")
        return Output(fps=self.project.fps, input_components=dict.fromkeys(inputs, "RGBA"))

    def region(self, time: float) -> Any:
        return self.clips["B"].region(time)

    def frames(self) -> tuple[float, float]:
        return self.clips["B"].frames

    def regions_of_interest(self, time: float, window: Window) -> Mapping[str, Window]:
        return dict.fromkeys(self.clips, window)

    def frames_needed(self, time: float) -> Mapping[str, Sequence[tuple[float, float]]]:
        reach = 1.0 if self.description.temporal else 0.0
        return {name: [(time - reach, time + reach)] for name in self.clips}

    def identity(self, time: float, window: Window) -> tuple[str, float] | None:
        return ("B", time) if self.description.identifier == "fake.Pass" else None

    def transform(self, time: float) -> tuple[str, tuple[float, ...]] | None:
        return ("B", (1.0, 0.0, 0.1, 0.0, 1.0, 1 / 3, 0.0, 0.0, 1.0))

    def render(
        self,
        time: float,
        window: Window,
        fetch: Fetch,
        *,
        scale: float = 1.0,
        sequence: bool = False,
    ) -> Frame:
        self.stop.clear()
        if self.description.identifier == "fake.Pass":
            return fetch("B", time, window)
        if self.description.temporal:
            frames = [fetch("B", time + shift, window) for shift in (-1.0, 0.0, 1.0)]
            return Frame(np.mean([frame.pixels for frame in frames], axis=0), window)
        shape = (window.height, window.width, 4)
        memory = hooks.memory(256 + window.height * window.width * 16)
        out = Frame(memory[256:].view(np.float32).reshape(shape), window)
        pictures = [fetch(name, time, window).pixels for name in self.clips]
        self.do("render", pictures)
        np.multiply(sum(pictures), self.get("mix", time)[0], out=out.pixels)
        return out

    def abort(self) -> None:
        self.stop.set()

    def close(self) -> None:
        self.do("close")

    def do(self, when: str, pictures: Sequence[Any] = ()) -> None:
        fault = str(self.values["fault"][0])
        if fault and self.values["when"][0] == when:
            with hooks.acting(self.description.identifier, when):
                FAULTS[fault](self, pictures)


def _print(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    libc = ctypes.CDLL(None)
    for number in range(2000):
        libc.printf(b'{"done": "line %d"}\n', ctypes.c_int(number))
    os.write(1, b"\x00\x01garbage without an end")
    sys.stderr.write("and to standard error\n")


def _print_and_crash(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    ctypes.CDLL(None).printf(b"about to fall\n")
    ctypes.string_at(8)


def _once(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    # The parameter `operation` names a file here: the first worker leaves its number in it.
    note = Path(effect.values["operation"][0])
    if not note.exists():
        note.write_text(str(os.getpid()))
        signal.raise_signal(signal.SIGBUS)


def _progress(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    for step in range(8):
        time.sleep(0.3)
        hooks.progress(step / 8)


def _scribble(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    ctypes.memset(pictures[0].__array_interface__["data"][0], 0, 16)


def _patient(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    if not effect.stop.wait(20):
        raise PluginError("nobody asked it to stop")
    raise PluginError("fake.Fault was asked to stop")


def _leak_handles(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    effect.leaks += [os.open(os.devnull, os.O_RDONLY) for _ in range(600)]


def _leak_memory(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    effect.leaks.append(np.ones(300 * 2**20, np.uint8))


def _refuse(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    raise PluginError("fake.Fault: the plug-in says no")


def _log(effect: FakeEffect, pictures: Sequence[Any]) -> None:
    logging.getLogger("ofx_helpers.host").warning("fake.Fault: the lens is dusty")


FAULTS: Mapping[str, Callable[[FakeEffect, Sequence[Any]], Any]] = {
    "segv": lambda effect, pictures: signal.raise_signal(signal.SIGSEGV),
    "abort": lambda effect, pictures: os.abort(),
    "kill": lambda effect, pictures: signal.raise_signal(signal.SIGKILL),
    "exit": lambda effect, pictures: os._exit(3),
    "hang": lambda effect, pictures: threading.Event().wait(),
    "print": _print,
    "print and crash": _print_and_crash,
    "once": _once,
    "progress": _progress,
    "scribble": _scribble,
    "patient": _patient,
    "leak handles": _leak_handles,
    "leak memory": _leak_memory,
    "refuse": _refuse,
    "log": _log,
    "python": lambda effect, pictures: 1 // 0,
}


def create(what: Description, project: Project) -> FakeEffect:
    return FakeEffect(what, project)


def end() -> None:
    pass

"""What hosting an OpenFX plug-in costs beside the plug-in's own time, at 3840×2160.

The plug-in's own time is that of its Render action, less what the host does inside it: handing
out pictures. Renders in this process and in a worker take turns. Inputs lie in memory that workers
see, as the results of other plug-ins do (`shared`), or do not and are copied once (`plain`).
Then the same in this process on one core and on two, and how long a worker takes to start and
answer for a plug-in that a scan has described before. On a machine that others use too, the best
times tell most.

    python -m benchmarks.ofx_host
    python -m benchmarks.ofx_host net.sf.openfx.MergePlugin --path DIR --set operation=screen
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from driver.nodes.assign import values
from ofx_helpers import host
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.hooks import hooks
from ofx_helpers.host.pool import Pool
from ofx_helpers.host.remote import RemoteEffect
from ofx_helpers.host.types import Clip, Effect, Project

OWN = "memecomp.ChromaticAberration"


class OwnTime:
    """Sums the time inside Render actions, less that of what the plug-in calls back for."""

    def __init__(self) -> None:
        """Starts at nothing."""
        self.seconds = 0.0

    @contextmanager
    def acting(self, plugin: str, action: str) -> Iterator[None]:
        """The hook around every action."""
        began = time.perf_counter()
        yield
        if action == "Render":
            self.seconds += time.perf_counter() - began

    def fetch(self, frames: Mapping[str, Frame]) -> Callable[[str, float, Window], Frame]:
        """Hands out frames and takes that time off."""

        def fetch(name: str, _: float, window: Window) -> Frame:
            began = time.perf_counter()
            frame = frames[name].crop(window)
            self.seconds -= time.perf_counter() - began
            return frame

        return fetch


def inputs(plugin: host.Plugin, window: Window, *, shared: bool) -> dict[str, Frame]:
    """Noise for every input that is no mask."""
    made = {}
    for seed, entry in enumerate(plugin.description.inputs):
        if entry.mask or (entry.optional and seed > 1):
            continue
        noise = np.random.default_rng(seed).random((window.height, window.width, 4), np.float32)
        noise[..., 3] = 1
        pixels = noise
        if shared:
            pixels = host.empty((window.width, window.height))[::-1]
            pixels[...] = noise
        made[entry.name] = Frame(pixels, window)
    return made


def prepare(effect: Effect, assigned: Mapping[str, object], frames: Mapping[str, Frame]) -> None:
    """Parameters and inputs."""
    sizes = {entry.name: max(1, len(entry.default)) for entry in effect.description.parameters}
    for name, value in assigned.items():
        effect.set(name, value if isinstance(value, tuple) else (value,) * sizes[name])  # type: ignore[arg-type]
    boxes = {name: tuple(map(float, frame.window)) for name, frame in frames.items()}
    effect.connect({name: Clip(region=lambda _, box=box: box) for name, box in boxes.items()})  # type: ignore[misc]


def timed(render: Callable[[], object]) -> float:
    """Seconds by the clock."""
    began = time.perf_counter()
    render()
    return time.perf_counter() - began


def overhead(
    plugin: host.Plugin, window: Window, assigned: Mapping[str, object], turns: int
) -> None:
    """In this process and in a worker, with inputs in shared memory and without."""
    project = Project(format=window)
    local = host.Plugin(plugin.description, in_process=True).effect(project)
    remote = plugin.effect(project)
    own = OwnTime()
    hooks.acting = own.acting
    for kind in ("shared", "plain"):
        frames = inputs(plugin, window, shared=kind == "shared")
        fetch = own.fetch(frames)
        prepare(local, assigned, frames)
        prepare(remote, assigned, frames)
        owns, locals_, remotes = [], [], []
        for turn in range(turns + 1):
            own.seconds = 0.0
            here = timed(lambda: local.render(1.0, window, fetch))  # noqa: B023
            spent = own.seconds
            there = timed(lambda: remote.render(1.0, window, fetch))  # noqa: B023
            if turn:
                owns.append(spent)
                locals_.append(here)
                remotes.append(there)
        for word, of in (("median", median), ("best", min)):
            took = of(owns)
            print(f"inputs {kind:<7}{word:<7} plug-in itself {took * 1e3:6.1f} ms", end="")
            for name, times in (("in process", locals_), ("worker", remotes)):
                print(f"   {name} {of(times) * 1e3:6.1f} ms ({of(times) / took - 1:+.1%})", end="")
            print()
    local.close()
    remote.close()


def scaling(
    plugin: host.Plugin, window: Window, assigned: Mapping[str, object], turns: int
) -> None:
    """In this process on one core and on two."""
    if not hasattr(os, "sched_setaffinity"):
        return
    before = os.sched_getaffinity(0)
    effect = host.Plugin(plugin.description, in_process=True).effect(Project(format=window))
    frames = inputs(plugin, window, shared=True)
    prepare(effect, assigned, frames)
    own = OwnTime()
    hooks.acting = own.acting
    fetch = own.fetch(frames)
    found: dict[int, list[float]] = {1: [], 2: []}
    try:
        for turn in range(turns + 1):
            for cores in (1, 2):
                os.sched_setaffinity(0, set(sorted(before)[:cores]))
                own.seconds = 0.0
                effect.render(1.0, window, fetch)
                if turn:
                    found[cores].append(own.seconds)
    finally:
        os.sched_setaffinity(0, before)
        effect.close()
    for word, of in (("median", median), ("best", min)):
        one, two = (of(found[cores]) for cores in (1, 2))
        print(f"{word}: one core {one * 1e3:.1f} ms, two {two * 1e3:.1f} ms: {one / two:.2f}×")


def start(plugin: host.Plugin, paths: list[Path] | None, turns: int) -> None:
    """From nothing to an instance, described from the cache; the first is not counted."""
    times = []
    identifier = plugin.description.identifier

    def once() -> None:
        pool = Pool()
        found = host.scan(paths).get(identifier)
        effect = RemoteEffect(found, Project(format=Window(0, 0, 64, 64)), pool=pool)
        times.append(time.perf_counter() - began)
        effect.close()
        pool.close()

    for _ in range(turns + 1):
        began = time.perf_counter()
        once()
    best, usual = min(times[1:]), median(times[1:])
    print(f"a worker's start with a cached scan: {usual:.3f} s, best {best:.3f} s")


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("identifier", nargs="?", default=OWN)
    parser.add_argument("--path", type=Path, action="append")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--size", default="3840x2160")
    parser.add_argument("--turns", type=int, default=9)
    options = parser.parse_args()
    width, _, height = options.size.partition("x")
    window = Window(0, 0, int(width), int(height))
    plugin = host.load(options.identifier, paths=options.path)
    assigned = values(plugin.description, options.set)
    print(f"{plugin!r} {options.size}, median of {options.turns} turns")
    overhead(plugin, window, assigned, options.turns)
    scaling(plugin, window, assigned, options.turns)
    start(plugin, options.path, options.turns)


if __name__ == "__main__":
    main()

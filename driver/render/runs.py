"""One run of a renderer over some frames: in this process, or in one of its own that is watched."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import driver
from driver.errors import MemecompError
from driver.project.document import read
from driver.render.base import Chunk, NodeTime
from driver.render.facts import Facts
from driver.render.here import NODE_LINE
from driver.render.in_process import HALTED, run_here
from driver.render.moved import redirected
from driver.render.natron_stats import times_of
from driver.render.views import base_of, natron_patterns
from driver.render.watch import Ended, run_watched
from driver.shot.frames import brief
from ofx_helpers.media.atomic import os_reason


@dataclass
class Attempt:
    """What a run said, and how it ended. `errors` are its words about single frames; `tried` are
    frames that it came to; `clean` says that it came to all of them."""

    clean: bool = True
    tried: set[int] = field(default_factory=set)
    errors: dict[int, str] = field(default_factory=dict)
    ended: Ended | None = None
    times: tuple[NodeTime, ...] = ()
    hung: bool = False
    """Whether threads of this process hang in it: what is missing needs a process of its own."""

    def explained(self, name: str, reason: str) -> str:
        """The judge's reason with the renderer's own words."""
        if self.ended is None:
            return reason
        parts = [reason]
        if self.ended.why:
            parts.append(f"{name} was ended: {self.ended.why}")
        elif self.ended.status:
            parts.append(f"{name} ended with status {_status(self.ended.status)}")
        words = self.ended.words
        parts.append(f"it said: {words}" if words else "it said nothing")
        return "; ".join(parts)


_LACKS = "does not exist in the loaded plug-ins"


def attempt(
    chunk: Chunk,
    facts: Facts,
    staged: Mapping[str, Path],
    frames: Sequence[int],
    *,
    on_file: Callable[[str, int], None],
    cancelled: Callable[[], bool],
) -> Attempt:
    """Renders the frames of every writer in `staged` to its pattern there.

    Raises MemecompError where the renderer cannot be started.
    """
    if chunk.engine.kind == "embedded" and not chunk.engine.isolate:
        return _here(chunk, facts, staged, frames, on_file, cancelled)
    return _process(chunk, facts, staged, frames, on_file, cancelled)


def _here(
    chunk: Chunk,
    facts: Facts,
    staged: Mapping[str, Path],
    frames: Sequence[int],
    on_file: Callable[[str, int], None],
    cancelled: Callable[[], bool],
) -> Attempt:
    done = Attempt()

    def came(writer: str, frame: int) -> None:
        done.tried.add(frame)
        on_file(writer, frame)

    def failed(frame: int, error: str) -> bool:
        done.tried.add(frame)
        done.errors[frame] = error
        return chunk.on_error == "stop" and len(frames) > 1

    why, done.times = run_here(
        chunk, facts, staged, frames, on_file=came, on_error=failed, cancelled=cancelled
    )
    done.clean = not why
    if why and why != HALTED:
        done.ended = Ended(None, why, "")
        done.hung = True
    return done


def _process(
    chunk: Chunk,
    facts: Facts,
    staged: Mapping[str, Path],
    frames: Sequence[int],
    on_file: Callable[[str, int], None],
    cancelled: Callable[[], bool],
) -> Attempt:
    done = Attempt()
    natron = chunk.engine.kind == "natron"
    # Natron says a frame once for each view of a writer, without its name.
    called = {writer: base_of(writer) if natron else writer for writer in staged}
    awaited = Counter((name, frame) for name in called.values() for frame in frames)

    def came(name: str, frame: int) -> None:
        awaited[name, frame] -= 1
        if awaited[name, frame] <= 0:
            del awaited[name, frame]
        done.tried.add(frame)
        for writer in staged:
            if called[writer] == name:
                on_file(writer, frame)

    with tempfile.TemporaryDirectory(prefix="memecomp-render-", ignore_cleanup_errors=True) as home:
        command = (
            _natron(chunk, staged, frames, Path(home) / "project.ntp")
            if natron
            else _embedded(chunk, staged, frames)
        )
        try:
            done.ended = run_watched(
                command,
                silence=chunk.silence,
                env=_natron_environment(Path(home)) if natron else _own_environment(),
                on_frame=came,
                finished=lambda: not awaited,
                cancelled=cancelled,
                hopeless=partial(_lacks, {node.plugin for node in facts.upstream(staged)}),
            )
        except OSError as error:
            raise MemecompError(
                f"{command[0]} cannot be started: {os_reason(error)}; set NATRON_RENDERER to "
                "NatronRenderer's executable, or choose the embedded engine"
            ) from error
    done.clean = done.ended.status == 0
    if chunk.stats:
        done.times = times_of(staged, frames) if natron else _times(done.ended.lines)
    return done


def _lacks(needed: Collection[str], line: str) -> bool:
    """Whether Natron says that it lacks a plug-in that the writers need.

    It renders on without the node then, and what it writes may be anything.
    """
    return _LACKS in line and any(f" {plugin} " in line for plugin in needed)


def _natron(
    chunk: Chunk, staged: Mapping[str, Path], frames: Sequence[int], copy: Path
) -> list[str]:
    patterns = natron_patterns({name: str(path.absolute()) for name, path in staged.items()})
    redirected(read(chunk.project), patterns, copy)
    command = [str(chunk.engine.executable)]
    for writer in patterns:
        command += ["-w", writer]
    if chunk.stats:
        command.append("-s")
    return [*command, str(copy), brief(frames)]


def _natron_environment(home: Path) -> dict[str, str]:
    """Two renderers that share a cache truncate it, so each has folders of its own.

    What a user has put into his own folders for Natron and for fonts is still found.
    """
    own = Path.home()
    made = {name: home / name for name in ("cache", "config", "run")}
    for folder in made.values():
        folder.mkdir(mode=0o700)
    plugins = [os.environ.get("NATRON_PLUGIN_PATH", "")]
    if (own / ".Natron").is_dir():
        plugins.append(str(own / ".Natron"))
    return os.environ | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(made["cache"]),
        "XDG_CONFIG_HOME": str(made["config"]),
        "XDG_RUNTIME_DIR": str(made["run"]),
        "XDG_DATA_HOME": os.environ.get("XDG_DATA_HOME") or str(own / ".local/share"),
        "NATRON_PLUGIN_PATH": os.pathsep.join(filter(None, plugins)),
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",  # its lines are read
    }


def _embedded(chunk: Chunk, staged: Mapping[str, Path], frames: Sequence[int]) -> list[str]:
    command = [sys.executable, "-m", "driver.render.here"]
    for writer, pattern in staged.items():
        command += ["-w", writer, str(pattern.absolute())]
    if chunk.node is not None:
        command += ["--node", chunk.node]
    for folder in chunk.confine or ():
        command += ["--confine", str(folder)]
    if chunk.stats:
        command.append("--stats")
    command += ["--threads", str(chunk.engine.threads), "--nodes", chunk.engine.nodes]
    return [*command, "--", str(chunk.project), ",".join(map(str, frames))]


def _own_environment() -> dict[str, str]:
    """The child imports what this process imports."""
    root = str(Path(driver.__file__).parents[1])
    known = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, known)))}


def _times(lines: Sequence[str]) -> tuple[NodeTime, ...]:
    found = []
    for line in lines:
        words = line.split()
        if len(words) == 4 and words[0] == NODE_LINE:
            found.append(NodeTime(node=words[1], seconds=float(words[2]), calls=int(words[3])))
    return tuple(found)


def _status(status: int) -> str:
    """As a shell would say it: 134 for a program that aborted."""
    return str(status if status >= 0 else 128 - status)

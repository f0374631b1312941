"""The real thing: NatronRenderer in a process of its own, judged by the files it leaves.

Its exit status says little: a frame can fail with status 0, and a finished render can abort while
quitting. So a frame counts when its files are there and decode, whatever the process said; frames
that are missing are rendered once more.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from driver.errors import MemecompError
from driver.project.document import read
from driver.render.base import RenderJob
from driver.render.graph import graph_of
from driver.shot.frames import brief
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.render import output_path, writers
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_image

CHUNK = 50
"""Frames a process: its memory grows over long ranges."""
SILENCE = 300.0
"""Seconds without a word or a file after which it counts as hung."""
TRIES = 2


def find_natron() -> Path | None:
    """NatronRenderer's executable: the variable NATRON_RENDERER, else the PATH."""
    named = os.environ.get("NATRON_RENDERER")
    found = named or shutil.which("NatronRenderer")
    return Path(found) if found and Path(found).exists() else None


class NatronRenderer:
    """Runs NatronRenderer, a chunk of frames a process, each with its own cache and settings."""

    name = "natron"

    def __init__(self, executable: Path) -> None:
        """`executable` is NatronRenderer."""
        self._executable = executable

    def render(self, job: RenderJob) -> None:
        """See `Renderer`; renders only through Write nodes."""
        if job.node is not None:
            raise MemecompError(
                f"NatronRenderer renders Write nodes only: connect one to {job.node}, "
                "or use --engine embedded"
            )
        if job.confine:
            raise MemecompError(
                "--confine needs --engine embedded: Natron runs a project's Python, which goes "
                "where it likes"
            )
        graph = graph_of(read(job.project))
        names = list(job.writers) or writers(graph)
        frames = list(job.frames or range(graph.first, graph.last + 1))
        for name in names:
            output_path(graph, name, frames[0], folder=job.folder).parent.mkdir(
                parents=True, exist_ok=True
            )
        for start in range(0, len(frames), CHUNK):
            self._chunk(job, graph, names, frames[start : start + CHUNK])

    def _chunk(
        self, job: RenderJob, graph: Graph, names: Sequence[str], frames: Sequence[int]
    ) -> None:
        missing, words = list(frames), ""
        began = time.time()
        for _ in range(TRIES):
            words = self._process(job, graph, names, missing)
            done = [frame for frame in missing if _rendered(job, graph, names, frame, began)]
            for frame in done:
                job.on_frame(frame)
            missing = [frame for frame in missing if frame not in done]
            if not missing or job.cancelled():
                break
        if missing and not job.cancelled():
            raise MemecompError(
                f"NatronRenderer left no whole file for frame {missing[0]} "
                f"({brief(missing)}) of {job.project}: {words or 'it said nothing'}"
            )

    def _process(
        self, job: RenderJob, graph: Graph, names: Sequence[str], frames: Sequence[int]
    ) -> str:
        """Runs one process over `frames`; the last words it said."""
        command = [str(self._executable)]
        for name in names:
            command += ["-w", name, *_elsewhere(job, graph, name)]
        command += [str(job.project.resolve()), brief(frames)]
        with tempfile.TemporaryDirectory(prefix="memecomp-natron-") as home:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(Path(home)),
                start_new_session=True,
                text=True,
                errors="replace",
            )
            try:
                return _listen(process, job)
            finally:
                _end(process)


def _environment(home: Path) -> dict[str, str]:
    """Two renderers that share a cache truncate it, so each has a home of its own."""
    return os.environ | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "QT_QPA_PLATFORM": "offscreen",
    }


def _listen(process: subprocess.Popen[str], job: RenderJob) -> str:
    """Reads until the end, the user's stop, or a long silence; returns the last lines."""
    lines: Queue[str | None] = Queue()

    def pump() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.strip())
        lines.put(None)

    Thread(target=pump, daemon=True).start()
    last: list[str] = []
    heard = time.monotonic()
    while not job.cancelled():
        try:
            line = lines.get(timeout=0.5)
        except Empty:
            if time.monotonic() - heard > SILENCE:
                return f"no word for {SILENCE:.0f} s after: {' / '.join(last)}"
            continue
        if line is None:
            break
        heard = time.monotonic()
        last = [*last[-2:], line] if line else last
    return " / ".join(last)


def _end(process: subprocess.Popen[str]) -> None:
    """Ends the whole process group: Natron starts children of its own."""
    try:
        process.wait(timeout=5 if process.poll() is None else 0)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _elsewhere(job: RenderJob, graph: Graph, name: str) -> list[str]:
    """The absolute pattern of a writer's files where the job sends them to a folder."""
    if job.folder is None:
        return []
    filename = Params(graph.nodes[name], float(graph.first), {}).text("filename")
    return [str(job.folder.absolute() / Path(filename).name)]


def _rendered(job: RenderJob, graph: Graph, names: Sequence[str], frame: int, since: float) -> bool:
    """Whether every file of the frame is new and decodes."""
    for name in names:
        path = output_path(graph, name, frame, folder=job.folder)
        try:
            if path.stat().st_mtime < since - 2:  # some file systems keep whole seconds
                return False
            read_image(path)
        except (OSError, MediaError):
            return False
    return True

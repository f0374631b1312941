"""One interface to every renderer: the same job, the same events, the same guarantees.

A job is a project and what to render of it (`RenderJob`). `driver.render.trusted.render` runs it:
what is missing is said before the first frame; finished frames are kept; the rest is cut into
chunks; each chunk is rendered by `driver.render.chunk.render_chunk`, which judges every file, moves
it to its name and enters it in the journal; lost frames are reported at the end.

To render elsewhere than on this machine, give `trusted.render` another `spread`: a function that
takes the chunks and yields their reports in any order. A `Chunk` and its `ChunkReport` are plain
data and can be pickled; `render_chunk(chunk)` needs nothing but the files that the chunk names
(project, inputs, output folders), and may be called again for a chunk whose worker was lost:
it renders all of it again, each file to its name by a move. `driver.render.on_dask` does so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from driver.events import Event

OnError = Literal["stop", "skip", "placeholder"]
Nodes = Literal["own", "prefer-ofx"]
"""Who renders a node that both have: our own, or the OpenFX plug-in found on this machine."""


def _nothing(_: int) -> None:
    """Stands in where nobody listens."""


def _silent(_: Event) -> None:
    """Stands in where nobody listens."""


def _never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True, kw_only=True)
class RenderJob:
    """Which frames of which project to render, and how much trouble to take over it.

    `frames` None takes each writer's own range. `writers` names Write nodes, empty for all of them;
    `node` renders any other node instead, to the pattern `output` ('dir/out.####.png'); without
    `node` the files of the only writer go there.
    `folder` gets every writer's files, under their names alone. `confine` refuses to read or write
    outside the project's folder, `folder` and that of `output`. `on_frame` is called when every
    file of a frame is on disk and judged; `on_event` hears all that happens.
    """

    project: Path
    frames: Sequence[int] | None = None
    writers: Sequence[str] = ()
    node: str | None = None
    output: Path | None = None
    folder: Path | None = None
    confine: bool = False
    proxy: float = 1.0
    """Scale of what is written, 1 for the real thing: the picture is scaled before each writer."""
    resume: bool = True
    """Keep frames that the journal knows as made from the same project, inputs and settings, and
    note new ones. Without it every frame is rendered, and nothing is hashed."""
    overwrite: bool = False
    """Render every frame again, and replace files that no render of ours has made."""
    on_error: OnError = "stop"
    """When a frame is lost: stop there, skip it, or put a placeholder; lost is lost in any case."""
    jobs: int = 1
    """Renderers at once."""
    chunk: int = 0
    """Frames a process; 0 takes the renderer's usual number."""
    tries: int = 2
    """How often a frame that failed is rendered again, alone."""
    silence: float = 300.0
    """Seconds without a new frame after which a renderer counts as hung. A machine that is busy
    gets six times as long, and slow frames extend it to five times the slowest so far."""
    isolate: bool | None = None
    """Whether the embedded engine renders in processes of its own, which the watchdog can end;
    None does so for long jobs and several at once."""
    elsewhere: bool = False
    """Other machines render: the memory of this one says nothing."""
    stats: bool = False
    """Measure the time of each node."""
    nodes: Nodes = "own"
    """For the embedded engine."""
    on_frame: Callable[[int], None] = _nothing
    on_event: Callable[[Event], None] = _silent
    cancelled: Callable[[], bool] = _never


class Renderer(Protocol):
    """Renders jobs; raises `MemecompError` or `RenderError` naming the frame that failed."""

    name: str

    def render(self, job: RenderJob) -> None:
        """Renders every frame of the job, or raises; finished frames stay."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Who renders: the embedded engine, or the executable of NatronRenderer."""

    kind: Literal["embedded", "natron"]
    executable: Path | None = None
    isolate: bool = True
    """Whether each chunk has a process of its own; NatronRenderer always has."""
    threads: int = 0
    """Threads of the embedded engine; 0 takes every core."""
    nodes: Nodes = "own"

    @property
    def name(self) -> str:
        """What people call it."""
        return "NatronRenderer" if self.kind == "natron" else "the embedded engine"


@dataclass(frozen=True, kw_only=True)
class Output:
    """What one writer writes: the final file of each frame; a video has the same one for all."""

    writer: str
    files: Mapping[int, Path]
    film: bool = False


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some frames of a job for one worker: plain data, see the module's docstring.

    `project` is the file that the renderer loads (for a proxy, a copy in which every path is
    absolute); `shared` is the hash of what all frames of the job share, empty where nothing is to
    be noted.
    """

    engine: Engine
    project: Path
    frames: tuple[int, ...]
    outputs: tuple[Output, ...]
    shared: str = ""
    confine: tuple[Path, ...] | None = None
    """Folders outside of which the embedded engine refuses to read and write."""
    node: str | None = None
    """A node that gets a writer of its own (named by the only output); embedded engine only."""
    tries: int = 2
    silence: float = 300.0
    on_error: OnError = "stop"
    stats: bool = False


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A frame that could not be rendered: which writer's file, why, in whose words."""

    frame: int
    writer: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NodeTime:
    """Seconds that a node took over some frames, and how often it was computed."""

    node: str
    seconds: float
    calls: int


@dataclass(frozen=True, kw_only=True)
class ChunkReport:
    """What became of a chunk. Frames that are neither done nor lost were not tried any more."""

    done: tuple[int, ...]
    lost: tuple[Lost, ...] = ()
    runs: int = 0
    """Renderers started."""
    times: tuple[NodeTime, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user should know though nothing is lost."""

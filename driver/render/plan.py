"""From a job to what it writes: writers, frames, files; and the chunks that workers get."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from driver.errors import MemecompError
from driver.render.base import Chunk, Engine, Output, RenderJob
from driver.render.facts import Facts, load
from driver.render.guard import check_graph, refuse_size
from driver.render.proxied import proxied
from driver.render.views import base_of
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.film import is_film
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.output_format import output_window
from ofx_helpers.engine.render import frame_range, output_path, writers
from ofx_helpers.engine.scene import Scene
from ofx_helpers.engine.sequences import frame_path, is_sequence

MAX_FRAMES = 10_000_000
NATRON_CHUNK = 50
"""Frames a process: NatronRenderer's memory grows over long ranges."""
OWN_CHUNK = 250
SHORT = 50
"""Up to so many frames, the embedded engine renders without a process of its own, which takes half
a second to start."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A job that is ready: `project` is the file to load, a copy for a proxy."""

    job: RenderJob
    engine: Engine
    project: Path
    facts: Facts
    outputs: tuple[Output, ...]

    @property
    def frames(self) -> list[int]:
        """Every frame that any writer writes."""
        return sorted({frame for output in self.outputs for frame in output.files})

    @property
    def writers(self) -> tuple[str, ...]:
        """The names of the writers."""
        return tuple(output.writer for output in self.outputs)


def plan(job: RenderJob, engine: Engine, scratch: Path) -> Plan:
    """What the job writes. `scratch` is a folder for the copy that a proxy needs.

    Raises:
        MemecompError, RenderError: the project cannot be read, a writer is not there or has no
            file name, two writers mean one file, or a picture or range is absurdly large.
    """
    _refuse(job, engine)
    pattern = None if job.output is None else job.output.absolute()
    confine = _roots(job, job.project) if job.confine else None
    document, graph, added = load(job.project, job.node, pattern, confine)
    project = job.project
    if job.proxy != 1.0:
        project = proxied(document, job.proxy, scratch)
        confine = _roots(job, project) if job.confine else None
        document, graph, added = load(project, job.node, pattern, confine)
    check_graph(graph, str(job.project))
    facts = Facts(document, graph, confine, job.nodes)
    names = [added] if added else _named(graph, job.writers) or writers(graph)
    if not names:
        raise RenderError("The project has no enabled Write node: add one, or name a node.")
    outputs = tuple(_output(job, engine, facts, name) for name in dict.fromkeys(names))
    _refuse_shared_files(outputs)
    own = engine
    if engine.kind == "embedded":
        longest = max(len(output.files) for output in outputs)
        isolate = job.jobs > 1 or job.chunk > 0 or longest > SHORT
        threads = max(1, (os.cpu_count() or 1) // job.jobs) if job.jobs > 1 else 0
        isolate = isolate if job.isolate is None else job.isolate
        own = replace(engine, isolate=isolate, threads=threads, nodes=job.nodes)
    return Plan(job=job, engine=own, project=project, facts=facts, outputs=outputs)


def chunks(plan: Plan, todo: Mapping[str, Sequence[int]], shared: str) -> Iterator[Chunk]:
    """The frames to do, by writer, cut into chunks; writers of the same frames share them."""
    together: dict[tuple[int, ...], list[Output]] = {}
    for output in plan.outputs:
        frames = tuple(todo[output.writer])
        if frames and output.film:
            yield _chunk(plan, frames, [output], shared)
        elif frames:
            together.setdefault(frames, []).append(output)
    for frames, outputs in together.items():
        size = _size(plan, len(frames))
        for start in range(0, len(frames), size):
            yield _chunk(plan, frames[start : start + size], outputs, shared)


def _chunk(plan: Plan, frames: tuple[int, ...], outputs: Sequence[Output], shared: str) -> Chunk:
    job = plan.job
    return Chunk(
        engine=plan.engine,
        project=plan.project.absolute(),
        frames=frames,
        outputs=tuple(
            replace(output, files={frame: output.files[frame] for frame in frames})
            for output in outputs
        ),
        shared=shared,
        confine=tuple(_roots(job, plan.project)) if job.confine else None,
        node=job.node,
        tries=job.tries,
        silence=job.silence,
        on_error=job.on_error,
        stats=job.stats,
    )


def _size(plan: Plan, frames: int) -> int:
    job, engine = plan.job, plan.engine
    if engine.kind == "embedded" and not engine.isolate:
        return frames
    usual = NATRON_CHUNK if engine.kind == "natron" else OWN_CHUNK
    return job.chunk or max(1, min(usual, math.ceil(frames / job.jobs)))


def _refuse(job: RenderJob, engine: Engine) -> None:
    if engine.kind == "natron" and job.node is not None:
        raise MemecompError(
            f"NatronRenderer renders Write nodes only: connect one to {job.node}, "
            "or use --engine embedded"
        )
    if engine.kind == "natron" and job.confine:
        raise MemecompError(
            "--confine needs --engine embedded: Natron runs a project's Python, which goes "
            "where it likes"
        )
    if not 0.01 <= job.proxy <= 1:
        raise MemecompError(f"--proxy {job.proxy:g}: it is a scale from 0.01 to 1")


def _named(graph: Graph, wanted: Sequence[str]) -> list[str]:
    """The writers asked for; one with views is one for each of them."""
    found: list[str] = []
    for name in wanted:
        views = [other for other in graph.nodes if base_of(other) == name and other != name]
        found += views if views and name in {base_of(w) for w in writers(graph)} else [name]
    return found


def _output(job: RenderJob, engine: Engine, facts: Facts, name: str) -> Output:
    graph = facts.graph
    scene = Scene(graph, facts.resolve, facts.media)
    scene.node(name)
    frames = _frames(job, engine, facts, name)
    # Of the first frame alone: it is the same for all, or so odd that the engine will say so.
    first = frames[0]
    pattern = output_path(graph, name, first)
    refuse_size(_window(scene, name, first), f"What {name} writes")
    film = is_film(pattern)
    stored = graph.nodes[name].params.get("filename", ("",))[0]
    if not film and len(frames) > 1 and isinstance(stored, str) and not is_sequence(stored):
        raise RenderError(
            f"{name} writes {len(frames)} frames to the one file {stored}: put #### in its name."
        )
    files = {frame: _file(job, facts, name, frame) for frame in frames}
    if not film and len(set(files.values())) < len(files):
        raise RenderError(
            f"{name} writes {len(frames)} frames to the one file {files[first]}: put #### in its "
            "name."
        )
    return Output(writer=name, files=files, film=film)


def _frames(job: RenderJob, engine: Engine, facts: Facts, name: str) -> list[int]:
    if job.frames is not None:
        if not job.frames:
            raise MemecompError(f"{job.project}: no frame is asked for")
        return sorted(set(job.frames))
    graph = facts.graph
    try:
        wanted = frame_range(graph, name, resolve=facts.resolve, media=facts.media)
    except (RenderError, MemecompError):
        if engine.kind == "embedded" and not facts.unknown([name]):
            raise
        wanted = range(graph.first, graph.last + 1)  # its readers are behind an unknown node
    # `len` of a range counts no further than the machine's word.
    if (wanted.stop - wanted.start) // wanted.step > MAX_FRAMES:
        raise MemecompError(
            f"{name} has the frames {wanted.start} to {wanted.stop - 1}; up to "
            f"{MAX_FRAMES} are rendered. Give --frames, or mend its range."
        )
    if not wanted:
        raise MemecompError(
            f"{name} has no frame to render ({wanted.start} to {wanted.stop - 1}): give --frames, "
            "or mend its range."
        )
    return list(wanted)


def _window(scene: Scene, name: str, frame: int) -> Window:
    try:
        return output_window(scene, name, frame)
    except (RenderError, MemecompError):
        return scene.graph.format  # the survey of the inputs says it better


def _file(job: RenderJob, facts: Facts, name: str, frame: int) -> Path:
    if job.output is not None:
        path = frame_path(job.output.absolute(), frame)
    else:
        path = output_path(facts.graph, name, frame, folder=job.folder).absolute()
    if job.proxy != 1.0:
        # A proxy must not take the place of what is rendered at full size.
        path = path.parent / f"proxy-{job.proxy:g}" / path.name
    return Path(os.path.normpath(path))


def _refuse_shared_files(outputs: Sequence[Output]) -> None:
    taken: dict[Path, str] = {}
    for output in outputs:
        for path in dict.fromkeys(output.files.values()):
            if path in taken:
                raise MemecompError(
                    f"{taken[path]} and {output.writer} both write {path}: give one another file "
                    "name, or choose one with --writer."
                )
            taken[path] = output.writer


def _roots(job: RenderJob, project: Path) -> list[Path]:
    """The folders that a confined job may use, the project's first."""
    given = [job.folder, job.output.parent if job.output else None]
    if project != job.project:
        given.append(project.parent)
    return [job.project.absolute().parent, *(folder for folder in given if folder)]

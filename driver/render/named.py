"""Renders under names of the scheme `PROJECT_SC_03_ICON_FX_v01`, each under the next version."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from driver.errors import MemecompError
from driver.naming import FIELDS, claim, stem, take_up
from driver.render.base import RenderJob
from driver.render.facts import load
from driver.shot.frames import brief
from ofx_helpers.engine.render import output_path, writers


@contextmanager
def named(job: RenderJob, scheme: str | None) -> Iterator[RenderJob]:
    """The job with its one writer's files under the next version of a name, where they lie now.

    `scheme` are the four fields, `WIZ,3,HERO,GLOW`; None leaves the job as it is. A version whose
    render was stopped or lost frames is gone on with by the same job; a finished one never is.

    Raises:
        MemecompError: other than four fields, several writers, or a proxy, which nobody delivers.
    """
    if scheme is None:
        yield job
        return
    name = _name(scheme)
    if job.proxy != 1.0:
        raise MemecompError("--scheme names what is delivered: leave --proxy out")
    pattern = _written(job)
    folder, ending = pattern.parent, pattern.suffix.lstrip(".").lower()
    frames = "" if job.frames is None else brief(job.frames)
    whose = f"{job.project.absolute()} {job.node or job.writers} {frames}"
    held = take_up(folder, name, ending, whose) or claim(folder, name, ending)
    finished = False
    try:
        yield replace(job, output=held.path)
        finished = not job.cancelled()
    finally:
        if not finished and _begun(held.path):
            held.leave(whose)
        held.release()


def _name(text: str) -> str:
    words = [word.strip() for word in text.split(",")]
    if len(words) != len(FIELDS) or not all(words):
        raise MemecompError(
            f"--scheme {text}: give {', '.join(FIELDS)} with commas between, as WIZ,3,HERO,GLOW"
        )
    return stem(dict(zip(FIELDS, words, strict=True)))


def _written(job: RenderJob) -> Path:
    """The file name, or pattern, of the job's one writer."""
    if job.output is not None:
        return job.output.absolute()
    _, graph, _ = load(job.project, None, None)
    names = list(job.writers) or writers(graph)
    if len(names) != 1 or names[0] not in graph.nodes:
        raise MemecompError(
            f"--scheme names the files of one writer, and {job.project} has "
            f"{', '.join(writers(graph)) or 'none'}: choose with --writer"
        )
    return output_path(graph, names[0], 1, folder=job.folder).absolute()


def _begun(pattern: Path) -> bool:
    stem_now = pattern.name.partition(".")[0]
    return any(pattern.parent.glob(f"{stem_now}.*"))

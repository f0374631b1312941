"""render: the project's frames, by whichever renderer is asked for or found."""

from collections.abc import Iterable
from pathlib import Path

from driver.errors import CancelledError
from driver.events import Event
from driver.render.base import RenderJob
from driver.render.choose import renderer
from driver.render.place import place
from driver.shot.settings import relative_to
from driver.stages.base import Job, Stage


def run(job: Job) -> None:
    """Renders every Write node of `comp.ntp` for the frames to do."""
    settings = job.settings.render
    done = 0

    def finished(frame: int) -> None:
        nonlocal done
        done += 1
        job.frame_done(frame)
        job.on_progress(done, len(job.todo))

    def heard(event: Event) -> None:
        if event.kind == "message":
            job.say(event.text)

    with place(settings.on, settings.jobs) as where:
        engine = renderer(settings.engine, where.spread)
        job.say(f"rendered by {engine.name}")
        engine.render(
            RenderJob(
                project=job.paths.project,
                frames=job.todo,
                # The runner knows what is finished, and that these files are the shot's.
                resume=False,
                overwrite=True,
                jobs=where.jobs,
                isolate=where.isolate,
                elsewhere=where.elsewhere,
                chunk=settings.chunk,
                tries=settings.tries,
                silence=settings.silence,
                on_event=heard,
                on_frame=finished,
                cancelled=job.cancelled,
            )
        )
    if job.cancelled():
        raise CancelledError


def reads(job: Job) -> Iterable[Path]:
    """The project and the images that every frame shows."""
    yield from (job.paths.project, job.paths.plate_key)
    if job.settings.face.asset:
        yield relative_to(job.folder, job.settings.face.asset)


def reads_frame(job: Job, frame: int) -> Iterable[Path]:
    """The frame of every sequence that the project reads."""
    paths = job.paths
    yield paths.aligned("wide", frame)
    yield from (paths.band(side, frame) for side in ("top", "bottom"))
    yield from (paths.tracked(layer, frame) for layer in ("foreground", "face"))


def writes_frame(job: Job, frame: int) -> Iterable[Path]:
    """The final frame, and the cut-out where there is a foreground."""
    yield job.paths.final(frame)
    if job.settings.segment.model != "none":
        yield job.paths.foreground(frame)


STAGE = Stage(
    name="render",
    help="Render the project: final frames and foreground cut-outs.",
    after=("project",),
    run=run,
    settings=("render.engine",),
    reads=reads,
    reads_frame=reads_frame,
    writes_frame=writes_frame,
)

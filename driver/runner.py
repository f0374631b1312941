"""Runs stages in order, each only where something that it reads has changed."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from driver import preflight, timings
from driver.errors import MemecompError
from driver.events import Event, Listener
from driver.shot import alignment
from driver.shot.frames import choose
from driver.shot.paths import ShotPaths
from driver.shot.proxy import at_proxy
from driver.shot.resolve import near
from driver.shot.settings import Settings
from driver.stages import collect
from driver.stages.base import Job, Stage
from driver.state import State
from models.weights import fingerprint
from ofx_helpers.media.atomic import os_reason


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to do with a shot.

    `folder` is that of `shot.toml`; a proxy works in a folder of its own below it, so that nothing
    of full size is lost. `redo` names stages to be done again whatever exists.
    """

    settings: Settings
    folder: Path
    frames: str | None = None
    proxy: float = 1.0
    start: str | None = None
    until: str | None = None
    only: str | None = None
    redo: Sequence[str] = ()

    @property
    def paths(self) -> ShotPaths:
        """Where the shot's files go."""
        if self.proxy == 1.0:
            return ShotPaths(self.folder)
        return ShotPaths(self.folder / f"proxy-{self.proxy:g}")


@dataclass(kw_only=True)
class Outcome:
    """What a run did: seconds by stage, and which stages had nothing to do."""

    seconds: dict[str, float] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def chosen(request: Request) -> tuple[Stage, ...]:
    """The stages that `--from` and `--only` leave, in order."""
    stages = collect()
    names = [stage.name for stage in stages]
    for name in filter(None, (request.start, request.until, request.only, *request.redo)):
        if name not in names:
            raise MemecompError(
                f"no stage {name!r}{near(name, names)}; there are: {' '.join(names)}"
            )
    if request.only is not None:
        return tuple(stage for stage in stages if stage.name == request.only)
    first = names.index(request.start) if request.start else 0
    last = names.index(request.until) if request.until else len(stages) - 1
    return stages[first : last + 1]


def run(
    request: Request,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    outcome: Outcome | None = None,
) -> Outcome:
    """Runs the chosen stages; raises what a stage raises, after recording what was finished.

    `outcome` is filled as stages finish, for a caller who wants it after a failure too.
    """
    paths = request.paths
    prepare(paths.root)
    state = State(paths.state)
    outcome = outcome or Outcome()
    stages = chosen(request)
    new = {stage.name for stage in stages if state.stage(stage.name) is None}
    preflight.check(request.settings, request.folder, new | {*request.redo})
    for stage in stages:
        job = _job(request, stage, listener, cancelled)
        listener(Event(kind="start", stage=stage.name, text=stage.help))
        began = time.monotonic()
        try:
            worked = (_per_frame if stage.writes_frame else _whole)(stage, job, state)
        except Exception as error:
            listener(Event(kind="failed", stage=stage.name, text=str(error) or "stopped"))
            raise
        seconds = time.monotonic() - began
        if worked:
            outcome.seconds[stage.name] = seconds
            timings.remember(paths, stage.name, seconds)
            listener(Event(kind="done", stage=stage.name, seconds=seconds))
        else:
            outcome.kept.append(stage.name)
            listener(Event(kind="kept", stage=stage.name))
    return outcome


def _job(request: Request, stage: Stage, listener: Listener, cancelled: Callable[[], bool]) -> Job:
    def progress(done: int, total: int) -> None:
        listener(Event(kind="progress", stage=stage.name, done=done, total=total))

    def message(text: str) -> None:
        listener(Event(kind="message", stage=stage.name, text=text))

    report = request.paths.align_report
    frames: Sequence[int] = ()
    if report.exists() or stage.writes_frame:
        frames = choose(request.frames, alignment.load(report).frames)
    return Job(
        settings=at_proxy(request.settings, request.proxy),
        folder=request.folder,
        paths=request.paths,
        frames=frames,
        proxy=request.proxy,
        redo=stage.name in request.redo,
        on_progress=progress,
        on_message=message,
        cancelled=cancelled,
    )


def _whole(stage: Stage, job: Job, state: State) -> bool:
    """Runs a whole-shot stage unless it is up to date; says whether it did."""
    job = _widened(stage, job, state)
    key = _key(stage, job, state)
    done = state.stage(stage.name)
    there = done is not None and _exist(stage.writes(job))
    if there and not job.redo:
        if done == key:
            return False
        if stage.once:
            job.say(
                f"{stage.name} is kept although what it reads has changed: "
                f"it is done once a shot; --redo {stage.name} does it again"
            )
            stage.keep(job)
            return False
    if not stage.once:
        state.forget(stage.name)
    _run(stage, job)
    state.finish(stage.name, _key(stage, job, state), job.frames)
    return True


def _widened(stage: Stage, job: Job, state: State) -> Job:
    """The job for all frames that the stage is up to date for, if those asked for are among them.

    A look at one frame must not leave a track, or a video, of that frame alone.
    """
    covered = state.covered(stage.name)
    if set(job.frames) <= set(covered):
        wide = replace(job, frames=covered)
        if _key(stage, wide, state) == state.stage(stage.name):
            return wide
    return job


def _per_frame(stage: Stage, job: Job, state: State) -> bool:
    """Runs a per-frame stage for the frames that are not up to date; says whether it did."""
    assert stage.writes_frame is not None
    shared = _key(stage, job, state)

    def frame_key(frame: int) -> str:
        return state.key([shared], stage.reads_frame(job, frame), job.paths.root)

    def up_to_date(frame: int) -> bool:
        assert stage.writes_frame is not None
        known = state.frame(stage.name, frame)
        return (
            known is not None
            and known == frame_key(frame)
            and _exist(stage.writes_frame(job, frame))
        )

    todo = [frame for frame in job.frames if job.redo or not up_to_date(frame)]
    if not todo and _exist(stage.writes(job)):
        return False

    def finished(frame: int) -> None:
        state.finish_frame(stage.name, frame, frame_key(frame))

    _run(stage, replace(job, todo=todo, on_frame=finished))
    state.finish(stage.name, shared, job.frames)
    return True


def _run(stage: Stage, job: Job) -> None:
    """The stage itself; an operating system's refusal becomes a sentence for a person."""
    try:
        stage.run(job)
    except OSError as error:
        if error.errno is None:
            raise
        place = error.filename or job.paths.root
        raise MemecompError(f"{stage.name}: {place}: {os_reason(error)}") from error


def _key(stage: Stage, job: Job, state: State) -> str:
    """Hash of all that the whole stage depends on."""
    values = [_value(job.settings, name) for name in stage.settings]
    weights = [(name, fingerprint(name)) for name in stage.weights(job)]
    parts: list[Any] = [stage.name, stage.version, values, weights, job.proxy]
    return state.key(parts, stage.reads(job), job.paths.root)


def _value(settings: Settings, name: str) -> Any:
    """A section's or a field's plain value, by its dotted name."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _exist(files: Iterable[Path]) -> bool:
    return all(path.exists() for path in files)


def prepare(root: Path) -> None:
    """Makes the shot's folder and proves that it can be written to."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / ".memecomp" / "writable"
        probe.parent.mkdir(exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise MemecompError(f"{root} cannot be written to: {os_reason(error)}") from None

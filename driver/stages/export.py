"""The final frames as a video with its sound, and as a GIF."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.naming import FIELDS, claim, stem
from driver.shot import alignment, facts
from driver.shot.settings import relative_to
from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import replacing
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.gif import write_gif
from ofx_helpers.media.images import read_rgb8
from ofx_helpers.media.video_writer import AudioTrack, VideoWriter


def run(job: Job) -> None:
    """Writes `final.mp4` and, unless turned off, `final.gif`."""
    settings = job.settings.export
    found = facts.load(job.paths.facts)
    frames = _frames(job)
    missing = [frame for frame in frames if not job.paths.final(frame).exists()]
    if missing:
        raise MemecompError(
            f"{job.paths.final(missing[0])} is missing ({len(missing)} of {len(frames)} frames "
            "are): run the render stage first (--from render)"
        )
    try:
        height, width = read_rgb8(job.paths.final(frames[0])).shape[:2]
        size = (width, height)
        audio = _audio(job, found, frames[0])
        with VideoWriter(
            job.paths.mp4, size, found.rate, crf=settings.crf, audio=audio, frames=len(frames)
        ) as writer:
            for frame in _pictures(job, frames, size):
                writer.write(frame)
        if settings.gif:
            write_gif(
                job.paths.gif,
                _pictures(job, frames, size),
                size,
                found.rate,
                # Below one frame in the whole clip there would be none.
                max_fps=max(settings.gif_fps, float(found.rate) / len(frames)),
                max_width=settings.gif_width,
            )
        if settings.name is not None:
            _deliver(job, settings.name)
    except MediaError as error:
        raise MemecompError(f"export: {error}") from error


def _deliver(job: Job, fields: tuple[str, str, str, str]) -> None:
    """A copy of the MP4 under the next version of its name."""
    held = claim(job.paths.root, stem(dict(zip(FIELDS, fields, strict=True))), "mp4")
    try:
        with replacing(held.path) as temporary:
            shutil.copyfile(job.paths.mp4, temporary)
    finally:
        held.release()
    job.say(f"{job.paths.mp4.name} is delivered as {held.path.name}")


def _frames(job: Job) -> Sequence[int]:
    """The frames asked for, or the whole shot."""
    return job.frames or range(1, alignment.load(job.paths.align_report).frames + 1)


def _pictures(
    job: Job, frames: Sequence[int], size: tuple[int, int]
) -> Iterator[NDArray[np.uint8]]:
    for number, frame in enumerate(frames, 1):
        yield read_rgb8(job.paths.final(frame), size=size)
        job.progress(number, len(frames))


def _audio(job: Job, found: facts.Facts, first: int) -> AudioTrack | None:
    """The chosen copy's sound from where the shot's frame `first` lies in its file."""
    chosen = job.settings.export.audio
    if chosen == "none":
        return None
    source = found.wide if chosen == "wide" else found.dvd
    if not source.has_audio:
        job.say(f"the {chosen} copy has no sound: the video is silent")
        return None
    wide, dvd = alignment.load(job.paths.align_report).matched_pair_indices[first - 1]
    plate = wide if chosen == "wide" else dvd
    start = source.start + (plate - 1) * source.seconds_per_frame
    # Not the source's own tempo: 24 frames a second may be shown as the other copy's 23.976.
    tempo = float(found.rate) * source.seconds_per_frame
    return AudioTrack(relative_to(job.folder, source.path), start, tempo)


def _reads(job: Job) -> Iterable[Path]:
    yield job.paths.facts
    yield job.paths.align_report
    chosen = job.settings.export.audio
    if chosen != "none":
        source = job.settings.wide if chosen == "wide" else job.settings.dvd
        path = relative_to(job.folder, source.path)
        if source.path and path.is_file():
            yield path
    if job.paths.align_report.exists():
        for frame in _frames(job):
            yield job.paths.final(frame)


def _writes(job: Job) -> Iterable[Path]:
    yield job.paths.mp4
    if job.settings.export.gif:
        yield job.paths.gif


STAGE = Stage(
    name="export",
    help="Write the final frames as an MP4 with the chosen copy's sound, and as a GIF.",
    after=("render",),
    run=run,
    settings=("export",),
    reads=_reads,
    writes=_writes,
)

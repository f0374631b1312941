"""Both copies become plates: square pixels, whole frames, no black borders, one rate."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot import facts as shot_facts
from driver.shot.facts import Facts, SourceFacts
from driver.shot.footage import Crop, Footage, files_of, open_footage
from driver.shot.paths import ShotPaths
from driver.shot.settings import Source
from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import write_bytes
from ofx_helpers.media.borders import find_borders
from ofx_helpers.media.cuts import find_cuts
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import write_image
from ofx_helpers.media.read_plan import NO_CROP, sizes_after

SOURCES = ("wide", "dvd")
_BORDER_FRAMES = 9
"""Frames in which borders are looked for: bars are in all of them, dark corners are not."""
_WRITERS = 2
"""PNGs encoded at once beside the decoding."""
_SAME_RATE = Fraction(15, 10000)
"""24 and 23.976 differ by 0.1 %: the frames of such copies are the same, one for one."""


def run(job: Job) -> None:
    """Writes `plates/`; `MemecompError` in one sentence for whatever is wrong with a copy."""
    copies: dict[str, Footage] = {}
    for name in SOURCES:
        with _named(name):
            copies[name] = open_footage(name, _source(job, name), job.folder)
    fps = _common_rate(job, copies["wide"].fps, copies["dvd"].fps)
    progress = _Progress(job, 2 * sum(copy.count for copy in copies.values()))
    # All is looked at before the first plate is written: a refused copy leaves nothing behind.
    looked: dict[str, _Looked] = {}
    for name, copy in copies.items():
        with _named(name):
            looked[name] = _inspect(job, name, copy, progress)
    found: dict[str, SourceFacts] = {}
    for name, copy in copies.items():
        with _named(name):
            seen = looked[name]
            count = _write(job, name, copy, seen.crop, progress)
            facts = copy.facts(seen.crop, seen.crop_by, job.proxy, count)
            found[name] = facts.model_copy(update={"cuts": seen.cuts})
            _remove_stale(job.paths, name, count)
            _tell(job, name, found[name])
            if seen.cuts:
                places = ", ".join(copy.place(cut) for cut in seen.cuts[:5])
                job.say(f"{name}: another shot begins at {places}")
    both = Facts(
        fps=float(fps), fps_exact=str(fps), proxy=job.proxy, wide=found["wide"], dvd=found["dvd"]
    )
    # Last: it is what says that all the rest is there.
    with _named("plates"):
        write_bytes(job.paths.facts, both.model_dump_json(indent=2).encode() + b"\n")


@dataclass
class _Progress:
    job: Job
    total: int
    done: int = 0

    def step(self) -> None:
        self.done += 1
        # A header may promise fewer frames than come.
        self.total = max(self.total, self.done)
        self.job.progress(self.done, self.total)


@dataclass(frozen=True)
class _Looked:
    """What all the frames of a copy say together."""

    crop: Crop
    crop_by: str
    cuts: tuple[int, ...]
    """Frames, numbered from 1, with which another shot begins."""


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Says which copy a file's trouble belongs to."""
    try:
        yield
    except MediaError as error:
        raise MemecompError(f"{name}: {error}") from error


def _source(job: Job, name: str) -> Source:
    return job.settings.wide if name == "wide" else job.settings.dvd


def _common_rate(job: Job, wide: Fraction, dvd: Fraction) -> Fraction:
    if wide == dvd:
        return wide
    if abs(wide / dvd - 1) <= _SAME_RATE:
        job.say(
            f"the widescreen runs at {float(wide):.3f} and the DVD at {float(dvd):.3f} frames a "
            f"second: taken as the same frames, at {float(wide):.3f}"
        )
        return wide
    raise MemecompError(
        f"the widescreen runs at {float(wide):.3f} and the DVD at {float(dvd):.3f} frames a "
        "second, so their frames do not pair: set telecine or pal_speedup where the DVD was made "
        "from film, or map one with wide.fps or dvd.fps if its frames pair one for one"
    )


def _inspect(job: Job, name: str, copy: Footage, progress: _Progress) -> _Looked:
    """Looks at every frame once."""
    given = _source(job, name).crop
    sizes_after(copy.square, given or NO_CROP, job.proxy, _source(job, name).path)
    step = max(1, copy.count // _BORDER_FRAMES)
    samples: list[NDArray[np.uint8]] = []

    def watched() -> Iterator[NDArray[np.uint8]]:
        for index, frame in enumerate(copy.frames()):
            if given is None and index % step == 0:
                samples.append(frame)
            yield frame
            progress.step()

    if _source(job, name).cuts == "ignore":
        for _ in watched():
            pass
        cuts: tuple[int, ...] = ()
    else:
        cuts = tuple(cut + 1 for cut in find_cuts(watched()))
    if given is not None:
        return _Looked(given, "settings", cuts)
    crop = tuple(find_borders(samples))
    by = "none" if crop == NO_CROP else "found"
    return _Looked((crop[0], crop[1], crop[2], crop[3]), by, cuts)


def _write(job: Job, name: str, copy: Footage, crop: Crop, progress: _Progress) -> int:
    """Writes the plates and gives their number."""
    count = 0
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(_WRITERS) as pool:
        for frame in copy.frames(crop, job.proxy):
            count += 1
            waiting.append(pool.submit(write_image, job.paths.plate(name, count), frame))
            if len(waiting) > 2 * _WRITERS:
                waiting.popleft().result()
            progress.step()
        for future in waiting:
            future.result()
    return count


def _remove_stale(paths: ShotPaths, name: str, count: int) -> None:
    """Removes plates that an earlier, longer copy left."""
    number = count + 1
    while (stale := paths.plate(name, number)).exists():
        stale.unlink()
        number += 1


def _tell(job: Job, name: str, found: SourceFacts) -> None:
    done = [f"{found.frames} frames", f"{found.size[0]}×{found.size[1]}", f"{found.fps:.3f} fps"]
    if found.kind == "video":
        done.append(f"Rec.{found.matrix} {found.range}" if found.matrix != "rgb" else "RGB")
    if found.deinterlaced != "no":
        done.append("deinterlaced")
    if found.telecine_removed:
        done.append("pulldown removed")
    if found.crop_by == "found":
        left, top, right, bottom = found.crop
        done.append(f"black borders cut: left {left}, top {top}, right {right}, bottom {bottom}")
    job.say(f"{name}: {', '.join(done)}")


def _reads(job: Job) -> Iterable[Path]:
    for name in SOURCES:
        yield from files_of(_source(job, name), job.folder)


def _writes(job: Job) -> Iterable[Path]:
    yield job.paths.facts
    if job.paths.facts.exists():
        facts = shot_facts.load(job.paths.facts)
        for name, source in (("wide", facts.wide), ("dvd", facts.dvd)):
            for frame in range(1, source.frames + 1):
                yield job.paths.plate(name, frame)


STAGE = Stage(
    name="ingest",
    help="Read both copies: square pixels, fields and pulldown undone, borders cut, cuts found.",
    after=(),
    run=run,
    settings=("wide", "dvd"),
    version=2,
    reads=_reads,
    writes=_writes,
)

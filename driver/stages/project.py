"""project: the composite as a Natron project, from the `priority_composite` template."""

import hashlib
import json
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path

from driver.project.template import fill, load_template
from driver.shot import alignment, tracking
from driver.shot.composite import values
from driver.shot.settings import relative_to
from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import write_bytes

TEMPLATE = "priority_composite"


def run(job: Job) -> None:
    """Writes `comp.ntp`; where a person has edited it, `comp.new.ntp` beside it instead."""
    paths = job.paths
    described = values(
        job.settings,
        job.folder,
        paths,
        alignment.load(paths.align_report),
        tracking.load(paths.track),
    )
    target = free_name(paths.project, paths.project_hashes)
    data = fill(load_template(TEMPLATE), described, target).to_bytes()
    # The hash first: killed between the two, the old project looks edited and is kept.
    hashes = {**_hashes(paths.project_hashes), target.name: hashlib.sha256(data).hexdigest()}
    write_bytes(paths.project_hashes, json.dumps(hashes).encode())
    write_bytes(target, data)
    if target != paths.project:
        job.say(
            f"{paths.project.name} was edited by hand and is kept: "
            f"the new one is {target.name} beside it"
        )


def free_name(project: Path, hashes: Path) -> Path:
    """`comp.ntp`, or the first of `comp.new.ntp`, `comp.new2.ntp`, … that no person has edited."""
    names = chain([""], [".new"], (f".new{number}" for number in count(2)))
    return next(
        path
        for name in names
        if not edited(path := project.with_name(f"{project.stem}{name}{project.suffix}"), hashes)
    )


def edited(project: Path, hashes: Path) -> bool:
    """Whether the project is there and is not the one that was generated."""
    if not project.exists():
        return False
    # A project of which nothing is known is not ours to replace.
    expected = _hashes(hashes).get(project.name)
    return hashlib.sha256(project.read_bytes()).hexdigest() != expected


def _hashes(path: Path) -> dict[str, str]:
    """Hashes of the projects as they were generated, by file name; empty before the first."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def reads(job: Job) -> Iterable[Path]:
    """Geometry, track, and the asset whose size and colours the project knows."""
    yield from (job.paths.align_report, job.paths.track)
    if job.settings.face.asset:
        yield relative_to(job.folder, job.settings.face.asset)
    yield from load_template(TEMPLATE).files


STAGE = Stage(
    name="project",
    help="Write the Natron project from the template.",
    after=("track", "bands", "inpaint"),
    run=run,
    settings=("seam.feather_px", "foreground", "face", "segment.model", "segment.feather_px"),
    reads=reads,
    writes=lambda job: (job.paths.project,),
)

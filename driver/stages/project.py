"""project: the composite as a Natron project, from the `priority_composite` template."""

import hashlib
from collections.abc import Iterable
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
    data = fill(load_template(TEMPLATE), described, paths.project).to_bytes()
    if edited(paths.project, paths.project_hash):
        write_bytes(paths.project_new, data)
        job.say(
            f"{paths.project.name} was edited by hand and is kept: "
            f"the new one is {paths.project_new.name} beside it"
        )
        return
    # The hash first: killed between the two, the old project looks edited and is kept.
    write_bytes(paths.project_hash, hashlib.sha256(data).hexdigest().encode())
    write_bytes(paths.project, data)


def edited(project: Path, generated: Path) -> bool:
    """Whether the project is not the one that was generated."""
    if not project.exists():
        return False
    try:
        expected = generated.read_text(encoding="ascii").strip()
    except OSError:
        return True  # nobody knows who wrote it: it is not ours to replace
    return hashlib.sha256(project.read_bytes()).hexdigest() != expected


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

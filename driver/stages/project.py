"""project: the composite as a Natron project, from the `priority_composite` template.

What was generated is kept beside it. A project that a person has edited gets the changes of the
settings put into it, and keeps every edit (`driver.project.merge`).
"""

import gzip
import hashlib
import json
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path

from driver.errors import MemecompError
from driver.project.assign import save_with_backup
from driver.project.boost import parse
from driver.project.document import Document, read
from driver.project.merge import Merged, merge
from driver.project.merge_report import conflict_lines, summary, write_report
from driver.project.template import fill, load_template
from driver.shot import alignment, tracking
from driver.shot.composite import values
from driver.shot.paths import ShotPaths
from driver.shot.settings import relative_to
from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import write_bytes

TEMPLATE = "priority_composite"


def run(job: Job) -> None:
    """Writes `comp.ntp`; where a person has edited it, puts into it what changed since."""
    paths = job.paths
    described = values(
        job.settings,
        job.folder,
        paths,
        alignment.load(paths.align_report),
        tracking.load(paths.track),
    )
    data = fill(load_template(TEMPLATE), described, paths.project).to_bytes()
    if not edited(paths.project, paths.project_hashes):
        _write(paths, paths.project, data)
        paths.project_merge.unlink(missing_ok=True)
        return
    before = generated(paths)
    if before is None:
        _beside(job, data, "what was generated before is not known")
        return
    try:
        merged = merge(
            Document(parse(before, "what was generated before"), paths.project),
            Document(parse(data, "the new project"), paths.project),
            read(paths.project),
        )
    except MemecompError as error:
        _beside(job, data, str(error).rstrip("."))
        return
    _keep(job, merged, data)


def _keep(job: Job, merged: Merged, data: bytes) -> None:
    """The person's project with the new changes; the former file is kept."""
    paths, name = job.paths, job.paths.project.name
    backup = save_with_backup(merged.document) if merged.taken else None
    if merged.taken or merged.conflicts:
        write_report(paths.project_merge, merged, backup)
    # Afterwards: killed before this, the next run finds the same changes put in already.
    write_bytes(paths.project_generated, gzip.compress(data, mtime=0))
    job.say(
        f"{name} was edited by hand: {summary(merged)}"
        + (f"; the former file is {backup.name}" if backup else "")
    )
    for line in conflict_lines(merged):
        job.say(line)
    if merged.conflicts:
        job.say(f"all of it is in {paths.project_merge.relative_to(paths.root)}")


def _beside(job: Job, data: bytes, why: str) -> None:
    paths = job.paths
    target = free_name(paths.project, paths.project_hashes)
    _write(paths, target, data)
    job.say(
        f"{paths.project.name} was edited by hand and is kept: "
        f"the new one is {target.name} beside it, since {why}"
    )


def _write(paths: ShotPaths, target: Path, data: bytes) -> None:
    # The hash first, beside the former one: killed at any moment, the file there is known as ours.
    former = _hashes(paths.project_hashes).get(target.name, [])[-1:]
    _know(paths, target, [*former, hashlib.sha256(data).hexdigest()])
    write_bytes(target, data)
    if target == paths.project:
        write_bytes(paths.project_generated, gzip.compress(data, mtime=0))


def _know(paths: ShotPaths, target: Path, digests: list[str]) -> None:
    hashes = {**_hashes(paths.project_hashes), target.name: digests}
    write_bytes(paths.project_hashes, json.dumps(hashes).encode())


def generated(paths: ShotPaths) -> bytes | None:
    """The project as it was generated last; None where that is not known."""
    try:
        return gzip.decompress(paths.project_generated.read_bytes())
    except (OSError, EOFError):
        return None


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
    expected = _hashes(hashes).get(project.name, [])
    return hashlib.sha256(project.read_bytes()).hexdigest() not in expected


def _hashes(path: Path) -> dict[str, list[str]]:
    """Hashes of the projects as they were generated, by file name, the last one last."""
    try:
        raw = dict(json.loads(path.read_text(encoding="utf-8")))
        return {str(k): [v] if isinstance(v, str) else list(v) for k, v in raw.items()}
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

"""report: the review page."""

from collections.abc import Iterable
from pathlib import Path

from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import write_bytes


def run(job: Job) -> None:
    """Writes `report/index.html`."""
    from driver.report.page import build

    page = build(job.settings, job.paths, job.frames, job.progress)
    write_bytes(job.paths.report, page.encode())


def reads(job: Job) -> Iterable[Path]:
    """Everything that the page shows."""
    paths = job.paths
    yield from (paths.align_report, paths.checks, paths.track, paths.plate_key)
    for frame in job.frames:
        yield paths.final(frame)
        yield from (paths.tracked(layer, frame) for layer in ("foreground", "face"))


STAGE = Stage(
    name="report",
    help="Write the review page: before and after, layers, provenance, plots, checks.",
    after=("check",),
    run=run,
    settings=("name", "seam.feather_px", "foreground", "face.asset", "inpaint.key_frame"),
    reads=reads,
    writes=lambda job: (job.paths.report,),
)

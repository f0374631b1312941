"""check: every assertion of the runbook, run on the files, each with a number."""

from collections.abc import Iterable
from pathlib import Path

from driver.report.checks import run_checks
from driver.report.measure import Shot
from driver.report.verdict import dump
from driver.shot import alignment, tracking
from driver.stages.base import Job, Stage
from ofx_helpers.media.atomic import write_bytes


def run(job: Job) -> None:
    """Writes `debug/checks.json`; whoever started the run asks `verdict.require` what it says."""
    paths = job.paths
    shot = Shot(
        job.settings,
        paths,
        alignment.load(paths.align_report),
        tracking.load(paths.track),
        job.frames,
    )
    checks = run_checks(shot, job.progress)
    write_bytes(paths.checks, dump(checks))
    passed = sum(check.passed for check in checks)
    job.say(f"{passed} of {len(checks)} checks passed")


def reads(job: Job) -> Iterable[Path]:
    """The delivered files and what they must agree with."""
    paths = job.paths
    yield from (paths.align_report, paths.track, paths.project, paths.mp4)
    yield from (paths.plate_key, paths.real_key, paths.mask_diff)
    for side in ("top", "bottom"):
        yield paths.band(side)
    yield paths.mask("foreground", "binary")
    for frame in job.frames:
        yield from (paths.final(frame), paths.foreground(frame), paths.aligned("wide", frame))
        yield from (paths.tracked(layer, frame) for layer in ("foreground", "face"))
        yield from (paths.band(side, frame) for side in ("top", "bottom"))


STAGE = Stage(
    name="check",
    help="Run every assertion of the runbook on the files.",
    after=("export",),
    run=run,
    settings=("seam.feather_px", "foreground", "face", "segment.model"),
    version=2,
    reads=reads,
    writes=lambda job: (job.paths.checks,),
)

"""A plug-in applied to image files."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from driver.errors import MemecompError
from driver.nodes.assign import values
from driver.nodes.pictures import load, refuse_existing, save
from ofx_helpers import host
from ofx_helpers.engine.frame import Frame


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to do."""

    plugin: host.Description
    source: Path | None
    """The first input; None for a generator or reader."""
    output: Path
    inputs: Mapping[str, Path] = field(default_factory=dict)
    assignments: Sequence[str] = ()
    size: tuple[int, int] | None = None
    frame: float = 1.0
    in_process: bool = False
    timeout: float = 60.0


def apply(job: Job) -> list[str]:
    """Reads, renders, writes; what it did, line by line. Errors are meant for people."""
    refuse_existing(job.output)
    found = job.plugin
    plugin = host.Plugin(found, in_process=job.in_process, timeout=job.timeout)
    parameters = values(found, job.assignments)
    inputs = {entry.name for entry in found.inputs}
    for name in job.inputs:
        if name not in inputs:
            have = ", ".join(entry.name for entry in found.inputs) or "none"
            raise MemecompError(f"{found.identifier} has no input {name}; it has {have}")
    if job.source is not None and not inputs:
        raise MemecompError(f"{found.identifier} has no input: give only the output's name")
    first = {} if job.source is None else {plugin.order[0].name: job.source}
    files = {**first, **job.inputs}
    pictures = {name: load(path) for name, path in files.items()}
    lines = [f"{name}: {path} ({pictures[name].about})" for name, path in files.items()]
    began = time.perf_counter()
    out = plugin(
        time=job.frame,
        format=job.size,
        parameters=parameters,
        **{name: picture.pixels for name, picture in pictures.items()},
    )
    assert not isinstance(out, Frame)  # arrays went in
    seconds = time.perf_counter() - began
    depth = max((picture.depth for picture in pictures.values()), default=8)
    kind = save(job.output, out, depth)
    version = ".".join(map(str, found.version))
    where = "in this process" if job.in_process else "in a worker"
    given = "".join(f", {assignment}" for assignment in job.assignments)
    height, width = out.shape[:2]
    return [
        *lines,
        f"{found.identifier} {version}{given}: {seconds:.2f} s {where}",
        f"{job.output} ({width}×{height}, {kind})",
    ]

"""A render as an Open Job Description job: a folder that farms which speak it can take.

Specification 'jobtemplate-2023-09' with the extension TASK_CHUNKING, by which the farm cuts the
frames into chunks. The three files are JSON, which the specification allows, as the names that
Deadline Cloud's job bundles have: `template.json`, `asset_references.json`,
`parameter_values.json`; `assets.json` is ours: size and SHA-256 of each input.
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from driver.errors import MemecompError
from driver.project.collect import OUTPUTS, collect
from driver.project.document import read
from driver.render.base import Engine, RenderJob
from driver.render.plan import NATRON_CHUNK, Plan, plan
from driver.render.views import base_of
from driver.shot.frames import brief
from ofx_helpers.media.atomic import os_reason

ENGINES = ("auto", "embedded", "natron")
_LONGEST = 1024
"""Characters of a parameter, by the specification."""
_LONGEST_NAME = 64


def export(
    project: Path,
    folder: Path,
    *,
    frames: Sequence[int] | None = None,
    writers: Sequence[str] = (),
    chunk: int = 0,
    engine: str = "auto",
    in_place: bool = False,
) -> list[Path]:
    """Writes the job to a new `folder`, whole or not at all; returns what was written.

    The project and all it reads are copied into it, with paths that count from the project, so the
    folder can be moved anywhere. `in_place` leaves them where they are: machines of the farm need
    the same disk, or its path mapping. Other arguments as in `RenderJob`.

    Raises:
        MemecompError, RenderError: the folder exists, an input is missing, the project cannot be
            rendered so, the frames cannot be written as one parameter, or the disk refuses.
    """
    if folder.exists():
        raise MemecompError(f"{folder} exists already: choose a new folder. Nothing was written.")
    kind = Engine(kind="embedded" if engine == "embedded" else "natron")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            made = Path(temporary) / folder.name

            def planned_for(path: Path) -> Plan:
                job = RenderJob(
                    project=path, frames=frames, writers=writers, folder=folder / OUTPUTS
                )
                return plan(job, kind, Path(temporary))

            source = project.absolute()
            planned = planned_for(source)
            inputs = _inputs(planned)  # of the original, so that what is missing has its own name
            if in_place:
                made.mkdir()
            else:
                collect(read(project), made)
                source = made / project.name
                planned = planned_for(source)
                inputs = _inputs(planned)
            inputs = [source, *inputs]
            _write(made / "template.json", _template(planned, chunk, engine, in_place))
            _write(made / "asset_references.json", _references(inputs, made))
            _write(made / "assets.json", _manifest(inputs, made))
            if in_place:
                value = {"name": "Project", "value": str(source)}
                _write(made / "parameter_values.json", {"parameterValues": [value]})
            made.rename(folder)
    except OSError as error:
        raise MemecompError(f"{folder} cannot be made: {os_reason(error)}.") from None
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _inputs(planned: Plan) -> list[Path]:
    """Every file that the frames read; an error that lists the missing ones."""
    found: set[Path] = set()
    faults: dict[str, None] = {}
    for output in planned.outputs:
        for frame in output.files:
            faults |= planned.facts.survey([output.writer], frame).faults
            found |= {path.absolute() for path in planned.facts.inputs(output.writer, frame)}
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults)
        raise MemecompError(f"{planned.job.project} lacks inputs:{listed}")
    return sorted(found)


def _template(planned: Plan, chunk: int, engine: str, in_place: bool) -> dict[str, Any]:
    frames = planned.frames
    text = brief(frames)
    if frames[0] < 0:
        raise MemecompError(f"frame {frames[0]} cannot be named to a farm: give --frames from 0 on")
    if len(text) > _LONGEST:
        raise MemecompError(
            f"{len(frames)} frames in so many pieces are too long a list for a farm: export them "
            "in parts with --frames"
        )
    project: dict[str, Any] = {
        "name": "Project",
        "type": "PATH",
        "objectType": "FILE",
        "dataFlow": "IN",
        "description": "The Natron project.",
    }
    if not in_place:
        project["default"] = planned.project.name
    films = list(dict.fromkeys(base_of(out.writer) for out in planned.outputs if out.film))
    images = list(dict.fromkeys(base_of(out.writer) for out in planned.outputs if not out.film))
    steps = []
    if images:
        steps.append(_frames_step(images))
    if films:
        steps.append(_step("Videos", "{{Param.Frames}}", films))
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": planned.project.stem[:_LONGEST_NAME],
        "parameterDefinitions": [
            project,
            {
                "name": "Frames",
                "type": "STRING",
                "default": text,
                "description": "Frames, as 1-24,30,40-60:5.",
            },
            {
                "name": "Chunk",
                "type": "INT",
                "default": chunk or NATRON_CHUNK,
                "minValue": 1,
                "description": "Frames a task.",
            },
            {
                "name": "Engine",
                "type": "STRING",
                "default": engine,
                "allowedValues": list(ENGINES),
                "description": "Who renders; auto takes NatronRenderer where it is installed.",
            },
            {
                "name": "OutputFolder",
                "type": "PATH",
                "objectType": "DIRECTORY",
                "dataFlow": "OUT",
                "default": OUTPUTS,
                "description": "Where the frames go.",
            },
        ],
        "steps": steps,
    }


def _frames_step(writers: Sequence[str]) -> dict[str, Any]:
    """A task for each chunk of the frames."""
    chunks = {"defaultTaskCount": "{{Param.Chunk}}", "rangeConstraint": "NONCONTIGUOUS"}
    space = {
        "name": "Frames",
        "type": "CHUNK[INT]",
        "range": "{{Param.Frames}}",
        "chunks": chunks,
    }
    step = _step("Frames", "{{Task.Param.Frames}}", writers)
    return {**step, "parameterSpace": {"taskParameterDefinitions": [space]}}


def _step(name: str, frames: str, writers: Sequence[str]) -> dict[str, Any]:
    """Renders those writers by `memecomp render`; a video is one task, whole or not there."""
    words = ["render", "{{Param.Project}}", "--frames", frames, "--engine", "{{Param.Engine}}"]
    words += ["--out", "{{Param.OutputFolder}}"]
    for writer in writers:
        words += ["--writer", writer]
    run = {
        "command": "memecomp",
        "args": words,
        # It ends its renderers when asked to.
        "cancelation": {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": 30},
    }
    return {"name": name, "script": {"actions": {"onRun": run}}}


def _references(inputs: Sequence[Path], folder: Path) -> dict[str, Any]:
    return {
        "assetReferences": {
            "inputs": {"filenames": [_name(path, folder) for path in inputs], "directories": []},
            "outputs": {"directories": [OUTPUTS]},
        }
    }


def _manifest(inputs: Sequence[Path], folder: Path) -> dict[str, Any]:
    files = []
    for path in inputs:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        files.append({"path": _name(path, folder), "size": path.stat().st_size, "sha256": content})
    return {"files": files, "totalSize": sum(int(str(entry["size"])) for entry in files)}


def _name(path: Path, folder: Path) -> str:
    """As seen from the job's folder where it lies inside."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

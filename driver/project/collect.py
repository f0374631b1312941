"""A project and all it reads in one folder that renders anywhere."""

import shutil
import tempfile
from pathlib import Path

from driver.errors import MemecompError
from driver.project.document import Document
from driver.project.edit import set_param
from driver.project.files import FileUse, files
from ofx_helpers.engine.sequences import frame_path
from ofx_helpers.media.atomic import os_reason

INPUTS = "inputs"
OUTPUTS = "out"


def collect(document: Document, folder: Path) -> list[Path]:
    """Copy the project and the files it reads to a new `folder`; returns what was written.

    Inputs lie in `inputs/` (those whose names collide in a folder of their node's name), outputs
    are directed to `out/`; every path in the copy starts with `[Project]`. The folder appears whole
    or not at all. `document` is changed; read it again to go on with the original.

    Raises:
        MemecompError: the folder exists, an input is missing, or the disk refuses.
    """
    if folder.exists():
        raise MemecompError(f"{folder} exists already: choose a new folder. Nothing was copied.")
    used = files(document)
    missing = [use for use in used if use.reads and not use.present]
    if missing:
        listed = "".join(f"\n  {use.node}: {use.path}" for use in missing)
        raise MemecompError(f"{len(missing)} input(s) of {document.path} are missing:{listed}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            made = Path(temporary) / folder.name
            made.mkdir()
            for use, name in _names(used).items():
                if use.reads:
                    _copy(use, made / name)
                set_param(document, use.node, use.param, f"[Project]/{name}")
            document.write(made / document.path.name)
            made.rename(folder)
    except OSError as error:
        raise MemecompError(f"{folder} cannot be made: {os_reason(error)}.") from None
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _names(used: list[FileUse]) -> dict[FileUse, str]:
    """The new name of each file below the folder; one source has one name, whoever reads it."""
    names: dict[FileUse, str] = {}
    taken: dict[str, Path] = {}
    for use in used:
        room = INPUTS if use.reads else OUTPUTS
        name = f"{room}/{use.path.name}"
        if taken.setdefault(name, use.path) != use.path:
            name = f"{room}/{use.node}/{use.path.name}"
            taken[name] = use.path
        names[use] = name
    return names


def _copy(use: FileUse, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not use.sequence:
        shutil.copyfile(use.path, target)
        return
    for frame, source in zip(use.frames, use.present, strict=True):
        shutil.copyfile(source, frame_path(target, frame))

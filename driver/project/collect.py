"""A project and all it reads in one folder that renders anywhere."""

import shutil
import tempfile
from pathlib import Path

from driver.errors import MemecompError
from driver.project import catalog
from driver.project.boost import text_of
from driver.project.document import Document, read
from driver.project.edit import set_param
from driver.project.files import FileUse, files
from driver.project.params import read_param
from ofx_helpers.engine.sequences import frame_path
from ofx_helpers.media.atomic import os_reason

INPUTS = "inputs"
OUTPUTS = "out"


def collect(document: Document, folder: Path) -> list[Path]:
    """Copy the project and the files it reads to a new `folder`; returns what was written.

    Inputs lie in `inputs/` (those whose names collide in a folder of their node's name), outputs
    are directed to `out/`; every path in the copy starts with `[Project]`. A project that a Precomp
    shows is collected so in a folder below `inputs/`. The folder appears whole or not at all.
    `document` is changed; read it again to go on with the original.

    Raises:
        MemecompError: the folder exists, an input is missing, a Precomp shows pictures that have
            been written before, projects show each other, or the disk refuses.
    """
    return _collect(document, folder, ())


def _collect(document: Document, folder: Path, chain: tuple[Path, ...]) -> list[Path]:
    chain = (*chain, document.path.resolve())
    precomps = _precomps(document, chain)
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
            for use, name in _names(used, precomps).items():
                if use.node in precomps:
                    if not (made / name).exists():
                        _collect(read(use.path), (made / name).parent, chain)
                elif use.reads:
                    _copy(use, made / name)
                set_param(document, use.node, use.param, f"[Project]/{name}")
            document.write(made / document.path.name)
            made.rename(folder)
    except OSError as error:
        raise MemecompError(f"{folder} cannot be made: {os_reason(error)}.") from None
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _precomps(document: Document, chain: tuple[Path, ...]) -> set[str]:
    """The nodes that show another project. Raises MemecompError where one cannot come along."""
    found = {node.path: node for node in document.all_nodes() if node.plugin == catalog.PRECOMP}
    for use in (use for use in files(document) if use.node in found):
        if use.path.resolve() in chain:
            raise MemecompError(f"{use.node} shows {use.path}, which shows it again.")
        knobs = {text_of(knob, "Name"): read_param(knob) for knob in found[use.node].knobs()}
        stored = knobs.get("preRender")
        if stored is None or stored.values[:1] != (False,):
            raise MemecompError(
                f"{use.node} shows pictures that {use.path} has written before, and these do not "
                f"come along: switch its Pre-Render off, or read them by a Read."
            )
    return set(found)


def _names(used: list[FileUse], precomps: set[str]) -> dict[FileUse, str]:
    """The new name of each file below the folder; one source has one name, whoever reads it."""
    names: dict[FileUse, str] = {}
    taken: dict[str, Path] = {}
    for use in used:
        room = INPUTS if use.reads else OUTPUTS
        if use.node in precomps:
            room = f"{INPUTS}/{use.path.stem}"
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

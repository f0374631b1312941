"""Where templates lie: those that come along, a person's own folder, and any folder by its path."""

import os
from importlib.resources import files
from pathlib import Path

from driver.errors import MemecompError
from driver.project.catalog import near

BODY = "template.ntp.j2"
DECLARED = "template.toml"
SHARED = "shared"
VARIABLE = "MEMECOMP_TEMPLATES"


def templates_folder() -> Path:
    """The folder of the templates that come along."""
    return Path(str(files("ntp_templates")))


def roots() -> list[Path]:
    """The folders that templates are found in by name, a person's own first (MEMECOMP_TEMPLATES).

    The variable may name several, as PATH does.
    """
    own = os.environ.get(VARIABLE, "").split(os.pathsep)
    return [*(Path(folder) for folder in own if folder), templates_folder()]


def template_folders(root: Path | None = None) -> dict[str, Path]:
    """Every template's folder by name; of two with one name a person's own counts."""
    found: dict[str, Path] = {}
    for folder in [root] if root else roots():
        for path in sorted(folder.glob(f"*/{DECLARED}")):
            found.setdefault(path.parent.name, path.parent)
    return dict(sorted(found.items()))


def folder_of(name: str, root: Path | None = None) -> Path:
    """The folder of a template, by its name or as the path of the folder itself.

    Raises:
        MemecompError: there is none; the message lists near names.
    """
    known = template_folders(root)
    if name in known:
        return known[name]
    path = Path(name)
    if root is None and (path / DECLARED).is_file():
        return path
    if root is None and (path.is_dir() or path.name != name):
        raise MemecompError(f"{path} is no template: it has no {DECLARED}.")
    where = ", ".join(str(folder) for folder in ([root] if root else roots()))
    raise MemecompError(f"There is no template {name!r} in {where}.{near(name, known)}")


def shared_folders(folder: Path) -> list[Path]:
    """The folders from which a template imports `shared/…`: the one beside it, then our own."""
    beside, ours = folder.parent / SHARED, templates_folder() / SHARED
    return [beside, ours] if beside.resolve() != ours.resolve() else [ours]

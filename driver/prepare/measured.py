"""Values that a template takes from its footage where nobody gives them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from driver.errors import MemecompError
from driver.prepare.footage import Footage, open_footage
from driver.project.catalog import near
from driver.project.template import Template

MEASURES = ("width", "height", "first", "last", "fps")


def measured(template: Template, values: Mapping[str, object], folder: Path) -> dict[str, object]:
    """The values, and each parameter with `measured = "FILE.WHAT"` that is not among them.

    FILE is a parameter of type file, or `LIST.FIELD` for the files of a list's entries: the size is
    the first's, the rate the first that has one, the frames those that all moving ones have; WHAT
    is one of
    `MEASURES`. What the footage does not say (the rate of images) stays by its default. Relative
    files count from `folder`.

    Raises:
        MemecompError: the footage is not there, or the template's `measured` names nothing.
    """
    found = dict(values)
    opened: dict[str, Footage | None] = {}
    for name, parameter in template.parameters.items():
        if not parameter.measured or found.get(name) is not None:
            continue
        source, _, what = parameter.measured.rpartition(".")
        if what not in MEASURES or source.partition(".")[0] not in template.parameters:
            known = [f"{file}.{measure}" for file in template.parameters for measure in MEASURES]
            raise MemecompError(
                f"{template.folder}, {name}: measured = {parameter.measured!r} names nothing."
                f"{near(parameter.measured, known)}"
            )
        if source not in opened:
            opened[source] = _together([open_footage(f, folder) for f in _files(found, source)])
        # Without a file, filling the template says that it must be given.
        value = getattr(opened[source], what, None)
        if value is not None:
            found[name] = value
    return found


def _files(values: Mapping[str, object], source: str) -> list[str | Path]:
    name, _, part = source.partition(".")
    value = values.get(name)
    entries = [value]
    if part:
        rows = value if isinstance(value, list | tuple) else []
        entries = [row.get(part) for row in rows if isinstance(row, Mapping)]
    return [entry for entry in entries if isinstance(entry, str | Path)]


def _together(all_: list[Footage]) -> Footage | None:
    """What footage has in common, for a project of all of it; a still goes with any frame."""
    if not all_:
        return None
    moving = [one for one in all_ if one.last > one.first] or all_[:1]
    first, last = max(one.first for one in moving), min(one.last for one in moving)
    if last < first:
        raise MemecompError(
            "The footage has no frame in common: "
            + ", ".join(f"{one.first} to {one.last}" for one in moving)
            + ". Number it alike, or give first and last."
        )
    rate = next((one.fps for one in all_ if one.fps is not None), None)
    return replace(all_[0], first=first, last=last, fps=rate)

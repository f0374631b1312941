"""Values that a template takes from its footage where nobody gives them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from driver.errors import MemecompError
from driver.prepare.footage import Footage, open_footage
from driver.project.catalog import near
from driver.project.template import Template

MEASURES = ("width", "height", "first", "last", "fps")


def measured(template: Template, values: Mapping[str, object], folder: Path) -> dict[str, object]:
    """The values, and each parameter with `measured = "FILE.WHAT"` that is not among them.

    FILE is a parameter of type file, or `LIST.FIELD` for the first entry of a list; WHAT is one of
    `MEASURES`. What the footage does not say (the rate of images) stays by its default. Relative
    files count from `folder`.

    Raises:
        MemecompError: the footage is not there, or the template's `measured` names nothing.
    """
    found = dict(values)
    opened: dict[str, Footage] = {}
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
        file = _file(found, source)
        if file is None:
            continue  # filling the template says that the file must be given
        if source not in opened:
            opened[source] = open_footage(file, folder)
        value = getattr(opened[source], what)
        if value is not None:
            found[name] = value
    return found


def _file(values: Mapping[str, object], source: str) -> str | Path | None:
    name, _, part = source.partition(".")
    value = values.get(name)
    if part:
        entry = value[0] if isinstance(value, Sequence) and value else None
        value = entry.get(part) if isinstance(entry, Mapping) else None
    return value if isinstance(value, str | Path) else None

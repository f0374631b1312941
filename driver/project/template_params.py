"""The parameters that a template declares in its `template.toml`, and the check of their values."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from driver.errors import MemecompError
from driver.project.catalog import near

TYPES = ("int", "float", "bool", "text", "choice", "file", "ints", "numbers", "keys", "list")
_FIELDS = {
    *("type", "default", "optional", "min", "max", "length", "options", "columns", "help"),
    *("example", "fields", "measured"),
}
# What a type cannot do without.
_NEEDS = {
    "choice": "options",
    "ints": "length",
    "numbers": "length",
    "keys": "columns",
    "list": "fields",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    `type`: `int`, `float`, `bool`, `text`, `choice` (of `options`), `file` (a path or a pattern
    with `####` for the frame), `ints` and `numbers` (`length` of them), `keys` (rows of a frame
    and one number per name in `columns`, as a sequence or by name), or `list` (of at least `low`
    and at most `high` entries, each with its `fields`). Without default and not optional it must be
    given, unless it is `measured` on a file (see `driver.prepare.measured`). `example` is what
    `memecomp template check` fills in where there is no default; an example file lies relative to
    the template's folder.
    """

    name: str
    type: str
    help: str
    default: object = None
    optional: bool = False
    low: float | None = None
    high: float | None = None
    length: int = 0
    options: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    example: object = None
    fields: Mapping[str, "Parameter"] = field(default_factory=dict)
    measured: str = ""

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is None and not self.optional

    @property
    def limits(self) -> str:
        """What it may be, in words; empty where anything of its type may."""
        told = []
        if self.options:
            told.append(", ".join(self.options))
        if self.length:
            told.append(f"{self.length} of them")
        if self.columns:
            told.append(f"rows of frame, {', '.join(self.columns)}")
        if self.fields:
            told.append(f"entries of {', '.join(self.fields)}")
        if self.low is not None and self.high is not None:
            told.append(f"{self.low:g} to {self.high:g}")
        elif self.low is not None:
            told.append(f"at least {self.low:g}")
        elif self.high is not None:
            told.append(f"at most {self.high:g}")
        return "; ".join(told)

    def check(self, value: object, folder: Path) -> object:
        """The value as the template gets it; files become relative to `folder`, `[Project]/…`.

        Keys become rows with names: `frame` and the columns. An optional one not given is None.

        Raises:
            MemecompError: missing, of a wrong type, or out of limits.
        """
        if value is None:
            value = self.default
        if value is None:
            if self.optional:
                return None
            raise MemecompError(f"must be given: {self.help}")
        return self._typed(value, folder)

    def _typed(self, value: object, folder: Path) -> object:
        match self.type:
            case "int" | "float":
                return self._number(value, self.type == "int")
            case "bool" if isinstance(value, bool):
                return value
            case "text" if isinstance(value, str):
                return value
            case "choice" if value in self.options:
                return value
            case "choice":
                raise MemecompError(f"no option {value!r}.{near(str(value), self.options)}")
            case "file" if isinstance(value, str | os.PathLike):
                return project_path(value, folder)
            case "ints" | "numbers" if _is_list(value) and len(value) == self.length:  # type: ignore[arg-type]
                return [self._number(item, self.type == "ints") for item in value]  # type: ignore[attr-defined]
            case "keys" if _is_list(value):
                return [self._row(row) for row in value]  # type: ignore[attr-defined]
            case "list" if _is_list(value):
                return self._entries(value, folder)  # type: ignore[arg-type]
        wanted = f"{self.length} {self.type}" if self.length else f"a value of type {self.type}"
        raise MemecompError(f"takes {wanted}, not {value!r}.")

    def _number(self, value: object, whole: bool) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MemecompError(f"takes a {'whole ' * whole}number, not {value!r}.")
        if not math.isfinite(value):
            raise MemecompError(f"takes a finite number, not {value!r}.")
        if whole and value != int(value):
            raise MemecompError(f"takes a whole number, not {value!r}.")
        if self.low is not None and value < self.low:
            raise MemecompError(f"is at least {self.low:g}, not {value!r}.")
        if self.high is not None and value > self.high:
            raise MemecompError(f"is at most {self.high:g}, not {value!r}.")
        return int(value) if whole else float(value)

    def _entries(self, value: Sequence[object], folder: Path) -> list[dict[str, object]]:
        """Each entry with all its fields, those not given by their defaults."""
        self._number(len(value), True)
        found = []
        for place, entry in enumerate(value, 1):
            if not isinstance(entry, Mapping):
                raise MemecompError(
                    f"entry {place} must name its fields: {', '.join(self.fields)}."
                )
            for key in entry:
                if key not in self.fields:
                    hint = near(str(key), self.fields)
                    raise MemecompError(f"entry {place} has no field {key!r}.{hint}")
            row = {}
            for name, part in self.fields.items():
                try:
                    row[name] = part.check(entry.get(name), folder)
                except MemecompError as error:
                    raise MemecompError(f"entry {place}, {name}: {error}") from None
            found.append(row)
        return found

    def _row(self, row: object) -> dict[str, float]:
        names = ("frame", *self.columns)
        if isinstance(row, Mapping) and set(row) == set(names):
            row = [row[name] for name in names]
        if not _is_list(row) or len(row) != len(names):  # type: ignore[arg-type]
            raise MemecompError(f"takes rows of {', '.join(names)}; {row!r} is none.")
        for item in row:  # type: ignore[attr-defined]
            if isinstance(item, bool) or not isinstance(item, int | float):
                raise MemecompError(f"takes rows of numbers; {row!r} is none.")
        numbers = [float(item) for item in row]  # type: ignore[attr-defined]
        return dict(zip(names, numbers, strict=True))


def read_parameters(raw: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Parameter]:
    """The parameters of a `template.toml`'s table `parameters`; `where` names the file in errors.

    Raises:
        MemecompError: an unknown type or field, no help, or a name that a template cannot say.
    """
    found = {}
    for name, entry in raw.items():
        if not name.isidentifier() or not isinstance(entry, Mapping):
            raise MemecompError(
                f"{where}: {name!r} is no parameter: write [parameters.name], of letters, digits "
                "and _ only."
            )
        for key in entry:
            if key not in _FIELDS:
                raise MemecompError(f"{where}, {name}: no field {key!r}.{near(key, _FIELDS)}")
        if entry.get("type") not in TYPES or not entry.get("help"):
            raise MemecompError(f"{where}, {name}: needs a help and a type of {', '.join(TYPES)}.")
        needed = _NEEDS.get(entry["type"])
        if needed and not entry.get(needed):
            raise MemecompError(f"{where}, {name}: type {entry['type']} needs {needed} = …")
        found[name] = Parameter(
            name=name,
            type=entry["type"],
            help=entry["help"],
            default=entry.get("default"),
            optional=entry.get("optional", False),
            low=entry.get("min"),
            high=entry.get("max"),
            length=entry.get("length", 0),
            options=tuple(entry.get("options", ())),
            columns=tuple(entry.get("columns", ())),
            example=entry.get("example"),
            fields=read_parameters(entry.get("fields", {}), f"{where}, {name}"),
            measured=entry.get("measured", ""),
        )
    return found


def project_path(value: str | os.PathLike[str], folder: Path) -> str:
    """A file name as a project in `folder` holds it, so that the two can move together.

    A path below, beside or above the folder becomes `[Project]/…`; one that starts with a variable
    in brackets stays. A relative path is taken from the folder.
    """
    text = os.fspath(value)
    if text.startswith("["):
        return text
    relative = os.path.relpath(Path(folder) / text, folder)
    return "[Project]/" + Path(relative).as_posix()


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)

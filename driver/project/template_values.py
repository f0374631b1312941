"""Values for a template as people give them: `--set name=value` texts and TOML files."""

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from driver.errors import MemecompError
from driver.project.assign import SWITCH
from driver.project.catalog import near
from driver.project.template import Template
from driver.project.template_params import Parameter
from ofx_helpers.media.atomic import os_reason


def given_values(
    template: Template, assignments: Iterable[str] = (), file: Path | None = None
) -> dict[str, object]:
    """Values by parameter name: those of a TOML file, then `name=value` texts over them.

    A relative file name counts from the working folder, in a TOML file from that file's folder.

    Raises:
        MemecompError: no such parameter (near names are listed), or no value of its type.
    """
    found = read_values(template, file) if file else {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise MemecompError(f"--set {text!r}: write it as name=value.")
        found[name.strip()] = parse_value(_parameter(template, name.strip()), value, Path.cwd())
    return found


def read_values(template: Template, file: Path) -> dict[str, object]:
    """The values in a TOML file.

    Raises:
        MemecompError: no such file, not TOML, or a name that is no parameter.
    """
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MemecompError(f"{file} is not valid TOML: {error}") from None
    except OSError as error:
        raise MemecompError(f"{file} cannot be read: {os_reason(error)}.") from None
    return from_folder(template, raw, file.absolute().parent, str(file))


def from_folder(
    template: Template, raw: Mapping[str, Any], folder: Path, where: str = ""
) -> dict[str, object]:
    """Values of a file in `folder`: relative file names counted from it.

    Raises:
        MemecompError: a name that is no parameter; `where` names the file.
    """
    found: dict[str, object] = {}
    for name, value in raw.items():
        try:
            parameter = _parameter(template, name)
        except MemecompError as error:
            raise MemecompError(f"{where}: {error}" if where else str(error)) from None
        found[name] = _placed(parameter, value, folder)
    return found


def _placed(parameter: Parameter, value: Any, folder: Path) -> Any:
    """The value with its relative file names counted from a folder, those in entries too."""
    if parameter.type == "file" and isinstance(value, str):
        return _file(value, folder)
    if parameter.type != "list" or not isinstance(value, list):
        return value
    return [
        {
            key: _placed(parameter.fields[key], part, folder) if key in parameter.fields else part
            for key, part in entry.items()
        }
        if isinstance(entry, Mapping)
        else entry
        for entry in value
    ]


def parse_value(parameter: Parameter, text: str, folder: Path) -> object:
    """The value that a text means, by the parameter's type; nothing means its default.

    Lists have commas (`0.5,0.5,1`), keys are `frame:value,value` with spaces between
    (`1:0,0 24:100,50`); both may be written as JSON, and a list of entries must be. A file counts
    from `folder`.

    Raises:
        MemecompError: no value of that type.
    """
    try:
        return _parsed(parameter, text, folder)
    except MemecompError as error:
        raise MemecompError(f"{parameter.name}: {error}") from None


def _parsed(parameter: Parameter, text: str, folder: Path) -> object:
    kind = parameter.type
    if kind == "text":
        return text
    text = text.strip()
    if not text:
        return None
    if kind == "file":
        return _file(text, folder)
    if kind == "choice":
        return text
    if kind == "bool":
        if text.lower() not in SWITCH:
            raise MemecompError(f"takes true or false, not {text!r}.")
        return SWITCH[text.lower()]
    if text.startswith("[") or kind == "list":
        return _placed(parameter, _json(text), folder)
    if kind == "keys":
        return [_row(row, parameter) for row in text.split()]
    whole = kind in ("int", "ints")
    if kind in ("int", "float"):
        return _number(text, whole)
    return [_number(part, whole) for part in text.split(",")]


def _row(text: str, parameter: Parameter) -> list[float]:
    frame, colon, values = text.partition(":")
    if not colon:
        names = ",".join(parameter.columns)
        raise MemecompError(f"takes frame:{names} with spaces between rows; {text!r} is none.")
    return [_number(part, False) for part in (frame, *values.split(","))]


def _number(text: str, whole: bool) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        raise MemecompError(f"takes a {'whole ' * whole}number, not {text!r}.") from None
    if not math.isfinite(number):
        raise MemecompError(f"takes a finite number, not {text!r}.")
    return number


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise MemecompError(f"{text!r} is no list: {error.msg}.") from None


def _file(text: str, folder: Path) -> str:
    """A path from `folder`; one that starts with a variable in brackets stays."""
    return text if text.startswith("[") else str(folder / Path(text).expanduser())


def _parameter(template: Template, name: str) -> Parameter:
    found = template.parameters.get(name)
    if found is None:
        hint = near(name, template.parameters)
        raise MemecompError(f"Template {template.name} has no parameter {name!r}.{hint}")
    return found

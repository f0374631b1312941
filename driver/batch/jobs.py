"""The rows of a batch, from a CSV file or a TOML file."""

import csv
import shlex
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from driver.batch.placeholders import names_in
from driver.errors import MemecompError
from driver.naming import FIELDS
from driver.project.catalog import near
from driver.project.template import Template, load_template
from driver.project.template_values import from_folder, given_values, parse_value
from ofx_helpers.media.atomic import os_reason

OWN = {"output", "frames", "shot", *FIELDS}
"""Columns that a batch itself understands."""
_FIELDS = {"template", "folder", "output", "scheme", "frames", "before", "after"}
_TABLES = {"values", "naming", "rows"}
Command = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One job: `number` counts from 1, `values` are the template's, `texts` every column's text.

    `fault` says why it cannot be done.
    """

    number: int
    values: Mapping[str, object]
    texts: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A template and its rows. Outputs count from `folder`.

    A row's output is its own column `output`, else the pattern `output`, else a name by the scheme
    `PROJECT_SC_03_ICON_FX_v01` with the ending `scheme`. `before` and `after` are commands.
    """

    template: Template
    rows: tuple[Row, ...]
    folder: Path
    output: str = ""
    scheme: str = ""
    frames: str = ""
    before: tuple[Command, ...] = ()
    after: tuple[Command, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a command line says of a batch; what it says counts over the file."""

    template: str = ""
    folder: Path | None = None
    output: str = ""
    scheme: str = ""
    frames: str = ""
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    assign: Sequence[str] = ()


def read_batch(path: Path, wanted: Wanted) -> Batch:
    """The batch of a `.csv` (a row a job, a column a parameter) or `.toml` file.

    Raises:
        MemecompError: the file cannot be read, names no template, or has a column that nothing
            understands. A row whose values are wrong has a `fault` instead.
    """
    text = _text(path)
    if path.suffix.lower() == ".toml":
        head, raw = _toml(path, text)
    else:
        head, raw = {}, _csv(path, text)
    name = wanted.template or str(head.get("template", ""))
    if not name:
        raise MemecompError(f"{path} names no template: add --template NAME.")
    beside = path.absolute().parent / name
    if not wanted.template and beside.is_dir():
        name = str(beside)
    template = load_template(name)
    before, after = (
        _commands(path, key, getattr(wanted, key), head.get(key, ())) for key in ("before", "after")
    )
    folder = wanted.folder or path.absolute().parent / str(head.get("folder", ""))
    batch = Batch(
        template=template,
        rows=(),
        folder=folder.absolute(),
        output=wanted.output or str(head.get("output", "")),
        scheme=(wanted.scheme or str(head.get("scheme", ""))).lstrip("."),
        frames=wanted.frames or str(head.get("frames", "")),
        before=before,
        after=after,
    )
    fields, assigned = _split(template, wanted.assign)
    shared = {**_table(head, "naming"), **_table(head, "values"), **fields}
    _refuse_unknown(path, batch, {*shared, *(name for row in raw for name in row)})
    given = given_values(template, assigned)
    rows = [
        _row(number, template, {**shared, **cells}, given, path.absolute().parent)
        for number, cells in enumerate(raw, 1)
    ]
    if not rows:
        raise MemecompError(f"{path} has no row.")
    return replace(batch, rows=tuple(rows))


def _row(
    number: int,
    template: Template,
    cells: Mapping[str, object],
    given: Mapping[str, object],
    folder: Path,
) -> Row:
    texts = {name: _as_text(value) for name, value in cells.items()}
    texts.update({name: _as_text(value) for name, value in given.items() if name not in texts})
    values = dict(given)
    try:
        for name, value in cells.items():
            parameter = template.parameters.get(name)
            if parameter is None:
                continue
            if isinstance(value, str) and parameter.type not in ("text", "file", "choice"):
                value = parse_value(parameter, value, folder)
            elif isinstance(value, str) and not value:
                value = None
            if value is not None:
                values.update(from_folder(template, {name: value}, folder))
    except MemecompError as error:
        return Row(number=number, values=values, texts=texts, fault=str(error))
    return Row(number=number, values=values, texts=texts)


def _split(template: Template, texts: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Fields of the name and other columns that every row has, and the template's parameters."""
    fields: dict[str, str] = {}
    rest = []
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and name.strip() in OWN and name.strip() not in template.parameters:
            fields[name.strip()] = value
        else:
            rest.append(text)
    return fields, rest


def _refuse_unknown(path: Path, batch: Batch, columns: Iterable[str]) -> None:
    said = names_in(
        [batch.output, *(word for one in (*batch.before, *batch.after) for word in one)]
    )
    known = {*batch.template.parameters, *OWN, *said}
    for name in columns:
        if name not in known:
            raise MemecompError(
                f"{path}: {name!r} is no parameter of {batch.template.name}, and no output or "
                f"command says {{{name}}}.{near(name, known)}"
            )


def _csv(path: Path, text: str) -> list[dict[str, object]]:
    lines = text.splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    reader = csv.reader(lines, delimiter=separator)
    names = [name.strip() for name in next(reader, [])]
    if not any(names) or len(set(names)) != len(names):
        raise MemecompError(f"{path}: its first line names the columns, each once.")
    rows: list[dict[str, object]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            raise MemecompError(
                f"{path}, line {reader.line_num}: {len(cells)} values for {len(names)} columns: "
                "put a value with a comma in double quotes."
            )
        rows.append({name: cell.strip() for name, cell in zip(names, cells, strict=False)})
    return rows


def _toml(path: Path, text: str) -> tuple[dict[str, Any], list[dict[str, object]]]:
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MemecompError(f"{path} is not valid TOML: {error}") from None
    known = _FIELDS | _TABLES
    for name in head:
        if name not in known:
            raise MemecompError(f"{path}: no field {name!r}.{near(name, known)}")
    raw = head.pop("rows", [])
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise MemecompError(f"{path}: write each job as a table [[rows]].")
    return head, raw


def _table(head: Mapping[str, Any], name: str) -> dict[str, object]:
    found = head.get(name, {})
    if not isinstance(found, dict):
        raise MemecompError(f"{name} is a table: write [{name}] and lines below it.")
    return found


def _commands(path: Path, key: str, said: Sequence[str], written: Any) -> tuple[Command, ...]:
    if said:
        return tuple(tuple(shlex.split(line)) for line in said if line.strip())
    rows = written if isinstance(written, list | tuple) else [written]
    if isinstance(written, list) and written and all(isinstance(word, str) for word in written):
        rows = [written]
    made = []
    for row in rows:
        if not isinstance(row, list) or not row or not all(isinstance(word, str) for word in row):
            raise MemecompError(
                f'{path}: write {key} as a list of words, ["command", "{{output}}"], or a list of '
                "such lists. No shell runs it."
            )
        made.append(tuple(row))
    return tuple(made)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(_as_text(item) for item in value)
    return "" if value is None else str(value)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise MemecompError(f"{path} is no text in UTF-8: save it so.") from None
    except OSError as error:
        raise MemecompError(f"{path} cannot be read: {os_reason(error)}.") from None

"""Parameters set from text: `Merge1.mix=0.5`, as a command line gives them."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from driver.errors import MemecompError
from driver.project.catalog import ParamKind
from driver.project.document import Document
from driver.project.edit import find_node, param_kind, set_param
from driver.project.params import TEXTS
from ofx_helpers.media.atomic import os_reason

SWITCH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def assign(document: Document, assignments: Sequence[str]) -> None:
    """Set parameters from `NODE.PARAM=VALUE`; all of them or none.

    Several dimensions are given with commas (`Move.translate=10,-4`), a choice by its option id, a
    switch by true or false, a text as it is.

    Raises:
        MemecompError: not of that form, no such node or parameter, or no value for it.
    """
    wanted = [_parsed(document, text) for text in assignments]
    for path, name, value in wanted:
        set_param(document, path, name, value)


def save_with_backup(document: Document) -> Path:
    """Write the document over its own file; returns where the former one was copied before.

    The copy lies beside it: `comp.ntp.bak`, or `.bak2`, `.bak3` where that exists.

    Raises:
        MemecompError: the folder cannot be written to; then the file is as it was.
    """
    backup, number = document.path.with_name(f"{document.path.name}.bak"), 1
    while True:
        try:
            handle = os.open(backup, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            break
        except FileExistsError:
            number += 1
            backup = document.path.with_name(f"{document.path.name}.bak{number}")
        except OSError as error:
            raise MemecompError(f"{backup} cannot be written: {os_reason(error)}.") from None
    with os.fdopen(handle, "wb") as target, document.path.open("rb") as source:
        shutil.copyfileobj(source, target)
    document.write(document.path)
    return backup


def _parsed(document: Document, text: str) -> tuple[str, str, object]:
    place, equals, value = text.partition("=")
    path, dot, name = place.strip().rpartition(".")
    if not equals or not dot:
        raise MemecompError(f"{text!r}: write it as NODE.PARAM=VALUE, for example Merge1.mix=0.5")
    kind = param_kind(find_node(document, path), name)
    try:
        given = _value(kind, value)
        kind.check(given)
    except MemecompError as error:
        raise MemecompError(f"{path}.{error}") from None
    return path, name, given


def _value(kind: ParamKind, text: str) -> object:
    if kind.kind in TEXTS:
        return text
    text = text.strip()
    if kind.kind == "Choice":
        return text if kind.options or not text.isdecimal() else int(text)
    if kind.kind == "Bool":
        if text.lower() not in SWITCH:
            raise MemecompError(f"{kind.name} takes true or false, not {text!r}.")
        return SWITCH[text.lower()]
    parts = [_number(kind, part) for part in text.split(",")]
    return parts[0] if len(parts) == 1 and kind.dimensions == 1 else parts


def _number(kind: ParamKind, text: str) -> float:
    try:
        return int(text) if kind.kind == "Int" else float(text)
    except ValueError:
        whole = "whole numbers" if kind.kind == "Int" else "numbers"
        raise MemecompError(f"{kind.name} takes {whole}, not {text!r}.") from None

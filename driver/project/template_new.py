"""A template made from a project that a person saved in Natron."""

import os
import secrets
import shutil
from pathlib import Path

from driver.errors import MemecompError
from driver.project.diff import diff
from driver.project.document import Document
from driver.project.files import variables
from driver.project.jinja_text import literal
from driver.project.template import fill, load_template
from driver.project.template_body import write_body
from driver.project.template_check import examples
from driver.project.template_find import Asked, find
from driver.project.template_store import BODY, DECLARED, VARIABLE
from driver.project.tokens import without_tokens
from ofx_helpers.media.atomic import write_bytes

# Every template locks the range, and has no paths but [Project].
_EXPECTED = ("project.lockRange:", "project.projectPaths:")


def folder_for(name: str) -> Path:
    """Where a new template of that name goes: a path is one, else the own templates, else here."""
    if Path(name).name != name:
        return Path(name)
    own = [folder for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder]
    return Path(own[0] if own else ".") / name


def new_template(document: Document, folder: Path) -> list[str]:
    """Writes a template that makes this project; returns what a person should know, in sentences.

    Files, words, frames, format and tokens become parameters with what they are now as defaults.

    Raises:
        MemecompError: the folder is there already, or the project cannot be read whole.
    """
    if folder.exists():
        raise MemecompError(f"{folder} exists already: choose another name")
    root, taken = without_tokens(document.root)
    clean = Document(root, document.path)
    found = find(clean, taken, folder)
    body = write_body(clean, found)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        write_bytes(part / BODY, (_head(document) + body.text).encode())
        for name, text in body.files.items():
            write_bytes(part / name, text.encode())
        write_bytes(part / DECLARED, _declared(document, found.asked).encode())
        told = [f"asks for {', '.join(found.asked)}"]
        if body.kept:
            told.append(f"kept as Natron wrote it: {', '.join(dict.fromkeys(body.kept))}")
        told += _differences(clean, part)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return told


def _head(document: Document) -> str:
    return f"{{# Made from {document.path.name}. #}}\n"


def _declared(document: Document, asked: dict[str, Asked]) -> str:
    tables = [f"help = {literal(f'As {document.path.name} was saved.')}\n"]
    for one in asked.values():
        lines = [f"[parameters.{one.name}]", f"type = {literal(one.type)}"]
        if one.type in ("int", "ints") and one.name in ("width", "height"):
            lines.append("min = 1")
        if one.options:
            lines.append(f"options = {literal(one.options)}")
        if one.length:
            lines.append(f"length = {one.length}")
        if one.default is not None:
            lines.append(f"default = {literal(one.default)}")
        if one.example is not None:
            lines.append(f"example = {literal(one.example)}")
        lines.append(f"help = {literal(one.help)}")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def _differences(document: Document, folder: Path) -> list[str]:
    """What a project made with the defaults does not have as the saved one has it."""
    template = load_template(str(folder))
    again = fill(template, examples(template), document.path)
    lines = [line for line in diff(document, again) if not line.startswith(_EXPECTED)]
    return [
        *(f"the path [{name}] is written out" for name in variables(document) if name != "OCIO"),
        *(f"differs: {line}" for line in lines),
    ]

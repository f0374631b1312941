"""A project that may lie anywhere: every path in it made absolute, its writers' files elsewhere.

NatronRenderer's own way to send a writer's files elsewhere (`-w Write1 FILE`) makes the encoder
anew and forgets some of its settings, so a copy of the project is rendered instead.
"""

from collections.abc import Mapping
from pathlib import Path

from driver.project.boost import text_of
from driver.project.document import Document
from driver.project.edit import set_param
from driver.project.files import is_absolute

_FILES = ("InputFile", "OutputFile", "Path")
_PROJECT = "[Project]"


def make_paths_absolute(document: Document) -> None:
    """Changes the document so that it means the same files wherever it is saved."""
    home = str(document.path.absolute().parent)
    for node in document.all_nodes():
        for knob in node.knobs():
            if text_of(knob, "Type") not in _FILES:
                continue
            for value in knob.iterfind("item/Value"):
                text = (value.text or "").replace(_PROJECT, home)
                # Another variable of the project begins with a bracket and is left to it.
                local = text and not text.startswith("[") and not is_absolute(text)
                value.text = f"{home}/{text}" if local else text
            for expression in knob.iterfind("item/Expression"):
                if expression.text:
                    expression.text = expression.text.replace(_PROJECT, home)


def redirected(document: Document, patterns: Mapping[str, str], copy: Path) -> None:
    """Writes a copy in which the writers, by path, write to other files; changes `document`.

    Raises MemecompError for a writer that is not there, or where the copy cannot be written.
    """
    make_paths_absolute(document)
    for writer, pattern in patterns.items():
        set_param(document, writer, "filename", pattern)
    document.write(copy)

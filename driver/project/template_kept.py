"""Pieces of a saved project as text for a template: Natron's own, with parameters put in."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from driver.project.boost import Element, attributes
from driver.project.jinja_text import plain

# Set anew in every project.
_NUMBERED = {"class_id", "class_id_reference", "tracking_level", "version", "object_id"}


def kept_text(pieces: Iterable[Element], refs: Mapping[Element, str]) -> str:
    """The pieces, one element a line; what stands in `refs` becomes a Jinja expression."""
    lines: list[str] = []
    for piece in pieces:
        _write(piece, refs, 0, lines)
    return "".join(f"{line}\n" for line in lines)


def _write(element: Element, refs: Mapping[Element, str], depth: int, lines: list[str]) -> None:
    tabs = "  " * depth
    marks = "".join(
        f' {key}="{plain(escape(value))}"'
        for key, value in attributes(element).items()
        if key not in _NUMBERED
    )
    if element in refs:
        shown = f"{{{{ ({refs[element]})|e }}}}"
        lines.append(f"{tabs}<{element.tag}{marks}>{shown}</{element.tag}>")
    elif len(element):
        lines.append(f"{tabs}<{element.tag}{marks}>")
        for child in element:
            _write(child, refs, depth + 1, lines)
        lines.append(f"{tabs}</{element.tag}>")
    else:
        text = plain(escape(element.text or ""))
        lines.append(f"{tabs}<{element.tag}{marks}>{text}</{element.tag}>")

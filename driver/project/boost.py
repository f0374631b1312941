"""The text of a Natron project: XML as Boost's serialization writes it, read safely.

A project comes from anywhere, so reading resolves no entity, opens no other file, and refuses what
is too big or too deep. Nothing in a project is ever executed.
"""

import math
from typing import Any, cast

from lxml import etree

from driver.errors import MemecompError

Element = etree._Element

MAX_BYTES = 256 * 1024 * 1024
MAX_ELEMENTS = 4_000_000
MAX_DEPTH = 200  # Natron nests groups in groups; real projects stay below 60.

_HEADER = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n<!DOCTYPE boost_serialization>\n'
)
# Not xml.sax.saxutils: that imports urllib's whole network side, 2 % of a small render's time.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def parse(data: bytes, where: str) -> Element:
    """The root element of a project's text; `where` names it in errors.

    Raises:
        MemecompError: not XML, not a Natron project, with entities, or beyond the limits above.
    """
    if len(data) > MAX_BYTES:
        raise MemecompError(f"{where} has {len(data)} bytes; a project may have {MAX_BYTES}.")
    if b"<!ENTITY" in data:
        raise MemecompError(f"{where} declares XML entities; Natron's projects never do. Not read.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise MemecompError(
            f"{where} is not a whole Natron project: {error.msg}. Save it again in Natron."
        ) from None
    # Again, since the bytes may be in an encoding that hides the word.
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise MemecompError(f"{where} declares XML entities; Natron's projects never do. Not read.")
    if root.tag != "boost_serialization":
        raise MemecompError(f"{where} is not a Natron project: it starts with <{root.tag}>.")
    _check_size(root, where)
    return root


def serialize(root: Element) -> bytes:
    """A project's text: tabs, one element a line, quotes escaped, as Boost has it."""
    lines: list[str] = []
    _write(root, 0, lines)
    return _HEADER + "".join(lines).encode("utf-8") + b"\n"


def text_of(element: Element, tag: str, default: str = "") -> str:
    """The text of a child, or the default where there is none."""
    return element.findtext(tag, default)


def whole(text: str, what: str) -> int:
    """A whole number of a project; `what` names it in the error.

    Raises:
        MemecompError: it is none.
    """
    try:
        return int(text)
    except ValueError:
        raise MemecompError(f"{what} is no whole number: {text[:40]!r}.") from None


def real(text: str, what: str) -> float:
    """A number of a project; `what` names it in the error.

    Raises:
        MemecompError: it is none, or not finite.
    """
    try:
        number = float(text)
    except ValueError:
        raise MemecompError(f"{what} is no number: {text[:40]!r}.") from None
    if not math.isfinite(number):
        raise MemecompError(f"{what} is not finite: {text[:40]}.")
    return number


def child_of(element: Element, tag: str) -> Element:
    """A child that must be there.

    Raises:
        MemecompError: the project lacks it.
    """
    found = element.find(tag)
    if found is None:
        raise MemecompError(
            f"The project has no <{tag}> in <{element.tag}>; save it again in Natron."
        )
    return found


def add(parent: Element, tag: str, text: object = None) -> Element:
    """A new last child; without text it is an object that gets children."""
    child = etree.SubElement(parent, tag)
    if text is not None:
        child.text = format_value(text)
    return child


def attributes(element: Element) -> dict[str, str]:
    """An element's attributes (a parsed file has them as text, never as bytes)."""
    return cast("dict[str, str]", dict(element.attrib))


def format_value(value: object) -> str:
    """A value as Boost prints it: switches 0 or 1, reals with 17 digits."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.17e}"
    return str(value)


def _write(element: Element, depth: int, lines: list[str]) -> None:
    tabs = "\t" * (depth - 1)
    marks = "".join(f' {k}="{v.translate(_ESCAPES)}"' for k, v in attributes(element).items())
    if len(element):
        lines.append(f"{tabs}<{element.tag}{marks}>\n")
        for child in element:
            _write(child, depth + 1, lines)
        lines.append(f"{tabs}</{element.tag}>\n")
    else:
        text = (element.text or "").translate(_ESCAPES)
        lines.append(f"{tabs}<{element.tag}{marks}>{text}</{element.tag}>\n")


def _check_size(root: Element, where: str) -> None:
    depth = count = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise MemecompError(f"{where} nests deeper than {MAX_DEPTH} levels. Not read.")
        if count > MAX_ELEMENTS:
            raise MemecompError(f"{where} has more than {MAX_ELEMENTS} elements. Not read.")

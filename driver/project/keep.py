"""Pieces of a project that no word says, put back into a made one as Natron wrote them."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from driver.errors import MemecompError
from driver.project.boost import Element, add, child_of, text_of
from driver.project.build import knob_element
from driver.project.catalog import NodeKind, ParamKind, near
from driver.project.outline import NodeOutline

_CONTEXTS = {"RotoContext": "HasRotoContext", "TrackerContext": "HasTrackerContext"}
_PAGES = "UserPages"
_NAMES = "Pages"


def put_back(node: Element, pieces: Iterable[Element]) -> None:
    """Kept parameters, contexts, user pages and planes, into a node's element.

    A piece is a parameter's `<item>`, a `<RotoContext>`, a `<TrackerContext>`, the pages of a
    person's own parameters as `<UserPages>`, the names of all pages as `<Pages>`, or
    `<UserComponents>`. A kept parameter replaces a made one of that name.

    Raises:
        MemecompError: another piece.
    """
    for piece in pieces:
        own = deepcopy(piece)
        if own.tag == "item":
            _parameter(node, own)
        elif own.tag in _CONTEXTS:
            for former in node.findall(own.tag):
                node.remove(former)
            switch = child_of(node, _CONTEXTS[own.tag])
            switch.text = "1"
            switch.addnext(own)
        elif own.tag == _PAGES:
            _listed(child_of(node, "UserPagesCount"), own)
        elif own.tag == _NAMES:
            _listed(child_of(node, "PagesCount"), own)
        elif own.tag == "UserComponents":
            node.replace(child_of(node, own.tag), own)
        else:
            raise MemecompError(f"<{own.tag}> is no piece of a node.")


def put_back_settings(project: Element, pieces: Iterable[Element]) -> None:
    """Kept parameters of the project, and formats that it brings along.

    Raises:
        MemecompError: another piece.
    """
    for piece in pieces:
        own = deepcopy(piece)
        if own.tag == "item":
            known = {text_of(item, "Name") for item in project.findall("item")}
            if text_of(own, "Name") in known:
                continue
            child_of(project, "AdditionalFormats").addprevious(own)
            _count(child_of(project, "ProjectKnobsCount"), 1)
        elif own.tag == "Formats":
            formats = child_of(project, "AdditionalFormats")
            own_names = {text_of(item, "Name") for item in formats.findall("item")}
            for item in own:
                if text_of(item, "Name") not in own_names:
                    formats.append(item)
                    _count(child_of(formats, "count"), 1)
        else:
            raise MemecompError(f"<{own.tag}> is no piece of a project's settings.")


def expressed(param: ParamKind, given: Mapping[str, Any]) -> Element:
    """A parameter's element with an expression for each dimension.

    Raises:
        MemecompError: more or fewer expressions than dimensions, or a wrong value beneath them.
    """
    texts = given["expressions"]
    if len(texts) != param.dimensions or not all(isinstance(text, str) for text in texts):
        raise MemecompError(
            f"{param.name} takes {param.dimensions} expression(s), one a dimension, not {texts!r}."
        )
    value = given.get("value")
    knob = knob_element(param, param.default if value is None else param.check(value))
    for item, text in zip(knob.findall("item"), texts, strict=True):
        child_of(item, "Expression").text = text
        child_of(item, "ExprHasRet").text = str(int(bool(text) and bool(given.get("lines"))))
    return knob


def whole_node(outline: NodeOutline, names: Iterable[str]) -> Element:
    """A node that is kept whole, with the name and inputs of the outline.

    Raises:
        MemecompError: nothing, or more than one node is kept, or an input names no sibling.
    """
    if len(outline.kept) != 1 or outline.kept[0].tag != "item":
        raise MemecompError("kept() is called around one whole node.")
    known = set(names)
    for label, source in outline.inputs.items():
        if source not in known:
            raise MemecompError(
                f"input {label} names {source!r}, which is no node here.{near(source, known)}"
            )
    node = deepcopy(outline.kept[0])
    child_of(node, "Plugin_script_name").text = outline.name
    wires = child_of(node, "Inputs_map")
    for item in wires.findall("item"):
        wires.remove(item)
    child_of(wires, "count").text = str(len(outline.inputs))
    for label, source in sorted(outline.inputs.items()):
        item = add(wires, "item")
        add(item, "first", label)
        add(item, "second", source)
    return node


def kept_kind(outline: NodeOutline) -> NodeKind:
    """What is known of a node that is kept whole: its plug-in."""
    plugin = text_of(outline.kept[0], "Plugin_id") if outline.kept else ""
    return NodeKind(plugin.rpartition(".")[2], plugin, (1, 0), tuple(outline.inputs), {})


def _parameter(node: Element, knob: Element) -> None:
    count = child_of(node, "KnobsCount")
    name = text_of(knob, "Name")
    following = count.getnext()
    while following is not None and following.tag == "item":
        if text_of(following, "Name") == name:
            node.replace(following, knob)
            return
        following = following.getnext()
    child_of(node, "Inputs_map").addprevious(knob)
    _count(count, 1)


def _listed(count: Element, pieces: Element) -> None:
    """The pieces after their count, instead of what followed it."""
    for _ in range(int(count.text or 0)):
        former = count.getnext()
        if former is not None:
            former.getparent().remove(former)  # type: ignore[union-attr]
    count.text = str(len(pieces))
    for piece in reversed(list(pieces)):
        count.addnext(piece)


def _count(element: Element, more: int) -> None:
    element.text = str(int(element.text or 0) + more)

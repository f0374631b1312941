"""A project in outline: what an author writes, before counts, class numbers, defaults and layout.

A template renders to this outline, a short XML text. `driver.project.complete` makes the project.
Values are JSON: `3`, `[1.5, 2]`, `"over"`, or `{"keys": [[frame, value, …], …]}` with one value
per dimension after the frame, and perhaps `"interpolation": "linear"`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from driver.errors import MemecompError
from driver.project.boost import Element
from driver.project.catalog import near
from driver.project.keys import NAMES, animate
from ofx_helpers.engine.curve import Curve, Interpolation, Key

METHODS = {method.name.lower(): method for method in Interpolation}


KEPT = "kept"
"""Stands for the plug-in of a node that is held as Natron wrote it."""


@dataclass(frozen=True)
class RotoOutline:
    """A closed shape: points and feather points as (x, y), y up.

    `softness` is its feather distance in pixels; `falloff` bends the ramp: 1 makes Natron's mask
    fall with the square of the distance, about 0.5 evenly.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    feather_points: tuple[tuple[float, float], ...]
    softness: float = 0.0
    falloff: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True)
class NodeOutline:
    """A node by short name or plug-in id; `line` is where its author wrote it."""

    line: int
    name: str
    plugin: str
    params: dict[str, object] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    shapes: tuple[RotoOutline, ...] = ()
    children: tuple["NodeOutline", ...] = ()
    part: str = ""
    note: str = ""
    label: str = ""
    place: tuple[float, ...] = ()
    """Corner in the graph, x right and y down, and perhaps its size; empty: laid out."""
    tint: tuple[float, ...] = ()
    kept: tuple[Element, ...] = ()
    """Pieces of the node as Natron wrote them; for plug-in `KEPT` the one whole node."""


@dataclass(frozen=True)
class PartOutline:
    """A named part of the graph, drawn as a BackDrop around its nodes."""

    name: str
    text: str
    colour: tuple[float, float, float]


@dataclass(frozen=True)
class ProjectOutline:
    """Format in pixels, frames, and what the project holds, in order."""

    width: int
    height: int
    first: int
    last: int
    fps: float
    nodes: tuple[NodeOutline, ...]
    parts: tuple[PartOutline, ...]
    aspect: float = 1.0
    kept: tuple[Element, ...] = ()


def read_outline(text: str, where: str) -> ProjectOutline:
    """The outline that a text holds; `where` names the text in errors.

    Raises:
        MemecompError: not well-formed, or something in it is not understood.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(f"<outline>{text}</outline>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise MemecompError(
            f"{where} does not make a well-formed outline: {error.msg}. Write nodes with node()."
        ) from None
    settings = root.find("project")
    if settings is None:
        raise MemecompError(f"{where} has no project(): say width, height, first, last and fps.")
    parts = [
        PartOutline(_name(part), part.get("text") or "", _colour(part))
        for part in root.iter("part")
    ]
    return ProjectOutline(
        width=int(settings.get("width") or 0),
        height=int(settings.get("height") or 0),
        first=int(settings.get("first") or 1),
        last=int(settings.get("last") or 1),
        fps=float(settings.get("fps") or 24),
        nodes=tuple(_nodes(root, "")),
        parts=tuple(parts),
        aspect=float(settings.get("aspect") or 1),
        kept=_kept(settings),
    )


def value_of(raw: Any) -> object:
    """A JSON value as a parameter takes it: keys become one curve per dimension.

    Raises:
        MemecompError: keys of different lengths, or an unknown interpolation.
    """
    if not isinstance(raw, dict):
        return raw
    if "curves" in raw:
        return [_curve(item) for item in raw["curves"]]
    rows = raw.get("keys") or ()
    method = raw.get("interpolation", "smooth")
    if method not in NAMES:
        raise MemecompError(f"No interpolation is named {method!r}.{near(str(method), NAMES)}")
    if not rows or len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
        raise MemecompError(f"Keys are rows [frame, value, …] of one length, not {rows!r}.")
    return [
        animate([(row[0], row[dimension]) for row in rows], NAMES[method])
        for dimension in range(1, len(rows[0]))
    ]


def _curve(raw: Any) -> object:
    """One dimension of `curves`: a plain value, or keys with their slopes."""
    if not isinstance(raw, list):
        return raw
    keys = []
    for row in raw:
        if len(row) != 5 or row[2] not in METHODS:
            near_names = near(str(row[2]), METHODS) if len(row) == 5 else ""
            raise MemecompError(
                f"Keys of curves are [frame, value, interpolation, slope, slope], not {row!r}."
                f"{near_names}"
            )
        time, value, method, left, right = row
        keys.append(Key(float(time), float(value), METHODS[method], float(left), float(right)))
    return Curve(tuple(keys))


def _nodes(parent: Element, part: str) -> Iterator[NodeOutline]:
    for element in parent:
        if element.tag == "part":
            yield from _nodes(element, _name(element))
        elif element.tag == "node":
            yield _node(element, part)


def _node(element: Element, part: str) -> NodeOutline:
    return NodeOutline(
        line=int(element.get("line") or 0),
        name=_name(element),
        plugin=element.get("plugin") or "",
        params={
            _name(item): json.loads(item.get("value") or "")
            for item in element.iter("param")
            if item.getparent() is element
        },
        inputs={
            item.get("label") or "": item.get("node") or "" for item in element.findall("input")
        },
        shapes=tuple(_shape(item) for item in element.findall("shape")),
        children=tuple(_nodes(element, "")),
        part=part,
        note=element.get("note") or "",
        label=element.get("label") or "",
        place=tuple(json.loads(element.get("place") or "[]")),
        tint=tuple(json.loads(element.get("tint") or "[]")),
        kept=_kept(element),
    )


def _kept(element: Element) -> tuple[Element, ...]:
    found = element.find("kept")
    return () if found is None else tuple(found)


def _shape(element: Element) -> RotoOutline:
    points = tuple((x, y) for x, y in json.loads(element.get("points") or "[]"))
    feather = tuple((x, y) for x, y in json.loads(element.get("feather") or "[]"))
    return RotoOutline(
        name=_name(element),
        points=points,
        feather_points=feather or points,
        softness=float(element.get("softness") or 0),
        falloff=float(element.get("falloff") or 1),
        opacity=float(element.get("opacity") or 1),
    )


def _name(element: Element) -> str:
    return element.get("name") or ""


def _colour(part: Element) -> tuple[float, float, float]:
    red, green, blue = json.loads(part.get("colour") or "[0.3, 0.5, 0.4]")
    return float(red), float(green), float(blue)

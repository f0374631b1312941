"""A node's parameters in a project: read as plain values and curves, written as Natron has them."""

from dataclasses import dataclass

from driver.project.boost import Element, text_of
from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.graph import Animated, Value

WHOLE = {"Int", "Choice"}
TEXTS = {"String", "InputFile", "OutputFile", "Path"}
VALUELESS = {"Button", "Group", "Page", "Separator"}


@dataclass(frozen=True)
class Link:
    """A dimension that follows another parameter: full node name, parameter, dimension."""

    node: str
    param: str
    dimension: int


@dataclass(frozen=True)
class Param:
    """One stored parameter.

    `values` has one entry per dimension: a value, or a curve over time in frames. A choice is its
    option id where the file has it, else its index. `expressions` keeps Python text that Natron
    would run; it is never run here, and the stored value stands.
    """

    name: str
    kind: str
    values: tuple[Animated, ...]
    expressions: tuple[str, ...] = ()
    links: tuple[Link | None, ...] = ()
    user: bool = False


def read_param(element: Element) -> Param:
    """The parameter that a knob element of a project holds."""
    kind = text_of(element, "Type")
    dimensions = element.findall("item")
    if kind == "Parametric":
        curves = element.find("ParametricCurves")
        items = [] if curves is None else curves.findall("item")
        values: tuple[Animated, ...] = tuple(read_curve(item) for item in items)
    elif kind in VALUELESS:
        values = ()
    else:
        values = tuple(_dimension(item, kind) for item in dimensions)
        label = element.findtext("ChoiceLabel")
        if kind == "Choice" and label and not isinstance(values[0], Curve):
            values = (label,)
    expressions = tuple(text_of(item, "Expression") for item in dimensions)
    links = tuple(_link(item) for item in dimensions)
    return Param(
        name=text_of(element, "Name"),
        kind=kind,
        values=values,
        expressions=expressions if any(expressions) else (),
        links=links if any(links) else (),
        user=text_of(element, "UserKnob") == "1",
    )


def read_curve(element: Element) -> Curve:
    """The keys of a Curve element, in order of time."""
    keys = [
        Key(
            time=float(text_of(item, "Time")),
            value=float(text_of(item, "Value")),
            interpolation=Interpolation(int(text_of(item, "InterpolationMethod", "2"))),
            left=float(text_of(item, "LeftDerivative", "0")),
            right=float(text_of(item, "RightDerivative", "0")),
        )
        for item in element.iterfind("KeyFrameSet/item")
    ]
    return Curve(tuple(sorted(keys, key=lambda key: key.time)))


def read_value(text: str, kind: str) -> Value:
    """A value's text as Python has it."""
    if kind in TEXTS:
        return text
    if kind == "Bool":
        return text == "1"
    if kind in WHOLE:
        return int(text)
    return float(text)


def _dimension(item: Element, kind: str) -> Animated:
    curve = item.find("Curve")
    if curve is not None and kind not in TEXTS:
        keys = read_curve(curve)
        if keys.keys:
            return keys
    return read_value(text_of(item, "Value", "0" if kind not in TEXTS else ""), kind)


def _link(item: Element) -> Link | None:
    master = item.find("Master")
    if master is None:
        return None
    name = text_of(master, "MasterNodeNameFull") or text_of(master, "MasterNodeName")
    return Link(name, text_of(master, "MasterKnobName"), int(text_of(master, "MasterDimension")))

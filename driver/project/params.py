"""A node's parameters in a project: read as plain values and curves, written as Natron has them."""

import math
from dataclasses import dataclass, replace

from driver.errors import MemecompError
from driver.project.boost import Element, real, text_of, whole
from ofx_helpers.engine.curve import Curve, Interpolation, Key, Steps
from ofx_helpers.engine.graph import Keyed, Value

WHOLE = {"Int", "Choice"}
TEXTS = {"String", "InputFile", "OutputFile", "Path"}
_STEPS = {"Int": Steps.WHOLE, "Bool": Steps.SWITCH}
_LARGEST = 1.79769e308
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
    would run; `multi_line` ones set `ret` themselves. `index` is the one that a choice stores
    beside its id, and `options` the ids of a choice that the project itself describes.
    """

    name: str
    kind: str
    values: tuple[Keyed, ...]
    expressions: tuple[str, ...] = ()
    links: tuple[Link | None, ...] = ()
    user: bool = False
    index: int = 0
    options: tuple[str, ...] = ()
    multi_line: bool = False
    low: float = -math.inf
    high: float = math.inf
    """The limits of a parameter that the project itself describes; others' are the plug-in's."""

    def within(self, value: Keyed) -> Keyed:
        """A value or curve of it, kept between its limits."""
        if isinstance(value, Curve):
            return replace(value, low=self.low, high=self.high)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return type(value)(min(max(value, self.low), self.high))


def read_param(element: Element) -> Param:
    """The parameter that a knob element of a project holds."""
    kind = text_of(element, "Type")
    dimensions = element.findall("item")
    index = 0
    if kind == "Parametric":
        curves = element.find("ParametricCurves")
        items = [] if curves is None else curves.findall("item")
        values: tuple[Keyed, ...] = tuple(read_curve(item) for item in items)
    elif kind in VALUELESS:
        values = ()
    else:
        values = tuple(_dimension(item, kind, text_of(element, "Name")) for item in dimensions)
        label = element.findtext("ChoiceLabel")
        if kind == "Choice" and values and isinstance(values[0], int):
            index = values[0]
        if kind == "Choice" and label and values and not isinstance(values[0], Curve):
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
        index=index,
        options=tuple(item.text or "" for item in element.iterfind("Entries/item")),
        multi_line=any(text_of(item, "ExprHasRet") == "1" for item in dimensions),
        low=_limit(element, "Min", -math.inf),
        high=_limit(element, "Max", math.inf),
    )


def read_curve(element: Element) -> Curve:
    """The keys of a Curve element, in order of time; of two at one time the later counts.

    Raises:
        MemecompError: a key that holds no number, or an interpolation that Natron has not.
    """
    keys = [_key(item) for item in element.iterfind("KeyFrameSet/item")]
    by_time = {key.time: key for key in keys}
    return Curve(tuple(by_time[time] for time in sorted(by_time)))


def _key(item: Element) -> Key:
    def number(tag: str, default: str = "") -> float:
        return real(text_of(item, tag, default), f"<{tag}> of a key")

    def slope(tag: str) -> float:
        # Natron writes "-nan" where a closed curve has a key at both its ends; it is never used.
        text = text_of(item, tag, "0")
        return 0.0 if text.strip("+-") == "nan" else number(tag, "0")

    method = whole(text_of(item, "InterpolationMethod", "2"), "<InterpolationMethod> of a key")
    if method not in list(Interpolation):
        raise MemecompError(f"A key has the interpolation {method}; Natron's are 0 to 8.")
    return Key(
        time=number("Time"),
        value=number("Value"),
        interpolation=Interpolation(method),
        left=slope("LeftDerivative"),
        right=slope("RightDerivative"),
    )


def read_value(text: str, kind: str, what: str = "A value") -> Value:
    """A value's text as Python has it; `what` names it in the error.

    Raises:
        MemecompError: it is not of its kind.
    """
    if kind in TEXTS:
        return text
    if kind == "Bool":
        return text == "1"
    if kind in WHOLE:
        return whole(text, what)
    return real(text, what)


def _dimension(item: Element, kind: str, name: str) -> Keyed:
    curve = item.find("Curve")
    if curve is not None and kind not in TEXTS:
        keys = read_curve(curve)
        if keys.keys:
            return replace(keys, steps=_STEPS.get(kind, Steps.NONE))
    value = text_of(item, "Value", "0" if kind not in TEXTS else "")
    return read_value(value, kind, f"The value of {name}")


def _limit(element: Element, tag: str, none: float) -> float:
    """A limit of a parameter that the project describes; Natron's largest number is none."""
    text = element.findtext(tag)
    limit = none if text is None else real(text, f"<{tag}> of a parameter")
    return limit if abs(limit) < _LARGEST else none


def _link(item: Element) -> Link | None:
    master = item.find("Master")
    if master is None:
        return None
    name = text_of(master, "MasterNodeNameFull") or text_of(master, "MasterNodeName")
    dimension = whole(text_of(master, "MasterDimension"), "<MasterDimension> of a link")
    return Link(name, text_of(master, "MasterKnobName"), max(0, dimension))

"""Roto shapes as Natron 2.5 stores them: closed Beziers that a person can drag."""

from collections.abc import Sequence

from lxml import etree

from driver.project import catalog
from driver.project.boost import Element, add, child_of
from driver.project.build import curve_element, knob_element
from driver.project.catalog import ParamKind
from driver.project.keys import animate
from driver.project.outline import RotoOutline
from ofx_helpers.engine.graph import Value

LAYER = "Layer1"
# A shape's own menu starts with `copy`; Natron gives a drawn shape `over`.
_OVER = 28
_OVERLAY = (0.851639, 0.196936, 0.196936, 1.0)


def roto_element(shapes: Sequence[RotoOutline], first: int) -> Element:
    """The RotoContext of a node; shapes are given bottom first, their keys lie on frame `first`."""
    context = etree.Element("RotoContext")
    layer = add(context, "BaseLayer")
    _item(layer, LAYER, "")
    add(layer, "NumChildren", len(shapes))
    for shape in reversed(shapes):  # Natron draws the last one first
        add(layer, "Type", 0)
        layer.append(_bezier(shape, first))
    add(context, "AutoKeying", 1)
    add(context, "RippleEdit", 0)
    add(context, "FeatherLink", 1)
    selection = add(context, "Selection")
    add(selection, "count", 0)
    add(selection, "item_version", 0)
    return context


def _item(parent: Element, name: str, layer: str) -> None:
    item = add(parent, "RotoItemSerialization")
    add(item, "Name", name)
    add(item, "Label", name)
    add(item, "Activated", 1)
    add(item, "ParentLayer", layer)
    add(item, "Locked", 0)


def _bezier(shape: RotoOutline, first: int) -> Element:
    bezier = etree.Element("Item")
    drawable = add(bezier, "RotoDrawableItemSerialization")
    _item(drawable, shape.name, LAYER)
    knobs: list[tuple[ParamKind, tuple[Value, ...]]] = [
        (_shape_param("opacity"), (shape.opacity,)),
        (_shape_param("feather"), (shape.softness,)),
        (_shape_param("featherFallOff"), (shape.falloff,)),
        (_shape_param("lifeTime"), ("All",)),
        (_shape_param("activated"), (True,)),
        (ParamKind("color", "Color", (1.0, 1.0, 1.0)), (1.0, 1.0, 1.0)),
        (ParamKind("operator", "Choice", (6,)), (_OVER,)),
    ]
    add(drawable, "NbItems", len(knobs))
    for kind, values in knobs:
        knob = knob_element(kind, values, "Item")
        if kind.name == "operator":
            child_of(knob, "ChoiceLabel").text = "over"
        drawable.append(knob)
    for channel, value in zip("rgba", _OVERLAY, strict=True):
        add(drawable, f"OC.{channel}", value)
    add(bezier, "NumPoints", len(shape.points))
    for point, feather in zip(shape.points, shape.feather_points, strict=True):
        _point(bezier, "CP", point, first)
        _point(bezier, "FP", feather, first)
    add(bezier, "Closed", 1)
    add(bezier, "OpenBezier", 0)
    return bezier


def _shape_param(name: str) -> ParamKind:
    return catalog.node_kind(catalog.ROTO).param(name)


def _point(parent: Element, tag: str, point: tuple[float, float], first: int) -> None:
    element = add(parent, tag)
    for prefix in ("", "Left_", "Right_"):  # corners: the tangents end on the point itself
        for axis, value in zip("XY", point, strict=True):
            add(element, f"{prefix}{axis}", float(value))
            curve_element(element, f"{prefix}{axis}_animation", animate([(first, value)]))
    add(element, "Broken", 0)

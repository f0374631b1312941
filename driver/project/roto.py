"""Roto shapes of a project: closed Beziers with feather points and parameters."""

from collections.abc import Iterator

from driver.project.boost import Element, child_of, real, text_of
from driver.project.params import read_curve, read_param
from ofx_helpers.engine.graph import Keyed, Point, Shape


def read_shapes(context: Element) -> tuple[Shape, ...]:
    """The closed shapes of a RotoContext, bottom first, layers flattened.

    Strokes and open Beziers are no closed shapes and are left out. A shape in a layer that is
    switched off is switched off.
    """
    layer = context.find("BaseLayer")
    if layer is None:
        return ()
    # Natron draws the last item of a layer first.
    return tuple(reversed(list(_layer(layer, True))))


def _layer(layer: Element, on: bool) -> Iterator[Shape]:
    on = on and text_of(layer, "RotoItemSerialization/Activated", "1") == "1"
    kind = "0"
    for child in layer:
        if child.tag == "Type":
            kind = child.text or "0"
        elif child.tag == "Item" and kind == "2":
            yield from _layer(child, on)
        elif child.tag == "Item" and kind == "0" and text_of(child, "OpenBezier", "0") == "0":
            yield _shape(child, on)


def _shape(item: Element, on: bool) -> Shape:
    drawable = child_of(item, "RotoDrawableItemSerialization")
    params = [read_param(knob) for knob in drawable.findall("Item")]
    active = text_of(drawable, "RotoItemSerialization/Activated", "1") == "1"
    return Shape(
        name=text_of(drawable, "RotoItemSerialization/Label")
        or text_of(drawable, "RotoItemSerialization/Name"),
        points=tuple(_point(point) for point in item.findall("CP")),
        feather_points=tuple(_point(point) for point in item.findall("FP")),
        params={param.name: param.values for param in params if param.values},
        activated=on and active and text_of(item, "Closed", "1") == "1",
    )


def _point(element: Element) -> Point:
    return Point(
        x=_coordinate(element, "X"),
        y=_coordinate(element, "Y"),
        left_x=_coordinate(element, "Left_X"),
        left_y=_coordinate(element, "Left_Y"),
        right_x=_coordinate(element, "Right_X"),
        right_y=_coordinate(element, "Right_Y"),
        broken=text_of(element, "Broken", "0") == "1",
    )


def _coordinate(element: Element, tag: str) -> Keyed:
    curve = element.find(f"{tag}_animation")
    if curve is not None:
        keys = read_curve(curve)
        if len(keys.keys) == 1:
            return keys.keys[0].value
        if keys.keys:
            return keys
    return real(text_of(element, tag, "0"), f"<{tag}> of a Roto point")

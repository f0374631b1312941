"""The items of a Roto node, each as what it means, whoever wrote the file."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from driver.project.boost import Element, text_of
from driver.project.meaning import at_own_default
from driver.project.roto import read_shapes


def shape_items(node: Element) -> Iterator[tuple[str, Element]]:
    """A Roto node's items by name, those in layers too; the second of a name is `NAME 2`."""
    context = node.find("RotoContext/BaseLayer")
    seen: dict[str, int] = {}
    for item in [] if context is None else _items(context):
        name = _item_name(item)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name} {seen[name]}"), item


def _items(layer: Element) -> Iterator[Element]:
    kind = "0"
    for child in layer:
        if child.tag == "Type":
            kind = child.text or "0"
        elif child.tag == "Item" and kind == "2":
            yield from _items(child)
        elif child.tag == "Item":
            yield child


def _item_name(item: Element) -> str:
    inner = item.find("RotoDrawableItemSerialization/RotoItemSerialization")
    return "" if inner is None else text_of(inner, "Label") or text_of(inner, "Name")


def shape_fact(item: Element) -> object:
    """A closed shape without what is at its default; a stroke as its text."""
    found = read_shapes(_alone(item))
    if len(found) != 1:
        return "".join(str(text).strip() for text in item.itertext())
    drawable = item.find("RotoDrawableItemSerialization")
    knobs = [] if drawable is None else drawable.findall("Item")
    usual = {text_of(knob, "Name") for knob in knobs if at_own_default(knob)} | _IDLE
    kept = {name: values for name, values in found[0].params.items() if name not in usual}
    return replace(found[0], params=kept)


# Where Natron keeps what it shows of a shape: no part of the picture.
_IDLE = {"lifeTimeFrame", "sourceType", "timeOffsetMode", "brushEffect"}


def _alone(item: Element) -> Element:
    """A RotoContext with a copy of nothing but this item."""
    context = etree.Element("RotoContext")
    layer = etree.SubElement(context, "BaseLayer")
    etree.SubElement(layer, "Type").text = "0"
    layer.append(deepcopy(item))
    return context

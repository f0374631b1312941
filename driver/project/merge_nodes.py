"""Changes to a node of a project, taken over from the same node of another one."""

from collections.abc import Iterator, Mapping
from copy import deepcopy

from driver.project.boost import Element, add, child_of, text_of
from driver.project.document import Document
from driver.project.merge_facts import Unit
from driver.project.node import ProjectNode
from driver.project.shape_facts import shape_items

_WITH_FILENAME = ("decodingPluginID", "encodingPluginID", "originalFrameRange")


def take(unit: Unit, target: Element, source: Element, renamed: Mapping[str, str]) -> None:
    """Makes one unit of `target` what it is in `source`; `renamed` are siblings' new names."""
    if unit.sort == "param":
        _param(unit.name, target, source)
        if unit.name == "filename":
            for name in _WITH_FILENAME:
                _param(name, target, source)
    elif unit.sort == "input":
        wanted = ProjectNode(source).inputs.get(unit.name)
        connect(target, unit.name, renamed.get(wanted, wanted) if wanted else None)
    elif unit.sort == "shape":
        _shape(unit.name, target, source)
    elif unit.sort == "label":
        child_of(target, "Plugin_label").text = text_of(source, "Plugin_label")


def connect(node: Element, label: str, source: str | None) -> None:
    """Connects an input to a sibling's name; None takes the connection away."""
    wires = child_of(node, "Inputs_map")
    items = {text_of(item, "first"): item for item in wires.findall("item")}
    former = items.get(label)
    if source is None:
        if former is not None:
            wires.remove(former)
    elif former is not None:
        child_of(former, "second").text = source
    else:
        item = add(wires, "item")
        add(item, "first", label)
        add(item, "second", source)
        ordered = sorted(wires.findall("item"), key=lambda one: text_of(one, "first"))
        for one in ordered:
            wires.append(one)
    child_of(wires, "count").text = str(len(wires.findall("item")))


def insert(document: Document, parent: ProjectNode | None, node: Element) -> None:
    """Adds a node on the top level or in a group."""
    if parent is None:
        nodes = child_of(document.project, "NodesCollection")
        nodes.append(node)
        _count(child_of(nodes, "NodesCount"), 1)
        return
    count = child_of(parent.element, "Children")
    [count, *_section(count)][-1].addnext(node)
    _count(count, 1)


def remove(document: Document, node: ProjectNode) -> None:
    """Takes a node out of the project or its group."""
    if node.parent is None:
        nodes = child_of(document.project, "NodesCollection")
        nodes.remove(node.element)
        _count(child_of(nodes, "NodesCount"), -1)
        return
    node.parent.element.remove(node.element)
    _count(child_of(node.parent.element, "Children"), -1)


def _param(name: str, target: Element, source: Element) -> None:
    theirs, ours = _knob(source, name), _knob(target, name)
    if theirs is None and ours is not None:
        parent = ours.getparent()
        if parent is target:
            target.remove(ours)
            _count(child_of(target, "KnobsCount"), -1)
        else:  # a person's own parameter stays on its page, at its default
            for item in ours.findall("item"):
                for tag in ("Curve", "Master"):
                    for old in item.findall(tag):
                        item.remove(old)
                child_of(item, "Value").text = text_of(item, "Default")
    elif theirs is not None and ours is not None:
        parent = ours.getparent()
        if parent is not None:
            parent.replace(ours, deepcopy(theirs))
    elif theirs is not None:
        child_of(target, "Inputs_map").addprevious(deepcopy(theirs))
        _count(child_of(target, "KnobsCount"), 1)


def _knob(node: Element, name: str) -> Element | None:
    knobs = ProjectNode(node).knobs()
    return next((knob for knob in knobs if text_of(knob, "Name") == name), None)


def _shape(name: str, target: Element, source: Element) -> None:
    theirs, ours = dict(shape_items(source)).get(name), dict(shape_items(target)).get(name)
    if theirs is not None and ours is not None:
        parent = ours.getparent()
        if parent is not None:
            parent.replace(ours, deepcopy(theirs))
    elif ours is not None:
        layer, kind = ours.getparent(), ours.getprevious()
        if layer is not None and kind is not None:
            layer.remove(kind)
            layer.remove(ours)
            _count(child_of(layer, "NumChildren"), -1)
    elif theirs is not None:
        kind = theirs.getprevious()
        context = target.find("RotoContext")
        if context is None:
            switch = child_of(target, "HasRotoContext")
            switch.text = "1"
            switch.addnext(deepcopy(child_of(source, "RotoContext")))
            return
        count = child_of(child_of(context, "BaseLayer"), "NumChildren")
        count.addnext(deepcopy(theirs))  # on top
        if kind is not None:
            count.addnext(deepcopy(kind))
        _count(count, 1)


def _section(count: Element) -> Iterator[Element]:
    following = count.getnext()
    while following is not None and following.tag == "item":
        yield following
        following = following.getnext()


def _count(element: Element, more: int) -> None:
    element.text = str(int(element.text or 0) + more)

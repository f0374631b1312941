"""Elements of a project, made from nothing as Natron 2.5 would save them."""

from collections.abc import Mapping, Sequence

from lxml import etree

from driver.project import catalog
from driver.project.boost import Element, add
from driver.project.catalog import NodeKind, ParamKind
from ofx_helpers.engine.curve import Curve, Key
from ofx_helpers.engine.graph import Keyed, Value

# Parameters that Natron shows through another one, and keeps hidden.
HIDDEN = {"decodingPluginID", "encodingPluginID", "ocioInputSpace", "ocioOutputSpace"}
_PAGES = {
    catalog.ROTO: ("General", "Shape", "Stroke", "Clone", "Transform", "Toolbar", "Node", "Info"),
    catalog.BACKDROP: ("Controls", "Node"),
    catalog.VIEWER: (),
    catalog.GROUP: ("Node", "Settings", "Info"),
    catalog.OUTPUT: ("Node", "Settings", "Info"),
    catalog.INPUT: ("controls", "Node", "Info"),
}
_USUAL_PAGES = ("Controls", "Node", "Info")
NOTE = ParamKind("userTextArea", "String", ("",))


def node_element(
    kind: NodeKind,
    name: str,
    params: Mapping[ParamKind, Sequence[Keyed]],
    inputs: Mapping[str, str],
    cache_id: str,
) -> Element:
    """A node's element, without Roto shapes and children; parameters at their default are left out.

    `cache_id` is what Natron names the node's place in its cache: unique, the group's id before it.
    """
    node = etree.Element("item")
    add(node, "Plugin_label", name)
    add(node, "Plugin_script_name", name)
    add(node, "Plugin_id", kind.plugin)
    add(node, "PythonModule", "")
    add(node, "PythonModuleVersion", 0)
    add(node, "Plugin_major_version", kind.version[0])
    add(node, "Plugin_minor_version", kind.version[1])
    kept = {param: values for param, values in params.items() if tuple(values) != param.default}
    add(node, "KnobsCount", len(kept))
    for param, values in kept.items():
        node.append(knob_element(param, values))
    wires = add(node, "Inputs_map")
    add(wires, "count", len(inputs))
    add(wires, "item_version", 0)
    for label, source in sorted(inputs.items()):
        item = add(wires, "item")
        add(item, "first", label)
        add(item, "second", source)
    add(node, "KnobsAge", 0)
    add(node, "MasterNode", "")
    add(node, "HasRotoContext", 0)
    add(node, "HasTrackerContext", 0)
    add(node, "MultiInstanceParent", "")
    add(node, "UserPagesCount", 0)
    pages = _PAGES.get(kind.plugin, _USUAL_PAGES)
    add(node, "PagesCount", len(pages))
    for page in pages:
        add(node, "name", page)
    add(node, "Children", 0)
    planes = add(node, "UserComponents")
    add(planes, "count", 0)
    add(planes, "item_version", 2)
    add(node, "CacheID", cache_id)
    return node


def knob_element(kind: ParamKind, values: Sequence[Keyed], tag: str = "item") -> Element:
    """A stored parameter with its values, one per dimension."""
    hidden = kind.name in HIDDEN
    knob = etree.Element(tag)
    add(knob, "Name", kind.name)
    add(knob, "Type", kind.kind)
    add(knob, "Dimension", kind.dimensions)
    add(knob, "Secret", hidden)
    add(knob, "MasterIsAlias", 0)
    for value, default in zip(values, kind.default, strict=True):
        _dimension(knob, kind, value, default, not hidden)
    if kind.kind == "Choice":
        add(knob, "ChoiceLabel", values[0] if isinstance(values[0], str) else "")
    if kind.kind in ("String", "InputFile"):  # the two texts that Natron can animate
        strings = add(knob, "StringsAnimation")
        add(strings, "count", 0)
        add(strings, "item_version", 0)
    add(knob, "UserKnob", 0)
    return knob


def curve_element(parent: Element, tag: str, curve: Curve) -> Element:
    """A curve with its keys."""
    element = add(parent, tag)
    keys = add(element, "KeyFrameSet")
    add(keys, "count", len(curve.keys))
    add(keys, "item_version", 0)
    for key in curve.keys:
        _key(keys, key)
    return element


def _dimension(knob: Element, kind: ParamKind, value: Keyed, default: Value, enabled: bool) -> None:
    item = add(knob, "item")
    add(item, "Enabled", enabled)
    add(item, "HasAnimation", isinstance(value, Curve))
    if isinstance(value, Curve):
        curve_element(item, "Curve", value)
    add(item, "Value", stored_value(value, kind))
    add(item, "Default", stored_value(default, kind))
    add(item, "HasMaster", 0)
    add(item, "Expression", "")
    add(item, "ExprHasRet", 0)


def stored_value(value: Keyed, kind: ParamKind) -> Value:
    """What the file holds for one dimension: a choice's index, an animated one's first value."""
    if isinstance(value, Curve):
        first = value.keys[0].value
        if kind.kind == "Bool":
            return first >= 0.5
        return round(first) if kind.kind in ("Int", "Choice") else float(first)
    if kind.kind == "Choice" and isinstance(value, str):
        return kind.options.index(value) if value in kind.options else 0
    return value


def _key(parent: Element, key: Key) -> None:
    item = add(parent, "item")
    add(item, "Time", key.time)
    add(item, "Value", key.value)
    add(item, "InterpolationMethod", int(key.interpolation))
    add(item, "LeftDerivative", key.left)
    add(item, "RightDerivative", key.right)

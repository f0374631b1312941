"""Changes to a project that leave everything else in it as it was."""

from collections.abc import Mapping

from driver.errors import MemecompError
from driver.project import catalog, classes
from driver.project.boost import Element, add, child_of, format_value, text_of
from driver.project.build import curve_element, knob_element, node_element, stored_value
from driver.project.catalog import ParamKind, near, node_kind
from driver.project.document import Document
from driver.project.node import ProjectNode
from driver.project.params import read_value
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Keyed

# Versions of the types that this package writes; older projects have other fields.
_WRITTEN = {"Node": 15, "Knob": 14, "Value": 7}


def find_node(document: Document, path: str) -> ProjectNode:
    """The node of that path (`Merge1`, or `Group1.Merge1`).

    Raises:
        MemecompError: there is none; the message lists near ones.
    """
    nodes = {node.path: node for node in document.all_nodes()}
    if path not in nodes:
        raise MemecompError(f"{document.path} has no node {path!r}.{near(path, nodes)}")
    return nodes[path]


def set_param(document: Document, path: str, name: str, value: object) -> None:
    """Give a node's parameter a value, one per dimension, or curves; a choice by its option id.

    A value equal to the default is not stored, as in Natron. An expression or link on it goes.

    Raises:
        MemecompError: no such node or parameter, a wrong value, or a project of an older Natron.
    """
    node = find_node(document, path)
    knob = next((item for item in node.knobs() if text_of(item, "Name") == name), None)
    if knob is not None:
        kind = _stored_kind(node, knob)
        _replace_values(knob, kind, kind.check(value))
        return
    kind = param_kind(node, name)
    values = kind.check(value)
    if values == kind.default:
        return
    _refuse_older(document)
    count = child_of(node.element, "KnobsCount")
    count.text = str(int(count.text or 0) + 1)
    child_of(node.element, "Inputs_map").addprevious(knob_element(kind, values))


def param_kind(node: ProjectNode, name: str) -> ParamKind:
    """What a node's parameter may hold, from the project where it is stored, else the catalogue.

    Raises:
        MemecompError: the node has no such parameter; the message lists near ones.
    """
    knob = next((item for item in node.knobs() if text_of(item, "Name") == name), None)
    if knob is not None:
        return _stored_kind(node, knob)
    return node_kind(node.plugin, str(_filename(node))).param(name)


def connect(document: Document, path: str, label: str, source: str | None) -> None:
    """Connect a node's input to a sibling's script name; None takes the connection away.

    Raises:
        MemecompError: no such node, sibling or input.
    """
    node = find_node(document, path)
    siblings = node.parent.children if node.parent else document.nodes
    names = [sibling.name for sibling in siblings]
    if source is not None and source not in names:
        raise MemecompError(f"{path} has no sibling {source!r}.{near(source, names)}")
    labels = () if node.children else node_kind(node.plugin).inputs
    if labels and label not in labels:
        raise MemecompError(f"{path} has no input {label!r}.{near(label, labels)}")
    wired = dict(node.inputs)
    wired.pop(label, None)
    if source is not None:
        wired[label] = source
    wires = child_of(node.element, "Inputs_map")
    for item in wires.findall("item"):
        wires.remove(item)
    child_of(wires, "count").text = str(len(wired))
    for key, name in sorted(wired.items()):
        item = add(wires, "item")
        add(item, "first", key)
        add(item, "second", name)


def add_node(
    document: Document,
    name: str,
    plugin: str,
    params: Mapping[str, object],
    inputs: Mapping[str, str],
) -> ProjectNode:
    """A new node on the top level, by short name or plug-in id.

    Raises:
        MemecompError: a name in use or unfit, an unknown node, parameter, value or input.
    """
    if not name.isidentifier() or any(node.name == name for node in document.nodes):
        raise MemecompError(f"A new node cannot be named {name!r}: it is in use, or no plain name.")
    _refuse_older(document)
    kind = node_kind(plugin, str(params.get("filename", "")))
    given: dict[str, object] = dict(params)
    codec = catalog.codec_plugin(kind.plugin, str(params.get("filename", "")))
    if codec:
        given["decodingPluginID" if kind.plugin == catalog.READ else "encodingPluginID"] = codec
    checked = {kind.param(key): kind.param(key).check(value) for key, value in given.items()}
    element = node_element(kind, name, checked, {}, name)
    nodes = child_of(document.project, "NodesCollection")
    count = child_of(nodes, "NodesCount")
    nodes.append(element)
    count.text = str(int(count.text or 0) + 1)
    try:
        for label, source in inputs.items():
            connect(document, name, label, source)
    except MemecompError:
        nodes.remove(element)
        count.text = str(int(count.text or 0) - 1)
        raise
    return ProjectNode(element)


def _refuse_older(document: Document) -> None:
    for kind, version in _WRITTEN.items():
        if classes.version_of(document.root, kind) != version:
            raise MemecompError(
                f"{document.path} was saved by another version of Natron; open it in Natron 2.5, "
                "save it, and try again."
            )


def _stored_kind(node: ProjectNode, knob: Element) -> ParamKind:
    """What a stored parameter is, from the project itself: groups have parameters of their own."""
    kind = text_of(knob, "Type")
    name = text_of(knob, "Name")
    options = tuple(item.text or "" for item in knob.iterfind("Entries/item"))
    default = tuple(
        read_value(text_of(item, "Default", "0" if kind != "String" else ""), kind)
        for item in knob.findall("item")
    )
    try:
        known = node_kind(node.plugin, str(_filename(node))).param(name)
        options = known.options or options  # an older project describes its own labels
        return ParamKind(name, kind, default, options, known.low, known.high)
    except MemecompError:
        return ParamKind(name, kind, default, options)


def _filename(node: ProjectNode) -> Keyed:
    stored = node.params.get("filename")
    return stored.values[0] if stored else ""


def _replace_values(knob: Element, kind: ParamKind, values: tuple[Keyed, ...]) -> None:
    for item, value in zip(knob.findall("item"), values, strict=True):
        for tag in ("Curve", "Master"):
            for old in item.findall(tag):
                item.remove(old)
        for tag, text in (("HasMaster", "0"), ("Expression", ""), ("ExprHasRet", "0")):
            _set(item, tag, text)
        animated = isinstance(value, Curve)
        _set(item, "HasAnimation", format_value(animated))
        if isinstance(value, Curve):
            curve = curve_element(item, "Curve", value)
            child_of(item, "Value").addprevious(curve)
        _set(item, "Value", format_value(stored_value(value, kind)))
    if kind.kind == "Choice" and isinstance(values[0], str):
        _set(knob, "ChoiceLabel", values[0])


def _set(element: Element, tag: str, text: str) -> None:
    child = element.find(tag)
    if child is not None:
        child.text = text

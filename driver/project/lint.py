"""Faults of a project that can be told without rendering it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from driver.errors import MemecompError
from driver.project import catalog
from driver.project.boost import text_of
from driver.project.catalog import NodeKind, near, node_kind
from driver.project.document import Document
from driver.project.expression import Program
from driver.project.files import expanded, files, is_absolute, variables
from driver.project.node import ProjectNode
from driver.project.older import format_of, option_of
from driver.project.params import TEXTS, VALUELESS, Param, read_param
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Keyed
from ofx_helpers.engine.params import catalogue

# What Natron gives every node, and keeps out of the catalogue.
_EVERY_NODES = {
    *("userTextArea", "Label", "nodeLabel", "multiFrame", "forceCaching", "hideInputs"),
    *("onParamChanged", "onInputChanged", "beforeFrameRender", "beforeRender"),
    *("afterFrameRender", "afterRender", "interactive", "highDefUpstream", "hidpi"),
    "extraMatrix",
}
_HOSTS = ("_channels", "_layer_name", "Choice", "_Mask", "enableMask", "maskChannel")
# Groups of nodes that make a picture of their own.
_MAKERS = ("Image", "Draw", "Extra/Draw")
_NUMBERS = {"Int", "Double", "Color", "Bool"}


@dataclass(frozen=True)
class Fault:
    """A fault: the node's path, perhaps its parameter or input, and a sentence."""

    node: str
    part: str
    text: str

    def __str__(self) -> str:
        """`Merge1.mix: …`"""
        return f"{self.node}{'.' if self.part else ''}{self.part}: {self.text}"


def lint(document: Document) -> list[Fault]:
    """Every fault: unknown plug-ins, parameters and options, wrong types, values out of range,

    inputs that are not connected though a Write needs them, absolute paths, outputs without a
    frame number, and expressions that the embedded engine does not compute.
    """
    nodes = list(document.all_nodes())
    needed = _needed(nodes)
    names: dict[str, set[str]] = {}
    for node in nodes:
        names.setdefault(_around(node), set()).add(node.name)
    found = [
        fault for node in nodes for fault in _node(node, node.path in needed, names[_around(node)])
    ]
    return [*found, *_files(document)]


def _node(node: ProjectNode, needed: bool, siblings: set[str]) -> Iterator[Fault]:
    kind = _kind(node)
    if kind is None and not node.children:
        yield Fault(node.path, "", f"no plug-in {node.plugin} is known; Natron will not load it.")
    yield from _inputs(node, kind, needed, siblings)
    for knob in node.knobs():
        try:
            param = read_param(knob)
        except MemecompError as error:
            yield Fault(node.path, text_of(knob, "Name"), f"wrong type: {error}")
            continue
        yield from _param(node, kind, param)


def _param(node: ProjectNode, kind: NodeKind | None, param: Param) -> Iterator[Fault]:
    for text in dict.fromkeys(param.expressions):
        if text:
            try:
                Program(text, param.multi_line)
            except MemecompError as error:
                yield Fault(node.path, param.name, f"the expression {text[:80]!r}: {error}")
    if kind is None or param.user or param.kind in VALUELESS or param.kind == "Parametric":
        return
    known = kind.params.get(param.name)
    if known is None:
        if param.name and not node.children and not _is_hosts(param.name, kind):
            text = f"{kind.name} has no such parameter.{near(param.name, kind.params)}"
            yield Fault(node.path, param.name, text)
        return
    if known.kind != param.kind and not {known.kind, param.kind} <= TEXTS:
        text = f"wrong type: it is stored as {param.kind} and should be {known.kind}."
        yield Fault(node.path, param.name, text)
        return
    menu = param.kind == "Choice" and (kind.plugin, param.name) not in _FILLED
    if menu and param.values and known.options:
        value = param.values[0]
        if isinstance(value, str):
            meant = option_of(value, -1, known.options)  # the stored index is no excuse
            if meant not in known.options and format_of(value) is None:
                text = f"no option {value!r}.{near(value, known.options)}"
                yield Fault(node.path, param.name, text)
        elif not isinstance(value, Curve) and not 0 <= int(value) < len(known.options):
            yield Fault(node.path, param.name, f"no option number {value}.")
    elif param.kind in _NUMBERS:
        for value in (number for stored in param.values for number in _numbers(stored)):
            if known.low is not None and value < known.low:
                text = f"out of range: {value:g}, it is at least {known.low:g}."
                yield Fault(node.path, param.name, text)
            if known.high is not None and value > known.high:
                text = f"out of range: {value:g}, it is at most {known.high:g}."
                yield Fault(node.path, param.name, text)


def _numbers(value: Keyed) -> list[float]:
    if isinstance(value, Curve):
        return [key.value for key in value.keys]
    return [] if isinstance(value, str) else [float(value)]


def _inputs(
    node: ProjectNode, kind: NodeKind | None, needed: bool, siblings: set[str]
) -> Iterator[Fault]:
    for label, name in node.inputs.items():
        if name not in siblings and not node.instance_of:
            yield Fault(node.path, label, f"it names {name!r}, which is not there.")
    if kind is None or node.children or not needed:
        return
    if kind.group in _MAKERS or kind.group == "Image/Readers":
        return
    labels = [label for label in kind.inputs if label not in ("Mask", "Sync")]
    if labels and not any(label in node.inputs for label in labels) and kind.plugin not in _SOURCES:
        yield Fault(node.path, labels[0], "not connected, though a Write shows this node.")


# The menus that Natron fills by what it finds: the Write nodes of another project.
_FILLED = {(catalog.PRECOMP, "writeNode")}
_SOURCES = {catalog.READ, catalog.ROTO, catalog.INPUT, catalog.BACKDROP, catalog.VIEWER} | {
    "fr.inria.built-in.RotoPaint"
}


def _around(node: ProjectNode) -> str:
    return node.parent.path if node.parent else ""


def _files(document: Document) -> Iterator[Fault]:
    known = variables(document)
    single = {node.path for node in document.all_nodes() if _one_frame(document, node)}
    for use in files(document):
        if is_absolute(expanded(use.name, known)):
            text = f"the absolute path {use.name} breaks elsewhere: start it with [Project]."
            yield Fault(use.node, use.param, text)
        if (
            not use.reads
            and not use.sequence
            and use.node not in single
            and not _is_video(use.name)
        ):
            text = f"{use.name} has no frame number: every frame overwrites it. Write ####."
            yield Fault(use.node, use.param, text)


def _one_frame(document: Document, node: ProjectNode) -> bool:
    """Whether a Write writes a single frame: its own range when it has one, else the project's."""
    try:
        params = node.params
    except MemecompError:
        return False  # what cannot be read has a fault of its own
    rule = params.get("frameRange")
    if rule is not None and str(rule.values[0]).lower() == "manual":
        stored = (params.get(name) for name in ("firstFrame", "lastFrame"))
        return len({param.values[0] if param else 0 for param in stored}) == 1
    first, last = document.frame_range
    return last <= first


def _is_video(name: str) -> bool:
    return name.lower().endswith((".mov", ".mp4", ".avi", ".mkv", ".webm", ".mxf", ".gif", ".mpg"))


def _is_hosts(name: str, kind: NodeKind) -> bool:
    """Whether Natron itself gives a node the parameter.

    A Read or Write also keeps those of every codec that it had before.
    """
    return (
        name in _EVERY_NODES
        or any(word in name for word in _HOSTS)
        or (kind.plugin in (catalog.READ, catalog.WRITE) and name in _codecs_params())
    )


@lru_cache(maxsize=1)
def _codecs_params() -> frozenset[str]:
    entries = (entry for name, entry in catalogue().items() if ".openfx." in name)
    codecs = (entry for entry in entries if str(entry.get("group")).startswith("Image/"))
    return frozenset(name for entry in codecs for name in entry["params"])


def _kind(node: ProjectNode) -> NodeKind | None:
    stored = node.params.get("filename") if node.plugin in (catalog.READ, catalog.WRITE) else None
    try:
        return node_kind(node.plugin, str(stored.values[0]) if stored and stored.values else "")
    except MemecompError:
        return None


def _needed(nodes: Sequence[ProjectNode]) -> set[str]:
    """The paths of the nodes that a Write is made from, those of groups on the way too."""
    by_path = {node.path: node for node in nodes}
    writes = [node.path for node in nodes if "Write" in node.plugin.rpartition(".")[2]]
    found: set[str] = set()
    waiting = list(writes)
    while waiting:
        path = waiting.pop()
        if path in found or path not in by_path:
            continue
        found.add(path)
        node = by_path[path]
        prefix = f"{node.parent.path}." if node.parent else ""
        waiting += [prefix + name for name in node.inputs.values()]
        waiting += [child.path for child in node.children if child.plugin == catalog.OUTPUT]
    return found

"""A saved project as the text of a template: words for what they can say, the rest kept beside."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from driver.errors import MemecompError
from driver.project import catalog, classes
from driver.project.boost import Element, text_of
from driver.project.catalog import NodeKind, node_kind
from driver.project.complete import OWN_FORMAT
from driver.project.document import Document
from driver.project.gui import colour_of
from driver.project.jinja_text import literal
from driver.project.meaning import FOUND_ANEW, at_own_default, kind_of, own_note
from driver.project.node import ProjectNode
from driver.project.older import former_defaults, labels_beside
from driver.project.template_find import Found
from driver.project.template_kept import kept_text
from driver.project.template_value import Unsaid, argument

KEPT_FOLDER = "kept"
_WIDTH = 100
_WORDS = {"shapes", "note", "label", "place", "tint", "caller", "inputs", "output"}
# Of the project's settings: said by project(), or of no use in another project.
_SAID = {"projectPaths", "outputFormat", "frameRange", "lockRange", "frameRate"}


@dataclass
class Body:
    """The text of a template, files to lie beside it by name, and what words did not say."""

    text: str = ""
    files: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def write_body(document: Document, found: Found) -> Body:
    """The body of a template.

    Raises:
        MemecompError: something must be kept of a project that an older Natron saved.
    """
    return _Writer(document, found).body()


class _Writer:
    def __init__(self, document: Document, found: Found) -> None:
        self._document = document
        self._found = found
        self._made = Body()
        self._gui = _places(document.root.find("ProjectGui"))

    def body(self) -> Body:
        parts = [self._project()]
        parts += [self._node(node) for node in _by_inputs(self._document.nodes)]
        self._made.text = "\n\n".join(parts) + "\n"
        return self._made

    def _project(self) -> str:
        document = self._document
        names = ("width", "height", "first", "last", "fps")
        given = [f"{name}={self._setting(name)}" for name in names]
        if document.format.pixel_aspect != 1:
            given.append(f"aspect={literal(document.format.pixel_aspect)}")
        pieces = []
        for item in document.project.findall("item"):
            if text_of(item, "Name") not in _SAID | FOUND_ANEW and not at_own_default(item):
                pieces.append(kept_text([item], self._found.refs))
        formats = [
            item
            for item in document.project.findall("AdditionalFormats/item")
            if text_of(item, "Name") != OWN_FORMAT
        ]
        if formats:
            pieces.append(f"<Formats>\n{kept_text(formats, self._found.refs)}</Formats>\n")
        if pieces:
            self._made.kept.append("the project's settings")
        called = f"project({', '.join(given)})"
        return self._called(called, "project", "the project's settings", pieces)

    def _setting(self, name: str) -> str:
        """The expression of a project's setting: its parameter, or the token that stands there."""
        item = {"first": 0, "last": 1, "fps": 0}
        knob = {"first": "frameRange", "last": "frameRange", "fps": "frameRate"}.get(name)
        for element in self._document.project.findall("item"):
            if knob is not None and text_of(element, "Name") == knob:
                values = element.findall("item/Value")
                if item[name] < len(values):
                    return self._found.refs.get(values[item[name]], name)
        return name

    def _node(self, node: ProjectNode) -> str:
        kind = kind_of(node)
        if kind is None or _only_whole(node, kind):
            return self._whole(node)
        arguments, pieces = self._arguments(node, kind)
        arguments += self._looks(node, kind)
        if node.plugin == catalog.GROUP:
            return self._group(node, arguments, pieces)
        head = [literal(node.name), literal(kind.name if _is_short(kind) else node.plugin)]
        call = _call("node", [*head, *_given(node.inputs, {}), *arguments])
        return self._called(call, node.path, node.path, pieces)

    def _group(self, node: ProjectNode, arguments: list[str], pieces: list[str]) -> str:
        wires = [f"inputs={literal(dict(node.inputs))}"] if node.inputs else []
        call = _call("group", [literal(node.name), *wires, *arguments])
        inside = [self._node(child) for child in _by_inputs(node.children)]
        if pieces:
            inside.insert(0, f"<kept>{self._included(node.path, node.path, pieces)}</kept>")
        body = "\n".join(inside)
        return f"{{% call {call} %}}\n{body}\n{{% endcall %}}"

    def _whole(self, node: ProjectNode) -> str:
        looks = self._looks(node, None)
        call = _call("kept", [literal(node.name), *_given(node.inputs, {}), *looks])
        short = node.plugin.rpartition(".")[2] or "node"
        told = f"{node.path} ({short}), whole"
        self._made.kept.append(told)
        return self._called(call, node.path, told, [kept_text([node.element], self._found.refs)])

    def _called(self, call: str, name: str, told: str, pieces: list[str]) -> str:
        if not pieces:
            return f"{{{{ {call} }}}}"
        return f"{{% call {call} %}}{self._included(name, told, pieces)}{{% endcall %}}"

    def _included(self, name: str, told: str, pieces: list[str]) -> str:
        if classes.version_of(self._document.root, "Knob") != 14:
            raise MemecompError(
                f"{self._document.path} was saved by another version of Natron, and {told} can "
                "only be kept as it is: open the project in Natron 2.5, save it, and try again."
            )
        file = f"{KEPT_FOLDER}/{name}.xml.j2"
        self._made.files[file] = "".join(pieces)
        return f'{{% include "{file}" %}}'

    def _arguments(self, node: ProjectNode, kind: NodeKind) -> tuple[list[str], list[str]]:
        """What words say of a node's parameters, and pieces for the rest."""
        found = self._found
        given: dict[str, str] = {}
        pieces = []
        known = {**former_defaults(node.plugin, node.major_version), **labels_beside(node.params)}
        for name, value in known.items():
            if name not in node.params:
                given[name] = literal(value)
        if "Mask" in node.inputs and "enableMask_Mask" in kind.params:
            given["enableMask_Mask"] = "false"  # a template switches it on by itself
        for knob in node.knobs():
            name = text_of(knob, "Name")
            if text_of(knob, "UserKnob") == "1" or name == "userTextArea":
                continue
            if (node.element, name) in found.bound:
                continue
            try:
                said = argument(knob, kind, found.refs)
            except Unsaid:
                pieces.append(kept_text([knob], found.refs))
                self._made.kept.append(f"{node.path}.{name}")
                continue
            if said is not None:
                given[name] = said
            elif name == "enableMask_Mask":
                given.setdefault(name, "false")
        for (element, name), token in found.bound.items():
            if element is node.element:
                given[name] = token
        if given.get("enableMask_Mask") == "true" and "Mask" in node.inputs:
            del given["enableMask_Mask"]
        return _given({}, given), pieces + self._contexts(node)

    def _contexts(self, node: ProjectNode) -> list[str]:
        refs = self._found.refs
        pieces = []
        for tag in ("RotoContext", "TrackerContext"):
            context = node.element.find(tag)
            if context is not None:
                pieces.append(kept_text([context], refs))
                self._made.kept.append(f"{node.path}'s {tag}")
        pages = list(_after(node.element, "UserPagesCount"))
        if pages:
            pieces.append(f"<UserPages>\n{kept_text(pages, refs)}</UserPages>\n")
            names = list(_after(node.element, "PagesCount", "name"))
            pieces.append(f"<Pages>\n{kept_text(names, refs)}</Pages>\n")
            self._made.kept.append(f"{node.path}'s own parameters")
        planes = node.element.find("UserComponents")
        if planes is not None and text_of(planes, "count", "0") != "0":
            pieces.append(kept_text([planes], refs))
            self._made.kept.append(f"{node.path}'s layers")
        return pieces

    def _looks(self, node: ProjectNode, kind: NodeKind | None) -> list[str]:
        told = []
        label = node.element.find("Plugin_label")
        if kind is not None and label is not None and node.label != node.name:
            told.append(f"label={self._found.refs.get(label) or literal(node.label)}")
        note = own_note(self._found.notes.get(node.element, ""))
        leaf = _note_leaf(node)
        if kind is not None and note:
            named = self._found.refs.get(leaf) if leaf is not None else None
            told.append(f"note={named or literal(note)}")
        gui = self._gui.get(node.path)
        if gui is not None:
            place = [_number(gui, tag) for tag in ("X_position", "Y_position")]
            if node.plugin == catalog.BACKDROP:
                place += [_number(gui, tag) for tag in ("Width", "Height")]
            told.append(f"place={literal([round(value, 1) for value in place])}")
            tint = [round(_number(gui, channel), 3) for channel in "rgb"]
            usual = colour_of(kind.group, kind.plugin) if kind is not None else None
            if usual is None or max(abs(a - b) for a, b in zip(tint, usual, strict=True)) > 0.01:
                told.append(f"tint={literal(tint)}")
        return told


def _only_whole(node: ProjectNode, kind: NodeKind) -> bool:
    """Whether no word says what the node is: a PyPlug, a clone, a track, inputs of another name."""
    is_group = node.plugin == catalog.GROUP
    if (node.children and not is_group) or node.instance_of or text_of(node.element, "MasterNode"):
        return True
    return not is_group and any(label not in kind.inputs for label in node.inputs)


def _is_short(kind: NodeKind) -> bool:
    return node_kind(kind.name).plugin == kind.plugin


def _given(inputs: Mapping[str, str], values: Mapping[str, str]) -> list[str]:
    """Keyword arguments; names that are no identifiers in one `**{…}` at the end."""
    every = {**{label: literal(name) for label, name in inputs.items()}, **values}
    plain = [f"{k}={v}" for k, v in every.items() if k.isidentifier() and k not in _WORDS]
    odd = {k: v for k, v in every.items() if not k.isidentifier() or k in _WORDS}
    if odd:
        pairs = ", ".join(f"{literal(key)}: {value}" for key, value in odd.items())
        plain.append(f"**{{{pairs}}}")
    return plain


def _call(word: str, arguments: list[str]) -> str:
    """A call, broken into lines that one can read; `**{…}` goes last."""
    arguments = sorted(arguments, key=lambda text: text.startswith("**"))
    merged = [text for text in arguments if text.startswith("**")]
    if len(merged) > 1:
        arguments = arguments[: -len(merged)]
        arguments.append("**{" + ", ".join(text[3:-1] for text in merged) + "}")
    indent = " " * (len(word) + 4)
    lines = [f"{word}("]
    pieces = [piece for text in arguments for piece in _breakable(text)]
    for number, text in enumerate(pieces):
        more = text + (", " if number + 1 < len(pieces) else ")")
        room = _WIDTH - 3 if len(lines) == 1 else _WIDTH
        if len(lines[-1]) + len(more) > room and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
        lines[-1] += more
    return "\n".join(lines)


def _breakable(text: str) -> list[str]:
    """An argument in pieces between which a line may end: keys are many."""
    keys = re.fullmatch(r"\w+=(curves|animated)\(.*", text) is not None
    return re.split(r"(?<=\]), (?=\[)", text) if keys else [text]


def _by_inputs(nodes: list[ProjectNode]) -> list[ProjectNode]:
    """Siblings, each after what feeds it; else in the order of the file."""
    known = {node.name: node for node in nodes}
    done: dict[str, ProjectNode] = {}

    def visit(node: ProjectNode, path: tuple[str, ...]) -> None:
        if node.name in done or node.name in path:
            return
        for name in node.inputs.values():
            if name in known:
                visit(known[name], (*path, node.name))
        done[node.name] = node

    for node in nodes:
        visit(node, ())
    return list(done.values())


def _places(gui: Element | None) -> dict[str, Element]:
    """The NodesGui items by node path."""
    found: dict[str, Element] = {}

    def walk(parent: Element, prefix: str) -> None:
        for item in parent.findall("item"):
            path = prefix + text_of(item, "Name")
            found[path] = item
            walk(item, f"{path}.")

    listed = gui.find("NodesGui") if gui is not None else None
    if listed is not None:
        walk(listed, "")
    return found


def _after(node: Element, counted: str, tag: str = "item") -> Iterator[Element]:
    section = ""
    for child in node:
        if child.tag != tag:
            section = child.tag
        elif section == counted:
            yield child


def _note_leaf(node: ProjectNode) -> Element | None:
    for knob in node.knobs():
        if text_of(knob, "Name") == "userTextArea":
            return knob.find("item/Value")
    return None


def _number(item: Element, tag: str) -> float:
    return float(text_of(item, tag, "0"))

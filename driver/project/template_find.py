"""What of a saved project differs each time: its files, words, frames, format, and its tokens."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from driver.errors import MemecompError
from driver.project import catalog
from driver.project.boost import Element, text_of
from driver.project.document import Document
from driver.project.edit import param_kind
from driver.project.files import NATRONS_OWN, expanded, variables
from driver.project.jinja_text import literal
from driver.project.node import ProjectNode
from driver.project.params import TEXTS, read_param
from driver.project.template import OWN
from driver.project.tokens import TOKEN, number_type
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.sequences import is_sequence

# Of two types that one token stands for, the former one counts.
_ORDER = ("file", "choice", "bool", "float", "int", "text", "numbers")
_NAMED_BY_NATRON = re.compile(r"(Read|Write|Text)[A-Za-z]*\d*")
_BOUND = re.compile(rf"^\s*(\w+)\s*[=:]\s*{TOKEN.pattern}\s*$", re.MULTILINE)
_SETTINGS = ("width", "height", "first", "last", "fps")


@dataclass
class Asked:
    """A parameter that a new template will ask for."""

    name: str
    type: str
    help: str
    default: object = None
    example: object = None
    options: tuple[str, ...] = ()
    length: int = 0


@dataclass
class Found:
    """Parameters by name, and what stands in the project's elements as Jinja expressions."""

    asked: dict[str, Asked] = field(default_factory=dict)
    refs: dict[Element, str] = field(default_factory=dict)
    notes: dict[Element, str] = field(default_factory=dict)
    """Nodes' notes without the lines that bind a parameter to a token."""
    bound: dict[tuple[Element, str], str] = field(default_factory=dict)
    """Parameters bound by a note: node element and parameter name."""


def find(document: Document, taken: dict[Element, str], folder: Path) -> Found:
    """The parameters of a template in `folder`, made from a project.

    `taken`: see `without_tokens`.
    """
    finder = _Finder(document, taken, folder)
    finder.settings()
    for node in document.all_nodes():
        finder.node(node)
    finder.rest()
    return finder.found


class _Finder:
    def __init__(self, document: Document, taken: dict[Element, str], folder: Path) -> None:
        self.found = Found()
        self._document = document
        self._taken = taken
        self._folder = folder
        self._files: dict[str, str] = {}
        self._writers = sum(node.plugin == catalog.WRITE for node in document.all_nodes())

    def settings(self) -> None:
        document, asked = self._document, self.found.asked
        size, (first, last) = document.format, document.frame_range
        for name, value, words in (
            ("width", size.width, "Width in pixels."),
            ("height", size.height, "Height in pixels."),
            ("first", first, "First frame."),
            ("last", last, "Last frame."),
        ):
            asked[name] = Asked(name, "int", words, value)
        asked["fps"] = Asked("fps", "float", "Frames a second.", document.fps)

    def node(self, node: ProjectNode) -> None:
        for knob in node.knobs():
            for item in knob.findall("item"):
                leaf = item.find("Value")
                if leaf is not None and leaf not in self._taken:
                    self._value(node, knob, leaf)
        self._note(node)

    def rest(self) -> None:
        """Tokens wherever else they stand, in the order of the file."""
        nodes = {id(node.element): node.path for node in self._document.all_nodes()}
        where = ""
        for leaf in self._document.project.iter():
            where = nodes.get(id(leaf), where)
            if len(leaf) or leaf in self.found.refs or leaf.tag == "Plugin_script_name":
                continue
            text = self._taken.get(leaf) or leaf.text or ""
            if TOKEN.search(text):
                self._number(where, leaf, text)

    def _number(self, where: str, leaf: Element, text: str) -> None:
        kind = number_type(leaf) if leaf in self._taken else ""
        if leaf.tag == "Expression":
            for token in TOKEN.findall(text):
                self._token(token, "int" if "FRAME" in token else "float", where)
            self.found.refs[leaf] = _expression(text)
            return
        knob = _knob_of(leaf)
        options: tuple[str, ...] = ()
        if kind == "choice" and knob is not None:
            options = self._options(where, text_of(knob, "Name"))
            kind = kind if options else "text"
        for token in TOKEN.findall(text):
            self._token(token, kind or "text", where, options, leaf.text)
        self.found.refs[leaf] = _expression(text)

    def _options(self, path: str, name: str) -> tuple[str, ...]:
        node = next((one for one in self._document.all_nodes() if one.path == path), None)
        try:
            return param_kind(node, name).options if node else ()
        except MemecompError:
            return ()

    def _value(self, node: ProjectNode, knob: Element, leaf: Element) -> None:
        kind, name, text = text_of(knob, "Type"), text_of(knob, "Name"), leaf.text or ""
        if kind not in TEXTS or name == "userTextArea":
            self._frame(node, name, leaf)
            return
        if TOKEN.search(text):
            self._tokens_of_text(node, name, kind, leaf, text)
            return
        param = read_param(knob)
        if not text or any(param.expressions) or any(param.links):
            return
        if kind in ("InputFile", "OutputFile") and name not in NATRONS_OWN:
            self.found.refs[leaf] = self._file(node, kind, name, text)
        elif name == "text" and "Text" in node.plugin.rpartition(".")[2]:
            asked = self._own(f"{_plain(node.name)}_text" if not _generic(node) else "text")
            self.found.asked[asked] = Asked(asked, "text", f"The words of {node.name}.", text)
            self.found.refs[leaf] = asked

    def _frame(self, node: ProjectNode, name: str, leaf: Element) -> None:
        """A Read's or Write's own range follows the project's where it is the same."""
        if node.plugin not in (catalog.READ, catalog.WRITE):
            return
        stored = node.params.get("filename")
        if node.plugin == catalog.READ and not (stored and is_sequence(str(stored.values[0]))):
            return
        first, last = (str(frame) for frame in self._document.frame_range)
        if name in ("firstFrame", "startingTime") and leaf.text == first:
            self.found.refs[leaf] = "first"
        elif name == "lastFrame" and leaf.text == last:
            self.found.refs[leaf] = "last"

    def _tokens_of_text(
        self, node: ProjectNode, name: str, kind: str, leaf: Element, text: str
    ) -> None:
        for match in TOKEN.finditer(text):
            ends = text[match.end() :]
            is_path = kind != "String" and not match.start() and ends[:1] in ("", "/")
            self._token(match[1], "file" if is_path else "text", f"{node.path}.{name}")
        self.found.refs[leaf] = _expression(text)

    def _file(self, node: ProjectNode, kind: str, param: str, text: str) -> str:
        if text in self._files:
            return self._files[text]
        reads = kind == "InputFile"
        stem = "output" if not reads and self._writers == 1 else _plain(node.name)
        if reads and _generic(node):
            stem = _plain(Path(text).name.split(".")[0]) or stem
        name = self._own(f"{stem}_file")
        words = f"What {node.name} reads." if reads else f"What {node.name} writes."
        if param != "filename":
            words = f"The file of {node.name}.{param}."
        self.found.asked[name] = Asked(name, "file", words, self._default(text, reads))
        if reads:
            self._files[text] = name
        return name

    def _default(self, text: str, reads: bool) -> str:
        """The file as the template names it: what is read, relative to the template's folder."""
        name = expanded(text, variables(self._document))
        home = self._document.path.absolute().parent
        if not reads or not (name.startswith("[Project]") or not name.startswith(("[", "/"))):
            return name
        path = home / name.replace("[Project]/", "")
        return OWN + Path(os.path.relpath(path, self._folder.absolute())).as_posix()

    def _note(self, node: ProjectNode) -> None:
        stored = node.params.get("userTextArea")
        note = str(stored.values[0]) if stored and stored.values else ""
        for match in _BOUND.finditer(note):
            name = match[1]
            try:
                kind = param_kind(node, name)
            except MemecompError:
                continue  # a line like any other
            given = node.params.get(name)
            values = given.values if given and given.values else kind.default
            if any(isinstance(value, Curve) for value in values):
                continue
            token = match[2].lower()
            self.found.bound[node.element, name] = token
            note = note.replace(match[0], "", 1)
            if token in _SETTINGS:
                continue
            length = kind.dimensions if kind.dimensions > 1 else 0
            made = _TYPE_OF.get(kind.kind, "text")
            if length:
                made = "ints" if made == "int" else "numbers"
            words = f"Stands for __{match[2]}__: {node.path}.{name}."
            default = list(values) if length else values[0]
            self.found.asked[token] = Asked(
                token, made, words, default, options=kind.options, length=length
            )
        self.found.notes[node.element] = note.strip("\n")

    def _token(
        self,
        token: str,
        kind: str,
        where: str,
        options: tuple[str, ...] = (),
        usual: str | None = "",
    ) -> None:
        name, words = token.lower(), f"Stands for __{token}__"
        former = self.found.asked.get(name)
        if former is not None:
            if name in _SETTINGS:
                if former.default is not None:
                    former.example, former.default = former.default, None
                return
            if not former.help.startswith("Stands for"):
                return
            if where and where not in former.help:
                former.help = f"{former.help[:-1]}, {where}."
            if _ORDER.index(kind) >= _ORDER.index(former.type):
                return
            former.type, former.options = kind, options
            former.example = _example(token, kind, options, usual)
            return
        made = Asked(name, kind, f"{words}: {where}." if where else f"{words}.", options=options)
        made.example = _example(token, kind, options, usual)
        self.found.asked[name] = made

    def _own(self, wanted: str) -> str:
        """A name that no parameter has yet."""
        name, number = wanted, 1
        while name in self.found.asked:
            number += 1
            name = f"{wanted}{number}"
        return name


_TYPE_OF = {"Int": "int", "Double": "float", "Color": "float", "Bool": "bool", "Choice": "choice"}


def _example(token: str, kind: str, options: tuple[str, ...], usual: str | None) -> object:
    if kind == "file":
        return f"{token.lower()}.png"
    if kind == "choice":
        return options[0]
    if kind == "bool":
        return usual == "1"
    if kind == "text":
        return token.replace("_", " ").lower()
    try:
        number = float(usual or 1)
    except ValueError:
        number = 1.0
    return round(number) if kind == "int" else number


def _expression(text: str) -> str:
    """A text with tokens as a Jinja expression."""
    return " ~ ".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for match in TOKEN.finditer(text):
        if match.start() > end:
            yield literal(text[end : match.start()])
        yield match[1].lower()
        end = match.end()
    if end < len(text):
        yield literal(text[end:])


def _knob_of(leaf: Element) -> Element | None:
    element: Element | None = leaf
    while element is not None and element.find("Dimension") is None:
        element = element.getparent()
    return element


def _generic(node: ProjectNode) -> bool:
    return _NAMED_BY_NATRON.fullmatch(node.name) is not None


def _plain(text: str) -> str:
    """A text as the name of a parameter."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    plain = re.sub(r"\W+", "_", split, flags=re.ASCII).strip("_").lower()
    return f"n{plain}" if plain[:1].isdigit() else plain

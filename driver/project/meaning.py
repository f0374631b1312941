"""What a project's parameters mean, whoever wrote the file.

Natron writes some parameters at their default and leaves out others, adds words of its own to
notes, and finds some anew each time. Two files mean the same when these are the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from driver.errors import MemecompError
from driver.project.boost import Element, text_of
from driver.project.catalog import NodeKind, codec_plugin, node_kind
from driver.project.node import ProjectNode
from driver.project.older import option_of
from driver.project.params import VALUELESS, Link, Param, read_param
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Keyed

NOTE = "userTextArea"
# Natron finds these anew when it opens a file, or writes them for itself.
FOUND_ANEW = {
    *("originalFrameRange", "ParamExistingInstance", "timeDomainUserEdited", "exportAsPyPlug"),
    *("lastSaveDate", "creationDate", "softwareVersion", "lastAuthor", "originalAuthor"),
    *("gpuRendering", "decodingPluginChoice", "encodingPluginChoice"),
}
CODECS = ("decodingPluginID", "encodingPluginID")


@dataclass(frozen=True)
class Meaning:
    """What one parameter holds: a value or curve a dimension, and what rules them instead."""

    values: tuple[Keyed, ...]
    expressions: tuple[str, ...] = ()
    links: tuple[Link | None, ...] = ()


def meanings(node: ProjectNode) -> dict[str, Meaning]:
    """A node's parameters that are not at their default, by name.

    Raises:
        MemecompError: a value that is not of its kind.
    """
    stored = [(knob, read_param(knob)) for knob in node.knobs()]
    names = {param.name: param for _knob, param in stored}
    filename = names["filename"].values if "filename" in names else ()
    kind = kind_of(node)
    found = {}
    for knob, param in stored:
        held = _meaning(knob, param, kind)
        if held is None or (
            param.name in CODECS
            and filename
            and held.values == (codec_plugin(node.plugin, str(filename[0])),)
        ):
            continue
        found[param.name] = held
    return found


def settings(knobs: Iterable[Element]) -> dict[str, Meaning]:
    """The project's own parameters that are not at their default, by name."""
    found = ((text_of(knob, "Name"), _meaning(knob, read_param(knob), None)) for knob in knobs)
    return {name: held for name, held in found if held is not None}


def kind_of(node: ProjectNode) -> NodeKind | None:
    """What the catalogue knows of a node, a Read or Write with its codec; None: nothing."""
    texts = {text_of(knob, "Name"): text_of(knob, "item/Value") for knob in node.knobs()}
    codec = next((texts[name] for name in CODECS if texts.get(name)), texts.get("filename", ""))
    try:
        return node_kind(node.plugin, codec)
    except MemecompError:
        return None


def own_note(note: str) -> str:
    """A person's part of a note: Natron adds the file's name there between marks of its own."""
    head, _, rest = note.partition("<Natron>")
    return (head + rest.partition("</Natron>")[2]).strip()


def chosen(param: Param, options: tuple[str, ...]) -> tuple[Keyed, ...]:
    """A choice's option id, whichever way it is stored; other values as they are."""
    if param.kind != "Choice" or not param.values or isinstance(param.values[0], Curve):
        return param.values
    first, options = param.values[0], options or param.options
    if isinstance(first, str):
        return (option_of(first, param.index, options),)
    return (options[param.index],) if 0 <= param.index < len(options) else param.values


def at_own_default(knob: Element) -> bool:
    """Whether the file itself says that the parameter is at its default."""
    items = knob.findall("item")
    if not items or knob.find("ParametricCurves") is not None:
        return False
    return not any(
        item.find("Curve/KeyFrameSet/item") is not None
        or text_of(item, "Value") != text_of(item, "Default")
        or text_of(item, "Expression")
        or item.find("Master") is not None
        for item in items
    )


def _meaning(knob: Element, param: Param, kind: NodeKind | None) -> Meaning | None:
    if param.kind in VALUELESS or param.name in FOUND_ANEW or not param.values:
        return None
    known = kind.params.get(param.name) if kind is not None else None
    values = chosen(param, known.options if known is not None else ())
    if param.name == NOTE:
        values = (own_note(str(values[0])),)
        if not values[0]:
            return None
    if known is not None and known.kind == "Color" and len(values) == 3:
        values = (*values, *known.default[3:])  # the plug-in's colour has no alpha
    ruled = bool(param.expressions or param.links)
    if not ruled and not param.user:
        if known is not None and values == known.default:
            return None
        if at_own_default(knob):  # Natron's default may hang on the format, or on other nodes
            return None
    return Meaning(values, param.expressions, param.links)


def texts(held: Mapping[str, Meaning]) -> dict[str, Param]:
    """Meanings as parameters, for words about them."""
    return {
        name: Param(name, _kind_word(one), one.values, one.expressions, one.links)
        for name, one in held.items()
    }


def _kind_word(one: Meaning) -> str:
    return "String" if any(isinstance(value, str) for value in one.values) else "Double"

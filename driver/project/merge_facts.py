"""What can differ between two versions of a node, each thing by itself: a merge's units."""

from dataclasses import dataclass

from driver.project.boost import Element, text_of
from driver.project.build import HIDDEN
from driver.project.diff import param_text
from driver.project.formats import Format
from driver.project.meaning import Meaning, kind_of, meanings, texts
from driver.project.node import ProjectNode
from driver.project.shape_facts import shape_fact, shape_items
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Shape


@dataclass(frozen=True)
class Unit:
    """Which thing of a node: `sort` is param, input, shape, label or plugin, `name` which one."""

    sort: str
    name: str = ""

    @property
    def words(self) -> str:
        """As a person finds it, after the node's name."""
        return {
            "param": f".{self.name}",
            "input": f" ← {self.name}",
            "shape": f", shape {self.name}",
            "label": ", its label",
            "plugin": ", its plug-in",
        }[self.sort]


Facts = dict[Unit, object]


def facts(node: ProjectNode, size: Format) -> Facts:
    """Every unit of a node that is not at its default; `size` is the project's format.

    Raises:
        MemecompError: a value that is not of its kind.
    """
    found: Facts = {Unit("plugin"): node.plugin, Unit("label"): node.label}
    unseen = {text_of(knob, "Name") for knob in node.knobs() if _unseen(knob)}
    for name, held in meanings(node).items():
        if name not in unseen and not _is_of_format(node, name, held, size):
            found[Unit("param", name)] = held
    for label, source in node.inputs.items():
        found[Unit("input", label)] = source
    for name, item in shape_items(node.element):
        found[Unit("shape", name)] = shape_fact(item)
    return found


def fact_text(unit: Unit, value: object) -> str:
    """A unit's value in words."""
    if value is None:
        return {"param": "the default", "input": "not connected"}.get(unit.sort, "not there")
    if isinstance(value, Meaning):
        return param_text(texts({unit.name: value})[unit.name])
    if isinstance(value, Shape):
        return f"a shape of {len(value.points)} points"
    return str(value)


def _unseen(knob: Element) -> bool:
    """Whether nobody can set a parameter there: Natron hides it and keeps it for itself."""
    return (
        text_of(knob, "Secret") == "1"
        and text_of(knob, "Name") not in HIDDEN
        and all(text_of(item, "Enabled") == "0" for item in knob.findall("item"))
    )


def _is_of_format(node: ProjectNode, name: str, held: Meaning, size: Format) -> bool:
    """Whether a place or size is the default after all: Natron's are fractions of the format."""
    kind = kind_of(node)
    known = kind.params.get(name) if kind is not None else None
    if known is None or known.kind != "Double" or known.dimensions != 2 or held.expressions:
        return False
    if held.links or any(isinstance(value, Curve | str) for value in held.values):
        return False
    across, up = (float(value) for value in known.default)
    return held.values == (across * size.width, up * size.height)

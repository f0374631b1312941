"""What differs between two projects, by node and parameter: in meaning, not in text."""

from collections.abc import Callable, Mapping

from driver.project.document import Document
from driver.project.meaning import meanings, settings, texts
from driver.project.node import ProjectNode
from driver.project.params import Param
from driver.project.shape_facts import shape_fact, shape_items
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Keyed

DEFAULT = "(default)"


def diff(old: Document, new: Document) -> list[str]:
    """One line a difference, from `old` to `new`; where nodes lie and how panes stand is none."""
    before_all, after_all = (settings(one.project.findall("item")) for one in (old, new))
    told = _params("project", texts(before_all), texts(after_all))
    before = {node.path: node for node in old.all_nodes()}
    after = {node.path: node for node in new.all_nodes()}
    for path in dict.fromkeys([*before, *after]):
        if path not in after:
            told.append(f"{path}: removed ({before[path].plugin})")
        elif path not in before:
            told.append(f"{path}: added ({after[path].plugin})")
        else:
            told += _node(path, before[path], after[path])
    return told


def _node(path: str, old: ProjectNode, new: ProjectNode) -> list[str]:
    told = []
    if old.plugin != new.plugin:
        told.append(f"{path}: {old.plugin} → {new.plugin}")
    told += _mapping(path, old.inputs, new.inputs, "(not connected)", lambda label: f" ← {label}")
    told += _params(path, texts(meanings(old)), texts(meanings(new)))
    before, after = (
        {name: shape_fact(item) for name, item in shape_items(node.element)} for node in (old, new)
    )
    if before != after:
        told.append(f"{path}: its shapes differ ({len(old.shapes)} → {len(new.shapes)})")
    return told


def _params(path: str, old: Mapping[str, Param], new: Mapping[str, Param]) -> list[str]:
    return _mapping(path, _texts(old), _texts(new), DEFAULT, lambda name: f".{name}")


def _mapping(
    path: str,
    old: Mapping[str, str],
    new: Mapping[str, str],
    absent: str,
    worded: Callable[[str], str],
) -> list[str]:
    names = dict.fromkeys([*old, *new])
    pairs = ((name, old.get(name, absent), new.get(name, absent)) for name in names)
    return [f"{path}{worded(name)}: {a} → {b}" for name, a, b in pairs if a != b]


def _texts(params: Mapping[str, Param]) -> dict[str, str]:
    return {name: param_text(param) for name, param in params.items() if param.values}


def param_text(param: Param) -> str:
    """A parameter's values, keys, links and expressions as text."""
    parts = [_value(value) for value in param.values]
    for index, link in enumerate(param.links[: len(parts)]):
        if link is not None:
            parts[index] = f"follows {link.node}.{link.param}[{link.dimension}]"
    for index, text in enumerate(param.expressions[: len(parts)]):
        if text:
            parts[index] = f"= {text}"
    return ", ".join(parts)


def _value(value: Keyed) -> str:
    if isinstance(value, Curve):
        return "keys " + " ".join(f"{key.time:g}:{key.value:g}" for key in value.keys)
    if isinstance(value, str):
        return repr(value)
    return f"{value + 0.0:g}" if isinstance(value, float) else str(value).lower()

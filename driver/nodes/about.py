"""What is said of plug-ins: for people and for other programs."""

from collections.abc import Iterable, Iterator
from math import isfinite
from textwrap import wrap
from typing import Any

from ofx_helpers.host.encode import description_to_json
from ofx_helpers.host.scanning import Plugins
from ofx_helpers.host.types import Description, Fault, Parameter

_QUIET = ("Group", "Page")


def has_own_node(identifier: str) -> bool:
    """Whether the embedded engine has a node of its own for it."""
    from ofx_helpers import nodes

    return identifier in nodes.collect()


def as_json(plugin: Description) -> dict[str, Any]:
    """All that is known of it."""
    return {**description_to_json(plugin), "own_node": has_own_node(plugin.identifier)}


def listed(plugins: Plugins) -> Iterator[str]:
    """A line a plug-in, by identifier; newest versions only."""
    rows = [
        (
            plugin.identifier,
            ".".join(map(str, plugin.version)),
            plugin.context,
            "own node" if has_own_node(plugin.identifier) else "",
            plugin.label,
        )
        for plugin in sorted(plugins.newest().values(), key=lambda plugin: plugin.identifier)
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[4]]).rstrip()


def faulty(faults: Iterable[Fault]) -> Iterator[str]:
    """A line for each bundle or plug-in that cannot be used."""
    for fault in faults:
        name = f"{fault.bundle.name}: {fault.plugin}" if fault.plugin else str(fault.bundle)
        yield f"{name} cannot be used: {fault.reason.removeprefix(fault.plugin + ': ')}"


def shown(plugin: Description) -> Iterator[str]:
    """Everything about one plug-in that a person sets or connects."""
    version = ".".join(map(str, plugin.version))
    yield f"{plugin.identifier} {version}  ({plugin.label}, {plugin.grouping or 'no group'})"
    yield f"{plugin.context} in {plugin.bundle}"
    own = "has" if has_own_node(plugin.identifier) else "has not"
    yield f"the embedded engine {own} a node of its own for it"
    for paragraph in plugin.help.splitlines():
        yield from wrap(paragraph, 98, initial_indent="  ", subsequent_indent="  ")
    yield ""
    yield "inputs, in order:" if plugin.inputs else "no inputs"
    for entry in plugin.inputs:
        words = [word for word in ("optional", "mask", "temporal") if getattr(entry, word)]
        yield f"  {entry.name}  {', '.join([*words, '/'.join(entry.components)])}"
    yield ""
    yield "parameters:"
    for parameter in plugin.parameters:
        if parameter.kind not in _QUIET and not parameter.secret:
            yield from _parameter(parameter)


def _parameter(parameter: Parameter) -> Iterator[str]:
    default = ", ".join(_number(value) for value in parameter.default)
    limits = _limits(parameter)
    label = f"  ({parameter.label})" if parameter.label not in ("", parameter.name) else ""
    value = f" = {default}" if default else ""
    greyed = "" if parameter.enabled else ", greyed out"
    yield f"  {parameter.name}{value}  {parameter.kind}{limits}{greyed}{label}"
    if parameter.options:
        text = f"one of {', '.join(parameter.options)}"
        yield from wrap(text, 96, initial_indent=" " * 6, subsequent_indent=" " * 6)
    sentence = parameter.help.strip().partition("\n")[0]
    yield from wrap(sentence, 96, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _limits(parameter: Parameter) -> str:
    def end(values: tuple[float, ...]) -> str:
        return _number(values[0]) if values and isfinite(values[0]) else ""

    low, high = end(parameter.minimum), end(parameter.maximum)
    if low and high:
        return f" {low} to {high}"
    return f" from {low}" if low else f" up to {high}" if high else ""


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

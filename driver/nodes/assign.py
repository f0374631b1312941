"""NAME=VALUE as a plug-in's parameters."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from driver.errors import MemecompError
from ofx_helpers.host.types import Description, Parameter

_ON, _OFF = ("true", "on", "yes", "1"), ("false", "off", "no", "0")


def pair(text: str, option: str) -> tuple[str, str]:
    """NAME=VALUE in its two parts."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise MemecompError(f"{option} {text}: write NAME=VALUE")
    return name, value


def values(plugin: Description, assignments: Iterable[str]) -> dict[str, Any]:
    """Values by parameter name: dimensions separated by commas, switches as on or off."""
    known = {parameter.name: parameter for parameter in plugin.parameters}
    found: dict[str, Any] = {}
    for assignment in assignments:
        name, text = pair(assignment, "--set")
        if name not in known:
            near = get_close_matches(name, known, 3, 0.5)
            hint = f"near: {', '.join(near)}" if near else "'memecomp nodes show' lists them"
            raise MemecompError(f"{plugin.identifier} has no parameter {name}; {hint}")
        found[name] = _value(known[name], text)
    return found


def _value(parameter: Parameter, text: str) -> Any:
    kind = parameter.kind
    if kind == "Boolean":
        if text.lower() not in (*_ON, *_OFF):
            raise MemecompError(f"{parameter.name}={text}: it is on or off")
        return text.lower() in _ON
    if kind == "Choice":
        index = text.isdecimal() and text not in (*parameter.options, *parameter.labels)
        return int(text) if index else text
    number = int if kind.startswith("Integer") else float
    if kind.startswith(("Integer", "Double", "RGB")):
        try:
            numbers = tuple(number(part) for part in text.split(","))
        except ValueError:
            wanted = "whole numbers" if number is int else "numbers"
            raise MemecompError(
                f"{parameter.name}={text}: it takes {wanted}, separated by commas"
            ) from None
        return numbers[0] if len(numbers) == 1 else numbers
    return text

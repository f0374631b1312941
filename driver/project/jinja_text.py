"""Python values and raw texts as Jinja says them."""

import json
import re
from collections.abc import Mapping, Sequence


def literal(value: object) -> str:
    """A value as an expression; whole numbers without a point."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        pairs = (f"{literal(key)}: {literal(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    raise TypeError(f"{value!r} has no literal")


def plain(text: str) -> str:
    """A text that Jinja hands on as it is."""
    return re.sub(r"\{(?=[{%#])", '{{ "{" }}', text)

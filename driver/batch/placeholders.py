"""`{name}` in outputs and commands, replaced by a row's values."""

import re
from collections.abc import Iterable, Mapping

from driver.errors import MemecompError
from driver.project.catalog import near

_PLACE = re.compile(r"\{\{|\}\}|\{(\w+)\}")


def names_in(texts: Iterable[str]) -> set[str]:
    """Every name that stands in braces."""
    return {match[1] for text in texts for match in _PLACE.finditer(text) if match[1]}


def replaced(text: str, values: Mapping[str, str]) -> str:
    """The text with each `{name}` replaced; `{{` and `}}` are braces.

    Raises:
        MemecompError: a name that has no value; the message lists near ones.
    """

    def one(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        if match[1] not in values:
            raise MemecompError(f"{text!r}: no value {match[1]!r}.{near(match[1], values)}")
        return values[match[1]]

    return _PLACE.sub(one, text)

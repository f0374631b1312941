"""A new `shot.toml`: every setting with its comment, what must be filled in left open."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from driver.shot.settings import Settings

HEAD = """\
# A shot of memecomp: run it with 'memecomp run shot.toml'.
# Below each comment stands its setting. One with '#' before it is at its default: take the sign
# away to change it. Paths are relative to this file.

"""


def commented_toml(given: Mapping[str, Any] | None = None) -> str:
    """The whole of `Settings` as TOML text; the values in `given` are set, the rest commented."""
    return HEAD + "\n".join(_section(Settings, given or {}, "")) + "\n"


def _section(model: type[BaseModel], given: Mapping[str, Any], name: str) -> Iterator[str]:
    tables = []
    for key, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables.append((key, field.annotation, field.description or field.annotation.__doc__))
            continue
        yield from textwrap.wrap(field.description or "", 98, **_COMMENT)
        value = given.get(key, field.default)
        mark = "" if key in given else "# "
        yield (
            f"{mark}{key} = {_toml(value)}{_choices(field)}" if value is not None else f"# {key} ="
        )
    for key, table, text in tables:
        yield ""
        yield from textwrap.wrap(text or "", 98, **_COMMENT)
        yield f"[{name}{key}]"
        yield from _section(table, given.get(key, {}), f"{name}{key}.")


_COMMENT: dict[str, Any] = {"initial_indent": "# ", "subsequent_indent": "# "}


def _choices(field: FieldInfo) -> str:
    """Behind a setting that is one of a few words: which ones."""
    if get_origin(field.annotation) is not Literal:
        return ""
    return f"  # {' | '.join(get_args(field.annotation))}"


def _toml(value: Any) -> str:
    """A TOML value: JSON's spelling is TOML's for numbers, texts, booleans and lists of them."""
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)

"""Settings from where they come: defaults → preset → project file → command line."""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from driver.errors import MemecompError
from driver.shot.settings import Settings

PRESETS = Path(__file__).parent / "presets"


def shot_file(path: Path) -> Path:
    """The `shot.toml` that a person means by `path`: the file itself, or its folder."""
    return path / "shot.toml" if path.is_dir() else path


def presets() -> dict[str, Path]:
    """Shipped presets by name."""
    return {path.stem: path for path in sorted(PRESETS.glob("*.toml"))}


def resolve(
    project: Path | None, preset: str | None = None, assignments: Iterable[str] = ()
) -> Settings:
    """The settings of a shot.

    `project` is a `shot.toml`, `preset` a shipped name or a TOML file, `assignments` are
    'section.key=value' as `--set` takes them. Raises `MemecompError` for a missing or broken file
    and for unknown keys and bad values, each named with its place.
    """
    values: dict[str, Any] = {}
    found = Settings()
    # Looked at after each, so that an error names where the bad value stands.
    if preset is not None:
        file = _preset_file(preset)
        _merge(values, read_toml(file))
        found = validate(values, str(file))
    if project is not None:
        _merge(values, read_toml(project))
        found = validate(values, str(project))
    for assignment in assignments:
        _assign(values, assignment)
        found = validate(values, f"--set {assignment}")
    return found


def validate(values: Mapping[str, Any], where: str) -> Settings:
    """Settings from plain values; errors name the key as 'section.key'."""
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise MemecompError(f"{where}: " + "; ".join(_explain(error))) from None


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file's values; a missing or broken one is a clear error."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MemecompError(f"{path} does not exist: make it with 'memecomp init'") from None
    except IsADirectoryError:
        raise MemecompError(f"{path} is a folder: give the shot.toml in it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MemecompError(f"{path} is not valid TOML: {error}") from None


def _preset_file(preset: str) -> Path:
    shipped = presets()
    if preset in shipped:
        return shipped[preset]
    if preset.endswith(".toml"):
        return Path(preset)
    raise MemecompError(
        f"no preset {preset!r}{near(preset, shipped)}; there are {', '.join(shipped)}"
    )


def near(name: str, names: Iterable[str]) -> str:
    """' (did you mean …?)' with the nearest of `names`, or nothing."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping):
            inner = into.setdefault(key, {})
            if isinstance(inner, dict):
                _merge(inner, value)
                continue
        into[key] = value


def _assign(values: dict[str, Any], assignment: str) -> None:
    name, equals, text = assignment.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        raise MemecompError(f"--set {assignment!r}: write it as section.key=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()  # plain words need no quotes on a command line
    for key in reversed(keys):
        value = {key: value}
    _merge(values, value)


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False):
        place = [part for part in problem["loc"] if isinstance(part, str)]
        name = ".".join(place)
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown setting {name!r}{_nearest(place)}")
        else:
            lines.append(f"{name}: {_wanted(problem)}")
    # A list with several bad numbers is one bad setting.
    return list(dict.fromkeys(lines))


def _wanted(problem: Mapping[str, Any]) -> str:
    """What the setting should be, and what it is; in our words where the library's are its own."""
    kind, value = str(problem["type"]), problem["input"]
    if isinstance(value, dict) and kind.endswith("_type"):
        inner = next(iter(value), "")
        return f"it is a value, not a section, so it has no '{inner}'"
    if kind in ("model_type", "model_attributes_type"):
        return f"it is a section, not a value: set its keys, not {value!r}"
    item = next((f"number {part + 1} " for part in problem["loc"] if isinstance(part, int)), "")
    if kind == "missing":
        return f"{item}is missing: give as many numbers as its comment says"
    if kind == "too_long":
        return f"{value!r} is too long: give as many numbers as its comment says"
    if kind == "tuple_type":
        return f"{value!r} is no list: write it as [1, 2]"
    words = _WANTED.get(kind.partition("_")[0]) if kind.endswith(("_type", "_parsing")) else None
    words = _WANTED["int"] if kind == "int_from_float" else words
    if words is not None:
        return f"{item}should be {words}, not {value!r}"
    said = problem["msg"].removeprefix("Input ")
    return f"{item}{said[0].lower()}{said[1:]}, not {value!r}"


_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text in quotes",
    "bool": "true or false",
}


def _nearest(place: list[str]) -> str:
    """The nearest known setting to an unknown one, first in its section, then anywhere."""
    known = list(settings_names())
    here = ".".join(place[:-1])
    in_section = [name for name in known if name.rpartition(".")[0] == here]
    words = {name.rpartition(".")[2]: name for name in in_section}
    close = get_close_matches(place[-1], words, n=1, cutoff=0.5)
    if close:
        return f" (did you mean {words[close[0]]!r}?)"
    return near(".".join(place), known)


def settings_names(model: type[BaseModel] = Settings, prefix: str = "") -> Iterable[str]:
    """Every setting as 'section.key', and every section."""
    for name, field in model.model_fields.items():
        yield prefix + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_names(field.annotation, f"{prefix}{name}.")

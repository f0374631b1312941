"""What may stand in a project: nodes, inputs, parameters and choices, checked against Natron's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from driver.errors import MemecompError
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Keyed, Value
from ofx_helpers.engine.media_types import VIDEO_SUFFIXES
from ofx_helpers.engine.params import catalogue

READ = "fr.inria.built-in.Read"
WRITE = "fr.inria.built-in.Write"
VIEWER = "fr.inria.built-in.Viewer"
BACKDROP = "fr.inria.built-in.BackDrop"
GROUP = "fr.inria.built-in.Group"
INPUT = "fr.inria.built-in.Input"
OUTPUT = "fr.inria.built-in.Output"
ROTO = "fr.inria.built-in.Roto"
PRECOMP = "fr.inria.built-in.Precomp"

# Catalogue type → (type in a project, number of dimensions; 0: as many as the default has).
_TYPES = {
    "Boolean": ("Bool", 1),
    "Choice": ("Choice", 1),
    "Color": ("Color", 0),
    "Double": ("Double", 1),
    "Double2D": ("Double", 2),
    "Double3D": ("Double", 3),
    "File": ("InputFile", 1),
    "Int": ("Int", 1),
    "Int2D": ("Int", 2),
    "Int3D": ("Int", 3),
    "OutputFile": ("OutputFile", 1),
    "Path": ("Path", 1),
    "String": ("String", 1),
}
# By ending; all others OpenImageIO. That is what Natron takes itself, but for a PFM, on whose
# writing by OpenImageIO it ends. Never WriteEXR: all but the first channel are one byte off.
_CODECS = {".png": "PNG", ".pfm": "PFM"} | dict.fromkeys(VIDEO_SUFFIXES, "FFmpeg")


def near(name: str, known: Iterable[str]) -> str:
    """A sentence that lists the known names most like `name`; empty where none is."""
    found = get_close_matches(name, list(known), 3, 0.5)
    return f" Near: {', '.join(found)}." if found else ""


@dataclass(frozen=True)
class ParamKind:
    """A parameter that a node may have. `options` are a choice's ids."""

    name: str
    kind: str
    default: tuple[Value, ...]
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def dimensions(self) -> int:
        """How many values it has."""
        return len(self.default)

    def check(self, value: object) -> tuple[Keyed, ...]:
        """The value as one entry per dimension: a single one, a sequence, or curves.

        A colour may be given as three values; its alpha then keeps the default.

        Raises:
            MemecompError: wrong number of values, wrong type, out of limits, or no such option.
        """
        sequence = isinstance(value, Sequence) and not isinstance(value, str)
        given = list(value) if isinstance(value, Sequence) and sequence else [value]
        if self.kind == "Color" and len(given) == 3 and self.dimensions == 4:
            given.append(self.default[3])
        if len(given) != self.dimensions:
            raise MemecompError(
                f"{self.name} takes {self.dimensions} value(s), not {len(given)}: {value!r}."
            )
        return tuple(self._one(item) for item in given)

    def _one(self, value: object) -> Keyed:
        if isinstance(value, Curve):
            if self.kind in ("String", "InputFile", "OutputFile", "Path"):
                raise MemecompError(f"{self.name} is a text and cannot be animated here.")
            for key in value.keys:
                self._limits(key.value)
            return value
        if self.kind == "Choice":
            return self._choice(value)
        if self.kind == "Bool":
            if isinstance(value, bool):
                return value
        elif self.kind == "Int":
            if isinstance(value, int) and not isinstance(value, bool):
                self._limits(value)
                return value
        elif self.kind in ("Double", "Color"):
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._limits(value)
                return float(value)
        elif isinstance(value, str):
            return value
        words = {"Bool": "true or false", "Int": "a whole number", "String": "text"}
        wanted = words.get(self.kind, "text" if "File" in self.kind else "a number")
        raise MemecompError(f"{self.name} takes {wanted}, not {value!r}.")

    def _choice(self, value: object) -> Value:
        if not self.options:  # a menu that Natron fills while it runs
            if isinstance(value, int | str) and not isinstance(value, bool):
                return value
        elif isinstance(value, str) and value in self.options:
            return value
        raise MemecompError(
            f"{self.name} has no option {value!r}.{near(str(value), self.options)}"
            if self.options
            else f"{self.name} takes an option's id or index, not {value!r}."
        )

    def _limits(self, value: float) -> None:
        if self.low is not None and value < self.low:
            raise MemecompError(f"{self.name} is at least {self.low:g}, not {value:g}.")
        if self.high is not None and value > self.high:
            raise MemecompError(f"{self.name} is at most {self.high:g}, not {value:g}.")


@dataclass(frozen=True)
class NodeKind:
    """A plug-in as a node: short name, id, input labels in order, parameters."""

    name: str
    plugin: str
    version: tuple[int, int]
    inputs: tuple[str, ...]
    params: Mapping[str, ParamKind]
    group: str = ""

    def param(self, name: str) -> ParamKind:
        """The parameter of that name.

        Raises:
            MemecompError: there is none; the message lists near names.
        """
        found = self.params.get(name)
        if found is None:
            raise MemecompError(
                f"{self.name} has no parameter or input {name!r}."
                f"{near(name, [*self.params, *self.inputs])}"
            )
        return found


def node_kind(name: str, codec: str = "") -> NodeKind:
    """The node of that short name (`Merge`, `Transform`) or plug-in id.

    A Read or Write has also the parameters of its codec's plug-in: `codec` is its id, or a file
    name whose ending tells it.

    Raises:
        MemecompError: Natron has no such node; the message lists near names.
    """
    plugin = _short_names().get(name, name)
    if plugin not in catalogue() and plugin not in _EXTRA:
        raise MemecompError(f"Natron has no node {name!r}.{near(name, _short_names())}")
    return _kind(plugin, codec_plugin(plugin, codec))


def codec_plugin(plugin: str, filename: str) -> str:
    """The id of the plug-in with which a Read or Write handles a file name; else empty.

    An id stays as it is.
    """
    if plugin not in (READ, WRITE) or not filename:
        return ""
    if filename in catalogue():
        return filename
    ending = "." + filename.rpartition(".")[2].lower()
    side = "Read" if plugin == READ else "Write"
    return f"fr.inria.openfx.{side}{_CODECS.get(ending, 'OIIO')}"


_EXTRA: Mapping[str, Mapping[str, Any]] = {
    VIEWER: {"version": [1, 0], "inputs": [str(i) for i in range(1, 11)], "params": {}},
}


@lru_cache(maxsize=1)
def _short_names() -> dict[str, str]:
    short: dict[str, str] = {}
    for plugin in [*catalogue(), *_EXTRA]:
        name = plugin.rpartition(".")[2].removesuffix("Plugin").removeprefix("CImg")
        if name not in short or "built-in" in plugin:  # the built-in Roto comes before the plug-in
            short[name] = plugin
    return short


@lru_cache(maxsize=256)
def _kind(plugin: str, codec: str) -> NodeKind:
    entry = catalogue().get(plugin) or _EXTRA[plugin]
    raw = dict(entry["params"])
    if codec:
        raw = {**catalogue()[codec]["params"], **raw}
        for name in ("ocioInputSpace", "ocioOutputSpace"):
            raw[name] = catalogue()[codec]["params"].get(name, raw[name])
    name = plugin.rpartition(".")[2].removesuffix("Plugin").removeprefix("CImg")
    major, minor = entry["version"]
    return NodeKind(
        name=name,
        plugin=plugin,
        version=(major, minor),
        inputs=tuple(entry["inputs"]),
        params={key: _param(key, value) for key, value in raw.items() if value["type"] in _TYPES},
        group=str(entry.get("group", "")),
    )


def _param(name: str, raw: Mapping[str, Any]) -> ParamKind:
    kind, dimensions = _TYPES[raw["type"]]
    value = raw["default"]
    default = tuple(value) if isinstance(value, list) else (value,)
    options = tuple(str(option) for option in raw.get("options", ()))
    if kind in ("Double", "Color"):
        default = tuple(float(item) for item in default)
    if kind == "Choice" and options:
        default = (options[default[0]],)
    return ParamKind(
        name=name,
        kind=kind,
        default=default[: dimensions or len(default)],
        options=options,
        low=raw.get("min"),
        high=raw.get("max"),
    )

"""Colour spaces, looks and displays of an OpenColorIO configuration.

The configuration is the node's `ocioConfigFile` where it names one, else that of the `OCIO`
environment variable. The package is imported only where a conversion needs it.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.params import Params

_OWN = "[OCIO]"
# What Natron's plug-ins take in a configuration that lacks their default space.
_ALIASES = {
    "srgb": (
        "sRGB D65",
        "sRGB (D60 sim.)",
        "out_srgbd60sim",
        "rrt_Gamma2.2",
        "rrt_srgb",
        "srgb8",
        "vd16",
        "VD16",
    ),
    "rec709": (
        "nuke_rec709",
        "Rec.709 - Full",
        "out_rec709full",
        "rrt_rec709_full_100nits",
        "rrt_rec709",
        "hd10",
    ),
    "linear": ("scene_linear",),
}


@dataclass(frozen=True)
class Config:
    """A configuration file, None for none, and the context variables of a node."""

    path: Path | None = None
    variables: tuple[tuple[str, str], ...] = field(default=())


def config_of(params: Params, folder: Path) -> Config:
    """The configuration that a node uses; `[Project]` and relative names lie in `folder`."""
    named = params.text("ocioConfigFile") if params.is_set("ocioConfigFile") else ""
    fallback = os.environ.get("OCIO", "")
    if not named or named.startswith((_OWN, "WARNING", "ERROR")):
        # Natron's own configurations are not here; the variable names the one to use.
        path = Path(fallback) if fallback else None
    else:
        path = folder / named.replace("[Project]", str(folder))
    pairs = (
        (params.text(f"key{number}"), params.text(f"value{number}"))
        for number in range(1, 5)
        if f"key{number}" in params and params.text(f"key{number}")
    )
    return Config(path, tuple(pairs))


def package(node: str) -> Any:
    """The OpenColorIO package; RenderError naming `node` where it is missing."""
    try:
        import PyOpenColorIO
    except ImportError as error:
        raise RenderError(
            f"{node} needs OpenColorIO, which is not installed: pip install opencolorio."
        ) from error
    return PyOpenColorIO


def load(config: Config, node: str) -> Any:
    """The configuration; without one, an empty one in which files and CDLs can be applied.

    Raises RenderError naming `node` where the file cannot be read.
    """
    try:
        stamp = config.path.stat().st_mtime_ns if config.path else 0
    except OSError as error:
        raise RenderError(
            f"{node}: there is no OpenColorIO configuration {config.path}: set ocioConfigFile, "
            "or the OCIO environment variable, to a config.ocio."
        ) from error
    return _load(config.path, stamp, node)


@lru_cache(maxsize=8)
def _load(path: Path | None, _stamp: int, node: str) -> Any:
    ocio = package(node)
    if path is None:
        # Natron's own configurations are of version 1, where a CDL clamps below zero.
        return ocio.Config.CreateFromStream(
            "ocio_profile_version: 1\nroles:\n  default: raw\ndisplays:\n"
            "  none:\n    - !<View> {name: raw, colorspace: raw}\n"
            "colorspaces:\n  - !<ColorSpace>\n    name: raw\n    isdata: true\n"
        )
    try:
        return ocio.Config.CreateFromFile(str(path))
    except ocio.Exception as error:
        raise RenderError(f"{node}: {path} is no OpenColorIO configuration: {error}") from error


def require(config: Config, node: str, what: str) -> Any:
    """The configuration, which must exist because `what` is only defined there."""
    if config.path is None:
        raise RenderError(
            f"{node}: {what} comes from an OpenColorIO configuration, and none is set: set the "
            "OCIO environment variable, or the node's ocioConfigFile, to a config.ocio."
        )
    return load(config, node)


def space_name(loaded: Any, name: str, node: str, path: Path | None) -> str:
    """The name by which a configuration knows a colour space: `family/name`, a role or an alias.

    Raises RenderError naming the space and the near ones.
    """
    plain = name.rsplit("/", 1)[-1]
    for candidate in (name, plain, *_ALIASES.get(plain.lower(), ())):
        if loaded.getColorSpace(candidate) is not None:
            return candidate
    known = [space.getName() for space in loaded.getColorSpaces()]
    near = get_close_matches(plain, known, 3, 0.4) or known[:3]
    raise RenderError(
        f"{node}: the configuration {path} has no colour space {name!r} (near: "
        f"{', '.join(near)}). Choose one of its spaces, or set OCIO or ocioConfigFile to the "
        "configuration that has it."
    )


def context(loaded: Any, variables: Mapping[str, str] | tuple[tuple[str, str], ...]) -> Any:
    """The configuration's context with a node's variables set."""
    made = loaded.getCurrentContext()
    for key, value in dict(variables).items():
        made.setStringVar(key, value)
    return made


class Processor:
    """A conversion of pixels."""

    def __init__(self, processor: Any) -> None:
        """Takes OpenColorIO's processor."""
        self.idle = bool(processor.isNoOp())
        self._cpu = processor.getDefaultCPUProcessor()

    def rgba(self, pixels: NDArray[np.float32]) -> None:
        """Convert RGBA float32 (h, w, 4), straight, in place."""
        given = np.ascontiguousarray(pixels, np.float32)
        if given.size:
            self._cpu.applyRGBA(given)
        if given is not pixels:
            pixels[...] = given

    def rgb(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        """RGB (h, w, 3), straight, converted to a new float32 array."""
        given = np.array(pixels, np.float32, order="C")
        if given.size:
            self._cpu.applyRGB(given)
        return given


def built(node: str, make: Callable[[], Any]) -> Processor:
    """The processor that `make` gives, OpenColorIO's errors in the node's name."""
    ocio = package(node)
    try:
        return Processor(make())
    except ocio.Exception as error:
        raise RenderError(f"{node}: OpenColorIO says: {error}") from error


@lru_cache(maxsize=32)
def spaces(config: Config, source: str, target: str, node: str) -> Processor:
    """From one colour space to another; RenderError where the configuration lacks one."""
    loaded = require(config, node, f"the colour space {source!r} or {target!r}")
    first = space_name(loaded, source, node, config.path)
    second = space_name(loaded, target, node, config.path)
    return built(
        node,
        lambda: loaded.getProcessor(context(loaded, config.variables), first, second),
    )

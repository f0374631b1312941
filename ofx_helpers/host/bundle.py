"""The binaries of `.ofx.bundle` folders, and describing what is in them."""

import logging
import platform
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ofx_helpers.host.describe import description
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.plugin import Binary, Plugin
from ofx_helpers.host.types import Description

log = logging.getLogger("ofx_helpers.host")


def architectures() -> tuple[str, ...]:
    """The folder names inside `Contents` that hold binaries for this machine."""
    machine = platform.machine()
    if sys.platform == "win32":
        return ("Win64",)
    if sys.platform == "darwin":
        return (f"MacOS-{machine.replace('_', '-')}", "MacOS")
    if machine == "x86_64":
        return ("Linux-x86-64",)
    return (f"Linux-{machine}", "Linux-arm64" if machine == "aarch64" else "Linux-x86")


def binaries(paths: Iterable[Path]) -> Iterator[Path]:
    """The binaries in bundles: each path is a bundle, a binary, or a folder searched deep."""
    for path in paths:
        if path.is_file() and path.suffix == ".ofx":
            yield path
        elif path.name.endswith(".ofx.bundle"):
            yield from _in_bundle(path)
        elif path.is_dir():
            yield from binaries(sorted(p for p in path.iterdir() if _may_hold(p)))


def _may_hold(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "@"))


def _in_bundle(bundle: Path) -> Iterator[Path]:
    for name in architectures():
        found = bundle / "Contents" / name / bundle.name.removesuffix(".bundle")
        if found.is_file():
            yield found
            return


def plugins_in(binary: Path) -> list[Plugin]:
    """The plug-ins of a binary, loaded into this process but not yet called."""
    return Binary.load(binary).plugins


def describe(binary: Path) -> tuple[list[Description], dict[str, str]]:
    """The plug-ins of a binary described, and what went wrong with the others, by identifier."""
    found, failed = [], {}
    for plugin in plugins_in(binary):
        try:
            found.append(description(plugin))
        except PluginError as error:
            failed[plugin.identifier] = str(error)
            log.warning("%s", error)
    return found, failed


def plugin_of(described: Description) -> Plugin:
    """The plug-in that a description is of, loaded into this process."""
    for binary in binaries([described.bundle]):
        for plugin in plugins_in(binary):
            if plugin.identifier == described.identifier and plugin.index == described.index:
                return plugin
    for binary in described.bundle.glob("*.ofx"):
        for plugin in plugins_in(binary):
            if plugin.identifier == described.identifier:
                return plugin
    raise PluginError(
        f"{described.identifier} is no longer in {described.bundle}; scan the plug-ins again"
    )

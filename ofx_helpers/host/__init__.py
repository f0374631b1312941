"""A host for OpenFX plug-ins: any `.ofx.bundle` renders numpy arrays and nodes of projects.

    from ofx_helpers import host

    blur = host.load("net.sf.cimg.CImgBlur")
    out = blur(image, size=(12, 12))

Pictures are float32 RGBA (h, w, 4), linear, premultiplied, top row first, or the engine's frames.
A plug-in works in a process of its own, and takes nothing with it when it fails.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ofx_helpers.host.arrays import Picture, empty
    from ofx_helpers.host.errors import PluginError
    from ofx_helpers.host.loaded import Plugin
    from ofx_helpers.host.scanning import Plugins, scan
    from ofx_helpers.host.types import Description, Project

# Imported when first used: a worker, and who wants the types only, start without them.
_HOMES = {
    "Description": "types",
    "Picture": "arrays",
    "Plugin": "loaded",
    "PluginError": "errors",
    "Plugins": "scanning",
    "Project": "types",
    "empty": "arrays",
    "scan": "scanning",
}
__all__ = [
    "Description",
    "Picture",
    "Plugin",
    "PluginError",
    "Plugins",
    "Project",
    "empty",
    "load",
    "scan",
]


def load(
    identifier: str,
    *,
    in_process: bool = False,
    paths: Iterable[Path | str] | None = None,
    timeout: float = 60.0,
) -> "Plugin":
    """A plug-in by its identifier, in its newest version, or `identifier@1` for one.

    It lies where `scan` looks. With `in_process` it works in this process: nothing is copied or
    started, and what it does wrong is done to us. `timeout` is how many seconds it may work
    without a sign of life (a progress report is one). Raises PluginError with the near names.
    """
    from ofx_helpers.host.loaded import Plugin
    from ofx_helpers.host.scanning import scan

    return Plugin(scan(paths).get(identifier), in_process=in_process, timeout=timeout)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

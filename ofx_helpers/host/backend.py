"""What a worker, or this process itself, does with bundles: the plug-ins' own side of the host."""

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from ofx_helpers.host.types import Description, Effect, Project

BACKEND = "ofx_helpers.host.local"
"""The real one."""


def backend(name: str = BACKEND) -> "Backend":
    """The module of a name, imported now: it maps C declarations, which costs time."""
    module: Any = import_module(name)
    return module  # type: ignore[no-any-return]


class Backend(Protocol):
    """A module with these functions. `host/local.py` is the real one; tests have others."""

    def identify(self, bundle: Path) -> list[tuple[str, int, int]]:
        """Identifier, major and minor version of each plug-in of a bundle, by index.

        Raises PluginError where it cannot be loaded.
        """
        ...

    def describe(self, bundle: Path, index: int) -> Description:
        """One plug-in of a bundle. Raises PluginError."""
        ...

    def create(self, description: Description, project: Project) -> Effect:
        """An instance in this process. Raises PluginError."""
        ...

    def end(self) -> None:
        """Unload every plug-in; effects are closed before, and nothing is asked afterwards."""
        ...

"""The plug-ins of a bundle in this process: what a worker works with, and `in_process` asks for."""

from collections.abc import Sequence
from pathlib import Path

from ofx_helpers.host.bundle import architectures, binaries, plugins_in
from ofx_helpers.host.describe import description
from ofx_helpers.host.effect import LocalEffect
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.hooks import hooks
from ofx_helpers.host.plugin import Plugin, unload_all
from ofx_helpers.host.types import Description, Effect, Project


def identify(bundle: Path) -> list[tuple[str, int, int]]:
    """See `Backend`."""
    return [(plugin.identifier, *plugin.version) for plugin in _plugins(bundle)]


def describe(bundle: Path, index: int) -> Description:
    """See `Backend`."""
    return description(_plugins(bundle)[index])


def create(description: Description, project: Project) -> Effect:
    """See `Backend`."""
    return LocalEffect(description, project, progress=_progress)


def end() -> None:
    """See `Backend`."""
    unload_all()


def _plugins(bundle: Path) -> Sequence[Plugin]:
    for binary in binaries([bundle]):
        return plugins_in(binary)
    have = sorted(path.name for path in bundle.glob("Contents/*") if path.name != "Resources")
    raise PluginError(
        f"it has no binary for this machine ({architectures()[0]}); it has "
        f"{', '.join(have) or 'none at all'}"
    )


def _progress(label: str, fraction: float) -> bool:
    hooks.progress(fraction)
    return True

"""Where bundles are: the folders that every OpenFX host looks in."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

OWN = Path(__file__).parents[2] / "build" / "ChromaticAberration.ofx.bundle"
"""Where `make plugins` puts our own."""
_SUFFIX = ".ofx.bundle"


def folders() -> list[Path]:
    """OFX_PLUGIN_PATH's folders in order, then the system's, then our own plug-in."""
    named = os.environ.get("OFX_PLUGIN_PATH", "")
    found = [Path(part).expanduser() for part in named.split(os.pathsep) if part.strip()]
    return [*found, _system(), OWN]


def bundles(paths: Iterable[Path]) -> list[Path]:
    """Every bundle in folders at any depth, each once, in their order; a path may be a bundle.

    What is missing or may not be read is passed over, and so are folders whose name starts with
    '@', which OpenFX keeps for other hosts.
    """
    found: dict[Path, None] = {}
    seen: set[Path] = set()
    for path in paths:
        for bundle in _inside(path.absolute(), seen):
            found.setdefault(bundle)
    return list(found)


def _inside(path: Path, seen: set[Path]) -> Iterator[Path]:
    try:
        place = path.resolve()
        if place in seen or not place.is_dir():
            return
        seen.add(place)
        if path.name.endswith(_SUFFIX):
            yield path
            return
        inner = sorted(path.iterdir())
    except OSError:
        return
    for child in inner:
        if not child.name.startswith(("@", ".")):
            yield from _inside(child, seen)


def _system() -> Path:
    if sys.platform == "darwin":
        return Path("/Library/OFX/Plugins")
    if sys.platform == "win32":
        base = os.environ.get("COMMONPROGRAMFILES", "C:/Program Files/Common Files")
        return Path(base) / "OFX" / "Plugins"
    return Path("/usr/OFX/Plugins")

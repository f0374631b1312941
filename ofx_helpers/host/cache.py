"""What a scan found, kept in the user's cache folder: one file a bundle.

An entry holds as long as the bundle's binaries, this host's code and the OpenColorIO
configuration, which some plug-ins list in their menus, are what they were. One that cannot be
read counts as missing.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from ofx_helpers.host.encode import description_from_json, description_to_json
from ofx_helpers.host.types import Fault, Found


def folder() -> Path:
    """`memecomp/ofx` in XDG_CACHE_HOME, else in ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "memecomp" / "ofx"


def recall(bundle: Path) -> Found | None:
    """What was found in a bundle, where that still holds."""
    try:
        data = json.loads(_file(bundle).read_text("utf-8"))
        if data["key"] != _key(bundle):
            return None
        return Found(
            bundle,
            tuple(description_from_json(entry) for entry in data["plugins"]),
            tuple(Fault(bundle, plugin, reason) for plugin, reason in data["faults"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(found: Found) -> None:
    """Keeps what was found; a cache folder that cannot be written costs time, nothing else."""
    data = {
        "key": _key(found.bundle),
        "plugins": [description_to_json(entry) for entry in found.plugins],
        "faults": [[fault.plugin, fault.reason] for fault in found.faults],
    }
    with contextlib.suppress(OSError):
        _write(_file(found.bundle), json.dumps(data, ensure_ascii=False))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise


def _file(bundle: Path) -> Path:
    name = hashlib.sha1(str(bundle).encode()).hexdigest()[:12]
    return folder() / f"{bundle.name.partition('.')[0]}-{name}.json"


def _key(bundle: Path) -> list[Any]:
    binaries = sorted(bundle.glob("Contents/*/*.ofx"))
    stats = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in binaries]
    return [str(bundle), stats, _host(), os.environ.get("OCIO", "")]


@lru_cache(maxsize=1)
def _host() -> int:
    """A number that changes with this package's code."""
    return max(path.stat().st_mtime_ns for path in Path(__file__).parent.rglob("*.py"))

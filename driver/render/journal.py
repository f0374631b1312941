"""What renders of ours have made in a folder: name, key and content hash of each file.

One line of JSON a file, appended under a lock and never changed, so that renders on several
processes and machines may share it. A key is the hash of all that a file was made from. A file is
ours while its content is what a line says; it is finished while that line has today's key.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from driver.errors import MemecompError
from ofx_helpers.media.atomic import os_reason

HIDDEN = ".memecomp"
"""The folder beside the outputs that holds the journal, and frames while they are rendered."""
_NAME = "rendered.jsonl"
_OLD_LINES = 1000
PLACEHOLDER = "placeholder"
"""The key of a file that stands for a frame that was lost."""


def digest(path: Path) -> str:
    """Content hash of a file; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError:
        return ""


class Journal:
    """The journal of one folder of outputs."""

    def __init__(self, folder: Path) -> None:
        """Read at the first question."""
        self._folder = folder
        self._path = folder / HIDDEN / _NAME
        self._made: dict[str, dict[str, str]] | None = None

    def add(self, path: Path, key: str, content: str) -> None:
        """Notes a file of the folder, before it is moved to its name. Raises MemecompError."""
        line = json.dumps({"file": path.name, "key": key, "sha256": content})
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self._path) as handle:
                # A line that was cut off by a crash stays the only one that cannot be read.
                os.write(handle, f"\n{line}".encode())
        except OSError as error:
            raise MemecompError(f"{self._path}: {os_reason(error)}.") from error
        if self._made is not None:
            self._made.setdefault(path.name, {})[content] = key

    def knows(self, path: Path) -> bool:
        """Whether a file of that name was made by us, whatever has become of it."""
        return path.name in self._read()

    def key(self, path: Path) -> str | None:
        """The key that the file, as it is, was made with; None for one that is not ours."""
        made = self._read().get(path.name)
        return made.get(digest(path)) if made else None

    def _read(self) -> dict[str, dict[str, str]]:
        if self._made is None:
            self._made = {}
            lines = 0
            for line in self._lines():
                lines += 1
                try:
                    entry = json.loads(line)
                    self._made.setdefault(entry["file"], {})[entry["sha256"]] = entry["key"]
                except (ValueError, KeyError, TypeError):
                    continue  # cut off, or none of ours
            if lines > _OLD_LINES + 4 * len(self._made):
                self._shorten()
        return self._made

    def _lines(self) -> list[str]:
        try:
            return list(filter(None, self._path.read_text(encoding="utf-8").split("\n")))
        except (OSError, UnicodeDecodeError):
            return []

    def _shorten(self) -> None:
        """Keeps the last line of each file."""
        last: dict[str, str] = {}
        try:
            with _locked(self._path) as handle:
                for line in self._lines():
                    try:
                        last[json.loads(line)["file"]] = line
                    except (ValueError, KeyError, TypeError):
                        continue
                os.ftruncate(handle, 0)
                os.write(handle, "".join(f"\n{line}" for line in last.values()).encode())
        except OSError:
            return  # it stays long


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)

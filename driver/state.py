"""What each stage was made from, so that a second run does only what changed.

A stage has a key: the hash of its name, version, settings, weights and the files that it reads. A
frame of a per-frame stage has one too, which adds the files of that frame. They are kept in the
shot's folder and compared by content, never by time.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ofx_helpers.media.atomic import write_bytes


class State:
    """The record of one shot's folder; every change is on disk before the next frame starts."""

    def __init__(self, path: Path) -> None:
        """Reads the record at `path`; a missing or broken one counts as empty."""
        self._path = path
        self._stages: dict[str, dict[str, Any]] = {}
        self._digests: dict[str, list[Any]] = {}
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            self._stages, self._digests = dict(saved["stages"]), dict(saved["digests"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing is known: every stage runs

    def digest(self, path: Path) -> str:
        """Content hash of a file, kept while its size and time stay.

        'missing' if it is absent, 'unreadable' if it is a folder or may not be read: whoever needs
        it says so better.
        """
        try:
            stat = path.stat()
        except OSError:
            return "missing"
        known = self._digests.get(str(path))
        if known is not None and known[:2] == [stat.st_size, stat.st_mtime_ns]:
            return str(known[2])
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        except OSError:
            return "unreadable"
        value = digest.hexdigest()
        self._digests[str(path)] = [stat.st_size, stat.st_mtime_ns, value]
        return value

    def key(self, parts: Iterable[Any], files: Iterable[Path], root: Path) -> str:
        """Hash of plain values and of files' names (relative to `root`) and contents."""
        named = [[os.path.relpath(path, root), self.digest(path)] for path in files]
        text = json.dumps([list(parts), named], sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def stage(self, name: str) -> str | None:
        """The key that the stage was last finished with."""
        return self._stages.get(name, {}).get("key")

    def frame(self, name: str, frame: int) -> str | None:
        """The key that a frame of the stage was last finished with."""
        key = self._stages.get(name, {}).get("frames", {}).get(str(frame))
        return None if key is None else str(key)

    def covered(self, name: str) -> list[int]:
        """The frames that the stage was last finished for."""
        return list(self._stages.get(name, {}).get("covered", []))

    def finish(self, name: str, key: str, covered: Sequence[int]) -> None:
        """Records a whole-shot stage, or all of a per-frame stage, as finished."""
        self._stages.setdefault(name, {}).update(key=key, covered=list(covered))
        self.save()

    def finish_frame(self, name: str, frame: int, key: str) -> None:
        """Records one frame as finished."""
        self._stages.setdefault(name, {}).setdefault("frames", {})[str(frame)] = key
        self.save()

    def forget(self, name: str) -> None:
        """The stage counts as never done; called before it starts to write."""
        self._stages.pop(name, None)
        self.save()

    def save(self) -> None:
        """Writes the record, whole or not at all."""
        record = {"stages": self._stages, "digests": self._digests}
        write_bytes(self._path, json.dumps(record).encode())

"""What has become of each row, so that the same command goes on where it was stopped.

One line of JSON an entry, only ever added: several batches may share a folder.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from driver.errors import MemecompError
from driver.render.journal import HIDDEN, digest
from ofx_helpers.media.atomic import os_reason

_NAME = "batch.jsonl"


class BatchJournal:
    """The journal of one folder of outputs."""

    def __init__(self, folder: Path) -> None:
        """Reads what is there; a line that was cut off is left out."""
        self._folder = folder
        self._path = folder / HIDDEN / _NAME
        self._last: dict[str, dict[str, Any]] = {}
        self._projects: set[str] = set()
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        for line in lines:
            try:
                entry = json.loads(line)
                self._last[entry["row"]] = entry
                self._projects.add(entry["project"])
            except (ValueError, KeyError, TypeError):
                continue

    def add(self, row: str, state: str, output: Path, project: str, **more: object) -> None:
        """Notes a row as `begun` or `done`. Raises MemecompError."""
        entry = {"row": row, "state": state, "output": str(output), "project": project, **more}
        self._last[row] = entry
        self._projects.add(project)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
            try:
                os.write(handle, f"\n{json.dumps(entry)}".encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise MemecompError(f"{self._path}: {os_reason(error)}.") from None

    def output(self, row: str) -> Path | None:
        """Where a row was begun or done; None for one that never was."""
        entry = self._last.get(row)
        return Path(entry["output"]) if entry else None

    def is_done(self, row: str) -> bool:
        """Whether a row is finished, its inputs are what they were, and its files are whole."""
        entry = self._last.get(row, {})
        if entry.get("state") != "done":
            return False
        stored = {**entry.get("inputs", {}), **entry.get("files", {})}
        return bool(entry.get("files")) and all(
            content and digest(Path(name)) == content for name, content in stored.items()
        )

    def was_begun(self, row: str) -> bool:
        """Whether a row was begun and not finished."""
        return self._last.get(row, {}).get("state") == "begun"

    def made(self, project: Path) -> bool:
        """Whether a project's file is one that a batch wrote, as it wrote it."""
        return digest(project) in self._projects


def digests(paths: Iterable[Path]) -> dict[str, str]:
    """Content hashes by path."""
    return {str(path): digest(path) for path in paths}


def row_key(parts: Mapping[str, object], files: Iterable[Path]) -> str:
    """One name for a row: its values, and the template's files."""
    contents = [digest(path) for path in files]
    text = json.dumps([parts, contents], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]

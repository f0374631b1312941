"""A merge in words and as data."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from driver.project.merge import Change, Merged
from ofx_helpers.media.atomic import write_bytes


def summary(merged: Merged) -> str:
    """How many edits were kept and changes taken, and how many conflicts there are."""
    kept, taken = len(merged.kept) + len(merged.conflicts), len(merged.taken)
    told = f"{_count(kept, 'edit')} kept, {_count(taken, 'generated change')} put in"
    return f"{told}, {_count(len(merged.conflicts), 'conflict')}"


def conflict_lines(merged: Merged) -> list[str]:
    """One line a conflict: node and parameter, what was kept, and what was generated."""
    return [
        f"conflict at {one.where}: yours is kept ({one.edited}), generated is {one.generated} "
        f"(before: {one.before})"
        for one in merged.conflicts
    ]


def lines(merged: Merged) -> list[str]:
    """Everything that happened, one line each."""
    told = [f"kept: {one.where}: {_move(one.before, one.edited)}" for one in merged.kept]
    told += [f"taken: {one.where}: {_move(one.before, one.generated)}" for one in merged.taken]
    return told + conflict_lines(merged)


def data(merged: Merged) -> dict[str, Any]:
    """The same as plain data."""

    def rows(changes: list[Change]) -> list[dict[str, str]]:
        return [asdict(one) for one in changes]

    return {
        "conflicts": rows(merged.conflicts),
        "kept": rows(merged.kept),
        "taken": rows(merged.taken),
    }


def write_report(path: Path, merged: Merged, backup: Path | None) -> None:
    """Writes a merge as JSON; `backup` is where the file lies that was merged."""
    found = {"backup": str(backup.name) if backup else "", **data(merged)}
    write_bytes(path, json.dumps(found, indent=1, ensure_ascii=False).encode())


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _move(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after

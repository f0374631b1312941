"""What the checks said: read by the report and by whoever must exit with a status."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from driver.errors import MemecompError


class Check(BaseModel):
    """One assertion about the files, with its number.

    `number` is what was measured and `limit` the most that passes, both in `unit`. A failure names
    the `layer`, and the first `frame` where it fails; `text` says it for a person.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    passed: bool
    number: float
    limit: float
    unit: str
    text: str
    layer: str = ""
    frame: int | None = None


_CHECKS = TypeAdapter(tuple[Check, ...])


def dump(checks: Sequence[Check]) -> bytes:
    """The checks as they are stored."""
    return json.dumps([check.model_dump() for check in checks], indent=2).encode()


def load(path: Path) -> tuple[Check, ...]:
    """Reads `debug/checks.json`; a missing one says which stage makes it."""
    if not path.exists():
        raise MemecompError(f"{path} is missing: run the check stage first (--only check)")
    return _CHECKS.validate_json(path.read_bytes())


def require(path: Path) -> None:
    """Raises `MemecompError` with every check that failed, its frame and its layer."""
    failed = [check for check in load(path) if not check.passed]
    if failed:
        raise MemecompError(
            f"{len(failed)} of the checks failed: "
            + "; ".join(_sentence(check) for check in failed)
        )


def _sentence(check: Check) -> str:
    where = [f"frame {check.frame}"] if check.frame is not None else []
    where += [f"layer {check.layer}"] if check.layer else []
    return (
        f"{check.name} ({', '.join(where)}): {check.text}"
        if where
        else (f"{check.name}: {check.text}")
    )

"""What the checks said: read by the report and by whoever must exit with a status."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from driver.errors import MemecompError
from driver.shot.record import load_record


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


def dump(checks: Sequence[Check]) -> bytes:
    """The checks as they are stored."""
    return json.dumps([check.model_dump() for check in checks], indent=2).encode()


def load(path: Path) -> tuple[Check, ...]:
    """Reads `debug/checks.json`; see `load_record`."""
    return load_record(path, tuple[Check, ...], "check")


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
    place = f" ({', '.join(where)})" if where else ""
    return f"{check.name}{place}: {check.text}"

"""What a stage found, read back from its JSON: one way to say that it is missing or broken."""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from driver.errors import MemecompError

T = TypeVar("T")


def load_record(path: Path, kind: type[T], stage: str) -> T:
    """The record of type `kind` that `stage` wrote at `path`.

    Raises `MemecompError` naming the stage to run: the file is missing, unreadable or not such a
    record, as one that another version wrote.
    """
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise MemecompError(
            f"{path} is missing: run the {stage} stage first (--from {stage})"
        ) from error
    except (OSError, ValidationError) as error:
        raise MemecompError(
            f"{path} cannot be read: run the {stage} stage again (--from {stage})"
        ) from error

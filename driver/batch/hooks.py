"""Commands before and after a job, run as lists of words: no shell sees a row's values."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from driver.batch.placeholders import replaced
from driver.errors import MemecompError
from ofx_helpers.media.atomic import os_reason

_PREFIX = "MEMECOMP_ROW_"


def run_hook(command: Sequence[str], values: Mapping[str, str], folder: Path) -> None:
    """Runs one command in `folder`; `{name}` in it and `MEMECOMP_ROW_NAME` are the row's values.

    Raises:
        MemecompError: it cannot be started, or ends with another status than 0; the message has
            the last line that it wrote.
    """
    words = [replaced(word, values) for word in command]
    own = {_PREFIX + name.upper(): value for name, value in values.items()}
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise MemecompError(f"{words[0]} cannot be started: {os_reason(error)}.") from None
    except ValueError as error:  # a null character in a value
        raise MemecompError(f"{words[0]} cannot be started: {error}.") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        last = f": {said[-1]}" if said else ""
        raise MemecompError(f"{words[0]} ended with status {done.returncode}{last}")

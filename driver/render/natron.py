"""The real thing: NatronRenderer, in processes of its own.

Its exit status says little: a frame can fail with status 0, and a finished render can abort while
quitting. So it is judged by its files, like every renderer.
"""

import os
import shutil
from pathlib import Path

from driver.render import trusted
from driver.render.base import Engine, RenderJob


def find_natron() -> Path | None:
    """NatronRenderer's executable: the variable NATRON_RENDERER, else the PATH."""
    named = os.environ.get("NATRON_RENDERER")
    found = named or shutil.which("NatronRenderer")
    return Path(found) if found and Path(found).exists() else None


class NatronRenderer:
    """Runs NatronRenderer, a chunk of frames a process, each with its own cache and settings."""

    name = "natron"

    def __init__(self, executable: Path, spread: trusted.Spread | None = None) -> None:
        """`executable` is NatronRenderer; `spread` gets the chunks, None for this machine."""
        self._executable, self._spread = executable, spread

    def render(self, job: RenderJob) -> None:
        """See `Renderer`; renders only through Write nodes."""
        engine = Engine(kind="natron", executable=self._executable.absolute())
        trusted.render(job, engine, self._spread).require()

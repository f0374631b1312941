"""What a stage is, and what it is given to work with.

A stage reads files and writes files in the shot's folder. It says which: the runner hashes what it
reads, and skips it when nothing has changed. A stage exports one `STAGE`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from driver.errors import CancelledError
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings


def _nothing(*_: Any) -> None:
    """Stands in where nobody listens."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One stage's work on one shot.

    `frames` are the shot's frames asked for, in order; empty before `align` has told how
    many there are; `todo` those of them that a per-frame stage still has to make.
    """

    settings: Settings
    folder: Path
    """Folder of `shot.toml`: paths in the settings are relative to it."""
    paths: ShotPaths
    frames: Sequence[int] = ()
    todo: Sequence[int] = ()
    proxy: float = 1.0
    """Scale of the whole shot, 1 for the real thing; ingest applies it."""
    redo: bool = False
    """Whether the user asked for this stage to be done again, whatever exists."""
    on_progress: Callable[[int, int], None] = _nothing
    on_message: Callable[[str], None] = _nothing
    on_frame: Callable[[int], None] = _nothing
    cancelled: Callable[[], bool] = field(default=lambda: False)

    def progress(self, done: int, total: int) -> None:
        """Says that `done` of `total` frames are finished; raises `CancelledError` on Ctrl-C."""
        self.on_progress(done, total)
        if self.cancelled():
            raise CancelledError

    def say(self, text: str) -> None:
        """One line for the user: a fact worth knowing, or a warning."""
        self.on_message(text)

    def frame_done(self, frame: int) -> None:
        """Records that every file of `frame` is written and whole."""
        self.on_frame(frame)


def _no_files(_: Job) -> Iterable[Path]:
    return ()


def _no_frame_files(_: Job, __: int) -> Iterable[Path]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step from files to files.

    `settings` names the sections of `Settings` that change its result, or single fields as
    'section.field'. `version` goes up whenever the code would give another result.
    """

    name: str
    help: str
    after: tuple[str, ...]
    """Stages whose files it reads."""
    run: Callable[[Job], None]
    settings: tuple[str, ...] = ()
    version: int = 1
    weights: Callable[[Job], Iterable[str]] = lambda _: ()
    """Names of the weights it uses: a change of weights is a change of input."""
    reads: Callable[[Job], Iterable[Path]] = _no_files
    """Files that every frame depends on; a missing one counts as such."""
    reads_frame: Callable[[Job, int], Iterable[Path]] = _no_frame_files
    """Files that one frame depends on."""
    writes: Callable[[Job], Iterable[Path]] = _no_files
    """Files that must exist when it is done."""
    writes_frame: Callable[[Job, int], Iterable[Path]] | None = None
    """Files of one frame; a stage that has them is per-frame: it makes only `Job.todo`."""
    once: bool = False
    """Never redone unasked: when its inputs change it is kept, with a word."""
    keep: Callable[[Job], None] = _nothing
    """Called when it is kept although its inputs changed: refuses what no longer fits."""

"""One interface to every renderer: the same job, the same events, the same guarantees."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


def _nothing(_: int) -> None:
    """Stands in where nobody listens."""


def _never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True, kw_only=True)
class RenderJob:
    """Which frames of which project to render.

    `frames` None takes the project's range. `writers` names Write nodes, empty for all of them;
    `node` renders any other node instead, to the pattern `output` ('dir/out.####.png').
    `folder` gets every writer's files, under their names alone. `confine` refuses to read or write
    outside the project's folder, `folder` and that of `output`. `on_frame` is called when every
    file of a frame is on disk.
    """

    project: Path
    frames: Sequence[int] | None = None
    writers: Sequence[str] = ()
    node: str | None = None
    output: Path | None = None
    folder: Path | None = None
    confine: bool = False
    on_frame: Callable[[int], None] = _nothing
    cancelled: Callable[[], bool] = _never


class Renderer(Protocol):
    """Renders jobs; raises `MemecompError` or `RenderError` naming the frame that failed."""

    name: str

    def render(self, job: RenderJob) -> None:
        """Renders every frame of the job, or raises; finished frames stay."""

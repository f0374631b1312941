"""Bars on a terminal: how far, how fast, how long still."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class FramesASecond(ProgressColumn):
    """Frames a second, measured over the last frames."""

    def render(self, task: Task) -> Text:
        """'12.5 fps', or nothing before the second frame."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} fps" if speed else "", style="dim")


def progress_bars() -> Progress:
    """Bars on standard error; use it in a `with` block."""
    return Progress(
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        FramesASecond(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )

"""How a run's events look: bars for a person, plain lines for a log, JSON for a program."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from driver.events import Event, Listener


class FramesASecond(ProgressColumn):
    """Frames a second, measured over the last frames."""

    def render(self, task: Task) -> Text:
        """'12.5 fps', or nothing before the second frame."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} fps" if speed else "", style="dim")


@contextmanager
def listening(as_json: bool) -> Iterator[Listener]:
    """A listener for `runner.run`: JSON lines on standard output, else bars on standard error."""
    if as_json:
        yield _json_line
        return
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        FramesASecond(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bars:
        yield _bars(bars, console)


def _json_line(event: Event) -> None:
    sys.stdout.write(json.dumps(event.plain()) + "\n")
    sys.stdout.flush()


def _bars(bars: Progress, console: Console) -> Listener:
    tasks: dict[str, TaskID] = {}

    def listen(event: Event) -> None:
        if event.kind == "start":
            tasks[event.stage] = bars.add_task(event.stage, total=None)
        elif event.kind == "progress":
            bars.update(tasks[event.stage], completed=event.done, total=event.total)
        elif event.kind == "frame":
            bars.update(tasks[event.stage], completed=event.done, total=event.total)
            if not console.is_terminal:
                print(f"{event.stage}: frame {event.frame}", flush=True)
        elif event.kind in ("message", "lost"):
            console.print(
                f"{event.stage:<8} {event.text}", markup=False, highlight=False, soft_wrap=True
            )
        elif event.kind == "node":
            console.print(f"{event.seconds:9.3f} s  {event.done:6}×  {event.text}", markup=False)
        elif event.kind in ("done", "kept", "failed"):
            bars.remove_task(tasks.pop(event.stage))
        if event.kind in ("done", "kept"):
            said = {"done": f"done in {event.seconds:.1f} s", "kept": "nothing to do"}[event.kind]
            console.print(f"{event.stage:<8} {said}", markup=False, highlight=False, soft_wrap=True)

    return listen

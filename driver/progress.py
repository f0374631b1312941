"""How a run's events look: bars for a person, plain lines for a log, JSON for a program."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from driver.events import Event, Listener

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def listening(as_json: bool) -> Iterator[Listener]:
    """A listener for `runner.run` and for renders.

    JSON lines on standard output; else bars on standard error where that is a terminal, and plain
    lines where it is not: frames on standard output, the rest on standard error.
    """
    if as_json:
        yield _json_line
    elif sys.stderr.isatty():
        from driver.progress_bars import progress_bars  # rich is slow to import

        with progress_bars() as bars:
            yield _bars(bars)
    else:
        yield _plain


def _json_line(event: Event) -> None:
    sys.stdout.write(json.dumps(event.plain()) + "\n")
    sys.stdout.flush()


def _plain(event: Event) -> None:
    if event.kind == "frame":
        print(f"{event.stage}: frame {event.frame}", flush=True)
    else:
        _say(event, lambda line: print(line, file=sys.stderr, flush=True))


def _say(event: Event, write: Callable[[str], None]) -> None:
    """Writes the line that an event is worth, if any."""
    if event.kind == "message":  # lost frames are in the error at the end
        write(f"{event.stage:<8} {event.text}")
    elif event.kind == "node":
        write(f"{event.seconds:9.3f} s  {event.done:6}×  {event.text}")
    elif event.kind == "done":
        write(f"{event.stage:<8} done in {event.seconds:.1f} s")
    elif event.kind == "kept":
        write(f"{event.stage:<8} nothing to do")


def _bars(bars: "Progress") -> Listener:
    tasks = {}

    def write(line: str) -> None:
        bars.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def listen(event: Event) -> None:
        if event.kind == "start":
            tasks[event.stage] = bars.add_task(event.stage, total=None)
        elif event.kind in ("progress", "frame"):
            bars.update(tasks[event.stage], completed=event.done, total=event.total)
        elif event.kind in ("done", "kept", "failed"):
            bars.remove_task(tasks.pop(event.stage))
        _say(event, write)

    return listen

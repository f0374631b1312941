"""What a run tells while it works: data for bars, for JSON lines, for tests."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. `done` and `total` count frames; `seconds` a finished stage.

    A stage's 'start' says as its text what it does. The last one of a run is 'end', with 'done',
    'stopped' or 'failed' as its text; a 'failed' before it says in which stage and why. A render
    says as 'progress' how many frames there are to do, and how many of a video are drawn, which has
    no whole frame before its end; it says each 'frame' that is whole, each 'lost' one and why, and
    with `--stats` the seconds and the times that each 'node' was computed (`done`).
    """

    kind: Literal[
        "start", "progress", "message", "done", "kept", "failed", "end", "frame", "lost", "node"
    ]
    stage: str
    text: str = ""
    frame: int | None = None
    done: int = 0
    total: int = 0
    seconds: float = 0.0

    def plain(self) -> dict[str, Any]:
        """The fields that say something, for one line of JSON."""
        found = asdict(self)
        frame = found.pop("frame")
        said = {key: value for key, value in found.items() if value not in ("", 0, 0.0)}
        return said if frame is None else said | {"frame": frame}


Listener = Callable[[Event], None]

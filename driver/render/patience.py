"""When a renderer that says nothing counts as hung."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

BUSY = 6
"""How much longer a silent renderer may work than idle."""
SLOWEST = 5
"""A frame may take so many times as long as the slowest before it."""
_IDLE = 0.05
"""Cores that an idle program's timers may take."""


@dataclass
class Patience:
    """Told of progress, says when there was none for too long.

    `silence` is in seconds; `spent` gives the processor seconds that the renderer has taken so far.
    """

    silence: float
    spent: Callable[[], float]
    _heard: float = field(default_factory=time.monotonic)
    _idle_since: float = field(default_factory=time.monotonic)
    _slowest: float = 0.0
    _looked: float = 0.0
    _before: float = 0.0

    def progress(self) -> None:
        """A frame has come."""
        now = time.monotonic()
        self._slowest = max(self._slowest, now - self._heard)
        self._heard = self._idle_since = now

    def complaint(self) -> str:
        """Why it counts as hung now; empty while there is hope."""
        now = time.monotonic()
        limit = max(self.silence, SLOWEST * self._slowest)
        quiet = now - self._heard
        if now - self._looked > min(1.0, self.silence / 8):
            spent = self.spent()
            if self._looked and spent - self._before > _IDLE * (now - self._looked):
                self._idle_since = now
            self._looked, self._before = now, spent
        if now - self._idle_since >= limit:
            return f"no new frame for {quiet:.3g} s, and it does nothing"
        return f"no new frame for {quiet:.3g} s" if quiet >= BUSY * limit else ""

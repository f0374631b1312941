"""Ctrl-C as a wish to stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, default_int_handler, signal


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Ctrl-C or SIGTERM asks to stop after the frame in hand; a second Ctrl-C stops at once."""
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True
        signal(SIGINT, default_int_handler)

    before = signal(SIGINT, ask), signal(SIGTERM, ask)
    try:
        yield lambda: asked
    finally:
        signal(SIGINT, before[0])
        signal(SIGTERM, before[1])

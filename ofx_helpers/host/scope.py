"""What the present thread is doing for which instance: a plug-in's calls don't say it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Scope:
    """The action in progress: its instance, its time, and the render's job where it is one."""

    instance: Any = None
    action: str = ""
    time: float = 0.0
    job: Any = None
    thread_index: int = 0
    spawned: bool = False


class _Local(threading.local):
    scope = Scope()


_local = _Local()


def current() -> Scope:
    """The scope of this thread; an empty one outside of actions."""
    return _local.scope


@contextmanager
def within(**changes: Any) -> Iterator[Scope]:
    """This thread's scope with changes, for a while."""
    before = _local.scope
    _local.scope = replace(before, **changes)
    try:
        yield _local.scope
    finally:
        _local.scope = before


@contextmanager
def adopted(scope: Scope) -> Iterator[None]:
    """Another thread's scope in this one, for a while."""
    before = _local.scope
    _local.scope = scope
    try:
        yield
    finally:
        _local.scope = before

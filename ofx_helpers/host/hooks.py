"""What a worker process wants to know and to give while plug-ins work in it.

In a process of its own nothing listens: each hook does the plain thing. `host/worker.py` puts its
own in place once, when the worker starts.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.host.shared import owner


@contextmanager
def _unwatched(plugin: str, action: str) -> Iterator[None]:
    yield


def _ignore(fraction: float) -> None:
    pass


@dataclass
class Hooks:
    """See each."""

    acting: Callable[[str, str], AbstractContextManager[None]] = _unwatched
    """Around every call into a plug-in: its identifier and the action; so that a crash has a name.
    """
    memory: Callable[[int], NDArray[np.uint8]] = owner.scratch
    """That many bytes for an output, whatever is in them: a picture that lies there reaches
    the owner without a copy. Called in the thread that renders."""
    progress: Callable[[float], None] = _ignore
    """A plug-in says how far it is, 0 to 1: it has not hung."""


hooks = Hooks()

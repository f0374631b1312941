"""The workers of this process: one a bundle, started when first needed, ended with this process."""

import atexit
import os
import socket
import threading
from functools import lru_cache
from pathlib import Path

from ofx_helpers.host.backend import BACKEND
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.process import WorkerProcess

MOST_HANDLES = 512
"""File handles in a worker, beyond which it is replaced."""


@lru_cache(maxsize=1)
def most_memory() -> int:
    """Bytes of its own that a worker may come to: 1 GB, or a quarter of what is installed."""
    try:
        installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        installed = 0
    return max(2**30, installed // 4)


class Pool:
    """Workers by bundle. May be used by many threads."""

    def __init__(self, backend: str = BACKEND) -> None:
        """Starts none."""
        self._backend = backend
        self._lock = threading.Lock()
        self._shared: dict[Path, WorkerProcess] = {}
        self._all: list[WorkerProcess] = []
        self._owner = os.getpid()

    def enter(self, bundle: Path, *, alone: bool = False) -> WorkerProcess:
        """A worker for one more effect of a bundle: the bundle's, or one that nobody shares.

        Raises PluginError where the system cannot hand memory to another process.
        """
        if not hasattr(socket, "send_fds"):
            raise PluginError(
                f"{bundle.name}: plug-ins run in a worker process on Linux and macOS only; "
                "ask for them in this process (in_process=True, --in-process)"
            )
        with self._lock:
            if self._owner != os.getpid():
                # Forked: the workers are the other process's.
                self._owner, self._shared, self._all = os.getpid(), {}, []
            worker = None if alone else self._shared.get(bundle)
            if worker is not None and not worker.usable:
                if worker.users <= 0:
                    # It died with nobody in it: nobody will leave it, so nobody else ends it.
                    self._all.remove(worker)
                    worker.close()
                worker = None
            if worker is None:
                worker = WorkerProcess(self._backend)
                self._all.append(worker)
                if not alone:
                    self._shared[bundle] = worker
            worker.users += 1
            return worker

    def leave(self, worker: WorkerProcess) -> None:
        """One effect fewer; a worker that is dead, too large or was for it alone is ended."""
        with self._lock:
            worker.users -= 1
            kept = worker.usable and worker in self._shared.values()
            if kept or (worker.usable and worker.users > 0):
                return
            if worker in self._all:
                self._all.remove(worker)
            for bundle in [key for key, value in self._shared.items() if value is worker]:
                del self._shared[bundle]
        if worker.users <= 0 or not worker.usable:
            worker.close()

    def check(self, worker: WorkerProcess) -> None:
        """Retires a worker that has grown too large: its effects move when they are next used."""
        if worker.grown(most_memory(), MOST_HANDLES):
            worker.retired = True

    def close(self) -> None:
        """Ends all."""
        with self._lock:
            workers, self._all, self._shared = self._all, [], {}
        for worker in workers:
            worker.close()


pool = Pool()
atexit.register(pool.close)

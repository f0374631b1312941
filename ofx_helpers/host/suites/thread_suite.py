"""MultiThread suite 1, on real threads: cffi lets go of the interpreter while C code runs."""

import os
import threading
from dataclasses import replace
from typing import Any

from ofx_helpers.host import handles, scope
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.status import OfxError, Status, callback, kept

_MOST_THREADS = 1024


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Mutex:
    """A lock that the thread which holds it may take again."""

    def __init__(self) -> None:
        """Starts free."""
        self.lock = threading.RLock()
        self.handle = handles.add(self)


def _run(function: Any, index: int, count: int, argument: Any, here: scope.Scope) -> list[Any]:
    with scope.adopted(replace(here, thread_index=index, spawned=True)):
        # void function(unsigned int threadIndex, unsigned int threadMax, void *customArg)
        function(index, count, argument)
    errors, kept.errors = kept.errors, []
    return errors


@callback("OfxStatus(OfxThreadFunctionV1 *, unsigned int, void *)")
def multi_thread(function: Any, count: int, argument: Any) -> None:
    """MultiThread: `count` calls at once (0: one a processor); returns when all have."""
    here = scope.current()
    if here.spawned:
        raise OfxError(Status.EXISTS, "threads may not start threads")
    if function == ffi.NULL or count > _MOST_THREADS:
        raise OfxError(Status.VALUE, f"{count} threads")
    count = count or processors()
    errors: list[Any] = []

    def work(index: int) -> None:
        errors.extend(_run(function, index, count, argument, here))

    threads = [
        threading.Thread(target=work, args=(index,), name=f"plug-in {index}", daemon=True)
        for index in range(1, count)
    ]
    for thread in threads:
        thread.start()
    before, kept.errors = kept.errors, []
    errors.extend(_run(function, 0, count, argument, here))
    for thread in threads:
        thread.join()
    kept.errors = before + errors
    if errors:
        raise OfxError(Status.FAILED)


@callback("OfxStatus(unsigned int *)")
def processor_count(count: Any) -> None:
    """MultiThreadNumCPUs: one inside a spawned thread, which may start no more."""
    count[0] = 1 if scope.current().spawned else processors()


@callback("OfxStatus(unsigned int *)")
def thread_index(index: Any) -> None:
    """MultiThreadIndex."""
    index[0] = scope.current().thread_index


@callback("int(void)")
def is_spawned() -> int:
    """MultiThreadIsSpawnedThread."""
    return int(scope.current().spawned)


@callback("OfxStatus(Handle *, int)")
def mutex_create(mutex: Any, count: int) -> None:
    """MutexCreate: taken `count` times by the calling thread."""
    if mutex == ffi.NULL:
        raise OfxError(Status.VALUE, "no place for a mutex")
    made = Mutex()
    for _ in range(count):
        made.lock.acquire()
    mutex[0] = made.handle


@callback("OfxStatus(Handle)")
def mutex_destroy(handle: int) -> None:
    """MutexDestroy."""
    handles.get(handle, Mutex)
    handles.release(handle)


@callback("OfxStatus(Handle)")
def mutex_lock(handle: int) -> None:
    """MutexLock."""
    handles.get(handle, Mutex).lock.acquire()


@callback("OfxStatus(Handle)")
def mutex_unlock(handle: int) -> None:
    """MutexUnLock: only by the thread that holds it."""
    try:
        handles.get(handle, Mutex).lock.release()
    except RuntimeError:
        raise OfxError(Status.FAILED, "another thread holds the mutex, or none") from None


@callback("OfxStatus(Handle)")
def mutex_try_lock(handle: int) -> None:
    """MutexTryLock."""
    if not handles.get(handle, Mutex).lock.acquire(blocking=False):
        raise OfxError(Status.FAILED)


SUITE = ffi.new(
    "OfxMultiThreadSuiteV1 *",
    {
        "multiThread": multi_thread,
        "multiThreadNumCPUs": processor_count,
        "multiThreadIndex": thread_index,
        "multiThreadIsSpawnedThread": is_spawned,
        "mutexCreate": mutex_create,
        "mutexDestroy": mutex_destroy,
        "mutexLock": mutex_lock,
        "mutexUnLock": mutex_unlock,
        "mutexTryLock": mutex_try_lock,
    },
)

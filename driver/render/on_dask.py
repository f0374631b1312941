"""Chunks as tasks of Dask distributed: on workers of our own, or those of a scheduler.

The scheduler gives a chunk whose worker was lost to another one, and tries a failed one again. The
workers need this program, and the project, its inputs and the output folders under the same paths.
"""

import logging
import os
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from driver.errors import MemecompError
from driver.render.base import Chunk, ChunkReport, Lost
from driver.render.chunk import render_chunk
from driver.render.trusted import Cancelled, OnFile, Say, Spread

RETRIES = 2
"""How often a chunk that raised an error is tried again."""
_ANSWER = 30.0
"""Seconds that a scheduler or its first worker gets to answer."""
_TICK = 0.05
_stopped: set[str] = set()
"""On a worker: the jobs that are over, by topic."""


@contextmanager
def workers(address: str | None, jobs: int) -> Iterator[tuple[Spread, int]]:
    """Those of the scheduler at `address`, or `jobs` new ones: who gets the chunks, and how many.

    Raises MemecompError where Dask is not installed, or no scheduler or worker answers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise MemecompError(
            "--on needs Dask, which is not installed: pip install -e '.[dask]'"
        ) from None
    cluster = None
    if address is None:
        cluster = LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            host="127.0.0.1",
            memory_limit=None,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
    else:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        try:
            client = Client(address or cluster, timeout=_ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise MemecompError(f"No Dask scheduler answers at {address}: {error}.") from error
        try:
            client.wait_for_workers(1, timeout=_ANSWER)
            if cluster is not None:
                client.run(_ignore_interrupts)
            yield _spread(client), sum(client.nthreads().values())
        except TimeoutError as error:
            raise MemecompError(
                f"The Dask scheduler at {address} has no worker: start one with "
                f"'dask worker {address}'."
            ) from error
        finally:
            client.close()
    finally:
        if cluster is not None:
            cluster.close()


def _spread(client: Any) -> Spread:
    """Gives chunks to the client's scheduler."""

    def spread(
        todo: Sequence[Chunk], *, on_file: OnFile, say: Say, cancelled: Cancelled
    ) -> Iterator[tuple[Chunk, ChunkReport]]:
        if not todo:
            return
        _same_files(client, todo)
        topic = f"memecomp-{secrets.token_hex(8)}"

        def heard(event: tuple[float, Any]) -> None:
            kind, *rest = event[1]
            if kind == "file":
                on_file(*rest)
            else:
                say(*rest)

        client.subscribe_topic(topic, heard)
        # Not pure: a task of the same words, by anyone, would be given this one's old answer.
        futures = {
            client.submit(_render, chunk, topic, pure=False, retries=RETRIES): chunk
            for chunk in todo
        }
        try:
            yield from _reports(client, futures, topic, cancelled)
        finally:
            # Also where an error or a second Ctrl-C ends it: nobody waits for the others.
            if client.status == "running":
                client.run(_stop, topic, on_error="ignore")
                client.cancel(list(futures))
                client.unsubscribe_topic(topic)

    return spread


def _reports(
    client: Any, futures: dict[Any, Chunk], topic: str, cancelled: Cancelled
) -> Iterator[tuple[Chunk, ChunkReport]]:
    from distributed import as_completed

    told = False
    completed = as_completed(list(futures), loop=client.loop)
    while not completed.is_empty():
        if not told and cancelled():
            told = True
            client.run(_stop, topic, on_error="ignore")
            begun = {key for keys in client.processing().values() for key in keys}
            client.cancel([future for future in futures if future.key not in begun])
        for future in completed.next_batch(block=False):
            report = _report(future, futures[future], told)
            if report is not None:
                yield futures[future], report
        time.sleep(_TICK)


def _report(future: Any, chunk: Chunk, told: bool) -> ChunkReport | None:
    """The task's; None for one that was never begun."""
    from distributed import KilledWorker

    if future.cancelled() or future.status == "lost":
        if told:
            return None
        raise MemecompError(
            "The Dask scheduler was lost or has dropped the job; what is finished is kept: run the "
            "same command to go on."
        )
    try:
        report: ChunkReport = future.result()
    except KilledWorker:
        reason = "every worker that was given it died: is there too little memory?"
        lost = [
            Lost(frame=frame, writer=output.writer, reason=reason)
            for output in chunk.outputs
            for frame in output.files
        ]
        return ChunkReport(done=(), lost=tuple(lost))
    return report


def _same_files(client: Any, todo: Sequence[Chunk]) -> None:
    """Raises MemecompError naming a worker that lacks this program, the project or a folder."""
    folders = {
        path.parent for chunk in todo for out in chunk.outputs for path in out.files.values()
    }
    standing = {next(at for at in (folder, *folder.parents) if at.exists()) for folder in folders}
    paths = sorted({str(path) for path in {todo[0].project, *standing}})
    try:
        answers: dict[str, list[str]] = client.run(_unseen, paths)
    except Exception as error:  # a worker's error may arrive as any type
        raise MemecompError(
            f"A Dask worker cannot take the job ({error}): it needs the same version of this "
            "program and of its packages."
        ) from error
    for worker, unseen in answers.items():
        if unseen:
            raise MemecompError(
                f"The Dask worker {worker} does not see {unseen[0]}: workers need the project, its "
                "inputs and the output folders under the same paths, so mount the same disk there."
            )


def _unseen(paths: Sequence[str]) -> list[str]:
    """On a worker: which of the paths are not there."""
    return [path for path in paths if not os.path.exists(path)]  # noqa: PTH110 - never raises


def _stop(topic: str) -> None:
    """On a worker: the chunks of that job end after the frame in hand."""
    _stopped.add(topic)


def _ignore_interrupts() -> None:
    """On a worker of our own: Ctrl-C reaches the whole terminal, and is for the client to judge."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _render(chunk: Chunk, topic: str) -> ChunkReport:
    """On a worker: the chunk, with news to the client by the topic."""
    from distributed import get_worker

    worker = get_worker()
    return render_chunk(
        chunk,
        on_file=lambda writer, frame: worker.log_event(topic, ("file", writer, frame)),
        say=lambda text: worker.log_event(topic, ("say", text)),
        cancelled=lambda: topic in _stopped,
    )

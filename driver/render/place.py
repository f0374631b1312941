"""Where a job's chunks are rendered: on this machine, or wherever a Dask scheduler sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from driver.errors import MemecompError
from driver.render.trusted import Spread


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who gets the chunks (`spread`; None for this program itself), and how many at once."""

    jobs: int
    spread: Spread | None = None
    elsewhere: bool = False
    """Whether other machines render, so that this one's memory says nothing."""

    @property
    def isolate(self) -> bool | None:
        """What `RenderJob.isolate` should be: a worker must never hang with its renderer."""
        return None if self.spread is None else True


@contextmanager
def place(on: str, jobs: int) -> Iterator[Place]:
    """`on` is 'here', 'dask' for `jobs` workers on this machine, or the address of a scheduler.

    Workers of our own are ended with the block. Raises MemecompError for any other word, where the
    package is not installed, or where no scheduler or worker answers.
    """
    if on == "here":
        yield Place(jobs=jobs)
        return
    if on != "dask" and "://" not in on:
        raise MemecompError(
            f"--on {on}: it is here, dask, or a scheduler's address as tcp://scheduler:8786"
        )
    from driver.render.on_dask import workers

    with workers(None if on == "dask" else on, jobs) as (spread, slots):
        yield Place(jobs=max(jobs, slots), spread=spread, elsewhere=on != "dask")

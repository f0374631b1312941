"""Puts frames that threads finish in any order into videos in their own order."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Condition
from types import TracebackType

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.engine.media_types import Film, Media, Picture


class Films:
    """The videos of one render; use it in a `with` block, which drops unfinished ones on an error.

    A thread that brings a frame waits until the frames before it are in: no more pictures are
    held than there are threads. Each file appears with its last frame.
    """

    def __init__(self, media: Media, frames: Mapping[str, Sequence[int]]) -> None:
        """`frames` are the numbers that each writer of a video brings, in order."""
        self._media = media
        self._frames = frames
        self._done = dict.fromkeys(frames, 0)
        self._open: dict[str, Film] = {}
        self._stacks: dict[str, ExitStack] = {}
        self._changed = Condition()
        self._stopped = False

    def __contains__(self, writer: str) -> bool:
        """Whether the writer writes a video."""
        return writer in self._frames

    def __enter__(self) -> "Films":
        """Nothing is opened before its first frame."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wakes those who wait, and drops what is not finished."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            stopped = RenderError("The render was stopped.")
            for stack in self._stacks.values():
                stack.__exit__(RenderError, stopped, None)
            self._stacks.clear()

    def add(
        self, writer: str, frame: int, path: Path, picture: Picture, options: FilmOptions
    ) -> None:
        """Puts the frame into the writer's video when its turn comes."""
        frames = self._frames[writer]
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopped or frames[self._done[writer]] == frame,
            )
            if self._stopped:
                raise RenderError(f"{path} is not finished: the render was stopped.")
            if writer not in self._open:
                stack = self._stacks[writer] = ExitStack()
                height, width = picture.pixels.shape[:2]
                film = self._media.film(path, (width, height), options)
                self._open[writer] = stack.enter_context(film)
            self._open[writer].write(picture.pixels)
            self._done[writer] += 1
            if self._done[writer] == len(frames):
                self._stacks.pop(writer).close()
            self._changed.notify_all()

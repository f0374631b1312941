"""Pixels that are the same in every frame, kept between frames."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.media_types import Picture

_SLACK = 1.25
"""How much larger than the wanted window a joined one may be."""


class StaticCache:
    """The frames of nodes that do not change with time, the last used ones within a limit.

    Shared by the threads of a render; the kept arrays are read-only. A node may be kept over
    several windows: frames are rendered in bands.
    """

    def __init__(self, limit: int = 300 * 1024 * 1024) -> None:
        """`limit` is in bytes."""
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[tuple[str, Window], Frame] = OrderedDict()
        self._windows: dict[str, list[Window]] = {}
        self._pictures: dict[tuple[Path, int], Picture] = {}
        self._pictures_size = 0
        self._lock = Lock()

    def picture(self, path: Path, frame: int) -> Picture | None:
        """A file that was kept as it was decoded."""
        return self._pictures.get((path, frame))

    def keep_picture(self, path: Path, frame: int, picture: Picture) -> None:
        """Keep a file that every frame shows, as long as there is room."""
        with self._lock:
            fits = self._pictures_size + picture.pixels.nbytes <= self._limit // 2
            if fits and (path, frame) not in self._pictures:
                self._pictures[path, frame] = picture
                self._pictures_size += picture.pixels.nbytes

    def get(self, name: str, window: Window) -> Frame | None:
        """The node's frame where it is kept over at least `window`."""
        with self._lock:
            for kept in self._windows.get(name, ()):
                if kept.contains(window):
                    self._kept.move_to_end((name, kept))
                    return self._kept[name, kept]
        return None

    def joined(self, name: str, window: Window) -> Window:
        """What to compute where `window` is not kept: with what is kept beside it, if near.

        A window that wanders with an animated move is then computed anew only until it has been
        everywhere.
        """
        with self._lock:
            for kept in self._windows.get(name, ()):
                both = window.union(kept)
                if _area(both) <= _SLACK * max(_area(window), _area(kept)):
                    window = both
        return window

    def put(self, name: str, frame: Frame) -> None:
        """Keep a frame, which nobody may write to any more."""
        if frame.pixels.nbytes > self._limit // 2:
            return
        frame.pixels.flags.writeable = False
        with self._lock:
            for window in [*self._windows.get(name, ())]:
                if frame.window.contains(window):
                    self._drop(name, window)
            self._size += frame.pixels.nbytes
            self._kept[name, frame.window] = frame
            self._windows.setdefault(name, []).append(frame.window)
            while self._size > self._limit:
                self._drop(*next(iter(self._kept)))

    def _drop(self, name: str, window: Window) -> None:
        self._size -= self._kept.pop((name, window)).pixels.nbytes
        self._windows[name].remove(window)


def _area(window: Window) -> int:
    return window.width * window.height

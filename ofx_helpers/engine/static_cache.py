"""Pixels that are the same in every frame, kept between frames."""

from collections import OrderedDict
from threading import Lock

from ofx_helpers.engine.frame import Frame, Window


class StaticCache:
    """The frames of nodes that do not change with time, the last used ones within a limit.

    Shared by the threads of a render; the kept arrays are read-only.
    """

    def __init__(self, limit: int = 300 * 1024 * 1024) -> None:
        """`limit` is in bytes."""
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[tuple[str, Window], Frame] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str, window: Window) -> Frame | None:
        """The node's frame where it is kept over exactly `window`."""
        with self._lock:
            frame = self._kept.get((name, window))
            if frame is not None:
                self._kept.move_to_end((name, window))
            return frame

    def put(self, name: str, frame: Frame) -> None:
        """Keep a frame, which nobody may write to any more."""
        if frame.pixels.nbytes > self._limit // 2:
            return
        frame.pixels.flags.writeable = False
        key = (name, frame.window)
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += frame.pixels.nbytes - (old.pixels.nbytes if old else 0)
            self._kept[key] = frame
            while self._size > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self._size -= dropped.pixels.nbytes

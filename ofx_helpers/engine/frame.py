"""The pixel contract of the engine.

A `Frame` is float32 RGBA, premultiplied, scene-linear. Its array has the shape (h, w, 4) and
**row 0 is the bottom row**, as in OpenFX and Natron. Its `window` says which pixels of the plane
the array covers; outside it the image is transparent black. Pixel i covers [i, i + 1), so
transforms act on edges, never on centres.

Images on disk are top-down: the flip happens in the reader and the writer and nowhere else.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


class Window(NamedTuple):
    """Half-open integer pixel coordinates, y up: pixels x1 ≤ x < x2 and y1 ≤ y < y2."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def width(self) -> int:
        """Width in pixels, 0 when empty."""
        return max(0, self.x2 - self.x1)

    @property
    def height(self) -> int:
        """Height in pixels, 0 when empty."""
        return max(0, self.y2 - self.y1)

    @property
    def empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.x2 <= self.x1 or self.y2 <= self.y1

    def intersect(self, other: "Window") -> "Window":
        """The pixels in both; may be empty."""
        return Window(
            max(self.x1, other.x1),
            max(self.y1, other.y1),
            min(self.x2, other.x2),
            min(self.y2, other.y2),
        )

    def union(self, other: "Window") -> "Window":
        """The smallest window that holds both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Window(
            min(self.x1, other.x1),
            min(self.y1, other.y1),
            max(self.x2, other.x2),
            max(self.y2, other.y2),
        )

    def nearest(self, region: "Window") -> "Window":
        """The pixels of `region` that are closest to these; empty when it is."""
        if region.empty or self.empty:
            return Window(self.x1, self.y1, self.x1, self.y1)
        return Window(
            min(max(self.x1, region.x1), region.x2 - 1),
            min(max(self.y1, region.y1), region.y2 - 1),
            max(min(self.x2, region.x2), region.x1 + 1),
            max(min(self.y2, region.y2), region.y1 + 1),
        )

    def shift(self, dx: int, dy: int) -> "Window":
        """The same window moved by whole pixels."""
        return Window(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)

    def grow(self, dx: int, dy: int) -> "Window":
        """The window with dx columns and dy rows more on each side (negative: fewer)."""
        return Window(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def contains(self, other: "Window") -> bool:
        """Whether every pixel of `other` lies inside."""
        return other.empty or self.intersect(other) == other


@dataclass(frozen=True)
class Frame:
    """Pixels and where they lie. See the module's text for what the pixels mean."""

    pixels: Pixels
    window: Window

    def __post_init__(self) -> None:
        """Refuse an array that does not fit its window: such a frame corrupts what follows."""
        expected = (self.window.height, self.window.width, 4)
        if self.pixels.shape != expected or self.pixels.dtype != np.float32:
            raise ValueError(
                f"a frame over {tuple(self.window)} is float32 {expected}, "
                f"not {self.pixels.dtype} {self.pixels.shape}"
            )

    def crop(self, window: Window) -> "Frame":
        """The frame over exactly `window`: cut where larger, transparent black where smaller."""
        if window == self.window:
            return self
        part = self.window.intersect(window)
        if part == window:
            return Frame(self._view(part), part)
        pixels = np.zeros((window.height, window.width, 4), np.float32)
        if not part.empty:
            placed = Frame(pixels, window)._view(part)
            placed[...] = self._view(part)
        return Frame(pixels, window)

    def nearest(self, window: Window) -> "Frame":
        """The frame over exactly `window`: where smaller, its nearest pixel; black when empty."""
        if self.window.empty or self.window.contains(window):
            return self.crop(window)
        rows = np.arange(window.y1, window.y2) - self.window.y1
        columns = np.arange(window.x1, window.x2) - self.window.x1
        rows = rows.clip(0, self.window.height - 1)
        columns = columns.clip(0, self.window.width - 1)
        return Frame(self.pixels[rows[:, None], columns], window)

    def _view(self, part: Window) -> Pixels:
        rows = slice(part.y1 - self.window.y1, part.y2 - self.window.y1)
        columns = slice(part.x1 - self.window.x1, part.x2 - self.window.x1)
        return self.pixels[rows, columns]

"""What an image is once it is read."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from numpy.typing import NDArray

Pixels = NDArray[Any]
Size = tuple[int, int]
"""Width and height in pixels."""


class Box(NamedTuple):
    """Half-open pixel coordinates with y down: left ≤ x < right, top ≤ y < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Image:
    """An image as its file has it.

    `pixels`: (height, width, channels) top-down, uint8, uint16 or float32 (half floats are
    widened). `window` says where they lie (OpenEXR's data window), `display` what is shown; the
    same for other formats. `premultiplied` is true for OpenEXR and for TIFFs that say so.
    """

    pixels: Pixels
    window: Box
    display: Box
    premultiplied: bool = False
    pixel_aspect: float = 1.0

    @property
    def channels(self) -> int:
        """1, 3 or 4."""
        return int(self.pixels.shape[2])

    @property
    def size(self) -> Size:
        """Width and height of the pixels."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[0])

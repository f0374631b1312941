"""Cuts a picture with holes into the neighbourhoods of its holes, to work on less."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BoolMask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Region:
    """Half-open rectangle in pixels, top-down."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns for indexing an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def meets(self, other: "Region") -> bool:
        """Whether they share a pixel."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def joined(self, other: "Region") -> "Region":
        """The smallest rectangle that holds both."""
        return Region(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def regions(hole: BoolMask, surround: float = 1.0, least: int = 48) -> list[Region]:
    """Rectangles that hold every hole with its neighbourhood; none where there is no hole.

    Each hole's bounding box grows on every side by `surround` times its own width and height, at
    least `least` pixels. Holes whose own boxes meet the other's neighbourhood become one.
    """
    import cv2

    count, _, facts, _ = cv2.connectedComponentsWithStats(hole.astype(np.uint8), connectivity=8)
    boxes = [
        Region(int(x), int(y), int(x + width), int(y + height))
        for x, y, width, height, _ in facts[1:count]
    ]
    boxes = _joined(boxes, least)
    height, width = hole.shape
    return [_grown(box, surround, least, width, height) for box in boxes]


def _joined(boxes: list[Region], near: int) -> list[Region]:
    """Boxes nearer to each other than `near` become one, until none are."""
    left = list(boxes)
    done: list[Region] = []
    while left:
        box = left.pop()
        around = Region(box.left - near, box.top - near, box.right + near, box.bottom + near)
        close = [other for other in left + done if around.meets(other)]
        if not close:
            done.append(box)
            continue
        left = [other for other in left if other not in close]
        done = [other for other in done if other not in close]
        for other in close:
            box = box.joined(other)
        left.append(box)
    return sorted(done, key=lambda box: (box.top, box.left))


def _grown(box: Region, surround: float, least: int, width: int, height: int) -> Region:
    across = max(least, round((box.right - box.left) * surround))
    down = max(least, round((box.bottom - box.top) * surround))
    return Region(
        max(0, box.left - across),
        max(0, box.top - down),
        min(width, box.right + across),
        min(height, box.bottom + down),
    )

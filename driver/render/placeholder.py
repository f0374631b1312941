"""A picture that stands for a frame that was lost, and cannot be taken for one."""

import textwrap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.images import EXTENSIONS, write_image

_STRIPE = 24
_DARK, _RED = (24, 24, 24), (150, 20, 20)


def write_placeholder(
    path: Path, frame: int, reason: str, size: tuple[int, int], channels: int
) -> bool:
    """Writes it in the format of `path`; False where that is none of ours (then there is no file).

    Striped red and black, with the frame's number and the reason on it; opaque.
    """
    if path.suffix.lower() not in EXTENSIONS:
        return False
    pixels = _drawn(frame, reason, size)
    if channels == 4 and path.suffix.lower() not in (".jpg", ".jpeg"):
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    if channels == 1:
        pixels = pixels[..., :1]
    if path.suffix.lower() == ".exr":
        write_image(path, pixels.astype(np.float32) / 255)
    else:
        write_image(path, np.ascontiguousarray(pixels))
    return True


def _drawn(frame: int, reason: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 RGB, top-down."""
    import cv2

    width, height = size
    rows, columns = np.mgrid[:height, :width]
    stripes = ((rows + columns) // _STRIPE) % 2 == 0
    pixels = np.where(stripes[..., None], _RED, _DARK).astype(np.uint8)
    scale = max(0.3, width / 900)
    line = round(34 * scale)
    letters = max(12, round(width / (19 * scale)))
    plain = reason.encode("ascii", "replace").decode()
    lines = [f"FRAME {frame} IS MISSING", *textwrap.wrap(plain, letters)]
    top = max(line, height // 2 - len(lines) * line // 2)
    cv2.rectangle(
        pixels, (0, top - line), (width, top + line * (len(lines) - 1) + line // 2), 0, -1
    )
    for number, text in enumerate(lines):
        place = (round(12 * scale), top + number * line)
        thickness = max(1, round(2 * scale))
        cv2.putText(
            *(pixels, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255)),
            thickness,
            cv2.LINE_AA,
        )
    return pixels

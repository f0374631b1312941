"""Hard cuts: where a picture cannot be explained by the one before it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_BLOCK = 8
_COLUMNS, _ROWS = 8, 6
"""Blocks of the thumbnail that is compared: 64×48 pixels."""
_REACH = 5
"""Thumbnail pixels that a block may have moved between two frames: 8 % of the width."""
_NOISE = 1.5
"""Levels of 255 that count as noise: below them nothing is told apart."""
CUT = 0.38
"""Part of the picture's contrast that is left unexplained, from which it may be a cut."""
STANDS_OUT = 2.5
"""And by how much it must exceed its neighbours: fast motion is unexplained for long."""

Thumbnail = NDArray[np.float32]


def find_cuts(frames: Iterable[NDArray[np.uint8]]) -> list[int]:
    """Indices (from 0) of the first frames after a hard cut.

    `frames`: (height, width, 3) uint8 RGB. Blocks of a small copy of each frame are looked for
    nearby in the frame before; what they leave, against the picture's own contrast, is the
    measure. Flashes of one or two frames, changes of brightness and pans are no cuts.
    """
    small = [_thumbnail(frame) for frame in frames]
    return [index for index in range(1, len(small)) if _is_cut(small, index)]


def _is_cut(small: list[Thumbnail], index: int) -> bool:
    # Looking near by only lowers the measure, and takes a hundred times as long.
    if _unlike(small[index - 1], small[index], reach=0) < CUT:
        return False
    score = _unlike(small[index - 1], small[index])
    if score < CUT:
        return False
    around = [
        _unlike(small[k - 1], small[k])
        for k in range(max(1, index - 3), min(len(small), index + 4))
        if k != index
    ]
    if around and score < STANDS_OUT * np.median(around):
        return False
    # After a flash the picture from before it comes back.
    before = range(max(0, index - 3), index)
    after = range(index, min(len(small), index + 3))
    return all(_unlike(small[a], small[b]) >= CUT for a in before for b in after)


def _thumbnail(frame: NDArray[np.uint8]) -> Thumbnail:
    """The frame averaged to 64×48, (48, 64, 3) float32."""
    rows = np.linspace(0, frame.shape[0], _ROWS * _BLOCK + 1).astype(int)
    columns = np.linspace(0, frame.shape[1], _COLUMNS * _BLOCK + 1).astype(int)
    # A frame smaller than the thumbnail repeats pixels: reduceat gives the pixel itself then.
    sums = np.add.reduceat(frame.astype(np.float32), rows[:-1], axis=0)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    counts = np.maximum(1, np.diff(rows))[:, None] * np.maximum(1, np.diff(columns))[None]
    return np.asarray(sums / counts[..., None], np.float32)


def _unlike(before: Thumbnail, after: Thumbnail, reach: int = _REACH) -> float:
    """What blocks of `after` leave when taken from near by in `before`, over the contrast: 0 to 1.

    Each is first brought to the same mean and contrast, so that exposure does not count.
    """
    one, other = _normal(before), _normal(after)
    height, width = one.shape[:2]
    padded = np.pad(one, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    best = np.full((_ROWS, _COLUMNS), np.inf, np.float32)
    for dy in range(2 * reach + 1):
        for dx in range(2 * reach + 1):
            left = np.abs(other - padded[dy : dy + height, dx : dx + width]).mean(axis=2)
            blocks = left.reshape(_ROWS, _BLOCK, _COLUMNS, _BLOCK).mean(axis=(1, 3))
            np.minimum(best, blocks, out=best)
    return float(min(1.0, best.mean()))


def _normal(picture: Thumbnail) -> Thumbnail:
    mean = picture.mean(axis=(0, 1))
    # The floor keeps noise in a black frame from being blown up to contrast.
    return np.asarray((picture - mean) / (picture.std() + _NOISE), np.float32)

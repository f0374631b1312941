"""ChromaticAberration: our own plug-in's effect, red and blue moved and scaled about a centre.

The arithmetic is that of `plugins/ChromaticAberration/move.h`, to the last bit: output pixel i
reads the source at u = (i + ½ − shift − centre)/scale + centre − ½ (i − shift at scale 1), linearly
between pixels ⌊u⌋ and ⌊u⌋ + 1, first in x. Outside the source is transparent black. Moves by whole
pixels are copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.engine.resample import enclosing
from ofx_helpers.nodes.transform import centre_of

PLUGIN = "memecomp.ChromaticAberration"
_CHANNELS = (("red", 0), ("blue", 2))
_SMALLEST, _LARGEST = 0.01, 100.0  # scales
_FAR = 1e9


@dataclass(frozen=True)
class Move:
    """Where one channel goes: shift and centre in pixels, y up."""

    shift: tuple[float, float]
    scale: float
    centre: tuple[float, float]

    @property
    def still(self) -> bool:
        """Whether it changes nothing."""
        return self.shift == (0, 0) and self.scale == 1

    def box(self, area: Box | Window, *, back: bool = False) -> Box:
        """Where an area goes, or (`back`) comes from.

        With a pixel more on each side, into which interpolation reaches, but for whole pixels.
        """
        found = []
        for i, side in enumerate(area):
            shift, centre = self.shift[i % 2], self.centre[i % 2]
            if self.scale == 1:
                moved = side - shift if back else side + shift
            elif back:
                moved = (side - shift - centre) / self.scale + centre
            else:
                moved = (side - centre) * self.scale + centre + shift
            if self.scale != 1 or shift != floor(shift):
                moved += -1 if i < 2 else 1
            found.append(moved)
        return found[0], found[1], found[2], found[3]

    def taps(
        self, first: int, count: int, axis: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The source pixels ⌊u⌋ of `count` columns or rows, and the fractions u − ⌊u⌋."""
        i = np.arange(first, first + count, dtype=np.float64)
        shift, centre = self.shift[axis], self.centre[axis]
        u = i - shift if self.scale == 1 else (i + 0.5 - shift - centre) / self.scale + centre - 0.5
        whole = np.floor(u)
        far = ~(np.abs(whole) <= _FAR)
        fraction = np.where(far, 0, u - whole).astype(np.float32)
        return np.where(far, -_FAR, whole).astype(np.int64), fraction


def _moves(context: Context) -> list[tuple[Move, int]]:
    """The moves of red and blue that do something, with their channels."""
    params = context.params
    centre = centre_of(context, params)
    found = []
    for name, channel in _CHANNELS:
        scale = min(max(params.number(f"{name}Scale"), _SMALLEST), _LARGEST)
        found.append((Move(params.pair(f"{name}Shift"), scale, centre), channel))
    return [] if params.number("mix") == 0 else [(m, c) for m, c in found if not m.still]


def _same(context: Context) -> Same | None:
    return None if _moves(context) else Same("Source")


def _joined(boxes: Sequence[Box]) -> Box:
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def _box(context: Context) -> Box:
    source = context.box("Source")
    if source[0] >= source[2] or source[1] >= source[3]:
        return source
    return _joined([source, *(move.box(source) for move, _ in _moves(context))])


def _region(context: Context) -> Window:
    return enclosing(_box(context), context.format)


def _wants(context: Context, window: Window) -> Sequence[Want]:
    x1, y1, x2, y2 = window
    area = _joined(
        [(x1, y1, x2, y2), *(move.box(window, back=True) for move, _ in _moves(context))]
    )
    return (Want("Source", enclosing(area, context.format).intersect(context.region("Source"))),)


def _lerp(low: Pixels, high: Pixels, fraction: Pixels) -> Pixels:
    with np.errstate(invalid="ignore"):
        return np.where(fraction == 0, low, low + (high - low) * fraction)


def moved(plane: Pixels, window: Window, move: Move, out: Window) -> Pixels:
    """One channel, float32 (h, w) over `window` and black outside it, moved, over `out`."""
    columns, across = move.taps(out.x1, out.width, 0)
    rows, up = move.taps(out.y1, out.height, 1)
    bordered = np.pad(plane, 1)  # black on each side, which every index outside is sent to
    columns = columns - window.x1 + 1
    rows = rows - window.y1 + 1

    def row(index: NDArray[np.int64]) -> Pixels:
        lines = bordered[index.clip(0, window.height + 1)]
        low: Pixels = lines[:, columns.clip(0, window.width + 1)]
        if not across.any():
            return low
        return _lerp(low, lines[:, (columns + 1).clip(0, window.width + 1)], across)

    result = row(rows)
    return _lerp(result, row(rows + 1), up[:, None]) if up.any() else result


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    source = frames[0]
    result = source.crop(window).pixels.copy()
    for move, channel in _moves(context):
        result[..., channel] = moved(source.pixels[..., channel], source.window, move, window)
    return result


NODE = NodeType(
    plugins=(PLUGIN,),
    mask="Mask",
    process=True,
    render=_render,
    wants=_wants,
    region=_region,
    box=_box,
    same=_same,
)

"""Deinterlace: every other row anew, by the neighbours in space and in time (Yadif).

As the plug-in: its `mode` chooses no other method, and only its odd entries leave the spatial check
out; `yadifMode` and `doubleFramerate` do nothing; rows count from the bottom. The three columns at
either side are not searched for edges. Yadif itself is Michael Niedermayer's: a row is the mean of
those above and below, along the direction in which these differ least, held within what the fields
before and after allow.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want

_SIDE = 3
"""Columns at the left and at the right that have too few neighbours to search for an edge."""
_WIDE = 1024
"""Above this width the automatic field order is the upper field first, else the lower."""
_HALF = np.float32(0.5)


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    region = context.region("Source")
    return [Want("Source", region, context.time + step) for step in (-1, 0, 1)]


def _along_edges(above: Pixels, below: Pixels) -> Pixels:
    """The means of two rows along the direction where these differ least; (n, w, 4)."""
    straight = (below + above) * _HALF
    count = above.shape[1] - 2 * _SIDE
    if count <= 0:
        return straight

    def at(rows: Pixels, shift: int) -> Pixels:
        return rows[:, _SIDE + shift : _SIDE + shift + count]

    def score(step: int) -> Pixels:
        total: Pixels = np.abs(at(below, step - 1) - at(above, -1 - step))
        for shift in (0, 1):
            total += np.abs(at(below, shift + step) - at(above, shift - step))
        return total

    best, found = score(0), at(straight, 0).copy()
    for direction in (-1, 1):
        better: NDArray[np.bool_] = np.ones(best.shape, bool)
        # Steeper ones are tried only where the first one was better.
        for step in (direction, 2 * direction):
            now = score(step)
            better = better & (now < best)
            best = np.where(better, now, best)
            found = np.where(better, (at(below, step) + at(above, -step)) * _HALF, found)
    straight[:, _SIDE : _SIDE + count] = found
    return straight


def _rows_between(
    before: Pixels, now: Pixels, after: Pixels, rows: NDArray[np.intp], *, past: bool, spatial: bool
) -> Pixels:
    """The rows as they would be at the time of their neighbours; (n, w, 4)."""
    last = len(now) - 1
    # Beyond the picture it is mirrored: the row below the first is the one above it.
    below, above = np.where(rows > 0, rows - 1, 1), np.where(rows < last, rows + 1, last - 1)
    earlier_field, later_field = (before, now) if past else (now, after)
    c, e = now[below], now[above]
    old, new = earlier_field[rows], later_field[rows]
    d = (old + new) * _HALF
    room = np.maximum(
        np.abs(old - new) * _HALF,
        np.maximum(
            (np.abs(before[below] - c) + np.abs(before[above] - e)) * _HALF,
            (np.abs(after[below] - c) + np.abs(after[above] - e)) * _HALF,
        ),
    )
    if spatial:
        under, over = 2 * below - rows, 2 * above - rows
        b = (earlier_field[under] + later_field[under]) * _HALF
        f = (earlier_field[over] + later_field[over]) * _HALF
        most = np.maximum(np.maximum(d - e, d - c), np.minimum(b - c, f - e))
        least = np.minimum(np.minimum(d - e, d - c), np.maximum(b - c, f - e))
        room = np.maximum(np.maximum(room, least), -most)
    result: Pixels = np.maximum(np.minimum(_along_edges(e, c), d + room), d - room)
    return result


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    params = context.params
    before, now, after = (frame.pixels for frame in frames)
    height, width = now.shape[:2]
    if width < 3 or height < 3:
        return frames[1]
    order = params.choice("fieldOrder")
    upper_first = width > _WIDE if order == "auto" else order == "upper"
    upper = params.choice("parity") == "upper"
    modes = ("weave", "blend", "bob", "discard", "linear", "mean", "yadif")
    checked = modes.index(params.choice("mode")) % 2 == 0
    rows = np.arange(0 if upper else 1, height, 2)
    # The second row from either end has no field neighbour beyond the next row.
    inner = (rows != 1) & (rows != height - 2)
    result = now.copy()
    for spatial in (False, True):
        chosen = rows[(inner & checked) == spatial]
        if len(chosen):
            result[chosen] = _rows_between(
                before, now, after, chosen, past=upper != upper_first, spatial=spatial
            )
    return Frame(result, frames[1].window)


NODE = NodeType(plugins=("net.sf.openfx.Deinterlace",), wants=_wants, render=_render)

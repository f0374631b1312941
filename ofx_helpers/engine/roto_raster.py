"""Draws polygons and feather patches into 8-bit masks, as cairo does without smoothing.

Plain numpy: a matte of one 3840-pixel edge takes 20 ms, and numba would cost more to import.
Facts of cairo: coordinates are rounded to 1/256 pixel; a polygon's pixel is in when its centre
is; a mesh patch is drawn as points on curves, from the first edge to the last, dense enough to
leave no hole, each colouring the pixel that it falls in and the later hiding the earlier.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.uint8]

_FIXED = 256.0
_MOST_STEPS = 256.0 * 256.0
_MIDDLE = 127 / 256  # where cairo samples a row


def fill_polygon(canvas: Mask, polygon: Floats) -> None:
    """Set the pixels whose centre lies inside the closed polygon (n, 2), non-zero winding.

    `canvas` is (h, w) uint8 and covers [0, w) × [0, h), y up; it becomes 255 inside.
    """
    height, width = canvas.shape
    start = np.round(polygon * _FIXED) / _FIXED
    end = np.roll(start, -1, axis=0)
    up = start[:, 1] < end[:, 1]
    low, high = np.where(up[:, None], start, end), np.where(up[:, None], end, start)
    first = np.clip(np.ceil(low[:, 1] - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(high[:, 1] - 0.5), 0, height).astype(np.int64)
    count = last - first
    if not count.any():
        return
    edge = np.repeat(np.arange(len(start)), count)
    offset = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    row = first[edge] + offset
    slope = (high[edge, 0] - low[edge, 0]) / (high[edge, 1] - low[edge, 1])
    x = low[edge, 0] + (row + _MIDDLE - low[edge, 1]) * slope
    x = np.floor(x * _FIXED + 1e-9) / _FIXED
    order = np.lexsort((x, row))
    row, column = row[order], np.ceil(x[order] - 0.5).astype(np.int64)
    # Runs of winding 0 end a span, except gaps of one pixel, which cairo closes.
    winding = np.cumsum(np.where(up[edge], 1, -1)[order])
    ends = winding == 0
    ends[:-1] &= (row[1:] != row[:-1]) | (column[1:] > column[:-1] + 1)
    starts = np.concatenate([[True], ends[:-1]])
    column = np.clip(column, 0, width)
    change = np.zeros((height, width + 1), np.int16)
    np.add.at(change, (row[starts], column[starts]), 1)
    np.subtract.at(change, (row[ends], column[ends]), 1)
    rows = slice(int(row[0]), int(row[-1]) + 1)
    canvas[rows][np.cumsum(change[rows, :width], axis=1, dtype=np.int16) > 0] = 255


def fill_patches(canvas: Mask, inner: Floats, outer: Floats, falloff: float) -> None:
    """Draw the ramp between two closed polygons (n, 2) of as many points over the canvas.

    Opacity runs from 1 on `inner` to 0 on `outer`; the ramp's square goes over what is there.
    """
    height, width = canvas.shape
    ramp = np.zeros((height, width), np.uint8)
    before_in, before_out = np.roll(inner, 1, axis=0), np.roll(outer, 1, axis=0)
    # Natron starts at the second point and closes with the first.
    order = np.roll(np.arange(len(inner)), -1)
    bend = _bend(falloff)
    nothing = np.hypot(*(outer - inner).T) < 1e-9
    for i in order:
        if nothing[i] and nothing[i - 1]:
            _last_points(ramp, before_in[i], inner[i])
            continue
        _patch(ramp, before_in[i], before_out[i], outer[i], inner[i], bend)
    squared = _times(ramp, ramp)
    canvas[...] = squared + _times(canvas, 255 - squared)


def _bend(falloff: float) -> tuple[float, float]:
    """Where the two control points of a patch's side lie between its ends."""
    weight, inverse = falloff, 1.0 / falloff
    return inverse / (2 * weight + inverse), 2 * inverse / (weight + 2 * inverse)


def _times(a: Mask, b: Mask) -> Mask:
    """The product of two 8-bit fractions, rounded as pixman does."""
    product = a.astype(np.uint32) * b + 0x80
    return ((product + (product >> 8)) >> 8).astype(np.uint8)


def _shift(squared_steps: float) -> int:
    """The power of two for at least that many steps."""
    return (int(np.frexp(max(1.0, squared_steps))[1]) + 1) >> 1


def _spacing(
    nodes: tuple[float, float, float, float], length: float, start: float, end: float
) -> Iterator[tuple[Floats, Floats]]:
    """Positions along a patch's side and their opacities, in halves where it is very long."""
    a, b, c, d = nodes
    longest = max((b - a) ** 2, (d - c) ** 2, (c - a) ** 2 / 4, (d - b) ** 2 / 4)
    squared = 18.0 * length * length * longest
    if squared >= _MOST_STEPS:
        ab, bc, cd = (a + b) / 2, (b + c) / 2, (c + d) / 2
        abc, bcd = (ab + bc) / 2, (bc + cd) / 2
        middle, half = (abc + bcd) / 2, (start + end) / 2
        yield from _spacing((a, ab, abc, middle), length, start, half)
        yield from _spacing((middle, bcd, cd, d), length, half, end)
        return
    count = 1 << _shift(squared)
    v = np.arange(count + 1) / count
    u = 1.0 - v
    yield u**3 * a + 3 * u * u * v * b + 3 * u * v * v * c + v**3 * d, start + (end - start) * v


def _patch(
    ramp: Mask, p0: Floats, p1: Floats, p2: Floats, p3: Floats, bend: tuple[float, float]
) -> None:
    """One patch: sides p0→p1 and p3→p2 fall off, straight curves join them."""
    length = max(float(np.hypot(*(p1 - p0))), float(np.hypot(*(p2 - p3))))
    for positions, opacities in _spacing((0.0, *bend, 1.0), length, 1.0, 0.0):
        whole = np.floor(opacities * 65535.0 + 0.5).astype(np.int64)
        values = (whole >> 8).astype(np.uint8)
        _curves(
            ramp,
            p0 + positions[:, None] * (p1 - p0),
            p3 + positions[:, None] * (p2 - p3),
            values,
        )


def _curves(ramp: Mask, start: Floats, end: Floats, values: Mask) -> None:
    """Straight curves, each of one value, in order."""
    squared = 2.0 * ((end - start) ** 2).sum(axis=1)
    steps = np.array([_steps(value) for value in squared])
    first = 0
    while first < len(steps):
        last = first + 1
        while (
            last < len(steps)
            and steps[last, 0] == steps[first, 0]
            and (steps[last, 1] == steps[first, 1])
        ):
            last += 1
        _equal_curves(
            ramp, start[first:last], end[first:last], values[first:last], *steps[first].tolist()
        )
        first = last


def _steps(squared: float) -> tuple[int, int]:
    """In how many parts a curve is cut, and the steps of each."""
    parts = 1
    while squared >= _MOST_STEPS:
        parts, squared = parts * 2, squared / 4
    return parts, 1 << _shift(squared)


def _equal_curves(
    ramp: Mask, start: Floats, end: Floats, values: Mask, parts: int, steps: int
) -> None:
    share = np.arange(parts) / parts
    origins = start[:, None] + share[None, :, None] * (end - start)[:, None]
    stride = np.round((end - start) / (parts * steps) * (1 << 28)).astype(np.int64)
    stride = (stride >> 5) + ((stride >> 4) & 1)
    moved = stride[:, None, None] * np.arange(steps + 1)[None, None, :, None]
    fixed = np.rint(origins * _FIXED).astype(np.int64)[:, :, None] + (
        (moved >> 15) + ((moved >> 14) & 1)
    )
    shade = np.broadcast_to(values[:, None, None], fixed.shape[:3])
    _dots(ramp, fixed >> 8, shade)


def _last_points(ramp: Mask, start: Floats, end: Floats) -> None:
    """A patch without width ends with opacity 0 along its edge, hiding what lay there."""
    _curves(ramp, start[None], end[None], np.zeros(1, np.uint8))


def _dots(ramp: Mask, pixels: NDArray[np.int64], values: Mask) -> None:
    """Colour pixels in order; of several on one pixel the last stays."""
    x, y = pixels[..., 0].ravel(), pixels[..., 1].ravel()
    inside = (x >= 0) & (y >= 0) & (x < ramp.shape[1]) & (y < ramp.shape[0])
    ramp[y[inside], x[inside]] = values.ravel()[inside]

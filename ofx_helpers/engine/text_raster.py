"""Filled polygons as cairo's image surfaces fill them, and curves as it flattens them.

Cairo works in 1/256 pixels. A pixel row is sampled on 15 lines, exactly where no edge begins, ends
or crosses another in it; the winding rule is non-zero. Curves are halved into lines until they are
within 0.1 pixel.
Facts from cairo 1.16 (cairo-tor-scan-converter.c, cairo-spline.c); the method here is another:
all crossings of all lines at once, sorted by line and column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Points = NDArray[np.int64]
"""(n, 2) x and y in 1/256 pixel."""

UNIT = 256
_LINES = 15
_TOLERANCE = 0.1


def fixed(values: NDArray[np.float64]) -> Points:
    """Pixels as 1/256, rounded half to even as cairo's conversion does."""
    return np.rint(values * UNIT).astype(np.int64)


def fill(polygons: Sequence[Points], width: int, height: int) -> Mask:
    """Coverage (height, width), 0 to 255, of closed polygons under the non-zero rule."""
    aligned = all(_aligned(polygon) for polygon in polygons)
    edges = _edges(polygons, height, UNIT if aligned else _LINES)
    cover = np.zeros((height, width + 2), np.int64)
    missing = np.zeros((height, width + 2), np.int64)
    if len(edges.begin):
        whole = np.zeros(height, bool) if aligned else _whole_rows(edges, height)
        for target, cell, value in (
            *_sampled(edges, whole, width),
            *(() if aligned else _areas(edges, whole, width)),
        ):
            np.add.at(cover if target == "cover" else missing, cell, value)
    area = (np.cumsum(cover, axis=1) * 2 * UNIT - missing)[:, :width]
    if aligned:
        share = area >> 9
        return (share - (share >> 8)).astype(np.uint8)
    return ((area * 17 + UNIT) >> 9).astype(np.uint8)


def _aligned(polygon: Points) -> bool:
    """Whether every edge is level or upright: such shapes cairo covers exactly, as boxes."""
    return bool((np.roll(polygon, -1, axis=0) == polygon).any(axis=1).all())


Cells = tuple[NDArray[np.int64], NDArray[np.int64]]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Edges:
    """Edges from top to bottom: sample lines begin ≤ line < end; x = start + run · lines ÷ rise."""

    begin: Ints
    end: Ints
    x: Ints
    y: Ints
    run: Ints
    rise: Ints
    sign: Ints
    lines: int = _LINES
    """Sample lines in a pixel row."""

    def at(self, which: Ints, line: Ints) -> tuple[Ints, Ints]:
        """x on sample lines: whole 1/256 pixels and the rest in parts of `rise`."""
        rise = self.rise[which]
        along = self.run[which] * ((2 * line + 1) * UNIT - self.y[which] * 2 * self.lines)
        total = self.x[which] * rise + along
        return total // rise, total % rise

    def cell(self, which: Ints, line: Ints) -> Ints:
        """x on sample lines, rounded."""
        whole, rest = self.at(which, line)
        return whole + (2 * rest >= self.rise[which])


def _edges(polygons: Sequence[Points], height: int, lines: int) -> _Edges:
    starts = [polygon for polygon in polygons if len(polygon) > 1]
    if not starts:
        empty = np.zeros(0, np.int64)
        return _Edges(empty, empty, empty, empty, empty, empty, empty, lines)
    first = np.concatenate(starts)
    second = np.concatenate([np.roll(polygon, -1, axis=0) for polygon in starts])
    down = second[:, 1] > first[:, 1]
    top = np.where(down[:, None], first, second)
    bottom = np.where(down[:, None], second, first)
    begin = np.maximum((top[:, 1] * lines + 128) >> 8, 0)
    end = np.minimum((bottom[:, 1] * lines + 128) >> 8, height * lines)
    keep = end > begin
    top, bottom = top[keep], bottom[keep]
    return _Edges(
        begin=begin[keep],
        end=end[keep],
        x=top[:, 0],
        y=top[:, 1],
        run=bottom[:, 0] - top[:, 0],
        rise=(bottom[:, 1] - top[:, 1]) * 2 * lines,
        sign=np.where(down[keep], 1, -1),
        lines=lines,
    )


def _repeat(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """For every edge every number from begin to end: which edge, which number."""
    count = np.maximum(end - begin, 0)
    which = np.repeat(np.arange(len(count)), count)
    ordinal = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return which, begin[which] + ordinal


def _whole_rows(edges: _Edges, height: int) -> NDArray[np.bool_]:
    """The pixel rows in which no edge starts, ends or crosses another: these are exact."""
    whole = np.ones(height, bool)
    for lines in (edges.begin, edges.end):
        inside = lines % _LINES != 0
        whole[lines[inside] // _LINES] = False
    which, row = _repeat(edges.begin // _LINES, -(-edges.end // _LINES))
    keep = whole[row]
    which, row = which[keep], row[keep]
    now, later = edges.cell(which, row * _LINES), edges.cell(which, (row + 1) * _LINES)
    order = np.lexsort((later, now, row))
    row, later = row[order], later[order]
    crossed = (later[1:] < later[:-1]) & (row[1:] == row[:-1])
    whole[row[1:][crossed]] = False
    return whole


def _sampled(
    edges: _Edges, whole: NDArray[np.bool_], width: int
) -> Iterator[tuple[str, Cells, Ints]]:
    """The other rows, line by line: what each stretch inside adds to the cells of its ends."""
    which, line = _repeat(edges.begin, edges.end)
    keep = ~whole[line // edges.lines]
    which, line = which[keep], line[keep]
    column = edges.cell(which, line)
    order = np.lexsort((column, line))
    line, column, sign = line[order], column[order], edges.sign[which][order]
    # Every line's crossings add up to 0, so one running sum serves all the lines.
    winding = np.cumsum(sign)
    before = winding - sign
    for inside, direction in (
        ((before == 0) & (winding != 0), 1),
        ((before != 0) & (winding == 0), -1),
    ):
        x = np.clip(column[inside], 0, width * UNIT)
        cells = (line[inside] // edges.lines, x // UNIT)
        yield "cover", cells, np.full(len(x), direction)
        yield "missing", cells, direction * 2 * (x % UNIT)


def _areas(
    edges: _Edges, whole: NDArray[np.bool_], width: int
) -> Iterator[tuple[str, Cells, Ints]]:
    """The whole rows: what each outer edge covers of every cell that it crosses, in 15ths."""
    which, row = _repeat(edges.begin // _LINES, -(-edges.end // _LINES))
    keep = whole[row]
    which, row = which[keep], row[keep]
    now, later = edges.cell(which, row * _LINES), edges.cell(which, (row + 1) * _LINES)
    order = np.lexsort((later, now, row))
    which, row, now = which[order], row[order], now[order]
    winding = np.cumsum(edges.sign[which])
    # Stretches that touch count as one.
    touching = np.zeros(len(row), bool)
    touching[:-1] = (now[1:] == now[:-1]) & (row[1:] == row[:-1])
    last = (winding == 0) & ~touching
    first = np.concatenate(([True], last[:-1])) if len(last) else last
    for chosen, sign in ((first, 1), (last, -1)):
        yield from _trapezoids(edges, which[chosen], row[chosen], sign, width)


def _trapezoids(
    edges: _Edges, which: Ints, row: Ints, sign: int, width: int
) -> Iterator[tuple[str, Cells, Ints]]:
    rise = edges.rise[which]
    x1, rest1 = _row_edge(edges, which, row * _LINES)
    x2, rest2 = _row_edge(edges, which, (row + 1) * _LINES)
    swap = x2 // UNIT < x1 // UNIT
    x1, x2 = np.where(swap, x2, x1), np.where(swap, x1, x2)
    rest1, rest2 = np.where(swap, rest2, rest1), np.where(swap, rest1, rest2)
    left, right = x1 // UNIT, x2 // UNIT
    length = (x2 - x1) * rise + (rest2 - rest1)
    reach = (left + 1) * UNIT * rise - (x1 * rise + rest1)
    done = np.zeros_like(row)
    steps = right - left
    for step in range(int(steps.max(initial=-1)) + 1):
        here = steps >= step
        ends = steps == step
        part = np.full_like(row, _LINES)
        inner = here & ~ends
        along = (reach[inner] + step * UNIT * rise[inner]) * _LINES
        part[inner] = along // length[inner]
        lines = part - done
        begin = np.where(step == 0, x1 % UNIT, 0)
        stop = np.where(ends, x2 % UNIT, UNIT)
        cells = (row[here], np.clip((left + step)[here], 0, width))
        inside = ((left + step) >= 0)[here]
        off = np.where(inside & ((left + step) < width)[here], (begin + stop)[here], 0)
        yield "cover", cells, sign * lines[here]
        yield "missing", cells, sign * lines[here] * off
        done = np.where(here, part, done)


def _row_edge(edges: _Edges, which: Ints, line: Ints) -> tuple[Ints, Ints]:
    """x at the top of a pixel row: half a step of the lines before the first sample."""
    rise = edges.rise[which]
    x, rest = edges.at(which, line)
    step = edges.run[which] * 2 * UNIT
    whole = np.fix(step / rise).astype(np.int64)
    part = step - whole * rise
    x = x - np.fix(whole / 2).astype(np.int64)
    rest = rest - np.fix(part / 2).astype(np.int64)
    return x + rest // rise, rest % rise


def flatten(a: Points, b: Points, c: Points, d: Points) -> tuple[Points, Points]:
    """A cubic curve as points and the curve's direction at each, both (n, 2) in 1/256 pixel.

    The first point is `a`, the last `d`.
    """
    points: list[Points] = []
    aims: list[Points] = []
    stack = [(a, b, c, d)]
    while stack:
        a, b, c, d = stack.pop()
        if _error(a, b, c, d) < _TOLERANCE**2:
            if not points or tuple(points[-1]) != tuple(a):
                points.append(a)
                aims.append(b - a if (b != a).any() else c - a if (c != a).any() else d - a)
            continue
        ab, bc, cd = a + ((b - a) >> 1), b + ((c - b) >> 1), c + ((d - c) >> 1)
        abc, bcd = ab + ((bc - ab) >> 1), bc + ((cd - bc) >> 1)
        middle = abc + ((bcd - abc) >> 1)
        stack += [(middle, bcd, cd, d), (a, ab, abc, middle)]
    points.append(d)
    aims.append(d - c if (d != c).any() else d - b if (d != b).any() else d - a)
    return np.array(points), np.array(aims)


def _error(a: Points, b: Points, c: Points, d: Points) -> float:
    """How far, squared and in pixels, the control points lie from the line a–d at most."""
    line = (d - a) / UNIT
    length = float(line @ line)
    worst = 0.0
    for control in (b, c):
        away = (control - a) / UNIT
        along = float(away @ line)
        if length > 0 and along > 0:
            away = away - line * min(along / length, 1.0)
        worst = max(worst, float(away @ away))
    return worst


def over(canvas: Mask, mask: Mask, colour: tuple[float, float, float, float]) -> None:
    """Draw a colour (R, G, B, A, unpremultiplied, 0 to 1) through a mask, in place.

    `canvas` is (h, w, 4) premultiplied; the arithmetic is pixman's in 8 bits.
    """
    red, green, blue, alpha = (min(max(value, 0.0), 1.0) for value in colour)
    source = np.array(
        [_eight(red * alpha), _eight(green * alpha), _eight(blue * alpha), _eight(alpha)]
    )
    ink = times(np.broadcast_to(source, (*mask.shape, 4)), mask[..., None])
    rest = times(canvas, 255 - ink[..., 3:4])
    canvas[...] = np.minimum(ink.astype(np.uint16) + rest, 255).astype(np.uint8)


def times(a: NDArray[np.integer], b: NDArray[np.integer]) -> Mask:
    """The product of two 8-bit fractions, rounded as pixman does."""
    product = a.astype(np.uint32) * b.astype(np.uint32) + 0x80
    return ((product + (product >> 8)) >> 8).astype(np.uint8)


def _eight(value: float) -> int:
    return min(int(value * 65536), 65535) >> 8

"""Plots as SVG, drawn straight into the page: no library, no script, sharp at any size."""

from collections.abc import Iterable, Mapping, Sequence

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 900, 190, 44, 22, 14


def lines(
    series: Mapping[str, Sequence[tuple[int, float]]],
    colours: Mapping[str, str],
    limit: float | None = None,
) -> str:
    """Curves over frames; `limit` is a dashed line. Values in their own unit from 0 up."""
    points = [point for curve in series.values() for point in curve]
    if not points:
        return ""
    frames = [frame for frame, _ in points]
    top = max([value for _, value in points] + [limit or 0.0, 1e-6]) * 1.1
    scale = _Scale(min(frames), max(frames), top)
    parts = list(scale.axes())
    for name, curve in series.items():
        path = " ".join(f"{scale.x(frame):.1f},{scale.y(value):.1f}" for frame, value in curve)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colours[name]}" stroke-width="2">'
            f"<title>{name}</title></polyline>"
        )
    if limit is not None:
        y = scale.y(limit)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="limit"/>'
            f'<text x="{WIDTH}" y="{y - 4:.1f}" text-anchor="end">limit {limit:g}</text>'
        )
    return _svg(parts)


def stacked(
    frames: Sequence[int], shares: Mapping[str, Sequence[float]], colours: Mapping[str, str]
) -> str:
    """Percentages over frames, stacked to 100; one value a frame in each of `shares`."""
    scale = _Scale(frames[0], frames[-1], 100.0)
    parts = []
    base = [0.0] * len(frames)
    for name, values in shares.items():
        upper = [low + value for low, value in zip(base, values, strict=True)]
        outline = [*zip(frames, upper, strict=True), *reversed([*zip(frames, base, strict=True)])]
        path = " ".join(f"{scale.x(frame):.1f},{scale.y(value):.1f}" for frame, value in outline)
        parts.append(
            f'<polygon points="{path}" fill="{colours[name]}"><title>{name}</title></polygon>'
        )
        base = upper
    return _svg([*parts, *scale.axes()])


def bars(values: Mapping[str, float], colour: str) -> str:
    """One horizontal bar for each name, with its seconds."""
    top = max([*values.values(), 1e-6])
    row = 22
    parts = []
    for index, (name, value) in enumerate(values.items()):
        y = index * row
        length = (WIDTH - 220) * value / top
        parts.append(
            f'<text x="90" y="{y + 15}" text-anchor="end">{name}</text>'
            f'<rect x="100" y="{y + 3}" width="{max(length, 1):.1f}" height="{row - 6}" '
            f'fill="{colour}"/><text x="{108 + length:.1f}" y="{y + 15}">{value:.1f} s</text>'
        )
    return _svg(parts, height=row * len(values))


class _Scale:
    """Frames and values to pixels of the plot."""

    def __init__(self, first: int, last: int, top: float) -> None:
        self._first, self._last, self._top = first, last, top

    def x(self, frame: int) -> float:
        return LEFT + (WIDTH - LEFT) * (frame - self._first) / max(self._last - self._first, 1)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / self._top)

    def axes(self) -> Iterable[str]:
        for part in (0.0, 0.5, 1.0):
            value = self._top * part
            y = self.y(value)
            yield f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        for frame, anchor in ((self._first, "start"), (self._last, "end")):
            x = self.x(frame)
            yield f'<text x="{x:.1f}" y="{HEIGHT}" text-anchor="{anchor}">{frame}</text>'


def _svg(parts: Iterable[str], height: int = HEIGHT) -> str:
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH + 2} {height + 4}" role="img">{inside}</svg>'

"""Where the project really puts the sources, read back from the project itself."""

from driver.project.document import read
from driver.render.graph import graph_of
from driver.report.verdict import Check
from driver.shot import geometry
from driver.shot.alignment import Alignment
from driver.shot.paths import ShotPaths


def centres(paths: ShotPaths, found: Alignment) -> tuple[Check, ...]:
    """Runbook: each source's centre sample maps to the canonical centre, delta 0."""
    graph = graph_of(read(paths.project))
    checks = []
    for layer, node, top_down in _layers(found):
        if node not in graph.nodes:
            continue
        translate = graph.nodes[node].params.get("translate", (0.0, 0.0))
        x, y = (value if isinstance(value, int | float) else float("nan") for value in translate)
        height = top_down[3]
        column, row = x + top_down[0], found.canvas[1] - y - height + top_down[1]
        delta = max(
            abs(column - geometry.center(found.canvas[0])),
            abs(row - geometry.center(found.canvas[1])),
        )
        checks.append(
            Check(
                name=f"{layer} centre on the canonical centre",
                passed=delta == 0,
                number=delta if delta == delta else -1,
                limit=0,
                unit="px",
                layer=layer,
                text=f"{node} puts its centre sample {delta:g} px from the canvas's centre",
            )
        )
    return tuple(checks)


def _layers(found: Alignment) -> tuple[tuple[str, str, tuple[int, int, int, int]], ...]:
    """Layer, its node, and its picture's (centre x, centre y, width, height) from its own corner.

    The centre sample is the whole source's: a band's lies below or above the band, that of a
    widescreen padded by a found offset beside its real pixels' own.
    """
    factor = found.factor
    # An offset found to the right or below means padding on that side: nothing on the left or top.
    x, y, _ = found.measured_offsets
    spare = found.wide_padded[0] - found.wide[2], found.wide_padded[1] - found.wide[3]
    left, above = (spare[0] if x < 0 else 0), (spare[1] if y < 0 else 0)
    wide = (
        geometry.center(found.wide_padded[0]) - left,
        geometry.center(found.wide_padded[1]) - above,
        found.wide[2],
        found.wide[3],
    )
    column = factor * geometry.center(found.dvd_size[0])
    row = factor * geometry.center(found.dvd_size[1])
    top, bottom = found.band_rect("top"), found.band_rect("bottom")
    below = factor * (found.dvd_size[1] - found.band_rows[1])
    suffix = "Place{}" if found.apply_residual else "{}Band"
    return (
        ("widescreen", "Wide", wide),
        ("dvd top band", suffix.format("Top"), (column, row, top.width, top.height)),
        (
            "dvd bottom band",
            suffix.format("Bottom"),
            (column, row - below, bottom.width, bottom.height),
        ),
    )

"""ContactSheet: all inputs, and a range of frames of each, in rows and columns of one picture.

A cell belongs to each input that the node could have, connected or not. Pictures are scaled by
the mean of what each new pixel covers. LayerContactSheet has a cell for each layer of its one
input; the engine's pictures have the colour alone, and an input that may have more is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import touched
from ofx_helpers.engine.components import on_another_plane
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want, floats_only

_LAYERS = "net.sf.openfx.LayerContactSheetOFX"
_LAYERED = (".exr", ".psd", ".psb", ".xcf", ".ora", ".kra", ".tif", ".tiff")
_MAIN = ("Source", "B", "Bg", "0", "1")


@dataclass(frozen=True)
class _Cell:
    """A picture and where it is drawn."""

    label: str
    time: float
    source: Window
    to: Window


def _region(context: Context) -> Window:
    width, height = context.params.pair("resolution")
    return Window(0, 0, round(width), round(height))


def _placed(context: Context, grid: tuple[int, int], index: int, source: Window) -> Window:
    """The pixels that a picture with the format `source` touches in its cell of rows × columns.

    Cells, gaps and pictures are measured in canonical units.
    """
    params, sheet, (rows, columns) = context.params, _region(context), grid
    row, column = divmod(index, columns)
    if params.choice("rowOrder").lower() == "topbottom":
        row = rows - 1 - row
    if params.choice("colOrder").lower() != "leftright":
        column = columns - 1 - column
    across, wide = sheet.width * context.aspect, source.width * context.aspect
    gap = params.whole("gap")
    x1, y1 = column * across / columns + gap // 2, row * sheet.height / rows + gap // 2
    width = max(1.0, (column + 1) * across / columns - (gap + 1) // 2 - x1)
    height = max(1.0, (row + 1) * sheet.height / rows - (gap + 1) // 2 - y1)
    scale = min(width / wide, height / source.height)
    if params.flag("center"):
        x1 += (width - scale * wide) / 2
        y1 += (height - scale * source.height) / 2
    x2, y2 = x1 + scale * wide, y1 + scale * source.height
    return touched((x1, y1, x2, y2), context.aspect)


def _cells(context: Context) -> Iterator[_Cell]:
    params = context.params
    first, last = sorted(round(value) for value in params.pair("frameRange"))
    count = last - first + 1
    rows, columns = (round(value) for value in params.pair("rowsColumns"))
    start = 0.0 if params.flag("frameRangeAbsolute") else context.time
    for index in range(min(rows * columns, count * len(context.labels))):
        label = context.labels[index // count]
        source = context.input_format(label)
        if not context.connected(label) or source.empty:
            continue
        time = start + first + index % count
        seen = context.region(label, time).intersect(source)
        to = _placed(context, (rows, columns), index, source)
        if not seen.empty and not to.empty:
            yield _Cell(label, time, seen, to)


def _layer_cells(context: Context) -> Iterator[_Cell]:
    """The colour's cell, and no other: see `_refuse_layers`."""
    _refuse_layers(context)
    params, source, sheet = context.params, context.input_format("Source"), _region(context)
    seen = context.region("Source").intersect(source)
    if not context.connected("Source") or source.empty or seen.empty:
        return
    rows, columns = (round(value) for value in params.pair("rowsColumns"))
    if params.flag("autoDims"):
        # As many columns as fit beside each other; for one layer there may be more than one.
        fitting = sheet.width * source.height / (sheet.height * source.width)
        rows, columns = 1, max(1, floor(sqrt(fitting)))
    to = _placed(context, (rows, columns), 0, source)
    if not to.empty:
        yield _Cell("Source", context.time, seen, to)


def _refuse_layers(context: Context) -> None:
    """Raises RenderError where the input may have other layers than its colour."""
    nodes, name = context.graph.nodes, context.node.inputs.get("Source")
    seen: set[str] = set()
    while name is not None and name in nodes and name not in seen:
        node = nodes[name]
        seen.add(name)
        file = str(node.params.get("filename", ("",))[0]).lower()
        if (not node.inputs and file.endswith(_LAYERED)) or on_another_plane(node):
            raise RenderError(
                f"{context.node.name} ({context.node.plugin}) shows all layers, and {name} may "
                f"have more than its colour, which is all that the engine draws: render with "
                f"Natron, or with Misc.ofx.bundle and --nodes prefer-ofx."
            )
        name = next((node.inputs[label] for label in _MAIN if label in node.inputs), None)


def _shrunk(pixels: Pixels, length: int, start: int, end: int) -> Pixels:
    """Rows from `start` to `end` of the picture scaled to `length` rows: what each one covers."""
    rows = pixels.shape[0]
    sums: NDArray[np.float64] = np.zeros((rows + 1, *pixels.shape[1:]))
    np.cumsum(pixels, axis=0, dtype=np.float64, out=sums[1:])
    edges = np.arange(start, end + 1) * (rows / length)
    below = np.minimum(edges.astype(np.intp), rows - 1)
    share = (edges - below).reshape(-1, *(1,) * (pixels.ndim - 1))
    until = sums[below] + share * pixels[below]
    found: Pixels = (np.diff(until, axis=0) * (length / rows)).astype(np.float32)
    return found


def _drawn(context: Context, window: Window) -> list[_Cell]:
    layers = context.node.plugin == _LAYERS
    cells = _layer_cells(context) if layers else _cells(context)
    return [cell for cell in cells if not cell.to.intersect(window).empty]


def _wants(context: Context, window: Window) -> Sequence[Want]:
    return [Want(cell.label, cell.source, cell.time) for cell in _drawn(context, window)]


def _render(context: Context, window: Window, frames: Sequence[Frame]) -> Pixels:
    result = np.zeros((window.height, window.width, 4), np.float32)
    cells = _drawn(context, window)
    for cell, frame in zip(cells, frames, strict=True):
        to, part = cell.to, cell.to.intersect(window)
        rows = _shrunk(frame.pixels, to.height, part.y1 - to.y1, part.y2 - to.y1)
        turned = np.ascontiguousarray(rows.swapaxes(0, 1))
        columns = _shrunk(turned, to.width, part.x1 - to.x1, part.x2 - to.x1)
        top, left = part.y1 - window.y1, part.x1 - window.x1
        result[top : top + part.height, left : left + part.width] = columns.swapaxes(0, 1)
    return result


NODE = NodeType(
    plugins=("net.sf.openfx.ContactSheetOFX", _LAYERS),
    depth=floats_only,
    region=_region,
    format=_region,
    wants=_wants,
    render=_render,
)

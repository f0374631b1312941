"""What of a picture are bytes of its files: found from the graph, copied without decoding to light.

Most pixels of a composite come from one opaque file that lies over all others, perhaps moved by
whole pixels. Their way to linear light and back ends at the same 8-bit codes, so the codes are
copied. The plane is divided along the edges of layers and masks until each part either is a copy or
has to be computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.node_type import Codes
from ofx_helpers.engine.scene import Scene

_MOST = 96
"""Parts beyond which dividing costs more than it saves."""


@dataclass(frozen=True)
class Copy:
    """`window` of the output is `source` of a file's pixels."""

    window: Window
    codes: Codes
    source: Window


def find_copies(scene: Scene, name: str, time: float, window: Window) -> list[Copy]:
    """The parts of a node's output over `window` that are copies; they do not overlap."""
    copies: list[Copy] = []
    # Node, time, part of the output, and how far the output lies from the node's own plane.
    stack: list[tuple[str | None, float, Window, int, int]] = [(name, time, window, 0, 0)]
    seen = 0
    while stack:
        seen += 1
        if seen > _MOST:
            return []
        node, at, part, dx, dy = stack.pop()
        wanted = part.shift(-dx, -dy)
        placed = scene.follow(node, at, wanted)
        if placed is None:
            continue
        if placed.window != wanted:
            stack.append((node, at, placed.window.shift(dx, dy), dx, dy))
            continue
        context = scene.context(placed.name, placed.time)
        kind = context.kind
        codes = kind.codes(context) if kind.codes else None
        moved = kind.shift(context) if kind.shift else None
        if codes is not None and codes.data.contains(wanted):
            copies.append(Copy(part, codes, wanted))
        elif moved is not None:
            above = scene.input(placed.name, kind.main)
            stack.append((above, placed.time, part, dx + moved[0], dy + moved[1]))
        elif kind.edges is not None:
            pieces = _first_division(wanted, kind.edges(context))
            stack.extend(
                (placed.name, placed.time, piece.shift(dx, dy), dx, dy) for piece in pieces
            )
    return copies


def left_over(window: Window, copies: list[Copy]) -> Window:
    """The box of what the copies leave of `window`; may be empty."""
    left = [window]
    for copy in copies:
        left = [piece for old in left for piece in _outside(old, copy.window)]
    box = Window(0, 0, 0, 0)
    for piece in left:
        box = box.union(piece)
    return box


def _first_division(window: Window, edges: Sequence[Window]) -> list[Window]:
    """The window cut along the first border that runs through it; empty when none does."""
    for edge in edges:
        inside = window.intersect(edge)
        if not inside.empty and inside != window:
            return [inside, *_outside(window, edge)]
    return []


def _outside(window: Window, hole: Window) -> list[Window]:
    """The window without the hole, as up to four windows."""
    x1, y1, x2, y2 = window.intersect(hole)
    if x1 >= x2 or y1 >= y2:
        return [window]
    parts = (
        Window(window.x1, window.y1, window.x2, y1),
        Window(window.x1, y2, window.x2, window.y2),
        Window(window.x1, y1, x1, y2),
        Window(x2, y1, window.x2, y2),
    )
    return [part for part in parts if not part.empty]

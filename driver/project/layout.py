"""Where nodes lie in the node graph: layers from top to bottom, parts side by side, no overlaps.

Positions are Natron's: x to the right, y down, of a node's top left corner.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

GAP_X = 50.0
GAP_Y = 45.0
MARGIN = 40.0
TITLE = 60.0
PART_GAP = 90.0
_SWEEPS = 4


@dataclass(frozen=True)
class Box:
    """Top left corner and size of a node or a part."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, dx: float, dy: float) -> "Box":
        """The same box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)


@dataclass(frozen=True)
class Item:
    """What is laid out: its size, the items above it that feed it, and its part ("": none)."""

    name: str
    width: float
    height: float
    above: tuple[str, ...]
    part: str = ""


def lay_out(items: Sequence[Item]) -> tuple[dict[str, Box], dict[str, Box]]:
    """The box of every item by name, and of every named part by name.

    Each part is laid out by itself; parts are then laid out by what feeds them. The box of a part
    holds its items with a margin and room for a title.
    """
    members: dict[str, list[Item]] = {}
    for item in items:
        members.setdefault(item.part, []).append(item)
    part_of = {item.name: item.part for item in items}
    inside: dict[str, dict[str, Box]] = {}
    blocks: list[Item] = []
    for part, group in members.items():
        boxes = _layered(group)
        around = bounds(boxes.values())
        room = (MARGIN, TITLE) if part else (0.0, 0.0)
        inside[part] = {
            name: box.moved(room[0] - around.x, room[1] - around.y) for name, box in boxes.items()
        }
        feeders = dict.fromkeys(part_of[up] for item in group for up in item.above if up in part_of)
        feeders.pop(part, None)
        width = around.width + 2 * room[0]
        height = around.height + room[1] + room[0]
        blocks.append(Item(part, width, height, tuple(feeders)))
    places = _layered(blocks, PART_GAP, PART_GAP)
    nodes = {
        name: box.moved(places[part].x, places[part].y)
        for part, boxes in inside.items()
        for name, box in boxes.items()
    }
    return nodes, {part: box for part, box in places.items() if part}


def bounds(boxes: Iterable[Box]) -> Box:
    """The smallest box around others; an empty one at the origin around none."""
    all_boxes = list(boxes)
    if not all_boxes:
        return Box(0, 0, 0, 0)
    left = min(box.x for box in all_boxes)
    top = min(box.y for box in all_boxes)
    right = max(box.x + box.width for box in all_boxes)
    bottom = max(box.y + box.height for box in all_boxes)
    return Box(left, top, right - left, bottom - top)


def _layered(items: Sequence[Item], gap_x: float = GAP_X, gap_y: float = GAP_Y) -> dict[str, Box]:
    """Each item below all that feed it, layers centred, items ordered to cross few lines."""
    ups = _without_circles(items)
    depth = _depths(items, ups)
    layers: list[list[Item]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for item in items:
        layers[depth[item.name]].append(item)
    _order(layers, ups)
    boxes: dict[str, Box] = {}
    y = 0.0
    for layer in layers:
        width = sum(item.width for item in layer) + gap_x * (len(layer) - 1)
        x = -width / 2
        for item in layer:
            boxes[item.name] = Box(x, y, item.width, item.height)
            x += item.width + gap_x
        y += max(item.height for item in layer) + gap_y
    return boxes


def _without_circles(items: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """What feeds each item, without the connections that would close a circle.

    Nodes never do; two parts may feed each other.
    """
    known = {item.name: item for item in items}
    ups: dict[str, tuple[str, ...]] = {}
    state: dict[str, int] = {}

    def visit(name: str) -> None:
        state[name] = 1
        kept = []
        for up in known[name].above:
            if up in known and state.get(up) != 1:
                if up not in state:
                    visit(up)
                kept.append(up)
        ups[name] = tuple(kept)
        state[name] = 2

    # The last items are looked at first: what comes late in a file is mostly what the rest feeds.
    for item in reversed(items):
        if item.name not in state:
            visit(item.name)
    return ups


def _depths(items: Sequence[Item], ups: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """The layer of each item: as far down as it must, then as near to its readers as it may."""
    depth: dict[str, int] = {}

    def down(name: str) -> int:
        if name not in depth:
            depth[name] = max((down(up) + 1 for up in ups[name]), default=0)
        return depth[name]

    for item in items:
        down(item.name)
    readers: dict[str, list[str]] = {item.name: [] for item in items}
    for name, feeding in ups.items():
        for up in feeding:
            readers[up].append(name)
    for name in sorted(depth, key=depth.__getitem__, reverse=True):
        if readers[name]:
            depth[name] = min(depth[reader] for reader in readers[name]) - 1
    return depth


def _order(layers: list[list[Item]], ups: Mapping[str, tuple[str, ...]]) -> None:
    """Sort each layer by where its neighbours lie, a few times up and down."""
    downs: dict[str, list[str]] = {}
    for name, feeding in ups.items():
        for up in feeding:
            downs.setdefault(up, []).append(name)
    place: dict[str, float] = {}

    def note(layer: list[Item]) -> None:
        for index, item in enumerate(layer):
            place[item.name] = index - (len(layer) - 1) / 2

    for layer in layers:
        note(layer)

    def middle(names: Sequence[str], own: float) -> float:
        return sum(place[name] for name in names) / len(names) if names else own

    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            layer.sort(
                key=lambda item, by=downwards: middle(  # type: ignore[misc]
                    ups[item.name] if by else downs.get(item.name, ()), place[item.name]
                )
            )
            note(layer)

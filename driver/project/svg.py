"""The node graph as a picture: where Natron's window has it, or laid out anew."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from driver.errors import MemecompError
from driver.project.boost import Element, real, text_of
from driver.project.catalog import BACKDROP, node_kind
from driver.project.document import Document
from driver.project.edit import find_node
from driver.project.gui import colour_of
from driver.project.layout import Box, Item, bounds, lay_out
from driver.project.node import ProjectNode

_MARGIN = 40.0
_SIZE = (110.0, 44.0)
_Placed = Mapping[str, tuple[Box, str]]


def graph_svg(document: Document, group: str = "") -> str:
    """An SVG of the top level, or of the inside of a group.

    Nodes stand where the project has saved them; where it has not (every node on one spot, or no
    `ProjectGui`), they are laid out in layers from top to bottom.

    Raises:
        MemecompError: no such group.
    """
    nodes = find_node(document, group).children if group else document.nodes
    if group and not nodes:
        raise MemecompError(f"{group} is no group: there is nothing in it to draw.")
    saved = _saved(document, group)
    placed = saved if _useful(saved, nodes) else _laid_out(nodes)
    return _drawn(nodes, placed)


def _saved(document: Document, group: str) -> dict[str, tuple[Box, str]]:
    gui = document.root.find("ProjectGui/NodesGui")
    for name in group.split(".") if group else ():
        items = [] if gui is None else gui.findall("item")
        gui = next((item for item in items if text_of(item, "Name") == name), None)
    if gui is None:
        return {}
    return {text_of(item, "Name"): _box(item) for item in gui.findall("item")}


def _box(item: Element) -> tuple[Box, str]:
    def number(tag: str, default: float) -> float:
        return real(text_of(item, tag, str(default)), f"<{tag}> of a node in the window")

    width, height = number("Width", _SIZE[0]), number("Height", _SIZE[1])
    box = Box(
        number("X_position", 0),
        number("Y_position", 0),
        width if width > 0 else _SIZE[0],
        height if height > 0 else _SIZE[1],
    )
    return box, _hex((number("r", 0.7), number("g", 0.7), number("b", 0.7)))


def _useful(saved: _Placed, nodes: Sequence[ProjectNode]) -> bool:
    boxes = [saved[node.name][0] for node in nodes if node.name in saved]
    return len(boxes) == len(nodes) and len({(box.x, box.y) for box in boxes}) > len(nodes) // 2


def _laid_out(nodes: Sequence[ProjectNode]) -> dict[str, tuple[Box, str]]:
    items = [
        Item(
            node.name,
            max(_SIZE[0], 8.0 * len(node.name)),
            _SIZE[1],
            tuple(dict.fromkeys(node.inputs.values())),
        )
        for node in nodes
    ]
    boxes, _parts = lay_out(items)
    return {node.name: (boxes[node.name], _colour(node)) for node in nodes}


def _colour(node: ProjectNode) -> str:
    try:
        group = node_kind(node.plugin).group
    except MemecompError:
        group = ""
    return _hex(colour_of(group, node.plugin))


def _hex(colour: Sequence[float]) -> str:
    return "#" + "".join(f"{min(255, max(0, round(255 * part))):02x}" for part in colour)


def _drawn(nodes: Sequence[ProjectNode], placed: _Placed) -> str:
    around = bounds([placed[node.name][0] for node in nodes])
    dx, dy = _MARGIN - around.x, _MARGIN - around.y
    width, height = around.width + 2 * _MARGIN, around.height + 2 * _MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#323232"/>',
    ]
    boxes = {node.name: placed[node.name][0].moved(dx, dy) for node in nodes}
    drops = [node for node in nodes if node.plugin == BACKDROP]
    others = [node for node in nodes if node.plugin != BACKDROP]
    for node in drops:
        drawn.append(_rectangle(boxes[node.name], placed[node.name][1], 0.35))
        drawn.append(_text(boxes[node.name], node.label, "#ffffff", top=True))
    for node in others:
        for label, source in node.inputs.items():
            if source in boxes:
                drawn.append(_wire(boxes[source], boxes[node.name], label))
    for node in others:
        drawn.append(_rectangle(boxes[node.name], placed[node.name][1], 1.0, bool(node.children)))
        drawn.append(_text(boxes[node.name], node.label or node.name, "#000000"))
    return "\n".join([*drawn, "</svg>", ""])


def _rectangle(box: Box, colour: str, opacity: float, double: bool = False) -> str:
    edge = ' stroke="#ffffff" stroke-width="2"' if double else ' stroke="#000000"'
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="4" fill="{colour}" fill-opacity="{opacity}"{edge}/>'
    )


def _text(box: Box, text: str, colour: str, top: bool = False) -> str:
    y = box.y + (18 if top else box.height / 2 + 4)
    shown = escape("".join(letter for letter in text if letter.isprintable()))
    return (
        f'<text x="{box.x + box.width / 2:.1f}" y="{y:.1f}" text-anchor="middle" '
        f'fill="{colour}">{shown}</text>'
    )


def _wire(source: Box, reader: Box, label: str) -> str:
    x1, y1 = source.x + source.width / 2, source.y + source.height / 2
    x2, y2 = reader.x + reader.width / 2, reader.y + reader.height / 2
    shown = escape("".join(letter for letter in label if letter.isprintable()))
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#c8c8c8"/>'
        f'<text x="{(x1 + 2 * x2) / 3 + 4:.1f}" y="{(y1 + 2 * y2) / 3:.1f}" fill="#c8c8c8" '
        f'font-size="10">{shown}</text>'
    )

"""What Natron's window needs to show a project: places, colours, BackDrops, panes, the Viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from driver.project.boost import Element, add
from driver.project.layout import Box

Colour = tuple[float, float, float]

# By the first word of the catalogue's group, near Natron's own colours.
_COLOURS: Mapping[str, Colour] = {
    "Channel": (0.6, 0.24, 0.39),
    "Color": (0.48, 0.66, 1.0),
    "Draw": (0.75, 0.75, 0.75),
    "Filter": (0.8, 0.5, 0.3),
    "Image": (0.7, 0.7, 0.7),
    "Keyer": (0.35, 0.65, 0.35),
    "Merge": (0.3, 0.37, 0.776),
    "Time": (0.7, 0.65, 0.35),
    "Transform": (0.7, 0.3, 0.1),
}
_GREY: Colour = (0.7, 0.7, 0.7)
_WRITE: Colour = (0.75, 0.75, 0.0)
# Window 1674×1023: viewer above node graph, properties at the right.
_SIZES = {"window": (1674, 1023), "columns": "1065 572", "rows": "499 498"}


@dataclass(frozen=True)
class NodeGui:
    """A node in the graph: name, box, colour, whether it shows a preview, and its children."""

    name: str
    box: Box
    colour: Colour
    preview: bool = False
    children: tuple["NodeGui", ...] = ()


def colour_of(group: str, plugin: str) -> Colour:
    """A node's colour by the catalogue's group."""
    if plugin.endswith(".Write"):
        return _WRITE
    if plugin.endswith((".Roto", ".RotoPaint")):
        return _COLOURS["Draw"]
    return _COLOURS.get(group.partition("/")[0], _GREY)


def gui_element(
    nodes: Sequence[NodeGui], viewers: Sequence[str], size: tuple[int, int], frames: tuple[int, int]
) -> Element:
    """The ProjectGui element: `size` of the format, first and last of `frames` for the Viewer."""
    gui = etree.Element("ProjectGui")
    listed = add(gui, "NodesGui")
    add(listed, "count", len(nodes))
    add(listed, "item_version", 6)
    for node in nodes:
        _node(listed, node)
    _panes(gui, viewers)
    data = add(gui, "ViewersData")
    add(data, "count", len(viewers))
    add(data, "item_version", 0)
    for viewer in viewers:
        item = add(data, "item")
        add(item, "first", viewer)
        _viewer(item, size, frames)
    for tag in ("Histograms", "OpenedPanels"):
        _strings(gui, tag, ())
    add(gui, "ScriptEditorInput", "")
    add(gui, "NumPyPanels", 0)
    for tag in ("OpenedPanelsMinimized", "OpenedPanelsHideUnmodified"):
        _strings(gui, tag, ())
    return gui


def _node(parent: Element, node: NodeGui) -> None:
    item = add(parent, "item")
    add(item, "Name", node.name)
    add(item, "X_position", float(node.box.x))
    add(item, "Y_position", float(node.box.y))
    add(item, "Preview_enabled", node.preview)
    for channel, value in zip("rgb", node.colour, strict=True):
        add(item, channel, f"{value:.9e}")
    add(item, "Selected", 0)
    add(item, "Width", float(node.box.width))
    add(item, "Height", float(node.box.height))
    add(item, "HasOverlayColor", 0)
    add(item, "Children", len(node.children))
    for child in node.children:
        _node(item, child)


def _panes(gui: Element, viewers: Sequence[str]) -> None:
    layout = add(gui, "Gui_Layout")
    add(layout, "NbWindows", 1)
    window = add(layout, "Window")
    add(window, "ChildType", 0)
    columns = _splitter(window, str(_SIZES["columns"]), 1)
    add(columns, "ChildIsSplitter", 1)
    rows = _splitter(columns, str(_SIZES["rows"]), 2)
    add(rows, "ChildIsSplitter", 0)
    _pane(rows, viewers, "pane1", True)
    add(rows, "ChildIsSplitter", 0)
    _pane(rows, ("nodeGraph", "curveEditor", "dopeSheetEditor"), "pane3", False)
    add(columns, "ChildIsSplitter", 0)
    _pane(columns, ("properties",), "pane2", False)
    add(window, "MainWindow", 1)
    width, height = (int(side) for side in _SIZES["window"])
    for tag, value in (("x", 0), ("y", 0), ("w", width), ("h", height)):
        add(window, tag, value)


def _splitter(parent: Element, sizes: str, orientation: int) -> Element:
    child = add(parent, "Child")
    add(child, "Sizes", sizes)
    add(child, "Orientation", orientation)
    return child


def _pane(parent: Element, tabs: Sequence[str], name: str, anchor: bool) -> None:
    child = add(parent, "Child")
    _strings(child, "Tabs", tabs)
    add(child, "Index", 0)
    add(child, "Name", name)
    add(child, "IsAnchor", anchor)


def _strings(parent: Element, tag: str, values: Sequence[str]) -> None:
    element = add(parent, tag)
    add(element, "count", len(values))
    add(element, "item_version", 0)
    for value in values:
        add(element, "item", value)


def _viewer(item: Element, size: tuple[int, int], frames: tuple[int, int]) -> None:
    width, height = size
    zoom = min(1065 / width, 499 / height) * 0.9
    values: tuple[tuple[str, object], ...] = (
        ("zoomLeft", width / 2 - 1065 / zoom / 2),
        ("zoomBottom", height / 2 - 499 / zoom / 2),
        ("zoomFactor", zoom),
        ("UserRoIEnabled", 0),
        ("UserRoI", None),
        ("ClippedToProject", 1),
        ("AutoContrast", 0),
        ("Gain", 1.0),
        ("Gain", 1.0),
        ("ColorSpace", "sRGB"),
        ("Layer", "Color.RGBA"),
        ("AlphaLayer", "Color.A"),
        ("Channels", "RGB"),
        ("RenderScaleActivated", 0),
        ("MipMapLevel", 0),
        ("ZoomOrPanSinceFit", 0),
        ("CompositingOP", 0),
        ("LeftBound", frames[0]),
        ("RightBound", frames[1]),
        ("LeftToolbarVisible", 1),
        ("RightToolbarVisible", 1),
        ("TopToolbarVisible", 1),
        ("PlayerVisible", 1),
        ("TimelineVisible", 1),
        ("InfobarVisible", 1),
        ("isInputAPaused", 0),
        ("isInputBPaused", 0),
        ("CheckerboardEnabled", 0),
        ("Fps", 24.0),
        ("FpsLocked", 1),
        ("aInput", 0),
        ("bInput", 0),
        ("fullFrame", 0),
    )
    data = add(item, "second")
    for tag, value in values:
        child = add(data, tag, value)
        if tag == "UserRoI":
            for side, edge in zip(("Left", "Bottom", "Right", "Top"), (0, 0, *size), strict=True):
                add(child, side, float(edge))

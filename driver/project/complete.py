"""An outline made into a whole project: checked, with counts, defaults, layout and window."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lxml import etree

from driver.errors import MemecompError
from driver.project import catalog
from driver.project.boost import Element, add, child_of
from driver.project.build import NOTE, knob_element, node_element
from driver.project.catalog import NodeKind, ParamKind, near, node_kind
from driver.project.document import Document
from driver.project.formats import BUILT_IN
from driver.project.gui import NodeGui, colour_of, gui_element
from driver.project.keep import expressed, kept_kind, put_back, put_back_settings, whole_node
from driver.project.layout import GAP_X, Box, Item, bounds, lay_out
from driver.project.outline import KEPT, NodeOutline, PartOutline, ProjectOutline, value_of
from driver.project.write_roto import roto_element
from ofx_helpers.engine.graph import Keyed

_NODE_SIZE = (109.0, 52.0)
_READ_SIZE = (133.0, 81.0)
OWN_FORMAT = "memecomp"


def complete(outline: ProjectOutline, path: Path, where: str) -> Document:
    """The project of an outline, meant for `path`; errors start with `where` and the line.

    Raises:
        MemecompError: an unknown node, input, parameter, choice or value, a name used twice, an
            input that names no node, or a format or range that cannot be.
    """
    if outline.width < 1 or outline.height < 1:
        raise MemecompError(f"{where}: the format {outline.width}×{outline.height} has no pixel.")
    if outline.last < outline.first:
        raise MemecompError(f"{where}: the last frame {outline.last} is before {outline.first}.")
    root = etree.Element("boost_serialization", signature="serialization::archive", version="18")
    add(root, "Background_project", 0)
    project = add(root, "Project")
    for tag, number in (("VersionMajor", 2), ("VersionMinor", 5), ("VersionRev", 0)):
        add(project, tag, number)
    for tag, text in (("GitBranch", ""), ("GitCommit", ""), ("OS", "Linux")):
        add(project, tag, text)
    add(project, "Bits", 64)
    makers = _Maker(outline, where)
    elements = makers.nodes(outline.nodes, "")
    drops = makers.backdrops(outline.parts)
    nodes = add(project, "NodesCollection")
    add(nodes, "NodesCount", len(elements) + len(drops))
    nodes.extend([*elements, *drops])
    _settings(project, outline)
    viewers = [node.name for node in outline.nodes if _kind(node).plugin == catalog.VIEWER]
    root.append(
        gui_element(
            makers.gui(),
            viewers,
            (outline.width, outline.height),
            (outline.first, outline.last),
        )
    )
    return Document(root, path)


class _Maker:
    """Makes elements; knows where the outline came from."""

    def __init__(self, outline: ProjectOutline, where: str) -> None:
        self._outline = outline
        self._where = where

    def nodes(self, outlines: Sequence[NodeOutline], prefix: str) -> list[Element]:
        """The elements of sibling nodes; `prefix` has the group's cache id and a dot."""
        names = {node.name for node in outlines}
        seen: set[str] = set()
        made = []
        for node in outlines:
            try:
                if not node.name.isidentifier():
                    raise MemecompError(f"{node.name!r} is no name: letters, digits and _ only.")
                if node.name in seen:
                    raise MemecompError(f"Two nodes are named {node.name}.")
                seen.add(node.name)
                made.append(self._node(node, names, prefix))
            except MemecompError as error:
                raise self._at(node, error) from None
        return made

    def _at(self, node: NodeOutline, error: MemecompError) -> MemecompError:
        text = str(error)
        if text.startswith(self._where):
            return error
        return MemecompError(f"{self._where}, line {node.line}, node {node.name}: {text}")

    def _node(self, node: NodeOutline, names: set[str], prefix: str) -> Element:
        if node.plugin == KEPT:
            return whole_node(node, names)
        kind = _kind(node)
        inputs = _checked_inputs(node, kind, names)
        params, ruled = _checked_params(node, kind, inputs)
        cache_id = f"{prefix}{node.name}"
        element = node_element(kind, node.name, params, inputs, cache_id)
        if node.label:
            _set(element, "Plugin_label", node.label)
        if node.shapes:
            for shape in node.shapes:
                if len(shape.points) < 3 or len(shape.points) != len(shape.feather_points):
                    raise MemecompError(
                        f"shape {shape.name} needs 3 points or more, and as many feather points."
                    )
            _set(element, "HasRotoContext", 1).addnext(
                roto_element(node.shapes, self._outline.first)
            )
        if node.children:
            anchor = _set(element, "Children", len(node.children))
            for child in reversed(self.nodes(node.children, f"{cache_id}.")):
                anchor.addnext(child)
        put_back(element, [*ruled, *node.kept])
        return element

    def backdrops(self, parts: Sequence[PartOutline]) -> list[Element]:
        """The BackDrops around the parts."""
        kind = node_kind(catalog.BACKDROP)
        made = []
        for number, part in enumerate(parts, 1):
            name = f"Backdrop{number}"
            element = node_element(kind, name, {kind.param("Label"): (part.text,)}, {}, name)
            _set(element, "Plugin_label", part.name)
            made.append(element)
        return made

    def gui(self) -> list[NodeGui]:
        """Places and colours of all nodes and BackDrops."""
        outline = self._outline
        nodes, boxes = _arranged(outline.nodes)
        drops = [
            NodeGui(f"Backdrop{number}", boxes.get(part.name, Box(0, 0, 200, 100)), part.colour)
            for number, part in enumerate(outline.parts, 1)
        ]
        return [*nodes, *drops]


def _kind(node: NodeOutline) -> NodeKind:
    if node.plugin == KEPT:
        return kept_kind(node)
    names = ("decodingPluginID", "encodingPluginID", "filename")
    codec = next((node.params[name] for name in names if node.params.get(name)), "")
    return node_kind(node.plugin, codec if isinstance(codec, str) else "")


def _checked_inputs(node: NodeOutline, kind: NodeKind, names: set[str]) -> dict[str, str]:
    labels = kind.inputs
    if kind.plugin == catalog.GROUP:
        inside = (child for child in node.children if child.plugin in ("Input", catalog.INPUT))
        labels = tuple(child.label or child.name for child in inside)
    for label, source in node.inputs.items():
        if label not in labels:
            raise MemecompError(f"{kind.name} has no input {label!r}.{near(label, labels)}")
        if source not in names:
            raise MemecompError(
                f"input {label} names {source!r}, which is no node here.{near(source, names)}"
            )
    return dict(node.inputs)


def _checked_params(
    node: NodeOutline, kind: NodeKind, inputs: Mapping[str, str]
) -> tuple[dict[ParamKind, tuple[Keyed, ...]], list[Element]]:
    """The values of a node's parameters, and the elements of those that have expressions."""
    given = dict(node.params)
    if "Mask" in inputs and "enableMask_Mask" in kind.params:
        given.setdefault("enableMask_Mask", True)  # Natron sets it when a person connects the mask
    codec = catalog.codec_plugin(kind.plugin, str(given.get("filename", "")))
    if codec:
        side = "decodingPluginID" if kind.plugin == catalog.READ else "encodingPluginID"
        given.setdefault(side, codec)
    found = {}
    ruled = []
    for name, raw in given.items():
        param = kind.param(name)
        if isinstance(raw, dict) and "expressions" in raw:
            ruled.append(expressed(param, raw))
        else:
            found[param] = param.check(value_of(raw))
    if node.note:
        found[NOTE] = (node.note,)
    return found, ruled


def _arranged(outlines: Sequence[NodeOutline]) -> tuple[list[NodeGui], dict[str, Box]]:
    sizes = {node.name: _size(node) for node in outlines}
    items = [
        Item(node.name, *sizes[node.name], tuple(dict.fromkeys(node.inputs.values())), node.part)
        for node in outlines
    ]
    placed = {node.name: _placed(node, sizes[node.name]) for node in outlines if node.place}
    boxes, parts = lay_out([item for item in items if item.name not in placed])
    whole = bounds([*boxes.values(), *parts.values()])
    dx, dy = -whole.x - whole.width / 2, -whole.y - whole.height / 2
    if placed:  # what has no place of its own goes beside
        around = bounds(placed.values())
        dx, dy = around.x + around.width + GAP_X - whole.x, around.y - whole.y
    boxes = {name: box.moved(dx, dy) for name, box in boxes.items()} | placed
    nodes = [
        NodeGui(
            name=node.name,
            box=boxes[node.name],
            colour=_tint(node) or colour_of(_kind(node).group, _kind(node).plugin),
            preview=_kind(node).plugin == catalog.READ,
            children=tuple(_arranged(node.children)[0]),
        )
        for node in outlines
    ]
    return nodes, {name: box.moved(dx, dy) for name, box in parts.items()}


def _placed(node: NodeOutline, size: tuple[float, float]) -> Box:
    x, y, *own = node.place
    width, height = own or size
    return Box(x, y, width, height)


def _tint(node: NodeOutline) -> tuple[float, float, float] | None:
    if not node.tint:
        return None
    red, green, blue = node.tint
    return red, green, blue


def _size(node: NodeOutline) -> tuple[float, float]:
    width, height = _READ_SIZE if _kind(node).plugin == catalog.READ else _NODE_SIZE
    lines = node.note.count("\n") + 1 if node.note else 0
    return max(width, 8.0 * len(node.name)), height + 16.0 * lines


def _set(element: Element, tag: str, value: object) -> Element:
    child = child_of(element, tag)
    child.text = str(value)
    return child


def _settings(project: Element, outline: ProjectOutline) -> None:
    known = [(size.width, size.height, size.pixel_aspect) for size in BUILT_IN]
    wanted = (outline.width, outline.height, outline.aspect)
    own = wanted not in known
    names = (*(size.name for size in BUILT_IN), OWN_FORMAT)
    index = len(BUILT_IN) if own else known.index(wanted)
    paths = "<Name>Project</Name><Value>[Project]</Value>"
    knobs: Iterable[tuple[ParamKind, tuple[Keyed, ...]]] = (
        (ParamKind("projectPaths", "Path", ("",)), (paths,)),
        (ParamKind("outputFormat", "Choice", ("HD",), names), (names[index],)),
        (ParamKind("frameRange", "Int", (1, 250)), (outline.first, outline.last)),
        (ParamKind("lockRange", "Bool", (False,)), (True,)),
        (ParamKind("frameRate", "Double", (24.0,)), (outline.fps,)),
    )
    elements = [knob_element(kind, values) for kind, values in knobs]
    add(project, "ProjectKnobsCount", len(elements))
    project.extend(elements)
    formats = add(project, "AdditionalFormats")
    add(formats, "count", int(own))
    add(formats, "item_version", 3)
    if own:
        item = add(formats, "item")
        rectangle = add(item, "RectI")
        sides = (0, 0, outline.width, outline.height)
        for tag, value in zip(("Left", "Bottom", "Right", "Top"), sides, strict=True):
            add(rectangle, tag, value)
        add(item, "Pixel_aspect_ratio", float(outline.aspect))
        add(item, "Name", OWN_FORMAT)
    add(project, "Timeline_current_time", outline.first)
    add(project, "CreationDate", 0)  # the same outline gives the same file
    put_back_settings(project, outline.kept)

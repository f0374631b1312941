"""Where nodes lie in the graph, merged: a node that a person moved stays, others follow."""

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from driver.project.boost import Element, add, child_of, text_of
from driver.project.document import Document

_PLACE = ("X_position", "Y_position")
_SIZE = ("Width", "Height")
_NEAR = 0.5
_BESIDE = 160.0


def merge_gui(
    base: Document, new: Document, merged: Document, renamed: Mapping[str, str]
) -> list[str]:
    """Sets the places in `merged`, which a person edited; returns the nodes that they had moved.

    Where the person's file has no graph at all (a project saved without a window), it gets the new
    one, and what the person added lies beside it. `renamed` are paths of new nodes as they are now.
    """
    places = _items(new)
    gui = merged.root.find("ProjectGui")
    theirs = new.root.find("ProjectGui")
    if gui is None:
        if theirs is None:
            return []
        gui = deepcopy(theirs)
        merged.root.append(gui)
        child_of(merged.root, "Background_project").text = "0"
        _only_present(gui, merged, renamed)
        return []
    before, ours = _items(base), _items(merged)
    moved = []
    for path, item in ours.items():
        old, wanted = before.get(path), places.get(path)
        if old is None:
            continue
        if not _same(item, old):
            moved.append(path)
        elif wanted is not None:
            for tag in (*_PLACE, *_SIZE) if _is_backdrop(merged, path) else _PLACE:
                child_of(item, tag).text = text_of(wanted, tag)
    _only_present(gui, merged, renamed, theirs)
    return moved


def _only_present(
    gui: Element, merged: Document, renamed: Mapping[str, str], source: Element | None = None
) -> None:
    """Every node has a place, in the order of the nodes; places of absent ones go."""
    listed = child_of(gui, "NodesGui")
    known = _below(listed)
    new_paths = {now: former for former, now in renamed.items()}
    for path, item in _below(source.find("NodesGui") if source is not None else None).items():
        known.setdefault(next((n for n, f in new_paths.items() if f == path), path), item)
    right = max((_number(item, "X_position") for item in listed.findall("item")), default=0.0)
    for item in listed.findall("item"):
        listed.remove(item)
    for node in merged.nodes:
        found = known.get(node.name)
        if found is None:
            right += _BESIDE
            found = _fresh(node.name, right)
        found = deepcopy(found) if found.getparent() is not None else found
        child_of(found, "Name").text = node.name
        listed.append(found)
    child_of(listed, "count").text = str(len(merged.nodes))


def _fresh(name: str, x: float) -> Element:
    item = etree.Element("item")
    add(item, "Name", name)
    add(item, "X_position", x)
    add(item, "Y_position", 0.0)
    add(item, "Preview_enabled", 0)
    for channel in "rgb":
        add(item, channel, "7.000000000e-01")
    add(item, "Selected", 0)
    add(item, "Width", 109.0)
    add(item, "Height", 52.0)
    add(item, "HasOverlayColor", 0)
    add(item, "Children", 0)
    return item


def _items(document: Document) -> dict[str, Element]:
    return _below(document.root.find("ProjectGui/NodesGui"))


def _below(parent: Element | None, prefix: str = "") -> dict[str, Element]:
    found: dict[str, Element] = {}
    for item in [] if parent is None else parent.findall("item"):
        path = prefix + text_of(item, "Name")
        found[path] = item
        found.update(_below(item, f"{path}."))
    return found


def _is_backdrop(document: Document, path: str) -> bool:
    return any(
        node.path == path and node.plugin.endswith(".BackDrop") for node in document.all_nodes()
    )


def _same(one: Element, two: Element) -> bool:
    return all(abs(_number(one, tag) - _number(two, tag)) < _NEAR for tag in _PLACE)


def _number(item: Element, tag: str) -> float:
    return float(text_of(item, tag, "0"))

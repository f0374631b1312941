"""What is written from nothing has the same fields, in the same order, as what Natron saves."""

from itertools import groupby
from pathlib import Path

from lxml import etree

from driver.project.classes import typed
from driver.project.document import read
from driver.project.template import fill, load_template

# Lists repeat, and some fields stand only where they are needed.
_REPEATED = {"item", "Item", "name", "CP", "FP", "Child", "ChildIsSplitter", "Window", "Type"}
_OPTIONAL = {
    "Curve",
    "RotoContext",
    "StringsAnimation",
    "ChoiceLabel",
    "Master",
    "ParametricCurves",
}


def fields(element: etree._Element) -> tuple[str, ...]:
    tags = [child.tag for child in element if child.tag not in _REPEATED | _OPTIONAL]
    return tuple(tag for tag, _group in groupby(tags))


def shapes_of(root: etree._Element) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for element, kind in typed(root, "Root"):
        if kind is not None:
            found.setdefault(kind, set()).add(fields(element))
    return found


def test_every_type_has_natrons_fields_in_natrons_order(saved: list[Path], tmp_path: Path) -> None:
    theirs: dict[str, set[tuple[str, ...]]] = {}
    for path in saved:
        for kind, shapes in shapes_of(read(path).root).items():
            theirs.setdefault(kind, set()).update(shapes)
    values: dict[str, object] = {
        "canvas_width": 330,
        "canvas_height": 170,
        "first": 1,
        "last": 3,
        "fps": 25.0,
        "wide_file": "w.####.png",
        "wide_x": 0,
        "wide_y": 20,
        "wide_width": 330,
        "wide_height": 130,
        "final_file": "f.####.png",
        "plate_file": "p.png",
        "camera": [(1, 0, 0, 0, 1), (3, 4, 2, 1, 1.02)],
        "foreground_mask_file": "m.####.png",
    }
    document = fill(load_template("priority_composite"), values, tmp_path / "comp.ntp")
    ours = shapes_of(document.root)
    assert {"Node", "Knob", "Value", "Key", "BezierPoint", "NodeGui", "ViewerData"} <= set(ours)
    for kind, shapes in ours.items():
        assert shapes <= theirs[kind], kind


def test_counts_are_those_of_what_follows(tmp_path: Path) -> None:
    values: dict[str, object] = {
        "canvas_width": 64,
        "canvas_height": 64,
        "first": 1,
        "last": 2,
        "fps": 24.0,
        "wide_file": "w.####.png",
        "wide_x": 0,
        "wide_y": 8,
        "wide_width": 64,
        "wide_height": 48,
        "final_file": "f.####.png",
        "foreground_mask_file": "m.####.png",
    }
    document = fill(load_template("priority_composite"), values, tmp_path / "comp.ntp")
    for node in document.all_nodes():
        element = node.element
        assert int(element.findtext("KnobsCount", "")) == len(node.params)
        assert int(element.findtext("Children", "")) == len(node.children)
        assert int(element.findtext("PagesCount", "")) == len(element.findall("name"))
    for counted in document.root.iter():
        count = counted.find("count")
        if count is not None:
            assert int(count.text or "") == len(counted.findall("item")), counted.tag
    total = document.project.findtext("NodesCollection/NodesCount", "")
    assert int(total) == len(document.nodes)
    drawable = document.root.find(".//RotoDrawableItemSerialization")
    assert drawable is not None
    assert int(drawable.findtext("NbItems", "")) == len(drawable.findall("Item"))

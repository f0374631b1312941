"""Class numbers of Boost's serialization, set in one pass over a finished project.

The first element of each serialized type in file order carries `class_id`, `tracking_level` and
`version`; the ids count up in that order. Which element is of which type follows from where it
stands. What stands somewhere unknown keeps a number of its own where it had one.
"""

from dataclasses import dataclass

from driver.project.boost import Element, attributes, whole

_ATTRIBUTES = ("class_id", "class_id_reference", "tracking_level", "version", "object_id")

# Version and tracking level of each type in Natron 2.5. Types not named here have 0 and 0.
_VERSIONS = {
    "Project": 6,
    "NodeCollection": 1,
    "Node": 15,
    "Knob": 14,
    "Value": 7,
    "Master": 3,
    "RotoContext": 2,
    "RotoLayer": 2,
    "RotoItem": 2,
    "RotoDrawable": 4,
    "Bezier": 4,
    "BezierPoint": 5,
    "Stroke": 2,
    "TrackerContext": 1,
    "Track": 2,
    "Format": 3,
    "ProjectGui": 12,
    "NodeGui": 6,
    "GuiLayout": 2,
    "Window": 1,
    "Splitter": 1,
    "Pane": 5,
    "ViewerData": 14,
    "PythonPanel": 1,
}
_TRACKED = {"Splitter", "Pane"}

# (type of the parent, tag) → type; where a sibling before decides, a choice by `tag` or `tag=text`.
_TYPES: dict[tuple[str, str], str | dict[str, str]] = {
    ("Root", "Project"): "Project",
    ("Root", "ProjectGui"): "ProjectGui",
    ("Project", "NodesCollection"): "NodeCollection",
    ("Project", "item"): "Knob",
    ("Project", "AdditionalFormats"): "FormatList",
    ("FormatList", "item"): "Format",
    ("Format", "RectI"): "RectI",
    ("Format", "RectD"): "RectD",
    ("NodeCollection", "item"): "Node",
    ("Node", "item"): {"KnobsCount": "Knob", "UserPagesCount": "UserGroup", "Children": "Node"},
    ("Node", "Inputs_map"): "StringMap",
    ("Node", "RotoContext"): "RotoContext",
    ("Node", "TrackerContext"): "TrackerContext",
    ("Node", "UserComponents"): "PlaneList",
    ("StringMap", "item"): "StringPair",
    ("PlaneList", "item"): "Plane",
    ("UserGroup", "item"): {"Type=Group": "UserGroup", "Type=Regular": "Knob"},
    ("Knob", "item"): "Value",
    ("Knob", "StringsAnimation"): "TimedStrings",
    ("Knob", "ParametricCurves"): "CurveList",
    ("Knob", "Entries"): "StringVector",
    ("Knob", "Helps"): "StringVector",
    ("TimedStrings", "item"): "TimedString",
    ("CurveList", "item"): "Curve",
    ("Value", "Curve"): "Curve",
    ("Value", "Master"): "Master",
    ("Curve", "KeyFrameSet"): "KeySet",
    ("KeySet", "item"): "Key",
    ("RotoContext", "BaseLayer"): "RotoLayer",
    ("RotoContext", "Selection"): "StringList",
    ("RotoLayer", "RotoItemSerialization"): "RotoItem",
    ("RotoLayer", "Item"): {"Type=0": "Bezier", "Type=1": "Stroke", "Type=2": "RotoLayer"},
    ("Bezier", "RotoDrawableItemSerialization"): "RotoDrawable",
    ("Bezier", "CP"): "BezierPoint",
    ("Bezier", "FP"): "BezierPoint",
    ("Stroke", "RotoDrawableItemSerialization"): "RotoDrawable",
    ("Stroke", "CurveX"): "Curve",
    ("Stroke", "CurveY"): "Curve",
    ("Stroke", "CurveP"): "Curve",
    ("RotoDrawable", "RotoItemSerialization"): "RotoItem",
    ("RotoDrawable", "Item"): "Knob",
    ("TrackerContext", "Item"): "Track",
    ("Track", "Item"): "Knob",
    ("ProjectGui", "NodesGui"): "NodeGuiList",
    ("ProjectGui", "Gui_Layout"): "GuiLayout",
    ("ProjectGui", "ViewersData"): "ViewerMap",
    ("ProjectGui", "Histograms"): "StringList",
    ("ProjectGui", "OpenedPanels"): "StringList",
    ("ProjectGui", "OpenedPanelsMinimized"): "StringList",
    ("ProjectGui", "OpenedPanelsHideUnmodified"): "StringList",
    ("ProjectGui", "item"): "PythonPanel",
    ("PythonPanel", "item"): "Knob",
    ("NodeGuiList", "item"): "NodeGui",
    ("NodeGui", "item"): "NodeGui",
    ("GuiLayout", "Window"): "Window",
    ("Window", "Child"): {"ChildType=0": "Splitter", "ChildType=1": "Pane"},
    ("Splitter", "Child"): {"ChildIsSplitter=1": "Splitter", "ChildIsSplitter=0": "Pane"},
    ("Pane", "Tabs"): "StringList",
    ("ViewerMap", "item"): "ViewerPair",
    ("ViewerPair", "second"): "ViewerData",
    ("ViewerData", "UserRoI"): "RectD",
}
_TYPES.update(
    {
        ("BezierPoint", f"{name}_animation"): "Curve"
        for name in ("X", "Y", "Left_X", "Left_Y", "Right_X", "Right_Y")
    }
)
_DECIDING = {"KnobsCount", "UserPagesCount", "Children", "Type", "ChildType", "ChildIsSplitter"}


@dataclass
class _Class:
    version: str
    tracking: str


def number(root: Element) -> None:
    """Set the class numbers of a whole project, in place."""
    pairs = list(typed(root, "Root"))
    classes = _observed(pairs)
    ids: dict[str, int] = {}
    objects = 0
    for element, kind in pairs:
        old = attributes(element)
        if kind is None and "class_id" not in old:
            continue
        for name in set(old).intersection(_ATTRIBUTES):
            del element.attrib[name]
        if kind is None:
            kind = f"unknown {old['class_id']} {len(ids)}"
            classes[kind] = _Class(old.get("version", "0"), old.get("tracking_level", "0"))
        elif old.get("class_id") == "-1":  # a null pointer
            element.set("class_id", "-1")
            continue
        known = classes[kind]
        if kind not in ids:
            ids[kind] = len(ids)
            element.set("class_id", str(ids[kind]))
            element.set("tracking_level", known.tracking)
            element.set("version", known.version)
        elif "class_id_reference" in old:
            element.set("class_id_reference", str(ids[kind]))
        if known.tracking == "1":
            element.set("object_id", f"_{objects}")
            objects += 1


def version_of(root: Element, kind: str) -> int:
    """The version of a type in this project, or Natron 2.5's where it has none of them."""
    return whole(_observed(list(typed(root, "Root")))[kind].version, f"The version of {kind}")


def _observed(pairs: list[tuple[Element, str | None]]) -> dict[str, _Class]:
    kinds = {kind for kind in _all_kinds() if kind}
    classes = {
        kind: _Class(str(_VERSIONS.get(kind, 0)), "1" if kind in _TRACKED else "0")
        for kind in kinds
    }
    for element, kind in pairs:
        old = attributes(element)
        if kind and "version" in old:
            classes[kind] = _Class(old["version"], old.get("tracking_level", "0"))
    return classes


def _all_kinds() -> set[str]:
    found: set[str] = set()
    for value in _TYPES.values():
        found.update(value.values() if isinstance(value, dict) else (value,))
    return found


def typed(parent: Element, kind: str) -> list[tuple[Element, str | None]]:
    """Every element below, in file order, with its type (None: a plain value, or unknown)."""
    found: list[tuple[Element, str | None]] = []
    decided = ""
    for child in parent:
        rule = _TYPES.get((kind, child.tag))
        if isinstance(rule, dict):
            tag = decided.partition("=")[0]
            rule = rule.get(decided) or rule.get(tag)
        elif child.tag in _DECIDING and not len(child):
            decided = f"{child.tag}={child.text or ''}"
        found.append((child, rule))
        if len(child):
            found.extend(typed(child, rule or "unknown"))
    return found

"""A node of a project, as a view on its element: what is not touched stays as it was."""

from collections.abc import Iterator, Mapping

from driver.project.boost import Element, text_of
from driver.project.params import Param, read_param
from driver.project.roto import read_shapes
from ofx_helpers.engine.graph import Shape


class ProjectNode:
    """One node. `name` is unique among its siblings; `path` has the groups around it, dotted."""

    def __init__(self, element: Element, parent: "ProjectNode | None" = None) -> None:
        """View the node that `element` holds; `parent` is the group around it."""
        self.element = element
        self.parent = parent

    @property
    def name(self) -> str:
        """Script name."""
        return text_of(self.element, "Plugin_script_name")

    @property
    def path(self) -> str:
        """Script name with those of the groups around it: `Group1.Merge1`."""
        return f"{self.parent.path}.{self.name}" if self.parent else self.name

    @property
    def label(self) -> str:
        """The name that the node graph shows."""
        return text_of(self.element, "Plugin_label")

    @property
    def plugin(self) -> str:
        """Plug-in id."""
        return text_of(self.element, "Plugin_id")

    @property
    def major_version(self) -> int:
        """The major version of the plug-in that saved the node; 0 where it is not said."""
        text = text_of(self.element, "Plugin_major_version")
        return int(text) if text.isdecimal() else 0

    @property
    def instance_of(self) -> str:
        """The node that this one is a track of (before 2.1); such a one renders nothing."""
        return text_of(self.element, "MultiInstanceParent")

    @property
    def params(self) -> dict[str, Param]:
        """Stored parameters by name; those at their default are mostly not stored."""
        found = (read_param(element) for element in self.knobs())
        return {param.name: param for param in found}

    @property
    def inputs(self) -> Mapping[str, str]:
        """Script names of the connected nodes by input label."""
        items = self.element.iterfind("Inputs_map/item")
        pairs = ((text_of(item, "first"), text_of(item, "second")) for item in items)
        return {label: name for label, name in pairs if name}

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """A Roto node's closed shapes, bottom first."""
        context = self.element.find("RotoContext")
        return () if context is None else read_shapes(context)

    @property
    def children(self) -> list["ProjectNode"]:
        """The nodes inside a group."""
        return [ProjectNode(element, self) for element in self._items("Children")]

    def knobs(self) -> Iterator[Element]:
        """The elements of all parameters, those on user pages too."""
        yield from self._items("KnobsCount")
        for page in self._items("UserPagesCount"):
            yield from _user_knobs(page)

    def _items(self, counted: str) -> Iterator[Element]:
        section = ""
        for child in self.element:
            if child.tag == "item":
                if section == counted:
                    yield child
            else:
                section = child.tag


def _user_knobs(page: Element) -> Iterator[Element]:
    kind = "Regular"
    for child in page:
        if child.tag == "Type":
            kind = child.text or kind
        elif child.tag == "item" and kind == "Group":
            yield from _user_knobs(child)
        elif child.tag == "item":
            yield child

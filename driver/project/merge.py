"""Three projects made one: generated before, generated now, and the former as a person edited it.

The person's file is taken as it is, and what changed between the two generated ones is put into it,
node by node and thing by thing (a parameter, an input, a shape, a label, a place in the graph), so
nothing of the person's can be lost. Where both changed a thing differently, the person's stays and
the generated one is listed. Files are compared by what they mean: Natron writes all of it anew.
"""

from collections.abc import Container
from copy import deepcopy
from dataclasses import dataclass, field

from driver.errors import MemecompError
from driver.project import catalog, classes
from driver.project.boost import Element, child_of, parse, text_of
from driver.project.diff import param_text
from driver.project.document import Document
from driver.project.meaning import Meaning, settings, texts
from driver.project.merge_facts import Facts, fact_text, facts
from driver.project.merge_gui import merge_gui
from driver.project.merge_nodes import connect, insert, remove, take
from driver.project.node import ProjectNode

_WRITTEN = {"Node": 15, "Knob": 14, "Value": 7}
# Every file has its own.
_NOT_MERGED = {"projectPaths", "outputFormat"}


@dataclass(frozen=True)
class Change:
    """One thing that changed: `where` is node and parameter, the rest what it was and is."""

    where: str
    before: str
    edited: str
    generated: str


@dataclass
class Merged:
    """The merged project; edits that were kept, generated changes that were taken, conflicts."""

    document: Document
    kept: list[Change] = field(default_factory=list)
    taken: list[Change] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)


def merge(base: Document, new: Document, edited: Document) -> Merged:
    """The person's project with the generated changes in it; none of the three is changed.

    Raises:
        MemecompError: a project that cannot be read whole, or saved by another Natron than 2.5.
    """
    for document in (base, new, edited):
        for kind, version in _WRITTEN.items():
            if classes.version_of(document.root, kind) != version:
                raise MemecompError(
                    f"{document.path} was saved by another version of Natron and cannot be merged: "
                    "open it in Natron 2.5 and save it."
                )
    whole = Document(parse(edited.to_bytes(), str(edited.path)), edited.path)
    merger = _Merger(base, new, whole)
    merger.settings()
    merger.nodes()
    return merger.done


class _Merger:
    def __init__(self, base: Document, new: Document, merged: Document) -> None:
        self.done = Merged(merged)
        self._base, self._new, self._merged = base, new, merged
        self._before = {node.path: node for node in base.all_nodes()}
        self._now = {node.path: node for node in new.all_nodes()}
        self._ours = {node.path: node for node in merged.all_nodes()}
        self._windowless = text_of(merged.root, "Background_project", "0") == "1"
        self._renamed: dict[str, str] = {}

    def settings(self) -> None:
        """Frames, rate, format and the project's other settings."""
        before, now, ours = (
            settings(one.project.findall("item")) for one in (self._base, self._new, self._merged)
        )
        names = dict.fromkeys([*before, *now, *ours])
        for name in names:
            if name in _NOT_MERGED:
                continue
            values = before.get(name), now.get(name), ours.get(name)
            if self._decide(f"project.{name}", values, [_setting(name, one) for one in values]):
                self._take_setting(name)
        sizes = self._base.format, self._new.format, self._merged.format
        said = [f"{one.width}×{one.height}" for one in sizes]
        plain = [(one.width, one.height, one.pixel_aspect) for one in sizes]
        if self._decide("project, its format", (plain[0], plain[1], plain[2]), said):
            self._take_setting("outputFormat")
            formats = child_of(self._merged.project, "AdditionalFormats")
            self._merged.project.replace(
                formats, deepcopy(child_of(self._new.project, "AdditionalFormats"))
            )

    def nodes(self) -> None:
        """Nodes that came, went and changed, then where they lie."""
        self._name_clashes()
        for path, node in self._now.items():
            if path not in self._before:
                self._added(path, node)
        for path in self._before:
            if path in self._now and path in self._ours:
                self._changed(path)
            elif path in self._now:
                self._removed_by_person(path)
        for path in reversed(list(self._before)):
            if path not in self._now and path in self._ours:
                self._removed_by_generator(path)
        for path in self._ours:
            if path not in self._before and not self._inside(path, self._before, self._ours):
                self.done.kept.append(Change(path, "not there", "added", "not there"))
        self._loose_ends()
        for path in merge_gui(self._base, self._new, self._merged, self._renamed):
            self.done.kept.append(Change(f"{path}, its place", "", "moved", ""))

    def _name_clashes(self) -> None:
        """A node that both made: the generated one gets another name, unless they are the same."""
        for path, node in self._now.items():
            if path in self._before or path not in self._ours:
                continue
            if self._facts(node, self._new) == self._facts(self._ours[path], self._merged):
                continue
            number = 2
            while f"{path}{number}" in {**self._now, **self._ours, **self._before}:
                number += 1
            self._renamed[path] = f"{path}{number}"
            told = Change(path, "not there", "added", f"added as well: it is {path}{number} now")
            self.done.conflicts.append(told)

    def _added(self, path: str, node: ProjectNode) -> None:
        if path in self._ours and path not in self._renamed:
            return
        if self._inside(path, self._before, self._now):
            return  # came with its group
        parent = self._ours.get(node.parent.path) if node.parent else None
        if node.parent is not None and parent is None:
            return  # the person removed the group: said there
        element = deepcopy(node.element)
        name = self._renamed.get(path, path).rpartition(".")[2]
        child_of(element, "Plugin_script_name").text = name
        cache = element.find("CacheID")
        if cache is not None:
            cache.text = self._renamed.get(path, path)
        for label, source in node.inputs.items():
            connect(element, label, self._sibling(path, source))
        insert(self._merged, parent, element)
        self.done.taken.append(Change(path, "not there", "not there", "added"))

    def _changed(self, path: str) -> None:
        before, now, ours = self._before[path], self._now[path], self._ours[path]
        old, fresh, own = (
            self._facts(before, self._base),
            self._facts(now, self._new),
            self._facts(ours, self._merged),
        )
        for unit in dict.fromkeys([*old, *fresh, *own]):
            values = old.get(unit), fresh.get(unit), own.get(unit)
            said = [fact_text(unit, value) for value in values]
            if self._decide(f"{path}{unit.words}", values, said):
                renamed = {source: self._sibling(path, source) for source in now.inputs.values()}
                if unit.sort == "plugin":
                    self._replace(ours, now)
                    return
                take(unit, ours.element, now.element, renamed)

    def _replace(self, ours: ProjectNode, now: ProjectNode) -> None:
        parent = ours.element.getparent()
        if parent is not None:
            element = deepcopy(now.element)
            parent.replace(ours.element, element)
            ours.element = element

    def _removed_by_person(self, path: str) -> None:
        now, before = self._now[path], self._before[path]
        if self._windowless and now.plugin == catalog.VIEWER:
            insert(self._merged, None, deepcopy(now.element))  # Natron has none without a window
            return
        if before.parent is not None and before.parent.path not in self._ours:
            return  # went with its group
        changed = self._facts(now, self._new) != self._facts(before, self._base)
        told = Change(path, "there", "removed", "changed" if changed else "there")
        (self.done.conflicts if changed else self.done.kept).append(told)

    def _removed_by_generator(self, path: str) -> None:
        node, before = self._ours[path], self._before[path]
        edited = self._facts(node, self._merged) != self._facts(before, self._base)
        prefix = path.rpartition(".")[0]
        readers = [
            other.path
            for other in self._merged.all_nodes()
            if other.path not in self._before
            and other.path.rpartition(".")[0] == prefix
            and node.name in other.inputs.values()
            and other.path not in self._now
        ]
        added = [p for p in self._ours if p.startswith(f"{path}.") and p not in self._before]
        if edited or readers or added:
            why = f"read by {', '.join(readers)}" if readers else "edited"
            self.done.conflicts.append(Change(path, "there", why, "removed"))
            return
        if node.element.getparent() is not None:
            remove(self._merged, node)
            self.done.taken.append(Change(path, "there", "there", "removed"))

    def _loose_ends(self) -> None:
        """Inputs that name a node which is not there any more."""
        names: dict[str, set[str]] = {}
        for node in self._merged.all_nodes():
            names.setdefault(_around(node), set()).add(node.name)
        for node in list(self._merged.all_nodes()):
            for label, source in node.inputs.items():
                if source not in names[_around(node)] and not node.instance_of:
                    connect(node.element, label, None)
                    told = Change(
                        f"{node.path} ← {label}", source, f"{source} is not there", source
                    )
                    self.done.conflicts.append(told)

    def _decide(self, where: str, values: tuple[object, object, object], said: list[str]) -> bool:
        """Whether the generated value is to be taken; notes what happens."""
        before, now, ours = values
        change = Change(where, said[0], said[2], said[1])
        if ours == before:
            if now != before:
                self.done.taken.append(change)
            return now != before
        if now == before:
            self.done.kept.append(change)
        elif now != ours:
            self.done.conflicts.append(change)
        return False

    def _take_setting(self, name: str) -> None:
        project = self._merged.project
        ours, theirs = _knob(project, name), _knob(self._new.project, name)
        if ours is not None and theirs is not None:
            project.replace(ours, deepcopy(theirs))
        elif ours is not None:
            project.remove(ours)
        elif theirs is not None:
            child_of(project, "AdditionalFormats").addprevious(deepcopy(theirs))
        count = child_of(project, "ProjectKnobsCount")
        count.text = str(len(project.findall("item")))

    def _facts(self, node: ProjectNode, document: Document) -> Facts:
        found = facts(node, document.format)
        if document is self._new:
            for unit, value in list(found.items()):
                if unit.sort == "input":
                    found[unit] = self._sibling(node.path, str(value))
        return found

    def _sibling(self, path: str, name: str) -> str:
        """The name that a generated sibling has in the merged project."""
        prefix = path.rpartition(".")[0]
        full = f"{prefix}.{name}" if prefix else name
        return self._renamed.get(full, full).rpartition(".")[2]

    @staticmethod
    def _inside(path: str, before: Container[str], among: Container[str]) -> bool:
        """Whether the group around a node is itself one that `before` had not."""
        parent = path.rpartition(".")[0]
        return bool(parent) and parent in among and parent not in before


def _around(node: ProjectNode) -> str:
    return node.parent.path if node.parent else ""


def _knob(project: Element, name: str) -> Element | None:
    return next((one for one in project.findall("item") if text_of(one, "Name") == name), None)


def _setting(name: str, value: Meaning | None) -> str:
    return "the default" if value is None else param_text(texts({name: value})[name])

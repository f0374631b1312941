"""What is in a project, before anything is rendered."""

from collections.abc import Container
from dataclasses import dataclass

from driver.project.document import Document
from driver.project.files import FileUse, files
from driver.project.node import ProjectNode
from driver.shot.frames import brief

_STRUCTURE = {
    f"fr.inria.built-in.{name}"
    for name in ("Group", "Input", "Output", "Dot", "BackDrop", "Viewer")
}


@dataclass(frozen=True)
class Branch:
    """A node in the tree: `depth` groups around it, what feeds it by input label."""

    depth: int
    name: str
    plugin: str
    inputs: dict[str, str]
    disabled: bool


@dataclass(frozen=True)
class Inspection:
    """A project's facts. `missing` are sentences about files that are read and not there."""

    format: str
    first: int
    last: int
    fps: float
    tree: tuple[Branch, ...]
    reads: tuple[FileUse, ...]
    writes: tuple[FileUse, ...]
    missing: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...]
    """Nodes that the embedded engine has not: path and plug-in id."""


def inspect(document: Document, known: Container[str]) -> Inspection:
    """The facts of a project; `known` holds the plug-in ids that the embedded engine renders."""
    size = document.format
    first, last = document.frame_range
    used = files(document)
    return Inspection(
        format=f"{size.width}×{size.height}" + (f" ({size.name})" if size.name else ""),
        first=first,
        last=last,
        fps=document.fps,
        tree=tuple(_branch(node) for node in document.all_nodes()),
        reads=tuple(use for use in used if use.reads),
        writes=tuple(use for use in used if not use.reads),
        missing=tuple(_missing(used, first, last)),
        unknown=tuple(
            (node.path, node.plugin)
            for node in document.all_nodes()
            if node.plugin not in known and node.plugin not in _STRUCTURE and not node.children
        ),
    )


def lines(found: Inspection) -> list[str]:
    """An inspection as text, one fact a line."""
    told = [
        f"format   {found.format}",
        f"frames   {found.first} to {found.last}, {found.fps:g} fps",
    ]
    told += ["", "nodes"] + [_line(branch) for branch in found.tree]
    told += ["", "reads"] + [_read_line(use) for use in found.reads]
    told += ["", "writes"] + [f"  {use.node}: {use.name}" for use in found.writes]
    if found.missing:
        told += ["", "missing files"] + [f"  {text}" for text in found.missing]
    if found.unknown:
        told += ["", "missing nodes (not in the embedded engine)"]
        told += [f"  {path}: {plugin}" for path, plugin in found.unknown]
    return told


def _branch(node: ProjectNode) -> Branch:
    stored = node.params.get("disableNode")
    return Branch(
        depth=node.path.count("."),
        name=node.name,
        plugin=node.plugin,
        inputs=dict(node.inputs),
        disabled=stored is not None and stored.values[:1] == (True,),
    )


def _line(branch: Branch) -> str:
    short = branch.plugin.rpartition(".")[2].removesuffix("Plugin")
    text = f"{'  ' * (branch.depth + 1)}{branch.name} ({short})"
    if branch.disabled:
        text += " disabled"
    wires = ", ".join(f"{label or '1'}: {name}" for label, name in branch.inputs.items())
    return f"{text}  ← {wires}" if wires else text


def _read_line(use: FileUse) -> str:
    there = f"  frames {brief(use.frames)}" if use.frames else ""
    return f"  {use.node}: {use.name}{there}"


def _missing(used: list[FileUse], first: int, last: int) -> list[str]:
    told = []
    for use in used:
        if not use.reads:
            continue
        gaps = use.gaps(first, last)
        if not use.present:
            told.append(f"{use.node}: {use.path} does not exist")
        elif gaps:
            told.append(f"{use.node}: {use.path} lacks the frames {brief(gaps)}")
    return told

"""The files that a project reads and writes: named by which node, lying where, there or not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from driver.project.boost import text_of
from driver.project.document import Document
from driver.project.node import ProjectNode
from driver.project.params import read_param
from ofx_helpers.engine.sequences import frame_path, frames_on_disk, is_sequence

_KINDS = {"InputFile": True, "OutputFile": False}
# Natron fills these with files of its own installation.
NATRONS_OWN = {"ocioConfigFile"}
_VARIABLE = re.compile(r"<Name>(.*?)</Name>\s*<Value>(.*?)</Value>", re.DOTALL)
_ABSOLUTE = re.compile(r"/|\\\\|[A-Za-z]:[\\/]")


@dataclass(frozen=True)
class FileUse:
    """A file name in a project.

    `name` is as stored; `path` is where it lies, a pattern with a place for the frame number where
    `name` has one; `frames` are the numbers on disk of a sequence that is read, else empty.
    """

    node: str
    param: str
    name: str
    path: Path
    reads: bool
    frames: tuple[int, ...] = ()

    @property
    def sequence(self) -> bool:
        """Whether the name has a place for a frame number."""
        return is_sequence(self.name)

    @property
    def present(self) -> tuple[Path, ...]:
        """The files on disk."""
        if self.sequence:
            return tuple(_of_frame(self.path, frame) for frame in self.frames)
        return (self.path,) if self.path.is_file() else ()

    def gaps(self, first: int, last: int) -> list[int]:
        """The numbers that a sequence lacks between its own first and last file.

        Only within `first` to `last`, the project's frames; none where no file exists at all.
        """
        if not self.frames:
            return []
        inside = range(max(first, self.frames[0]), min(last, self.frames[-1]) + 1)
        return sorted(set(inside) - set(self.frames))


def files(document: Document) -> list[FileUse]:
    """Every file that a node names, in the order of nodes; names made by expressions are not."""
    return [use for node in document.all_nodes() for use in _files_of(document, node)]


def variables(document: Document) -> dict[str, str]:
    """The project's paths by name (`[Name]` in a file name stands for its path), but `Project`."""
    stored = document.params.get("projectPaths")
    text = stored.values[0] if stored and stored.values else ""
    found = dict(_VARIABLE.findall(text)) if isinstance(text, str) else {}
    return {name: value for name, value in found.items() if name != "Project"}


def expanded(name: str, known: Mapping[str, str]) -> str:
    """A file name with the project's own variables replaced; `[Project]` stays."""
    for variable, value in known.items():
        name = name.replace(f"[{variable}]", value)
    return name


def is_absolute(name: str) -> bool:
    """Whether a stored name starts at the root of a disk, of any system."""
    return _ABSOLUTE.match(name) is not None


def _files_of(document: Document, node: ProjectNode) -> Iterator[FileUse]:
    known = variables(document)
    for knob in node.knobs():
        if text_of(knob, "Type") not in _KINDS or text_of(knob, "Name") in NATRONS_OWN:
            continue
        param = read_param(knob)
        if not param.values:
            continue
        name = param.values[0]
        if not isinstance(name, str) or not name or any(param.expressions):
            continue
        folder = document.path.absolute().parent
        path = folder / expanded(name, known).replace("[Project]", str(folder))
        reads = _KINDS[param.kind]
        frames = frames_on_disk(path) if reads and is_sequence(name) else ()
        yield FileUse(node.path, param.name, name, path, reads, tuple(frames))


def _of_frame(pattern: Path, frame: int) -> Path:
    """The file of a frame; on disk its number may be padded otherwise than the pattern says."""
    path = frame_path(pattern, frame)
    if path.exists():
        return path
    for width in range(1, 9):
        wider = re.sub(r"#+|%0?\d*d", "#" * width, pattern.name)
        candidate = frame_path(pattern.with_name(wider), frame)
        if candidate.exists():
            return candidate
    return path

"""A Natron project as a document: read, look at, write back. What is not touched is kept."""

from collections.abc import Iterator
from pathlib import Path

from driver.errors import MemecompError
from driver.project import boost, classes
from driver.project.boost import Element, real, text_of
from driver.project.formats import BUILT_IN, DEFAULT, Format
from driver.project.node import ProjectNode
from driver.project.older import format_of
from driver.project.params import Param, read_param
from ofx_helpers.media.atomic import os_reason, write_bytes
from ofx_helpers.media.errors import MediaError

DEFAULT_RANGE = (1, 250)
DEFAULT_FPS = 24.0


class Document:
    """A project, and the path that it was read from or is meant for (its folder is `[Project]`)."""

    def __init__(self, root: Element, path: Path) -> None:
        """Take the root element of a project."""
        self.root = root
        self.path = path

    @property
    def project(self) -> Element:
        """The element that holds nodes and project settings."""
        return _required(self.root, "Project", self.path)

    @property
    def nodes(self) -> list[ProjectNode]:
        """The nodes on the top level, in file order."""
        items = self.project.iterfind("NodesCollection/item")
        return [ProjectNode(element) for element in items]

    def all_nodes(self) -> Iterator[ProjectNode]:
        """Every node, those in groups too, each group before what is in it."""
        waiting = list(reversed(self.nodes))
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    @property
    def params(self) -> dict[str, Param]:
        """The project's own stored parameters by name."""
        found = (read_param(element) for element in self.project.findall("item"))
        return {param.name: param for param in found}

    @property
    def frame_range(self) -> tuple[int, int]:
        """First and last frame."""
        stored = self.params.get("frameRange")
        if stored is None or len(stored.values) != 2:
            return DEFAULT_RANGE
        first, last = stored.values
        if not isinstance(first, int) or not isinstance(last, int):
            return DEFAULT_RANGE
        return first, last

    @property
    def fps(self) -> float:
        """Frames a second."""
        stored = self.params.get("frameRate")
        value = stored.values[0] if stored and stored.values else DEFAULT_FPS
        return float(value) if isinstance(value, int | float) else DEFAULT_FPS

    @property
    def timeline(self) -> float:
        """The frame at which the time line stood when the project was saved."""
        text = self.project.findtext("Timeline_current_time")
        return float(self.frame_range[0]) if text is None else real(text, "The time line's frame")

    @property
    def additional_formats(self) -> list[Format]:
        """The formats that the project brings along."""
        return [_format(item) for item in self.project.iterfind("AdditionalFormats/item")]

    @property
    def format(self) -> Format:
        """The project's format.

        Raises:
            MemecompError: it names a format that neither it nor Natron describes.
        """
        stored = self.params.get("outputFormat")
        wanted = stored.values[0] if stored and stored.values else DEFAULT
        known = [*BUILT_IN, *self.additional_formats]
        if isinstance(wanted, int) and 0 <= wanted < len(known):
            return known[wanted]
        for candidate in known:
            size = f"{candidate.width}x{candidate.height}"
            if wanted in (candidate.name, size, f"{candidate.name} {size}"):
                return candidate
        described = format_of(wanted) if isinstance(wanted, str) else None
        if described is not None:
            name, width, height, aspect = described
            return Format(width, height, aspect, name)
        raise MemecompError(
            f"{self.path} has the format {wanted!r}, which it does not describe. "
            "Open it in Natron and choose the project's format again."
        )

    def to_bytes(self) -> bytes:
        """The file's text, with class numbers set."""
        classes.number(self.root)
        return boost.serialize(self.root)

    def write(self, path: Path) -> None:
        """Write the project, whole or not at all.

        Raises:
            MemecompError: the folder cannot be made or written to; the old file is as it was.
        """
        try:
            write_bytes(path, self.to_bytes())
        except MediaError as error:
            raise MemecompError(str(error)) from error


def read(path: Path | str) -> Document:
    """Read a project that Natron 2.x saved, or that `Document.write` wrote.

    Raises:
        MemecompError: no such file, or not a whole Natron project.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise MemecompError(f"{path} does not exist: check the path.") from None
    except OSError as error:
        raise MemecompError(f"{path} cannot be read: {os_reason(error)}.") from None
    document = Document(boost.parse(data, str(path)), path)
    _required(document.project, "NodesCollection", path)
    return document


def _required(parent: Element, tag: str, path: Path) -> Element:
    found = parent.find(tag)
    if found is None:
        raise MemecompError(f"{path} has no <{tag}>: it is no project of Natron 2.")
    return found


def _format(item: Element) -> Format:
    def side(name: str) -> int:
        text = item.findtext(f"RectI/{name}") or item.findtext(f"RectD/{name}") or "0"
        return round(real(text, f"<{name}> of a format"))

    return Format(
        width=side("Right") - side("Left"),
        height=side("Top") - side("Bottom"),
        pixel_aspect=real(text_of(item, "Pixel_aspect_ratio", "1"), "The pixel aspect of a format"),
        name=text_of(item, "Name"),
    )

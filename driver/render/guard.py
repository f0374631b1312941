"""What a project from a stranger may ask for: sizes, counts, and (when confined) which files."""

from collections.abc import Iterable
from pathlib import Path

from driver.errors import MemecompError
from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph
from ofx_helpers.engine.media_types import Film, Header, Media, Picture, WriteOptions

MAX_PIXELS = 1 << 28
"""Pixels of one picture: 16384×16384, 4 GB as the engine holds it."""
MAX_NODES = 20_000


class GuardedMedia:
    """`Media` that refuses pictures of absurd size, and files outside `roots` where it has any.

    A path counts as what it really is: `..` and links are followed first.
    """

    def __init__(self, media: Media, roots: Iterable[Path] | None = None) -> None:
        """Passes on to `media` what it allows."""
        self._media = media
        self._roots = None if roots is None else [root.resolve() for root in roots]

    def header(self, path: Path, frame: int) -> Header:
        """Size and channels of a picture."""
        self.allow(path, "read")
        header = self._media.header(path, frame)
        refuse_size(header.display, str(path))
        refuse_size(header.data, str(path))
        return header

    def aspect(self, path: Path) -> float:
        """The pixel aspect of a picture."""
        self.allow(path, "read")
        return self._media.aspect(path)

    def read(self, path: Path, frame: int, layer: str = "") -> Picture:
        """The pixels of a picture."""
        self.header(path, frame)
        return self._media.read(path, frame, layer)

    def frames(self, path: Path) -> int | None:
        """How many frames a video has."""
        self.allow(path, "read")
        return self._media.frames(path)

    def write(self, path: Path, picture: Picture, options: WriteOptions) -> None:
        """Write a picture."""
        self.allow(path, "write")
        self._media.write(path, picture, options)

    def film(self, path: Path, size: tuple[int, int], options: FilmOptions) -> Film:
        """Write a video."""
        self.allow(path, "write")
        return self._media.film(path, size, options)

    def allow(self, path: Path, verb: str) -> None:
        """Raise MemecompError for a file outside the roots; `verb` is 'read' or 'write'."""
        if self._roots is None:
            return
        real = path.resolve()
        if not any(real.is_relative_to(root) for root in self._roots):
            raise MemecompError(
                f"--confine: the project wants to {verb} {path}, which is outside "
                f"{self._roots[0]}. Move the file into that folder, or leave --confine out."
            )


def refuse_size(window: Window, what: str) -> None:
    """Raise MemecompError for a picture that no memory holds."""
    if window.width * window.height > MAX_PIXELS or max(window.width, window.height) > MAX_PIXELS:
        raise MemecompError(
            f"{what} is {window.width}×{window.height}; pictures of up to {MAX_PIXELS} pixels "
            "(16384×16384) are rendered."
        )


def check_graph(graph: Graph, where: str) -> None:
    """Raise MemecompError for a format without pixels, one that is too large, or too many nodes."""
    if graph.format.empty:
        raise MemecompError(f"{where}: its format has no pixels. Choose one in Natron's settings.")
    refuse_size(graph.format, f"The format of {where}")
    if len(graph.nodes) > MAX_NODES:
        raise MemecompError(f"{where} has {len(graph.nodes)} nodes; {MAX_NODES} are rendered.")

"""What the embedded engine knows about a frame, whoever renders it: its files, its size, whether it
should show anything. Where it lacks one of the nodes it says that it does not know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from driver.errors import MemecompError
from driver.project.document import Document, read
from driver.project.files import files
from driver.render.base import Chunk, Nodes
from driver.render.graph import graph_of, shown_by
from driver.render.guard import GuardedMedia
from driver.render.node_types import resolver
from driver.render.views import view_names, with_views
from ofx_helpers.engine.changing import animated
from ofx_helpers.engine.encode import bit_depth, channels_of
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.evaluate import rehearse
from ofx_helpers.engine.film import FilmOptions, is_film
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.media_types import Film, Header, Media, Picture, WriteOptions
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.engine.output_format import output_window
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.render import write_frame, writers
from ofx_helpers.engine.scene import EMPTY, Scene
from ofx_helpers.engine.sequences import frame_path, is_sequence
from ofx_helpers.engine.wiring import Resolver
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.look import Look, look_at

WRITE = "fr.inria.built-in.Write"
MEANT = 2.5 / 255
"""What is no brighter than this may be black in another renderer's file."""
_DEPTHS_KNOWN = (".png", ".exr", ".tif", ".tiff", ".jpg", ".jpeg")
LACKS = "has no file for frame"
"""Ends the fault of a sequence with a hole: the frame's number belongs behind it."""
_ABSENT = ("does not exist", "finds no file")
_NOTHING = Window(0, 0, 1, 1)


@dataclass(frozen=True)
class Expected:
    """What a file should be; None or "" where nobody knows."""

    size: tuple[int, int] | None = None
    depth: str = ""
    channels: int | None = None


@dataclass
class Survey:
    """The files that a frame reads, and what is wrong with them."""

    files: set[Path] = field(default_factory=set)
    aspects: dict[Path, float] = field(default_factory=dict)
    """Of files whose pixels are not square: the first of a sequence says it for all its frames."""
    faults: dict[str, None] = field(default_factory=dict)
    """Files that are not there, whoever renders."""
    troubles: dict[str, None] = field(default_factory=dict)
    """What else stands in the way of the embedded engine."""
    complete: bool = True
    """Whether the engine could follow every branch: else files may be missing from the list."""


def load(
    project: Path,
    node: str | None,
    pattern: Path | None,
    confine: Sequence[Path] | None = None,
) -> tuple[Document, Graph, str]:
    """The project's graph; `node` gets a Write to `pattern`, whose name comes third.

    Projects that it shows are read from the folders `confine` alone, None for all.
    """
    document = read(project)
    guard = GuardedMedia(EngineMedia(), confine)
    graph = graph_of(document, lambda path: guard.allow(path, "read"))
    graph = with_views(graph, view_names(document), writers(graph))
    if node is None or pattern is None:
        return document, graph, ""
    name = f"Write.{node}"
    writer = Node(
        name=name,
        plugin=WRITE,
        params={"filename": (str(pattern),)},
        inputs={"Source": shown_by(document, node)},
    )
    return document, replace(graph, nodes={**graph.nodes, name: writer}), name


class Facts:
    """Answers about the frames of one graph; nothing is rendered before `picture`."""

    def __init__(
        self,
        document: Document,
        graph: Graph,
        confine: Sequence[Path] | None = None,
        nodes: Nodes = "own",
    ) -> None:
        """`confine` are the folders that may be used, None for all."""
        self.document, self.graph = document, graph
        self.media = GuardedMedia(EngineMedia(), confine)
        self.resolve: Resolver = resolver(nodes, confined=confine is not None)

    @staticmethod
    def of(chunk: Chunk) -> "Facts":
        """Those of a chunk's project."""
        output = next(iter(chunk.outputs[0].files.values()))
        document, graph, _ = load(chunk.project, chunk.node, output, chunk.confine)
        return Facts(document, graph, chunk.confine, chunk.engine.nodes)

    def upstream(self, names: Iterable[str]) -> list[Node]:
        """The nodes that the writers are made from, disabled ones without what they hide."""
        found: dict[str, Node] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            node = self.graph.nodes.get(name)
            if node is None or name in found:
                continue
            found[name] = node
            kind = self.resolve(node.plugin)
            inputs = dict(node.inputs)
            if _always_disabled(node):
                main = kind.main if kind and kind.main in inputs else next(iter(inputs), "")
                inputs = {main: inputs[main]} if main in inputs else {}
            waiting += inputs.values()
        return list(found.values())

    def unknown(self, names: Iterable[str]) -> list[Node]:
        """Nodes that the embedded engine does not have."""
        return [
            node
            for node in self.upstream(names)
            if self.resolve(node.plugin) is None and not _always_disabled(node)
        ]

    def kind_of(self, name: str) -> NodeType:
        """The node's type; RenderError that says who supplies it where the engine has none."""
        return Scene(self.graph, self.resolve, self.media).type_of(name)

    def fades(self, names: Sequence[str]) -> bool:
        """Whether a parameter changes with time, so that a fade to black may be meant."""
        nodes = [node for node in self.upstream(names) if node.name not in names]
        return any(animated(node) for node in nodes)

    def expected(self, writer: str, frame: int, path: Path) -> Expected:
        """What the file of a frame should be."""
        if writer not in self.graph.nodes:
            return Expected()
        try:
            scene = Scene(self.graph, self.resolve, self.media)
            window = output_window(scene, writer, frame)
            params = Params(self.graph.nodes[writer], float(frame), {})
            size = (window.width, window.height)
            if path.suffix.lower() not in _DEPTHS_KNOWN or is_film(path):
                return Expected(size)
            channels = {"RGBA": 4, "RGB": 3, "Alpha": 1}[channels_of(params, path)]
            return Expected(size, bit_depth(params, path), channels)
        except (RenderError, MemecompError):
            return Expected()

    def survey(self, names: Sequence[str], frame: int) -> Survey:
        """The files that the writers' frame reads, at the times that are really needed."""
        survey = Survey()
        noting = _Noting(self.media, survey)
        scene = Scene(self.graph, self._tolerant(survey), noting)
        try:
            windows = {name: output_window(scene, name, frame) for name in names}
            rehearse(scene, float(frame), windows)
        except (RenderError, MemecompError) as error:
            survey.troubles[str(error)] = None
        survey.complete = not survey.faults and not survey.troubles
        return survey

    def inputs(self, writer: str, frame: int) -> list[Path]:
        """The files that a frame shows; those of its number where the engine cannot follow."""
        survey = self.survey([writer], frame)
        found = set(survey.files)
        if not survey.complete:
            above = {node.name for node in self.upstream([writer])}
            for use in files(self.document):
                if use.reads and use.node in above:
                    own = frame_path(use.path, frame)
                    found |= {own} if own.exists() else set(use.present)
        return sorted(found)

    def empty(self, writer: str, frame: int) -> bool:
        """Whether the writer's picture has no pixel at that time, as far as the engine knows."""
        try:
            scene = Scene(self.graph, self.resolve, self.media)
            window = output_window(scene, writer, frame)
            return scene.follow(writer, float(frame), window) is None
        except (RenderError, MemecompError):
            return False

    def picture(self, writer: str, frame: int, path: Path) -> Look | None:
        """What the engine's own picture for that file shows; None where it cannot render it."""
        caught = _Caught(self.media)
        try:
            for _ in write_frame(
                self.graph, [writer], frame, resolve=self.resolve, media=caught, folder=path.parent
            ):
                pass
        except (RenderError, MemecompError):
            return None
        if caught.picture is None:
            return None
        return look_at(caught.picture.pixels, level=MEANT)

    def _tolerant(self, survey: Survey) -> Resolver:
        """Readers that cannot find their file say so and are empty, so that all are heard."""
        known: dict[str, NodeType] = {}

        def resolve(plugin: str) -> NodeType | None:
            kind = self.resolve(plugin)
            if kind is None or "Read" not in plugin.rpartition(".")[2]:
                return kind
            if plugin not in known:
                known[plugin] = _tolerant_reader(kind, survey)
            return known[plugin]

        return resolve


def _tolerant_reader(kind: NodeType, survey: Survey) -> NodeType:
    def region(context: Context) -> Window:
        try:
            return kind.region(context)
        except (RenderError, MemecompError) as error:
            name = context.params.text("filename")
            hole = is_sequence(name) and " is missing" in str(error)
            where = f"{context.node.name}: {context.resolve(name)} {LACKS}"
            text = where if hole else str(error)
            absent = hole or any(words in text for words in _ABSENT)
            (survey.faults if absent else survey.troubles)[text] = None
            return _NOTHING

    def format_(context: Context) -> Window | None:
        try:
            return kind.format(context) if kind.format else context.format
        except (RenderError, MemecompError):
            return context.format

    def opaque(context: Context) -> Window:
        try:
            return kind.opaque(context) if kind.opaque else EMPTY
        except (RenderError, MemecompError):
            return EMPTY

    def frames(context: Context) -> tuple[float, float]:
        try:
            return kind.frames(context)
        except (RenderError, MemecompError):
            return float(context.graph.first), float(context.graph.last)

    def aspect(context: Context) -> float | None:
        try:
            return kind.aspect(context) if kind.aspect else None
        except (RenderError, MemecompError):
            return None

    return replace(kind, region=region, format=format_, aspect=aspect, opaque=opaque, frames=frames)


class _Noting:
    """`Media` that notes which files are looked at."""

    def __init__(self, media: Media, survey: Survey) -> None:
        self._media, self._survey = media, survey
        self.read, self.frames = media.read, media.frames
        self.write, self.film = media.write, media.film

    def aspect(self, path: Path) -> float:
        """What shape the file's pixels are, noted."""
        found = self._media.aspect(path)
        if found != 1:
            self._survey.aspects[path] = found
        return found

    def header(self, path: Path, frame: int) -> Header:
        """Size and channels, noted."""
        self._survey.files.add(path)
        return self._media.header(path, frame)


class _Caught:
    """`Media` that keeps what is written instead of writing it."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self.header, self.read, self.frames = media.header, media.read, media.frames
        self.aspect = media.aspect
        self.picture: Picture | None = None

    def write(self, path: Path, picture: Picture, options: WriteOptions) -> None:
        """Keeps the picture."""
        self.picture = picture

    def film(self, path: Path, size: tuple[int, int], options: FilmOptions) -> Film:
        """Never called: a frame of a video is caught as a picture."""
        raise RenderError(f"{path} is a video.")


def _always_disabled(node: Node) -> bool:
    return node.params.get("disableNode", (False,))[:1] == (True,)

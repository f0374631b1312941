"""What a node file exports as `NODE`: what the node is, as data and pure functions.

The engine does once, for every node, what Natron and its plug-ins do for every node: regions,
time, disabled nodes, the mask, mix, (un)premultiplication around a colour operation, the
per-channel process switches, and the concatenation of transforms. A node declares what it has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.canonical import Box
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.media_types import Media
from ofx_helpers.engine.params import Params

Matrix = NDArray[np.float64]
"""3×3, column vectors (x, y, 1), y up; maps a point of the source to the output: in pixels of
either where nothing else is said."""


Components = Literal["RGBA", "RGB", "Alpha"]
"""Which channels a picture has. Frames hold RGBA always: see `engine.components`."""

Depth = Literal["8u", "16u", "32f"]
"""In how many bits a picture is kept. Frames hold floats always: see `engine.depth`."""

LARGEST: Mapping[Depth, int] = {"8u": 255, "16u": 65535, "32f": 1}
"""What stands for 1 in a depth."""


@dataclass(frozen=True)
class Want:
    """Pixels that a node needs: of an input, over a window, at a time (None: its own)."""

    label: str
    window: Window
    time: float | None = None


@dataclass(frozen=True)
class Same:
    """The node passes an input through untouched, perhaps of another time.

    An unconnected input, or `label` None, is transparent black.
    """

    label: str | None
    time: float | None = None
    beyond: bool = False
    """Whether the input also shows outside the node's region, as where Natron renders it instead
    of the node for the whole picture."""
    computed: bool = False
    """Whether Natron computes these pixels all the same: the node still gives its format."""


@dataclass(frozen=True)
class Upstream:
    """Concatenated transforms: `matrix` maps the picture above them to the input's plane."""

    matrix: Matrix
    region: Window
    """Where the picture above has pixels."""


@dataclass(frozen=True)
class Codes:
    """A node's output as the 8-bit samples of an opaque file: decoded, and nothing else done."""

    path: Path
    frame: int
    space: str
    """The built-in colour space of the samples."""
    data: Window
    """Where the file has pixels."""
    still: bool
    """Whether every frame shows this file."""


class Context(Protocol):
    """A node at a time, and what it may ask about its inputs."""

    @property
    def graph(self) -> Graph: ...  # noqa: D102
    @property
    def node(self) -> Node: ...  # noqa: D102
    @property
    def time(self) -> float:
        """Time in frames; not always whole (motion blur, retimes)."""
        ...

    @property
    def params(self) -> Params:
        """The node's parameters at its time; `params.at(t)` for another."""
        ...

    @property
    def aspect(self) -> float:
        """The width of a pixel of the output over its height."""
        ...

    @property
    def format(self) -> Window:
        """The project's format, which is also the region of what has no edge."""
        ...

    @property
    def format_box(self) -> Box:
        """The project's format in canonical coordinates."""
        ...

    @property
    def media(self) -> Media:
        """What reads and writes files."""
        ...

    @property
    def memo(self) -> dict[str, Any]:
        """What the node has found out at this time, kept while the frame is rendered."""
        ...

    def input_format(self, label: str) -> Window:
        """The format of an input in its own pixels, the project's when unconnected.

        As a node sees it: that of the nearest node above which is no identity. What such a node
        says of its format goes past it, to whoever asks for no input's format.
        """
        ...

    def input_aspect(self, label: str) -> float:
        """The pixel aspect of an input, the project's when unconnected."""
        ...

    def frames(self, label: str) -> tuple[float, float]:
        """The input's first and last frame; the project's range when unconnected."""
        ...

    def connected(self, label: str) -> bool:
        """Whether an input has a node."""
        ...

    def region(self, label: str, time: float | None = None) -> Window:
        """Where the input is, in pixels of the output's aspect; empty when unconnected."""
        ...

    def own_region(self, label: str, time: float | None = None) -> Window:
        """Where the input has pixels, by their own numbers: by these they are asked for."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Every input label that the node could have, in the catalogue's order."""
        ...

    def components(self, label: str) -> Components:
        """Which channels the input has; RGBA when unconnected."""
        ...

    def depth(self, label: str) -> Depth:
        """In how many bits the input is kept; floats when unconnected."""
        ...

    def box(self, label: str, time: float | None = None) -> Box:
        """The region of an input before it was rounded to pixels, canonical."""
        ...

    def opaque(self, label: str) -> Window:
        """Where the input is known to have alpha 1 without computing it; often empty."""
        ...

    def filled(self, label: str) -> Window:
        """Where the input may be anything but black: its region without borders of whole moves."""
        ...

    def whole(self, window: Window) -> Window:
        """What Natron would render in one go with a window, which may be a band of a picture."""
        ...

    def resolve(self, name: str) -> Path:
        """A file name of the project as a path: `[Project]` and other variables replaced."""
        ...

    def upstream(self) -> Upstream:
        """The transforms above `NodeType.concatenates`, gathered, and the picture above them.

        For such a node the engine delivers the wanted frames of that input from above these
        transforms: want windows of `upstream().region`'s plane, multiply
        `own @ upstream().matrix` and filter once. `region` stays that of the input itself, since
        Natron's regions of definition do not concatenate.
        """
        ...


Render = Callable[[Context, Window, Sequence[Frame]], Pixels | Frame]
Point = Callable[[Context, Pixels, Window], Pixels]
_MOST_FIRST: tuple[Components, ...] = ("RGBA", "RGB", "Alpha")
_DEEPEST_FIRST: tuple[Depth, ...] = ("32f", "16u", "8u")
# Whose nodes take floats alone: CImg's, OpenColorIO's, and Natron's own drawing nodes.
_FLOATS = ("net.sf.cimg.", "eu.cimg.", "fr.inria.openfx.OCIO", "fr.inria.built-in.Roto")


def same_region(context: Context) -> Window:
    """The region of the main input."""
    return context.region("Source")


def all_regions(context: Context) -> Window:
    """The smallest window that holds every connected input but the mask."""
    region = Window(0, 0, 0, 0)
    for label in context.node.inputs:
        if label != "Mask":
            region = region.union(context.region(label))
    return region


def same_frames(context: Context) -> tuple[float, float]:
    """What all the connected inputs span together; the project's range without inputs."""
    spans = [context.frames(label) for label in context.node.inputs if context.connected(label)]
    if not spans:
        return float(context.graph.first), float(context.graph.last)
    return min(span[0] for span in spans), max(span[1] for span in spans)


def channel_menu(params: Params, label: str) -> str | None:
    """The parameter that chooses the one channel taken of an input, None where all are."""
    names = (f"{kind}Channel_{label.replace(' ', '_')}" for kind in ("mask", "input"))
    return next((name for name in names if name in params), None)


def is_mask(context: Context, label: str) -> bool:
    """Whether an input is one of which the node takes a single channel that it chooses."""
    return channel_menu(context.params, label) is not None


def usual_components(context: Context) -> Components:
    """What `outputComponents` says where a node has it, else the most that any input has."""
    if "outputComponents" in context.params:
        chosen = context.params.choice("outputComponents").lower()
        return {"alpha": "Alpha", "rgba": "RGBA"}.get(chosen, "RGB")  # type: ignore[return-value]
    labels = [label for label in context.node.inputs if context.connected(label)]
    found = {context.components(label) for label in labels if not is_mask(context, label)}
    return next((most for most in _MOST_FIRST if most in found), "RGBA")


def usual_depth(context: Context) -> Depth:
    """The deepest that any input has, masks too, where the node's makers let it be; else floats."""
    if context.node.plugin.startswith(_FLOATS):
        return "32f"
    found = {context.depth(label) for label in context.node.inputs if context.connected(label)}
    return next((deepest for deepest in _DEEPEST_FIRST if deepest in found), "32f")


def floats_only(_context: Context) -> Depth:
    """Of a node that takes and gives nothing else."""
    return "32f"


def no_bytes(context: Context) -> Depth:
    """Of a node that takes 16 bits but not 8."""
    return "16u" if usual_depth(context) == "16u" else "32f"


def same_window(context: Context, window: Window) -> Sequence[Want]:
    """The main input over the window to render."""
    return (Want("Source", window),)


def never(_context: Context) -> bool:
    """The node changes only with its parameters and inputs."""
    return False


def always(_context: Context) -> bool:
    """Whatever the node's parameters are."""
    return True


def never_same(_context: Context) -> Same | None:
    """The node always has something to do."""
    return None


def never_rendered(_context: Context, _window: Window, _frames: Sequence[Frame]) -> Frame:
    """The `render` of a node that `same` always answers for."""
    raise AssertionError("an identity is never rendered")


@dataclass(frozen=True, kw_only=True)
class NodeType:
    """A node: give `render`, or `point` where each output pixel needs only its own source pixel.

    `point(context, pixels, window)` gets a writable array of its own, shape (h, w, 4), and may
    work in place. `render(context, window, frames)` gets the frames of `wants` in that order,
    each over exactly the wanted window, read-only by habit, and returns (h, w, 4) pixels of
    `window`, or a `Frame` that covers it or part of it (the rest is transparent).
    """

    plugins: tuple[str, ...]
    point: Point | None = None
    render: Render | None = None
    wants: Callable[[Context, Window], Sequence[Want]] = same_window
    region: Callable[[Context], Window] = same_region
    """Region of definition, before the engine's own rules; pixels outside are transparent."""
    box: Callable[[Context], Box] | None = None
    """The region before it is rounded outwards to pixels, where it may lie between them, canonical.
    Where the output's pixels are not square, the engine rounds it itself."""
    aspect: Callable[[Context], float | None] | None = None
    """The pixel aspect that the node gives its output, now and always; None, here or as its
    answer: that of the first input that is connected, else the project's."""
    same: Callable[[Context], Same | None] = never_same
    """Identity: say so wherever it is cheap to know, e.g. a whole-pixel move of nothing."""
    format: Callable[[Context], Window | None] | None = None
    """The format that the node gives its output; None, here or as its answer, passes the main
    input's on."""
    components: Callable[[Context], Components] = usual_components
    """Which channels the output has, now and always. The engine fills in what it lacks."""
    many_aspects: bool = False
    """Whether it asks for its input as that is, not as if it had the output's pixel aspect."""
    takes_less: bool = False
    """Whether it makes do with frames over less than it wants, as where it repeats their edges:
    then an input that shows less, since pixels of another aspect asked, ends there."""
    shows_all: bool = False
    """Whether its input shows all that is taken of it, even where pixels of another aspect asked
    for less, as Natron's does below some nodes."""
    depth: Callable[[Context], Depth] = usual_depth
    """In how many bits the output is kept, now and always. The engine rounds and converts."""
    cut: Callable[[Context], bool] = never
    """Whether what lies between two codes of 8 or 16 bits is cut to the lower, not rounded."""
    takes: Callable[[Context], Depth] | None = None
    """In which depth it takes its inputs, where that is not its output's."""
    clear: tuple[str, ...] = ()
    """The inputs whose alpha is 0 where they have none, beside the masks; elsewhere it is 1."""
    frames: Callable[[Context], tuple[float, float]] = same_frames
    """First and last frame; readers and time nodes say so, others pass their inputs' on."""
    varies: Callable[[Context], bool] = never
    """Whether the picture changes with time though no parameter has keys (a sequence, noise)."""
    main: str = "Source"
    """The input that a disabled node passes through, and that mask and mix fall back to."""
    seen: Callable[[Context, Window], Window] | None = None
    """What of the main input mask, mix and unprocessed channels find where the output is a window,
    beside 0; None for all of it."""
    mask: str | None = None
    """The label of the mask input where the engine applies mask, maskInvert and mix."""
    host_mask: bool = False
    """Whether Natron masks and mixes instead of the plug-in: by `hostMix` and the mask's first
    channel, without inverting."""
    nearest: Callable[[Context], bool] = never
    """Whether the main input's nearest pixels go on beyond it outside the box of a mask."""
    process: bool = False
    """Whether the engine copies channels with NatronOfxParamProcess… off from the main input."""
    forgetful: bool = False
    """Whether these channels are 0 where another input is the same node as the main one: Natron
    puts them back for plug-ins that do not, and has lost the picture of all but that input."""
    process_inside: bool = False
    """Whether such channels are put back before premultiplying, so that an alpha that is not
    processed is the one to multiply by. Without `process` they are left so, and a node that
    processes none of red, green and blue does not unpremultiply, whatever its switch says."""
    premult: bool = False
    """Whether the engine unpremultiplies the main input and premultiplies the result when asked."""
    matrix: Callable[[Context], Matrix | None] | None = None
    """The node as a matrix at this time, None when it is not one then (motion blur, a mask)."""
    transparent: bool = False
    """Whether transforms are gathered past it where it is an identity, though it is no matrix."""
    concatenates: str | None = None
    """The input above which transforms are gathered into `Context.upstream()`."""
    alone: Callable[[Context], bool] = never
    """Whether it gathers none now, as where it blurs and so is no link of the chain itself."""
    opaque: Callable[[Context], Window] | None = None
    """Where the output is known to have alpha 1 without computing it."""
    same_over: Callable[[Context, Window], Same | None] | None = None
    """As `same`, over a window: only where computing would give those pixels to the last bit."""
    edges: Callable[[Context], Sequence[Window]] | None = None
    """The windows on whose borders the answers of `same_over` change."""
    shift: Callable[[Context], tuple[int, int] | None] | None = None
    """The move by whole pixels that the node is now, None where it does anything else."""
    codes: Callable[[Context], Codes | None] | None = None
    """For a reader: the file whose samples its output is."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults that the catalogue lacks."""

    def __post_init__(self) -> None:
        """Refuse a node that cannot render."""
        if (self.point is None) == (self.render is None):
            raise ValueError(f"{self.plugins[0]} needs either `point` or `render`")

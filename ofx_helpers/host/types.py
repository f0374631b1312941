"""What the host says of a plug-in, and what an instance of one can do, wherever it runs.

`Effect` has two forms with one behaviour: in this process (`host/effect.py`) and in a worker
process (`host/remote.py`). Everything above them, from `host.load` to the engine's nodes, knows
this interface only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Frame, Window

Scalar = bool | int | float | str | Curve | tuple[tuple[float, float], ...]
Values = tuple[Scalar, ...]
"""One value a dimension; a choice is its option's id (or index), a custom or file name its text.
A parametric has a curve a dimension: an engine's `Curve`, or its points (x, y).
"""
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in canonical coordinates, y up."""
Context = Literal["reader", "writer", "general", "filter", "generator", "transition", "retimer"]


@dataclass(frozen=True, kw_only=True)
class Input:
    """A source clip as a plug-in describes it, in the order of its description."""

    name: str
    label: str
    optional: bool = False
    mask: bool = False
    temporal: bool = False
    transforms: bool = False
    """Whether the plug-in applies a transform that comes with the picture."""
    components: tuple[str, ...] = ("RGBA",)
    """What the plug-in takes: of RGBA, RGB, Alpha, XY."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter as a plug-in describes it; limits have one entry a dimension, or none."""

    name: str
    label: str
    kind: str
    """The OpenFX type without its prefix: Integer, Double2D, RGBA, Choice, Parametric, …"""
    default: Values = ()
    minimum: tuple[float, ...] = ()
    maximum: tuple[float, ...] = ()
    options: tuple[str, ...] = ()
    """A choice's option ids; `labels` has what people read."""
    labels: tuple[str, ...] = ()
    help: str = ""
    parent: str = ""
    secret: bool = False
    enabled: bool = True
    animates: bool = True


@dataclass(frozen=True, kw_only=True)
class Description:
    """A plug-in, complete as JSON: what a scan caches and `memecomp nodes show` prints."""

    identifier: str
    version: tuple[int, int]
    label: str
    grouping: str
    help: str
    bundle: Path
    index: int
    """The plug-in's place in its binary."""
    contexts: tuple[Context, ...]
    context: Context
    """The one that the host makes instances in."""
    inputs: tuple[Input, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    depths: tuple[str, ...] = ("Float",)
    thread_safety: Literal["unsafe", "instance-safe", "fully-safe"] = "unsafe"
    tiles: bool = False
    temporal: bool = False
    transforms: bool = False
    """Whether it may be a matrix (`Effect.transform`)."""
    single_instance: bool = False
    extensions: tuple[str, ...] = ()
    """File suffixes of a reader or writer."""


@dataclass(frozen=True)
class Fault:
    """A bundle, or one plug-in of it, that cannot be used, and why."""

    bundle: Path
    plugin: str
    """Empty when the whole bundle cannot be loaded."""
    reason: str


@dataclass(frozen=True)
class Found:
    """What is in a bundle."""

    bundle: Path
    plugins: tuple[Description, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project as an instance sees it: format, pixel aspect, rate and range of frames."""

    format: Window
    pixel_aspect: float = 1.0
    fps: float = 24.0
    first: float = 1.0
    last: float = 1.0
    folder: Path = Path()


@dataclass(frozen=True)
class Above:
    """Transforms that are left to the plug-in: its input's pictures are those above them."""

    matrix: tuple[float, ...]
    """3×3 by rows, in pixels: from the picture above to the input's plane."""
    region: Window
    """Where the picture above has pixels."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    """What an input of an instance is connected to. One that is absent is not connected."""

    region: Callable[[float], Box]
    """Region of definition at a time."""
    frames: tuple[float, float] = (1.0, 1.0)
    format: Window | None = None
    """None is the project's."""
    pixel_aspect: float = 1.0
    components: str = "RGBA"
    premultiplication: Literal["premultiplied", "unpremultiplied", "opaque"] = "premultiplied"
    varies: bool = False
    """Whether its picture changes continuously between whole frames."""
    above: Callable[[float], Above | None] | None = None
    """For an input that takes transforms: those to apply at a time. `Fetch` then gives what it has
    of the picture above them, whatever window is asked for."""


Keys = Sequence[tuple[float, Values]]
"""Frames and values, linear between them; an engine's curve is sampled or handed over whole."""
Fetch = Callable[[str, float, Window], Frame]
"""Gives an input's pixels (its name, a time, a window) as the pixel contract has them."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """What an instance says of its output after clip preferences were asked."""

    components: str = "RGBA"
    premultiplication: str = "premultiplied"
    pixel_aspect: float = 1.0
    fps: float = 24.0
    varies: bool = False
    """Whether it changes with time though parameters and inputs stand still."""
    format: Window | None = None
    """Its format in pixels; None is the project's."""
    input_components: Mapping[str, str] = field(default_factory=dict)


class Effect(Protocol):
    """An instance of a plug-in. Times are frames, windows pixels; those of `render` and of what it
    fetches are pixels at its `scale`, all others at 1.

    Errors are `host.errors.PluginError`: plug-in, action and the plug-in's own message.
    """

    description: Description

    def set(self, name: str, values: Values | Keys | Callable[[float], Values]) -> None:
        """A parameter's value, its keys, or what gives it at any time; the plug-in is told as
        if a person had edited it. Refuses unknown names, wrong types and unknown options.
        """

    def restore(self, values: Mapping[str, Values | Keys | Callable[[float], Values]]) -> None:
        """Values as a saved project has them. The plug-in is not told of changes: it would change
        other parameters in answer, which the project has already.
        """

    def get(self, name: str, time: float = 0.0) -> Values:
        """A parameter's value at a time, as the plug-in would read it."""
        ...

    def parameter(self, name: str) -> Parameter:
        """A parameter as this instance has it now: what it is named, whether it is hidden or greyed
        out, its limits and a menu's options may all have changed since it was described.
        """
        ...

    def connect(self, inputs: Mapping[str, Clip]) -> Output:
        """What the inputs are connected to; clip preferences are asked anew."""
        ...

    def region(self, time: float) -> Box:
        """Region of definition."""
        ...

    def frames(self) -> tuple[float, float]:
        """First and last frame (time domain)."""
        ...

    def regions_of_interest(self, time: float, window: Window) -> Mapping[str, Window]:
        """What is needed of each connected input to render `window`."""
        ...

    def frames_needed(self, time: float) -> Mapping[str, Sequence[tuple[float, float]]]:
        """Ranges of frames, both ends included, needed of each connected input."""
        ...

    def identity(self, time: float, window: Window) -> tuple[str, float] | None:
        """The input and time that the effect passes on unchanged, where it does."""
        ...

    def transform(self, time: float) -> tuple[str, tuple[float, ...]] | None:
        """The input and 3×3 matrix (rows, canonical) that the effect is, where it is one."""
        ...

    def render(
        self,
        time: float,
        window: Window,
        fetch: Fetch,
        *,
        scale: float = 1.0,
        sequence: bool = False,
    ) -> Frame:
        """The output over `window`: float32 RGBA by the pixel contract.

        `sequence` says that the next render follows with the next frame.
        """
        ...

    def abort(self) -> None:
        """From another thread: what renders should stop soon; it raises then."""
        ...

    def close(self) -> None:
        """Ends the instance; again is harmless."""
        ...

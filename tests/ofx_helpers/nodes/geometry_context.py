"""A node alone with ready-made inputs, and the golden files that show what Natron makes of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import pytest

from ofx_helpers.engine.canonical import Box, box_of, touched
from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.node_type import Components, NodeType, Upstream
from ofx_helpers.engine.params import Params

GOLDEN = Path(__file__).parents[3] / "../shared/natron/golden"
if not GOLDEN.exists():  # a worktree lies one folder deeper
    GOLDEN = Path(__file__).parents[3] / "../../shared/natron/golden"


SQUARE = Window(0, 0, 256, 256)


@dataclass
class FakeContext:
    """What a node may ask, answered from arrays."""

    node: Node
    kind: NodeType
    inputs: Mapping[str, Frame]
    time: float = 1.0
    format: Window = SQUARE
    above: Upstream | None = None
    regions: Mapping[str, Window] = field(default_factory=dict)
    graph: Graph = field(default_factory=lambda: Graph(nodes={}, format=SQUARE))
    aspect: float = 1.0
    """Of the output; the inputs' pixels are square."""

    @property
    def params(self) -> Params:
        return Params(self.node, self.time, self.kind.defaults)

    def components(self, _label: str) -> Components:
        return "RGBA"

    def connected(self, label: str) -> bool:
        return label in self.inputs

    def region(self, label: str, time: float | None = None) -> Window:
        if label in self.regions:
            return self.regions[label]
        return self.inputs[label].window if label in self.inputs else Window(0, 0, 0, 0)

    own_region = region

    def box(self, label: str, time: float | None = None) -> Box:
        return box_of(self.region(label, time), 1.0)

    @property
    def format_box(self) -> Box:
        return box_of(self.format, self.graph.pixel_aspect)

    def input_aspect(self, _label: str) -> float:
        return 1.0

    def input_format(self, label: str) -> Window:
        return self.inputs[label].window if label in self.inputs else self.format

    def whole(self, window: Window) -> Window:
        return window

    def upstream(self) -> Upstream:
        return self.above or Upstream(np.eye(3), self.region("Source"))


def values(value: Any) -> tuple[Any, ...]:
    """A parameter of a spec as the graph holds it; keys become a smooth curve."""
    if isinstance(value, Mapping):
        dims = []
        for keys in value["keys"].values():
            dims.append(_smooth(keys))
        return tuple(dims)
    return tuple(value) if isinstance(value, list) else (value,)


def _smooth(keys: Sequence[Sequence[float]]) -> Curve:
    """Keys with the slopes that Natron gives to smooth ones set one after the other."""
    found = []
    for i, (time, value) in enumerate(keys):
        slope = 0.0
        if 0 < i < len(keys) - 1:
            (t0, v0), (t1, v1) = keys[i - 1], keys[i + 1]
            if (v0 < value < v1) or (v0 > value > v1):
                slope = (v1 - v0) / (t1 - t0)
        found.append(Key(time, value, Interpolation.SMOOTH, slope, slope))
    if len(keys) == 2:
        slope = (keys[1][1] - keys[0][1]) / (keys[1][0] - keys[0][0])
        found = [Key(t, v, Interpolation.SMOOTH, slope, slope) for t, v in keys]
    return Curve(tuple(found))


def render(
    kind: NodeType,
    inputs: Mapping[str, Frame],
    window: Window | None = None,
    *,
    plugin: str | None = None,
    **extra: Any,
) -> Frame:
    """The node over `window` (its region when None), as the engine would ask for it."""
    params = extra.pop("params", {})
    shapes = extra.pop("shapes", ())
    node = Node(
        name="N",
        plugin=plugin or kind.plugins[0],
        params={name: values(value) for name, value in params.items()},
        inputs=dict.fromkeys(inputs, "A"),
        shapes=shapes,
    )
    context = FakeContext(node, kind, inputs, **extra)
    region = kind.region(context)
    if context.aspect != 1 and kind.box is not None:
        region = touched(kind.box(context), context.aspect)
    area = region if window is None else window.intersect(region)
    if area.empty:
        over = window or Window(0, 0, 0, 0)
        return Frame(np.zeros((over.height, over.width, 4), np.float32), over)
    same = kind.same(context)
    if same is not None:
        return inputs[same.label or ""].crop(window or area)
    if kind.point is not None:
        pixels = kind.point(context, inputs[kind.main].crop(area).pixels.copy(), area)
        return Frame(pixels, area).crop(window or area)
    empty = Frame(np.zeros((0, 0, 4), np.float32), Window(0, 0, 0, 0))
    frames = [inputs.get(w.label, empty).crop(w.window) for w in kind.wants(context, area)]
    assert kind.render is not None
    result = kind.render(context, area, frames)
    frame = result if isinstance(result, Frame) else Frame(np.ascontiguousarray(result), area)
    return frame.crop(window or area)


def golden(name: str) -> dict[str, Any]:
    """The spec of a golden case; the test is skipped where the files are absent."""
    path = GOLDEN / "specs" / f"{name}.json"
    if not path.exists():
        pytest.skip("../shared is absent")
    spec: dict[str, Any] = json.loads(path.read_text())
    return spec


def expected(name: str, frame: int = 1) -> np.ndarray:
    """Natron's render, (256, 256, 4), bottom row first."""
    part = OpenEXR.File(str(GOLDEN / "expected" / f"{name}.{frame:04d}.exr"))
    channels = part.channels()
    pixels = channels["RGBA"].pixels if "RGBA" in channels else None
    if pixels is None:
        planes = [channels[c].pixels if c in channels else None for c in "RGBA"]
        shape = next(p.shape for p in planes if p is not None)
        pixels = np.stack([np.zeros(shape) if p is None else p for p in planes], -1)
    window = part.header()["dataWindow"]
    full = np.zeros((256, 256, 4), np.float32)
    (x1, y1), (x2, y2) = window
    full[y1 : y2 + 1, x1 : x2 + 1] = pixels
    return full[::-1]


def read(name: str) -> Frame:
    """An input image of the golden set, taken as linear and premultiplied."""
    data = cv2.imread(str(GOLDEN / "inputs" / name), cv2.IMREAD_UNCHANGED)
    pixels = data.astype(np.float32) / 255.0
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, -1)
    if pixels.shape[2] == 3:
        pixels = np.concatenate([pixels, np.ones_like(pixels[..., :1])], -1)
    pixels = pixels[..., [2, 1, 0, 3]]
    h, w = pixels.shape[:2]
    return Frame(np.ascontiguousarray(pixels[::-1]), Window(0, 0, w, h))

"""Texture: openfx-arena's plasma and gradient, drawn by ImageMagick.

Facts from ImageMagick 6 (plasma.c, fx.c, random.c): the generator starts from a SHA-256 of the
seed; a plasma lies over a gradient and leaves alpha at a half. Its first row is Natron's lowest.
Its other pictures are drawn by chance in ways that are not here, or are data of ImageMagick's.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want
from ofx_helpers.nodes._hash import mixed

_HALF = 0.5
_GREY = 128 / 255
"""The colour that ImageMagick knows by the name of fractal: the gradient below begins with it."""


def _nothing(_context: Context, _window: Window) -> Sequence[Want]:
    return ()


def _region(context: Context) -> Window:
    width, height = (context.params.whole(name) for name in ("width", "height"))
    return Window(0, 0, width, height) if width > 0 and height > 0 else context.format


def _frames(context: Context) -> tuple[float, float]:
    first, last = context.params.pair("frameRange")
    return first, last


def _varies(_context: Context) -> bool:
    return True


def _state(context: Context) -> NDArray[np.uint64]:
    """The four numbers that ImageMagick's generator starts with at this frame."""
    number = (int(context.time) ^ context.params.whole("seed")) & 0xFFFFFFFF
    key = int(mixed(np.array([number], np.uint32))[0]).to_bytes(8, "little")
    return np.frombuffer(hashlib.sha256(key).digest(), "<u8").astype(np.uint64)


def _gradient(height: int, width: int) -> NDArray[np.float64]:
    rows = 1 - np.arange(height) / max(height - 1, 1)
    return np.broadcast_to(rows[:, None, None], (height, width, 3)).copy()


def _plasma(context: Context, pixels: NDArray[np.float64], *, fractal: bool) -> None:
    from ofx_helpers.nodes._texture_kernel import draw, plasma

    height, width = pixels.shape[:2]
    if fractal:
        pixels *= _GREY
        state = _state(context)
        for x in (0.0, (width - 1) / 2, width - 1.0):
            for y in (0.0, (height - 1) / 2, height - 1.0):
                pixels[int(y + 0.5), int(x + 0.5)] = [draw(state) for _ in range(3)]
    depth = 1
    while not plasma(pixels, _state(context), depth):
        depth += 1


def _render(context: Context, _window: Window, _frames: Sequence[Frame]) -> Frame:
    params, region = context.params, _region(context)
    kind = params.choice("background")
    if kind not in ("Plasma/Regular", "Plasma/Fractal", "Gradient/Regular"):
        raise RenderError(
            f"{context.node.name}: Texture has no {kind} here: choose Plasma/Regular, "
            "Plasma/Fractal or Gradient/Regular."
        )
    if params.text("fromColor") or params.text("toColor"):
        raise RenderError(f"{context.node.name}: Texture has no own colours here: clear them.")
    made = np.ones((region.height, region.width, 4), np.float32)
    colours = _gradient(region.height, region.width)
    if kind.startswith("Plasma"):
        _plasma(context, colours, fractal=kind.endswith("Fractal"))
        made[..., 3] = _HALF
    made[..., :3] = colours
    return Frame(made, region)


NODE = NodeType(
    plugins=("net.fxarena.openfx.Texture",),
    components=always_rgba,
    region=_region,
    wants=_nothing,
    frames=_frames,
    varies=_varies,
    render=_render,
)

"""What openfx-arena's nodes of ImageMagick have in common.

Facts of the plug-ins: ImageMagick takes the whole picture for colours that alpha has not multiplied
yet, computes beyond 0 to 1 (in Natron's official builds), and puts what it makes over black: the
result is multiplied by its alpha and clamped to 0 to 1.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.components import always_rgba
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, NodeType, Want

Grid = NDArray[np.float64]
Change = Callable[[Context, Pixels], NDArray[np.floating]]
"""From a picture (h, w, 4), not to be written to, to the new one, which may be larger."""

LUMA = np.array((0.212656, 0.715158, 0.072186))
"""What ImageMagick takes for a colour's brightness: Rec.709's weights of red, green and blue."""

_TINY = 1e-12
_SOLID = {"Black": (0.0, 1.0), "Gray": (0.5, 1.0), "White": (1.0, 1.0), "Transparent": (0.0, 0.0)}
_BACKGROUND = (1.0, 1.0)
"""ImageMagick's own background, white, which shows between tiles too."""


def magick(plugin: str, change: Change, *, top_first: bool = False) -> NodeType:
    """A node whose picture ImageMagick gets top row first, or as Natron has it, bottom first.

    The result keeps its first rows and columns, by the order in which Natron has them.
    """

    def wants(context: Context, _window: Window) -> Sequence[Want]:
        return (Want("Source", context.region("Source")),)

    def render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
        source = frames[0]
        if source.window.empty:
            return source
        pixels = source.pixels
        if "matte" in context.params and context.params.flag("matte"):
            pixels = pixels.copy()
            pixels[..., 3] = 1
        made = change(context, pixels[::-1] if top_first else pixels)
        made = made[::-1] if top_first else made
        return Frame(over_black(made, source.window), source.window)

    return NodeType(
        plugins=(plugin,),
        components=always_rgba,
        wants=wants,
        render=render,
        mask="Mask",
        host_mask=True,
        process=True,
    )


def over_black(made: NDArray[np.floating], window: Window) -> Pixels:
    """What ImageMagick made, without what is beyond the window, over black."""
    part = made[: window.height, : window.width].astype(np.float32)
    pixels = np.zeros((window.height, window.width, 4), np.float32)
    pixels[: part.shape[0], : part.shape[1]] = part
    pixels[..., :3] *= pixels[..., 3:]
    return np.clip(pixels, 0, 1, out=pixels)


def rounded(value: float) -> int:
    """As the plug-ins round lengths: half upwards."""
    return int(np.floor(value + 0.5))


def bilinear(
    image: NDArray[np.floating],
    x: Grid,
    y: Grid,
    beyond: str,
    solid: tuple[float, float] | None = None,
) -> Grid:
    """The image at (x, y), whose pixels lie on whole numbers; (h, w, 4), colours by their alpha.

    `beyond` names ImageMagick's virtual pixels; `solid` is a background's grey and alpha.
    """
    left, top = np.floor(x), np.floor(y)
    right, down = x - left, y - top
    colours = np.zeros((*x.shape, 3))
    alpha = np.zeros(x.shape)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        share = (right if dx else 1 - right) * (down if dy else 1 - down)
        found = virtual(image, left.astype(int) + dx, top.astype(int) + dy, beyond, solid)
        weight = share * found[..., 3]
        colours += weight[..., None] * found[..., :3]
        alpha += weight
    total = np.where(np.abs(alpha) < _TINY, _TINY, alpha)
    return np.concatenate([colours / total[..., None], alpha[..., None]], axis=-1)


def virtual(
    image: NDArray[np.floating],
    x: NDArray[np.int_],
    y: NDArray[np.int_],
    beyond: str,
    solid: tuple[float, float] | None = None,
) -> Grid:
    """The pixels (x, y) of an image and of what ImageMagick sees around it."""
    height, width = image.shape[:2]
    across, column = np.divmod(x, width)
    up, row = np.divmod(y, height)
    inside = (across == 0) & (up == 0)
    there = inside
    if beyond in ("Undefined", "Edge", "HorizontalTileEdge", "VerticalTileEdge"):
        column = column if beyond.startswith("H") else np.clip(x, 0, width - 1)
        row = row if beyond.startswith("V") else np.clip(y, 0, height - 1)
        there = np.ones_like(inside)
    elif beyond == "Mirror":
        column = np.where(across & 1, width - 1 - column, column)
        row = np.where(up & 1, height - 1 - row, row)
        there = np.ones_like(inside)
    elif beyond == "Tile":
        there = np.ones_like(inside)
    elif beyond == "HorizontalTile":
        there = up == 0
    elif beyond == "VerticalTile":
        there = across == 0
    elif beyond == "CheckerTile":
        there = (across ^ up) & 1 == 0
    grey, alpha = solid_colour(beyond, solid)
    found = image[row, column].astype(np.float64)
    found[~there] = (grey, grey, grey, alpha)
    return found


def solid_colour(beyond: str, background: tuple[float, float] | None = None) -> tuple[float, float]:
    """Grey and alpha of what is shown beyond a picture and between its tiles.

    Raises RenderError for what ImageMagick draws by chance.
    """
    if beyond in ("Random", "Dither"):
        raise RenderError(
            f"What ImageMagick shows beyond a picture as {beyond} is drawn by chance: choose "
            "another virtual pixel, such as Edge or Tile."
        )
    return _SOLID.get(beyond, background or _BACKGROUND)

"""Tile: openfx-arena's grid of small pictures of the source, now or of the frames that follow.

Facts of the plug-in and ImageMagick 6 (montage.c, resize.c): `rows` is how many there are beside
each other, `cols` how many above each other; each keeps its sides' ratio, in the middle of its
place. The first is Natron's lowest at the left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import floor

import numpy as np

from ofx_helpers.engine.frame import Frame, Pixels, Window
from ofx_helpers.engine.node_type import Context, Want
from ofx_helpers.nodes._magick import magick, over_black
from ofx_helpers.nodes._magick_resample import resized

_PLAIN = magick("net.fxarena.openfx.Tile", lambda _context, image: image)


def _times(context: Context) -> Iterator[float]:
    """The time of each picture in the grid."""
    params = context.params
    count = params.whole("rows") * params.whole("cols")
    offset = params.whole("offset")
    if not offset:
        yield from [context.time] * count
        return
    kept = params.flag("keepFirst")
    if kept:
        yield context.time
    for number in range(count - kept):
        yield int(context.time + offset) + number


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    times = dict.fromkeys(_times(context))
    return tuple(Want("Source", context.region("Source", time), time) for time in times)


def _fitted(width: int, height: int, most: tuple[int, int]) -> tuple[int, int]:
    """The largest size of the same ratio within the most columns and rows."""
    factor = min(most[0] / width, most[1] / height)
    return max(floor(factor * width + 0.5), 1), max(floor(factor * height + 0.5), 1)


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    params, region = context.params, context.region("Source")
    beside, above = params.whole("rows"), params.whole("cols")
    place = region.width // beside, region.height // above
    made = np.zeros((region.height, region.width, 4))
    if not min(place):
        return Frame(made.astype(np.float32), region)
    times = list(_times(context))
    small = {}
    for time, frame in zip(dict.fromkeys(times), frames, strict=True):
        if not frame.window.empty:
            small[time] = resized(
                _pixels(context, frame, time),
                *_fitted(frame.window.width, frame.window.height, place),
            )
    shown = [small[time] for time in times if time in small]
    for number, picture in enumerate(shown):
        height, width = picture.shape[:2]
        row = number // beside * place[1] + place[1] // 2 - height // 2
        column = number % beside * place[0] + place[0] // 2 - width // 2
        made[row : row + height, column : column + width] = np.clip(picture, 0, 1)
    return Frame(over_black(made, region), region)


def _pixels(context: Context, frame: Frame, time: float) -> Pixels:
    """The frame; `matte` makes that of now opaque."""
    pixels = frame.pixels
    if context.params.flag("matte") and time == context.time:
        pixels = pixels.copy()
        pixels[..., 3] = 1
    return pixels


def _varies(context: Context) -> bool:
    return context.params.whole("offset") != 0


NODE = replace(_PLAIN, wants=_wants, render=_render, varies=_varies)

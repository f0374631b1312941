"""Pictures that Natron keeps in 8 or 16 bits, in frames that always hold floats.

Such a frame holds its codes divided by the largest one: 8 bits encoded as sRGB, 16 bits as Rec.709,
alpha as it is. Nodes compute with these values as with any others, as the stock plug-ins do; the
engine rounds what they give, and converts where a node takes another depth, by tables as Natron
does. From floats to bytes Natron also dithers by chance, at most to the next code: this rounds.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine import rec709
from ofx_helpers.engine.colour import Curve, transfer
from ofx_helpers.engine.frame import Frame, Pixels
from ofx_helpers.engine.node_type import LARGEST, Depth, is_mask
from ofx_helpers.engine.scene import NodeContext, Scene

_TIE = 2e-5
"""Of a code: what single precision makes of a half, or of a whole code, from below is one."""


def rounded(pixels: Pixels, depth: Depth, *, cut: bool = False) -> Pixels:
    """The nearest codes from 0 to 1, or with `cut` those below; (h, w, 4) float32.

    Floats come back as they are, the same array.
    """
    if depth == "32f":
        return pixels
    most = LARGEST[depth]
    codes = np.clip(np.nan_to_num(pixels), 0, 1) * np.float64(most)
    codes = np.floor(codes + (_TIE if cut else 0.5 + _TIE))
    return (codes / most).astype(np.float32)


def converted(pixels: Pixels, given: Depth, taken: Depth, *, plain: bool, alone: bool) -> Pixels:
    """A picture's pixels (h, w, 4) from one depth to another.

    `plain` is without a curve, as for a mask; the curve is also alpha's where it is `alone`.
    """
    if given == taken:
        return pixels
    result = pixels.copy()
    if not plain:
        colours = result if alone else result[..., :3]
        colours[...] = _encoded(_linear(colours, given), taken)
    return rounded(result, taken)


def as_taken(context: NodeContext, label: str, source: str, frame: Frame) -> Frame:
    """The frame of the node `source` in the depth in which an input takes it."""
    scene, kind = context.scene, context.kind
    given = scene.depth(source)
    taken = scene.depth(context.node.name) if kind.takes is None else kind.takes(context)
    if given == taken:
        return frame
    alone = scene.components(source) == "Alpha"
    one = is_mask(context, label) or scene.components(context.node.name) == "Alpha"
    pixels = converted(frame.pixels, given, taken, plain=alone != one, alone=alone)
    return Frame(pixels, frame.window)


def as_light(scene: Scene, source: str, frame: Frame) -> Frame:
    """The frame of the node `source` as floats, for whoever looks at it."""
    alone = scene.components(source) == "Alpha"
    pixels = converted(frame.pixels, scene.depth(source), "32f", plain=False, alone=alone)
    return frame if pixels is frame.pixels else Frame(pixels, frame.window)


def _curve(depth: Depth) -> tuple[Curve, Curve]:
    """Codes from 0 to 1 to linear light, and back."""
    if depth == "16u":
        return rec709.decode, rec709.encode
    srgb = transfer("sRGB")
    assert srgb is not None
    return srgb.decode, srgb.encode


@lru_cache
def _table(depth: Depth) -> NDArray[np.float32]:
    """The linear values of 256 codes, evenly spread over the depth."""
    codes = np.arange(256, dtype=np.float32) / np.float32(255)
    return _curve(depth)[0](codes).astype(np.float32)


@lru_cache
def _bytes(depth: Depth) -> NDArray[np.int32]:
    """The codes, in parts of 256, of all floats that share their upper 16 bits; (65536,)."""
    upper = np.arange(65536, dtype=np.uint32)
    middle = np.nan_to_num((upper << 16 | 0x8000).view(np.float32), posinf=2, neginf=-2)
    encoded = _curve(depth)[1](np.clip(middle, 0, 1))
    found = np.floor(np.clip(encoded, 0, 1) * np.float32(0xFF00) + np.float32(0.5))
    codes: NDArray[np.int32] = found.astype(np.int32)
    codes[_table(depth).view(np.uint32) >> 16] = np.arange(256) << 8
    return codes


def _byte_of(linear: Pixels, depth: Depth) -> NDArray[np.int32]:
    """The nearest of 256 codes."""
    upper = np.ascontiguousarray(linear).view(np.uint32) >> 16
    nearest: NDArray[np.int32] = (_bytes(depth)[upper] + 0x80) >> 8
    return nearest


def _linear(codes: Pixels, depth: Depth) -> Pixels:
    if depth == "32f":
        return codes
    table = _table(depth)
    if depth == "8u":
        light: Pixels = table[np.rint(codes * np.float32(255)).astype(np.uint8)]
        return light
    return np.interp(codes, np.linspace(0, 1, 256), table).astype(np.float32)


def _encoded(linear: Pixels, depth: Depth) -> Pixels:
    if depth == "32f":
        return linear
    nearest = _byte_of(linear, depth)
    if depth == "8u":
        return (nearest / np.float32(255)).astype(np.float32)
    # Natron's line from one byte to the next is steeper than it should be, and beyond the largest
    # code it begins again at 0.
    table = _table(depth)
    low = np.clip(nearest - (linear < table[nearest]), 0, 254)
    part = (linear - table[low]) * (2 * low + 257).astype(np.float32)
    part = part / (table[low + 1] - table[low])
    codes = np.trunc((257 * low).astype(np.float32) + part + 0.5).astype(np.int64) & 0xFFFF
    return (codes / 65535).astype(np.float32)

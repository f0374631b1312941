"""Transfer functions between files and the scene-linear pixels of the graph.

Formulas: IEC 61966-2-1 (sRGB), ITU-R BT.709 with BT.1886-free camera curve (Rec.709). The names
are those of Natron's OCIO configuration; what is not built in comes from a configuration, or is
an error that lists what is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.curve_table import CurveTable
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.ocio import Config, spaces

Curve = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True)
class Transfer:
    """A colour space that differs from scene-linear Rec.709 primaries by a curve alone."""

    name: str
    decode: Curve
    """Encoded to linear; a little below 0 and above 1 the curve goes on."""
    encode: Curve
    """Linear to encoded."""


def _srgb_decode(v: NDArray[Any]) -> NDArray[Any]:
    return np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0.04045) + 0.055) / 1.055) ** 2.4)


def _srgb_encode(v: NDArray[Any]) -> NDArray[Any]:
    high = 1.055 * np.maximum(v, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(v <= 0.0031308, v * 12.92, high)


def _rec709_decode(v: NDArray[Any]) -> NDArray[Any]:
    return np.where(v < 0.081, v / 4.5, ((np.maximum(v, 0.081) + 0.099) / 1.099) ** (1 / 0.45))


def _rec709_encode(v: NDArray[Any]) -> NDArray[Any]:
    return np.where(v < 0.018, v * 4.5, 1.099 * np.maximum(v, 0.018) ** 0.45 - 0.099)


def _power(exponent: float) -> Curve:
    return lambda v: np.maximum(v, 0) ** exponent


# The ends and numbers of steps of the tables in Natron's configuration.
_REC709_TABLE = CurveTable(_rec709_decode, -0.125, 1.125, 4101)
_SRGB = Transfer(
    "sRGB",
    CurveTable(_srgb_decode, -0.125, 4.875, 65561),
    CurveTable(_srgb_encode, -0.00967492260062, 40.4600768322, 65561),
)
_REC709 = Transfer("Rec709", _REC709_TABLE, _REC709_TABLE.inverse)
_NAMES: dict[str, Transfer | None] = {
    "linear": None,
    "scene_linear": None,
    "reference": None,
    "raw": None,
    "non-color": None,
    "default": None,
    "data": None,
    "srgb": _SRGB,
    "srgb8": _SRGB,
    "color_picking": _SRGB,
    "texture_paint": _SRGB,
    "vd16": _SRGB,
    "rec709": _REC709,
    "rec.709": _REC709,
    "nuke_rec709": _REC709,
    "gamma1.8": Transfer("Gamma1.8", _power(1.8), _power(1 / 1.8)),
    "gamma2.2": Transfer("Gamma2.2", _power(2.2), _power(1 / 2.2)),
}


def transfer(name: str, node: str = "") -> Transfer | None:
    """The colour space of an OCIO name, `family/name` or plain; None for linear.

    Raises RenderError naming `node` for a space that is not built in.
    """
    key = name.rsplit("/", 1)[-1].lower()
    if key in _NAMES:
        return _NAMES[key]
    near = get_close_matches(key, _NAMES, 3) or ["linear", "sRGB", "Rec709"]
    where = f"{node}: " if node else ""
    raise RenderError(
        f"{where}the colour space {name!r} is not built in. Built in are linear, sRGB, Rec709, "
        f"Gamma1.8 and Gamma2.2 (near: {', '.join(near)}). Choose one, or set the OCIO environment "
        "variable, or the node's ocioConfigFile, to the config.ocio that has it."
    )


def built_in(name: str) -> bool:
    """Whether a colour space needs no configuration."""
    return name.rsplit("/", 1)[-1].lower() in _NAMES


def between(
    source: str,
    target: str,
    node: str = "",
    config: Config | None = None,
    *,
    wide: bool = True,
) -> tuple[Curve | None, Curve | None]:
    """The (decode, encode) curves from one named space to another; (None, None) when equal.

    With a configuration its definition holds; a built-in curve stands for it where the two agree,
    from 0 to 1 only unless values may be `wide`: the tables of many configurations clamp there.
    """
    if source == target:
        return None, None
    if config is not None and config.path is not None and not _agrees(source, target, config, wide):
        processor = spaces(config, source, target, node)
        # Two curves, the second doing nothing, so that nobody takes a table of codes instead.
        return (None, None) if processor.idle else (processor.rgb, np.asarray)
    first, second = transfer(source, node), transfer(target, node)
    if first is second:
        return None, None
    return first.decode if first else None, second.encode if second else None


@lru_cache(maxsize=32)
def _agrees(source: str, target: str, config: Config, wide: bool) -> bool:
    """Whether the built-in curves are those of the configuration, or it does not know the spaces.

    Coloured samples, so that other primaries are noticed.
    """
    if not (built_in(source) and built_in(target)):
        return False
    first, second = transfer(source), transfer(target)
    grid = np.linspace(-0.5 if wide else 0, 4 if wide else 1, 10, dtype=np.float32)
    samples = np.stack(np.meshgrid(grid, grid, grid), axis=-1).reshape(1, -1, 3)
    try:
        wanted = spaces(config, source, target, "colour").rgb(samples)
    except RenderError:
        return True
    found = samples if first is None else first.decode(samples)
    found = found if second is None or first is second else second.encode(found)
    found = samples if first is second else found
    return bool(np.allclose(found, wanted, rtol=0, atol=2e-5))


def scaled(codes: NDArray[Any], top: int) -> NDArray[np.float32]:
    """Integer samples as 0 to 1, to the last bit as Natron's readers have them."""
    values: NDArray[np.float32] = codes.astype(np.float32) * np.float32(1 / top)
    return values


@lru_cache(maxsize=16)
def decode_table(name: str, levels: int) -> NDArray[np.float32]:
    """The linear value of each code of an integer image, float32, length `levels`."""
    codes = scaled(np.arange(levels), levels - 1)
    space = transfer(name)
    table = codes if space is None else space.decode(codes.astype(np.float64)).astype(np.float32)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=16)
def encode_table(name: str) -> NDArray[np.uint8]:
    """The 8-bit code of each linear value i / 65535, uint8, length 65536."""
    values = np.arange(65536, dtype=np.float64) / 65535
    space = transfer(name)
    encoded = space.encode(values) if space else values
    table: NDArray[np.uint8] = np.rint(np.clip(encoded, 0, 1) * 255).astype(np.uint8)
    table.flags.writeable = False
    return table


def decode_rgba8(rgba: NDArray[np.uint8], name: str) -> NDArray[np.float32]:
    """8-bit RGBA (h, w, 4) as float32 with RGB linear and alpha as it is.

    One table look-up for each sample through OpenCV: 1.6 ms for 1280×720 on one core, numpy's
    indexing takes 8.7 ms.
    """
    curve, plain = decode_table(name, 256), decode_table("linear", 256)
    table = np.stack([curve, curve, curve, plain], axis=-1)[None]
    result: NDArray[np.float32] = cv2.LUT(rgba, table)
    return result


@lru_cache(maxsize=16)
def _thresholds(name: str) -> NDArray[np.float32]:
    """The smallest linear value that rounds to each 8-bit code and the next, length 257."""
    space = transfer(name)
    codes = np.arange(257)
    # Positive floats are in the order of their bits: halve the bits between 0 and 1.
    low, high = np.zeros(257, np.int32), np.full(257, np.float32(1).view(np.int32) + 1)
    while (high - low > 1).any():
        middle = (low + high) // 2
        values = middle.astype(np.int32).view(np.float32)
        encoded = space.encode(values) if space else values
        reached = encoded.astype(np.float32) * np.float32(255) + np.float32(0.5) >= codes
        high, low = np.where(reached, middle, high), np.where(reached, low, middle)
    table = high.astype(np.int32).view(np.float32)
    table[0], table[256] = -np.inf, np.inf
    table.flags.writeable = False
    return table


_SMALL = 524_288  # samples, four for each pixel of a small picture; see `kernels`


def encode_8(pixels: NDArray[np.float32], name: str) -> NDArray[np.uint8]:
    """Linear float32 (h, w, c) as 8-bit codes of the named space, every channel alike.

    Each value gets the nearest code, as Natron has it: a JPEG spreads one wrong code over a whole
    block. A table of 65536 steps finds the code but for one, two comparisons decide.
    """
    table, thresholds = encode_table(name), _thresholds(name)
    flat = np.ascontiguousarray(pixels, np.float32).reshape(-1)
    if flat.size >= _SMALL:
        from ofx_helpers.engine import kernels

        found = np.empty(flat.shape, np.uint8)
        kernels.encode(flat, table, thresholds, found)
    else:
        clipped = np.nan_to_num(np.clip(flat, 0, 1))
        near = table[(clipped * np.float32(65535)).astype(np.int32)].astype(np.int32)
        near += clipped >= thresholds[near + 1]
        near -= clipped < thresholds[near]
        found = near.astype(np.uint8)
    codes: NDArray[np.uint8] = found.reshape(pixels.shape)
    return codes


def apply(curve: Curve | None, pixels: NDArray[np.float32]) -> None:
    """Run the RGB of float32 (h, w, 4) pixels through a curve, in place."""
    if curve is not None:
        pixels[..., :3] = curve(pixels[..., :3])

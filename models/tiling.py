"""Upscaling in overlapping tiles, blended, for pictures that memory does not hold whole.

Tiles all have one size, so that a network is compiled once. Where two tiles meet, the third of the
overlap next to each tile's own edge is dropped (there the network saw too little around it), and
the weight goes over linearly across the rest; weights sum to 1 everywhere.
"""

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ModelError
from models.memory import peak_bytes
from models.upscaler import Uint8Image, Upscaler

MIN_OVERLAP, MAX_OVERLAP = 8, 32
_MIN_TILE = 48
_DROPPED_PART = 3
_Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class TileStats:
    """What one picture's upscaling took.

    `seam_max` and `seam_mean` are how far, in levels of 255, neighbouring tiles were apart where
    both counted: the correction that blending made. They are 0 for a whole picture.
    """

    tiles: int
    tile_width: int
    tile_height: int
    overlap: int
    seconds: float
    estimated_bytes: int
    """Working memory expected of one tile."""
    peak_bytes: int
    """The most the process had held by then."""
    seam_max: float
    seam_mean: float


def upscale_tiled(
    upscaler: Upscaler,
    image: Uint8Image,
    *,
    tile: int = 0,
    overlap: int = 24,
    budget: int | None = None,
) -> tuple[Uint8Image, TileStats]:
    """Upscales (h, w, 3) uint8 RGB, whole where it can be, else in tiles.

    `tile` is the tiles' width and height in source pixels; 0 takes the whole picture unless its
    estimated need passes `budget` bytes (half of the free memory unless given). `overlap` is in
    source pixels. ModelError for an overlap outside 8..32 or tiles too small for it.
    """
    if not MIN_OVERLAP <= overlap <= MAX_OVERLAP:
        raise ModelError(f"The overlap of tiles must be 8 to 32 pixels, not {overlap}")
    height, width = image.shape[:2]
    if tile == 0:
        allowed = upscaler.memory_budget() if budget is None else budget
        tile_height, tile_width = tile_size(
            height, width, upscaler.bytes_per_pixel, allowed, overlap
        )
    else:
        tile_height, tile_width = min(tile, height), min(tile, width)
    rows = starts(height, tile_height, overlap)
    columns = starts(width, tile_width, overlap)
    start = time.perf_counter()
    if len(rows) == len(columns) == 1:
        result, seam = upscaler.upscale(image), (0.0, 0.0)
    else:
        result, seam = _blended(
            upscaler, image, (rows, tile_height), (columns, tile_width), overlap
        )
    stats = TileStats(
        tiles=len(rows) * len(columns),
        tile_width=tile_width,
        tile_height=tile_height,
        overlap=overlap,
        seconds=time.perf_counter() - start,
        estimated_bytes=upscaler.bytes_per_pixel * tile_width * tile_height,
        peak_bytes=peak_bytes(),
        seam_max=seam[0],
        seam_mean=seam[1],
    )
    return result, stats


def tile_size(
    height: int, width: int, bytes_per_pixel: int, budget: int, overlap: int
) -> tuple[int, int]:
    """Height and width of tiles within `budget` bytes; the whole picture where that fits.

    A band is low and wide, so it is cut across its width first: its rows stay together.
    """
    pixels = max(1, budget // max(1, bytes_per_pixel))
    if height * width <= pixels:
        return height, width
    smallest = max(_MIN_TILE, overlap * 2 + 1)
    if height * min(smallest, width) <= pixels:
        return height, min(width, max(smallest, pixels // height))
    side = max(smallest, math.isqrt(pixels))
    return min(side, height), min(side, width)


def starts(length: int, tile: int, overlap: int) -> list[int]:
    """First pixels of the fewest equal tiles that cover `length` and overlap at least that much."""
    if tile >= length:
        return [0]
    if tile < 2 * overlap:
        raise ModelError(
            f"Tiles of {tile} pixels are too small for an overlap of {overlap}: "
            f"take at least {2 * overlap}"
        )
    count = math.ceil((length - overlap) / (tile - overlap))
    last = length - tile
    return [round(index * last / (count - 1)) for index in range(count)]


def ramps(first: list[int], tile: int, length: int, overlap: int) -> list[_Weights]:
    """Each tile's weight at each of its pixels along one axis; at every pixel they sum to 1."""
    weights = []
    for index, begin in enumerate(first):
        position = np.arange(begin, begin + tile) + 0.5
        weight = np.ones(tile)
        if index > 0:
            weight *= _rise(position, first[index - 1] + tile - begin, begin, overlap)
        if index + 1 < len(first):
            following = first[index + 1]
            weight *= 1 - _rise(position, begin + tile - following, following, overlap)
        weights.append(weight)
    total = np.zeros(length)
    for begin, weight in zip(first, weights, strict=True):
        total[begin : begin + tile] += weight
    return [
        (weight / total[begin : begin + tile]).astype(np.float32)
        for begin, weight in zip(first, weights, strict=True)
    ]


def _rise(
    position: npt.NDArray[np.floating[Any]], shared: int, begin: int, overlap: int
) -> _Weights:
    """0 to 1 across the middle of the `shared` pixels that start at `begin`.

    Rounding to equal tiles may make the shared part wider than asked: the rest is dropped evenly.
    """
    ramp = max(1.0, overlap - 2.0 * (overlap // _DROPPED_PART))
    left = begin + (shared - ramp) / 2
    rise: _Weights = np.clip((position - left) / ramp, 0, 1).astype(np.float32)
    return rise


def _blended(
    upscaler: Upscaler,
    image: Uint8Image,
    vertical: tuple[list[int], int],
    horizontal: tuple[list[int], int],
    overlap: int,
) -> tuple[Uint8Image, tuple[float, float]]:
    factor = upscaler.factor
    height, width = image.shape[0] * factor, image.shape[1] * factor
    (rows, tile_height), (columns, tile_width) = vertical, horizontal
    # Weights are made at the result's own resolution, so that a ramp has no steps.
    weights_y = ramps([y * factor for y in rows], tile_height * factor, height, overlap * factor)
    weights_x = ramps([x * factor for x in columns], tile_width * factor, width, overlap * factor)
    total = np.zeros((height, width, 3), np.float32)
    low = np.full((height, width, 3), 255, np.uint8)
    high = np.zeros((height, width, 3), np.uint8)
    shared = np.zeros((height, width), np.uint8)
    for y, weight_y in zip(rows, weights_y, strict=True):
        for x, weight_x in zip(columns, weights_x, strict=True):
            piece = upscaler.upscale(
                np.ascontiguousarray(image[y : y + tile_height, x : x + tile_width])
            )
            weight = weight_y[:, None] * weight_x[None, :]
            place = np.s_[
                y * factor : (y + tile_height) * factor, x * factor : (x + tile_width) * factor
            ]
            total[place] += piece * weight[..., None]
            counts = weight > 0
            low[place][counts] = np.minimum(low[place][counts], piece[counts])
            high[place][counts] = np.maximum(high[place][counts], piece[counts])
            shared[place] += counts
    apart = (high.astype(np.int16) - low)[shared > 1]
    seam = (float(apart.max()), float(apart.mean())) if apart.size else (0.0, 0.0)
    return np.rint(np.clip(total, 0, 255)).astype(np.uint8), seam

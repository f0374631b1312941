"""Inpaint (CImgInpaint): the masked part of a picture filled with patches from the rest of it.

Method: M. Daisy, P. Buyssens, D. Tschumperlé, O. Lézoray, "A smarter exemplar-based inpainting
algorithm using local and global heuristics for more geometric coherence" (ICIP 2014): the place to
go on is where most is known and lines run into the hole; its patch is looked for around the sources
of the patches beside it. "A fast spatial patch blending algorithm for artefact reduction in
pattern-based image inpainting" (SIGGRAPH Asia 2013): where neighbours come from different places,
patches are blended, the wider the nearer. Numbers and rounding are those of Natron's plug-in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.finish import mask_weight, uses_mask
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Context, NodeType, Same, Want
from ofx_helpers.nodes._filters import idle_without_mix, processed

Planes = NDArray[np.float32]
"""(bands, h, w), the lowest row first."""
Hole = NDArray[np.bool_]
_MARGIN = 2
"""How far beyond the hole its edge is looked at."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The node's numbers as its plug-in hands them on."""

    patch: int
    """The side of a patch in pixels."""
    lookup: int
    """The side of the window where its like is looked for, in pixels."""
    factor: float
    """By what it is smaller around the sources of the patches beside it, all of them together."""
    blend: int
    """The largest patch to blend, in pixels; 0 for none."""
    threshold: float
    """From which share of the strongest break on patches are blended, 0 to 1."""
    decay: float
    """How fast blending ends away from a break, a pixel."""
    scales: int
    """How many sizes of patches are blended."""
    outer: bool
    """Whether the hole's edge is blended too."""


def _settings(context: Context) -> Settings:
    params = context.params
    patch = params.whole("patchSize")
    return Settings(
        patch=patch,
        lookup=math.ceil(patch * params.number("lookupSize")),
        factor=params.number("lookupFactor"),
        blend=int(params.number("blendSize") * patch),
        threshold=min(max(params.number("blendThreshold"), 0.0), 1.0),
        decay=params.number("blendDecay"),
        scales=params.whole("blendScales"),
        outer=params.flag("isBlendOuter"),
    )


def _bell(size: int, sigma: float) -> NDArray[np.float32]:
    """A Gaussian of height 1, (size, size), around CImg's middle of a patch."""
    place = np.arange(size, dtype=np.float32) - np.float32(size - size // 2 - 1)
    inverse = np.float32(1) / np.float32(sigma)
    scale = inverse * inverse / np.float32(-2)
    squares = scale * place * place
    found: NDArray[np.float32] = np.exp(squares[None, :] + squares[:, None])
    return found


def _box(hole: Hole) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    sides = zip((rows, columns), hole.shape, strict=True)
    low_y, low_x = (
        slice(max(int(side[0]) - _MARGIN, 0), min(int(side[-1]) + _MARGIN + 1, size))
        for side, size in sides
    )
    return low_y, low_x


def _usable(hole: Hole, patch: int) -> Hole:
    """Around which pixels a patch touches no hole; those at the picture's border do not matter."""
    before = patch - patch // 2 - 1
    anchor = (before, before)
    kernel = np.ones((patch, patch), np.uint8)
    touched = cv2.dilate(hole.astype(np.uint8), kernel, anchor=anchor, borderValue=0)
    found: Hole = touched == 0
    return found


def inpainted(planes: Planes, hole: Hole, settings: Settings) -> Planes:
    """The picture with its hole filled; as it is where nothing of it can be used."""
    from ofx_helpers.nodes._inpaint_kernel import copy_patches

    if not hole.any() or min(hole.shape) < 2 * _MARGIN:
        return planes
    result, box = np.ascontiguousarray(planes).copy(), _box(hole)
    patch = settings.patch
    copies, complete = copy_patches(
        result,
        _usable(hole, patch),
        np.ascontiguousarray(~hole[box]),
        box[0].start,
        box[1].start,
        _bell(patch, patch / 15) / np.float32(patch * patch),
        settings.lookup,
        np.float32(settings.factor),
    )
    if complete and settings.blend and settings.scales:
        return _blended(result, hole, copies, box, settings)
    return result


def _blended(
    planes: Planes, hole: Hole, copies: Any, box: tuple[slice, slice], settings: Settings
) -> Planes:
    """The filled picture with its patches blended, each pixel at the scale that is its own."""
    from ofx_helpers.nodes._inpaint_kernel import add_patches

    if settings.outer:
        box = _wider(box, hole.shape, settings.blend)
    inside = hole[box]
    scale = _scales(planes, hole, copies, box, settings)
    result = planes.copy()
    part = result[:, box[0], box[1]]
    for step in range(1, settings.scales + 1):
        size = step * settings.blend // settings.scales
        chosen = (scale == step) if settings.outer else (scale == step) & inside
        if not size or not chosen.any():
            continue
        size += 1 - size % 2
        share = (~inside).astype(np.float32)
        total = np.ascontiguousarray(planes[:, box[0], box[1]] * share)
        bell = _bell(size, size / 4)
        add_patches(planes, copies, bell, box[0].start, box[1].start, total, share)
        chosen &= share > 0
        part[:, chosen] = total[:, chosen] / share[chosen]
    return result


def _wider(box: tuple[slice, slice], sizes: tuple[int, ...], blend: int) -> tuple[slice, slice]:
    after = blend // 2
    before = blend - after - 1
    starts = [max(0, side.start - before) for side in box]
    ends = [
        min(size, start + side.stop - side.start + before + after + 1)
        for size, start, side in zip(sizes, starts, box, strict=True)
    ]
    return slice(starts[0], ends[0]), slice(starts[1], ends[1])


def _scales(
    planes: Planes, hole: Hole, copies: Any, box: tuple[slice, slice], settings: Settings
) -> NDArray[np.float32]:
    """At which of the scales each pixel of the box is blended: the last near breaks, 0 far away."""
    breaks = _breaks(planes, hole, copies, box, settings.patch)
    lit = breaks >= breaks.max() * np.float32(settings.threshold)
    far = cv2.distanceTransform((~lit).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    near: NDArray[np.float32] = np.float32(1) / (np.float32(1) + np.float32(settings.decay) * far)
    low, high = near.min(), near.max()
    if high > low:
        levels = np.trunc((near - low) * np.float32(settings.scales + 1) / (high - low))
        near = np.minimum(levels, np.float32(settings.scales)).astype(np.float32)
    if near.min() == near.max():
        return np.full(near.shape, np.float32(settings.scales))
    return near


def _breaks(
    planes: Planes, hole: Hole, copies: Any, box: tuple[slice, slice], patch: int
) -> NDArray[np.float32]:
    """How much neighbours in the hole come from different places, times the picture's contrast."""
    inside = hole[box]
    from_y, from_x = _sources(hole, copies, box, patch)
    moves = (_rise(from_x, 1), _rise(from_y, 0))
    apart = np.sqrt(moves[0] * moves[0] + moves[1] * moves[1])
    contrast = np.zeros(inside.shape, np.float32)
    for plane in planes:
        # The plug-in takes it from the picture's corner and not from the box: so it is here.
        corner = plane[: inside.shape[0], : inside.shape[1]]
        across, up = _rise(corner, 1), _rise(corner, 0)
        contrast += np.log(np.float32(1) + across * across + up * up)
    found: NDArray[np.float32] = apart * (contrast / np.float32(len(planes)))
    found[~inside] = 0
    return found


def _sources(hole: Hole, copies: Any, box: tuple[slice, slice], patch: int) -> Planes:
    """Where each pixel of the box comes from, y and x: itself, or what was copied there first."""
    places = np.mgrid[box].astype(np.float32)
    found: Planes = places.copy()
    after = patch // 2
    before = patch - after - 1
    for source_x, source_y, target_x, target_y in copies[::-1]:
        rows = _part(target_y - before, target_y + after + 1, box[0])
        columns = _part(target_x - before, target_x + after + 1, box[1])
        there = hole[box][rows, columns]
        for plane, off in enumerate((source_y - target_y, source_x - target_x)):
            moved = places[plane, rows, columns] + np.float32(off)
            found[plane, rows, columns][there] = moved[there]
    return found


def _part(start: int, end: int, side: slice) -> slice:
    return slice(max(start, side.start) - side.start, min(end, side.stop) - side.start)


def _rise(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """The larger of the steps to the next and from the last pixel; none beyond the edge."""
    step = np.diff(values, axis=axis)
    nothing = np.zeros_like(np.take(values, [0], axis))
    after = np.concatenate([step, nothing], axis)
    before = np.concatenate([nothing, step], axis)
    found: NDArray[np.float32] = np.maximum(after, before)
    return found


def _wants(context: Context, _window: Window) -> Sequence[Want]:
    region = context.region("Source")
    source = Want("Source", region)
    return (source, Want("Mask", region)) if uses_mask(context) else (source,)


def _render(context: Context, _window: Window, frames: Sequence[Frame]) -> Frame:
    source = frames[0]
    if not uses_mask(context):
        return source
    channels = processed(context)
    hole = mask_weight(context.params, "Mask", frames[1].pixels, 1.0)[..., 0] > 0
    planes = np.moveaxis(source.pixels[..., channels], -1, 0)
    result = source.pixels.copy()
    result[..., channels] = np.moveaxis(inpainted(planes, hole, _settings(context)), 0, -1)
    return Frame(result, source.window)


def _same(context: Context) -> Same | None:
    settings = _settings(context)
    idle = settings.patch <= 0 or settings.lookup <= 0
    return Same("Source") if idle or not processed(context) else None


NODE = NodeType(
    plugins=("eu.cimg.Inpaint",),
    mask="Mask",
    process_inside=True,
    premult=True,
    wants=_wants,
    render=_render,
    same=idle_without_mix(_same),
)

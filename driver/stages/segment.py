"""Finds the foreground and the face: once a shot, on the key frame's real pixels."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot.masks import Mask, Soft, ellipse, feather, grow, to_bytes, touching
from driver.shot.settings import relative_to
from driver.shot.subject import detect_face, foreground_of, weights_used
from driver.stages.base import Job, Stage
from ofx_helpers.media.images import read_grey8, read_image, write_image


def run(job: Job) -> None:
    """Writes the masks of foreground, face and background, binary and feathered.

    The feathered ramp is `segment.feather_px` wide, centred on the binary edge. No mask of the
    foreground or the face reaches into missing pixels, soft or not; `foreground_reach.png` says
    where the foreground would go on there, so that nothing is generated behind it.
    """
    job.progress(0, 1)
    key = read_image(job.paths.real_key).pixels
    rgb, real = np.ascontiguousarray(key[..., :3]), key[..., 3] > 0
    width = job.settings.segment.feather_px
    whole = np.zeros(real.shape, np.bool_)
    find = foreground_of(job.settings, real)
    if find is not None:
        whole = find(rgb)
        if not (whole & real).any():
            job.say('no foreground was found; segment.model = "none" says that there is none')
    face = _face(job, rgb, real)
    _write(job, "foreground", whole & real, feather(whole, width), real)
    _write(job, "face", face & real, feather(face, width), real)
    reach = touching(grow(whole, width / 2), whole & real) & ~real
    write_image(job.paths.mask("foreground", "reach"), to_bytes(reach))
    job.progress(1, 1)


def _write(job: Job, layer: str, binary: Mask, soft: Soft, real: Mask) -> None:
    levels = to_bytes(np.where(real, soft, np.float32(0)))
    write_image(job.paths.mask(layer, "binary"), to_bytes(binary))
    write_image(job.paths.mask(layer, "feathered"), levels)
    if layer == "foreground":
        write_image(job.paths.mask("background", "binary"), to_bytes(~binary))
        # From the levels written, so that the two always add up to 255.
        write_image(job.paths.mask("background", "feathered"), 255 - levels)


def _face(job: Job, rgb: NDArray[np.uint8], real: Mask) -> Mask:
    """The face on the key frame, from wherever the settings say; empty without one."""
    settings, shape = job.settings.segment, (real.shape[0], real.shape[1])
    none = np.zeros(shape, np.bool_)
    if settings.face == "none":
        return none
    if settings.face == "mask" or (settings.face == "auto" and settings.face_mask):
        return _from_file(job, shape)
    if settings.face == "box" or (settings.face == "auto" and settings.face_box):
        return _from_box(job, shape)
    found = detect_face(job.settings, rgb, real)
    if found is not None:
        box = (found.left, found.top, found.width, found.height)
        return ellipse(shape, box, (found.points[0], found.points[1]))
    if job.settings.face.asset:
        raise MemecompError(
            f"segment: no face was found on frame {job.settings.inpaint.key_frame} for face.asset "
            "to go on: set segment.face_box to its left, top, width and height in canvas pixels "
            f"(look at {job.paths.real_key}), or choose another inpaint.key_frame"
        )
    return none


def _from_box(job: Job, shape: tuple[int, int]) -> Mask:
    box = job.settings.segment.face_box
    if box is None:
        raise MemecompError(
            'segment.face_box: segment.face is "box", but there is no box: give its left, top, '
            "width and height in canvas pixels"
        )
    left, top, width, height = box
    mask = ellipse(shape, (left, top, width, height)) if width > 0 and height > 0 else None
    if mask is None or not mask.any():
        raise MemecompError(
            f"segment.face_box: {box} holds no pixel of the {shape[1]}×{shape[0]} canvas: give "
            "left, top, width and height in canvas pixels"
        )
    return mask


def _from_file(job: Job, shape: tuple[int, int]) -> Mask:
    name = job.settings.segment.face_mask
    if name is None:
        raise MemecompError(
            'segment.face_mask: segment.face is "mask", but there is no file: give an image of '
            "the canvas's size, white on the face"
        )
    mask = read_grey8(relative_to(job.folder, name))
    if mask.shape != shape and job.proxy != 1.0:
        rows = (np.arange(shape[0]) + 0.5) * mask.shape[0] / shape[0]
        columns = (np.arange(shape[1]) + 0.5) * mask.shape[1] / shape[1]
        mask = mask[np.ix_(rows.astype(np.intp), columns.astype(np.intp))]
    if mask.shape != shape:
        raise MemecompError(
            f"segment.face_mask: {name} is {mask.shape[1]}×{mask.shape[0]}, but the canvas is "
            f"{shape[1]}×{shape[0]}: give a mask of the canvas's size"
        )
    return np.asarray(mask > 127, dtype=np.bool_)


def _reads(job: Job) -> Iterable[Path]:
    yield job.paths.real_key
    if job.settings.segment.face_mask:
        yield relative_to(job.folder, job.settings.segment.face_mask)


def _writes(job: Job) -> Iterable[Path]:
    for layer in ("foreground", "face", "background"):
        for kind in ("binary", "feathered"):
            yield job.paths.mask(layer, kind)
    yield job.paths.mask("foreground", "reach")


STAGE = Stage(
    name="segment",
    help="Find the foreground and the face on the key frame.",
    after=("real",),
    run=run,
    settings=("segment", "face.asset"),
    weights=lambda job: weights_used(job.settings),
    reads=_reads,
    writes=_writes,
)

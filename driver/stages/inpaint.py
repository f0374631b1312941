"""Paints what neither copy has behind the subject: exactly once a shot, on the key frame."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from driver.errors import MemecompError
from driver.shot.masks import Mask, grow, to_bytes
from driver.shot.settings import relative_to
from driver.stages.base import Job, Stage
from models.inpainter import load_inpainter
from models.prompts import check_prompt
from ofx_helpers.media.images import read_grey8, read_image, write_image

SAFETY = 3
"""Pixels around the subject, beyond its soft edge, that nothing is copied from either."""

Rgba = NDArray[np.uint8]


def run(job: Job) -> None:
    """Writes the plate and `debug/mask_diff.png`; an existing plate is kept unless asked."""
    check_prompt(job.settings.inpaint.prompt, job.settings.inpaint.subject_words)
    key = read_image(job.paths.real_key).pixels
    missing = key[..., 3] == 0
    subject = _subject(job)
    if job.paths.plate_key.exists() and not job.redo:
        job.say("the generated background is kept; --redo inpaint paints it again")
        _judge(job, missing, subject)
        return
    job.progress(0, 1)
    hole = missing & ~subject
    # Missing pixels that are not painted hold nothing to copy from either.
    near = grow(subject, SAFETY) | missing
    painted = key[..., :3]
    if hole.any():
        painted = _fill(job, np.ascontiguousarray(key[..., :3]), hole, near & ~hole)
    made = plate(key, painted, hole, subject)
    diff = under_subject(made, key, missing, subject)
    write_image(job.paths.mask_diff, diff)
    if diff.any():
        raise MemecompError(
            f"inpaint: {int((diff > 0).sum())} generated pixels lie under the subject, which must "
            f"never be: look at {job.paths.mask_diff}; nothing was kept"
        )
    write_image(job.paths.plate_key, made)
    job.progress(1, 1)


def _fill(job: Job, rgb: NDArray[np.uint8], hole: Mask, forbidden: Mask) -> NDArray[np.uint8]:
    settings = job.settings.inpaint
    painter = load_inpainter(
        settings.method,
        model=_model(job),
        prompt=settings.prompt,
        subject_words=settings.subject_words,
        strength=settings.strength,
        steps=settings.steps,
    )
    job.say(f"{int(hole.sum())} pixels are painted: {painter.description}")
    try:
        return painter.fill(rgb, hole, forbidden=forbidden, seed=settings.seed)
    finally:
        painter.close()


def _model(job: Job) -> str:
    """The diffusion model: a folder beside `shot.toml` if there is one, else as it was given."""
    name = job.settings.inpaint.model
    beside = relative_to(job.folder, name)
    return str(beside) if name and beside.is_dir() else name


def plate(key: Rgba, painted: NDArray[np.uint8], hole: Mask, subject: Mask) -> Rgba:
    """The plate, 8-bit RGBA (h, w, 4): the key's colours, and the painted ones in the hole alone.

    Alpha is 255 on real and on generated background, 0 under the subject, so that no ghost of it
    shows when the plate follows the camera, and 0 on what is missing there, which stays neutral.
    """
    made = key.copy()
    made[hole, :3] = painted[hole]
    made[..., 3] = np.where((key[..., 3] > 0) | hole, 255, 0)
    made[subject, 3] = 0
    return made


def under_subject(made: Rgba, key: Rgba, missing: Mask, subject: Mask) -> NDArray[np.uint8]:
    """Grey (h, w): 255 where a generated pixel lies under the subject; black when all is well."""
    changed = (made[..., :3] != key[..., :3]).any(axis=2)
    shown = missing & (made[..., 3] > 0)
    return to_bytes((changed | shown) & subject)


def _subject(job: Job) -> Mask:
    """Foreground and face with their soft edges, and where they reach into missing pixels."""
    paths = job.paths
    files = [paths.mask(layer, "feathered") for layer in ("foreground", "face")]
    subject = np.logical_or.reduce([read_grey8(path) > 0 for path in files])
    reach = read_grey8(paths.mask("foreground", "reach")) > 127
    return np.asarray(subject | reach, dtype=np.bool_)


def keep(job: Job) -> None:
    """Says what the kept plate is worth now; refuses one of another size than the canvas."""
    _judge(job, read_image(job.paths.real_key).pixels[..., 3] == 0, _subject(job))


def _judge(job: Job, missing: Mask, subject: Mask) -> None:
    """Says what the kept plate is worth for the masks as they are now."""
    key, made = read_image(job.paths.real_key).pixels, read_image(job.paths.plate_key).pixels
    if made.shape != key.shape:
        raise MemecompError(
            f"{job.paths.plate_key} is {made.shape[1]}×{made.shape[0]}, but the canvas is now "
            f"{key.shape[1]}×{key.shape[0]}: paint it again with --redo inpaint"
        )
    shown = missing & (made[..., 3] > 0) & subject
    write_image(job.paths.mask_diff, to_bytes(shown))
    if shown.any():
        job.say(
            f"but the masks have changed: {int(shown.sum())} generated pixels now lie under the "
            "subject; --redo inpaint paints around it"
        )


def _reads(job: Job) -> Iterable[Path]:
    paths = job.paths
    yield from (paths.real_key, paths.mask("foreground", "reach"))
    yield from (paths.mask(layer, "feathered") for layer in ("foreground", "face"))


STAGE = Stage(
    name="inpaint",
    help="Paint, once, the background that neither copy has.",
    after=("real", "segment"),
    run=run,
    settings=("inpaint",),
    reads=_reads,
    writes=lambda job: (job.paths.plate_key, job.paths.mask_diff),
    once=True,
    keep=keep,
)

"""Mattes of footage by rembg, as numbered pictures beside a project."""

from pathlib import Path

import numpy as np

from driver.prepare.footage import Footage
from models.segmenter import NoForegroundError, load_segmenter
from ofx_helpers.media.images import write_image


def write_mattes(footage: Footage, frames: range, pattern: Path, model: str) -> None:
    """A grey PNG for each of the frames, white where the network sees foreground.

    `pattern` is `name.####.png`, or one picture's name for a still. A frame without foreground is
    black.

    Raises:
        ModelError: the weights are unknown or missing.
    """
    from ofx_helpers.engine.sequences import frame_path

    segmenter = load_segmenter(model=model)
    for frame in frames:
        picture = footage.rgb(frame)
        try:
            matte = np.rint(segmenter.segment(picture) * 255).astype(np.uint8)
        except NoForegroundError:
            matte = np.zeros(picture.shape[:2], np.uint8)
        write_image(frame_path(pattern, frame), matte)

"""Asks the models for the foreground and the face of a picture, as the settings say."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from driver.shot.masks import Mask, fill_missing, without_specks
from driver.shot.settings import Settings
from models.errors import ModelError
from models.face import Face, load_face_detector
from models.segmenter import NoForegroundError, load_segmenter

Picture = NDArray[np.uint8]

NO_FOREGROUND = "none"
_FACE_WEIGHTS = "centerface"


def foreground_of(settings: Settings, real: Mask) -> Callable[[Picture], Mask] | None:
    """What finds the foreground of the shot's pictures; None for a shot without one.

    It takes 8-bit RGB (h, w, 3) with pixels outside `real` to be ignored, and gives a binary mask
    (h, w) that may go on outside `real` too, empty where the model sees no foreground.
    """
    if settings.segment.model == NO_FOREGROUND:
        return None
    model = load_segmenter(model=settings.segment.model)

    def find(picture: Picture) -> Mask:
        try:
            sure = model.segment(fill_missing(picture, ~real))
        except NoForegroundError:
            return np.zeros(real.shape, np.bool_)
        return without_specks(np.asarray(sure > settings.segment.threshold, dtype=np.bool_))

    return find


def detect_face(settings: Settings, picture: Picture, real: Mask) -> Face | None:
    """The surest face of an 8-bit RGB picture with its middle on a real pixel; None without one.

    A detector without its weights only matters where there is a face to put on.
    """
    try:
        faces = load_face_detector().detect(fill_missing(picture, ~real))
    except ModelError:
        if settings.face.asset:
            raise
        return None
    height, width = real.shape
    for face in faces:
        x, y = int(face.left + face.width / 2), int(face.top + face.height / 2)
        if 0 <= x < width and 0 <= y < height and real[y, x]:
            return face
    return None


def weights_used(settings: Settings) -> Iterable[str]:
    """Names of the weights that masks are made with."""
    segment = settings.segment
    if segment.model != NO_FOREGROUND:
        yield segment.model
    if segment.face == "auto" and not (segment.face_box or segment.face_mask):
        yield _FACE_WEIGHTS


def segmenter_weights(settings: Settings) -> Iterable[str]:
    """Names of the weights that the foreground is found with."""
    return [name for name in weights_used(settings) if name != _FACE_WEIGHTS]

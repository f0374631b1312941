"""What `track` found: read by the project and the report from `debug/track.json`.

Coordinates are canvas pixels, top-down, with pixel i covering [i, i + 1). Everything is relative to
the key frame, where the masks were made.
"""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from driver.shot.record import load_record

Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]
IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class FaceKey(BaseModel):
    """Where the face is on a frame.

    `x`, `y`: where the centre of the key frame's face box has gone. `scale`: size by the key
    frame's. `rotation`: degrees, positive counter-clockwise as seen on the screen, as Natron's
    Transform has it. `opacity`: 0 where the face is lost, with a ramp of a few frames beside; the
    tracked mask `masks/face.####.png` already carries it.
    """

    model_config = ConfigDict(frozen=True)

    frame: int
    x: float
    y: float
    scale: float
    rotation: float
    opacity: float


class CameraKey(BaseModel):
    """The background's motion: a 3×3 matrix that takes key-frame coordinates to the frame's."""

    model_config = ConfigDict(frozen=True)

    frame: int
    matrix: Matrix


class Drift(BaseModel):
    """How far the flow disagrees with itself since the mask was last fresh, in canvas pixels."""

    model_config = ConfigDict(frozen=True)

    frame: int
    error: float
    """Forward–backward error beside the foreground's edge, before any new segmentation."""
    face_error: float | None = None
    """The same inside the face; None where there is none or it is lost."""


class FaceColour(BaseModel):
    """Colour of what surrounds the face on the key frame: linear RGB, 1 is white."""

    model_config = ConfigDict(frozen=True)

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


class Tracking(BaseModel):
    """Keys of every tracked frame, in order of frames."""

    model_config = ConfigDict(frozen=True)

    key_frame: int
    canvas: tuple[int, int]
    face_box: tuple[float, float, float, float] | None = None
    """Left, top, width and height of the face mask on the key frame."""
    face: tuple[FaceKey, ...] | None = None
    """None without a face."""
    camera: tuple[CameraKey, ...] | None = None
    """None where the camera never moves; else one a frame, exactly the identity while it rests."""
    camera_model: str = "still"
    """'still', 'similarity' or 'homography'."""
    drift: tuple[Drift, ...] = ()
    drift_threshold: float = 2.0
    resegmented: tuple[int, ...] = ()
    """Frames whose mask was made afresh because the drift passed the threshold."""
    rejected: tuple[int, ...] = ()
    """Frames where a fresh mask contradicted the propagated one too much to be believed."""
    face_colour: FaceColour | None = None

    def camera_matrix(self, frame: int) -> Matrix:
        """Key frame → frame; the identity for a still camera and for frames never tracked."""
        for key in self.camera or ():
            if key.frame == frame:
                return key.matrix
        return IDENTITY

    def face_key(self, frame: int) -> FaceKey | None:
        """The face on a frame, or None."""
        return next((key for key in self.face or () if key.frame == frame), None)

    def face_matrix(self, frame: int) -> Matrix | None:
        """Key frame → frame for the face: scale and rotation about the face box's centre."""
        key = self.face_key(frame)
        if key is None or self.face_box is None:
            return None
        left, top, width, height = self.face_box
        return face_matrix(key, (left + width / 2, top + height / 2))


def face_matrix(key: FaceKey, centre: tuple[float, float]) -> Matrix:
    """The similarity that a face key stands for, `centre` being the key frame's."""
    angle = math.radians(key.rotation)
    # Top-down: counter-clockwise on the screen turns +x towards −y.
    a, b = key.scale * math.cos(angle), key.scale * math.sin(angle)
    x, y = centre
    return (
        (a, b, key.x - a * x - b * y),
        (-b, a, key.y + b * x - a * y),
        (0.0, 0.0, 1.0),
    )


def as_matrix(array: NDArray[np.float64], digits: int = 9) -> Matrix:
    """A 3×3 array as the tuples that are stored, rounded; −0 becomes 0."""
    rows = [tuple(round(float(v), digits) + 0.0 for v in row) for row in array]
    return rows[0], rows[1], rows[2]  # type: ignore[return-value]


def load(path: Path) -> Tracking:
    """Reads `debug/track.json`; see `load_record`."""
    return load_record(path, Tracking, "track")

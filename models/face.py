"""Finds faces: one interface, CenterFace behind it."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models import registry

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Face:
    """One face, in pixels of the picture, top-down; pixel i covers [i, i+1)."""

    left: float
    top: float
    right: float
    bottom: float
    points: tuple[Point, Point, Point, Point, Point]
    """Eye, eye, nose, mouth corner, mouth corner; the picture's left one of each pair first."""
    score: float
    """How sure the network is, 0..1."""

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top


class FaceDetector(Protocol):
    """Finds faces in pictures."""

    @property
    def description(self) -> str:
        """One line for reports."""
        ...

    def detect(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """Faces in (h, w, 3) uint8 display-referred RGB, top-down; the surest one first."""
        ...


def load_face_detector(backend: str = "auto", min_score: float = 0.5) -> FaceDetector:
    """A detector that gives faces of at least `min_score`.

    ModelError for an unknown backend or missing weights.
    """
    loaded: Any = registry.choose("face", backend).load(min_score=min_score)
    detector: FaceDetector = loaded
    return detector

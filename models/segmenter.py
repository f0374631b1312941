"""Finds the foreground of a picture: one interface, rembg behind it."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models import registry, weights
from models.errors import ModelError

Mask = npt.NDArray[np.float32]


class NoForegroundError(ModelError):
    """The network saw no foreground; its stretched mask would have been noise."""


class Segmenter(Protocol):
    """Tells foreground from background."""

    model: str

    @property
    def description(self) -> str:
        """One line for reports."""
        ...

    def segment(self, image: npt.NDArray[np.uint8]) -> Mask:
        """(h, w, 3) uint8 display-referred RGB, top-down, to (h, w) float32: 1 is foreground.

        NoForegroundError where the network is nowhere more than half sure.
        """
        ...


def load_segmenter(backend: str = "auto", model: str = "u2netp") -> Segmenter:
    """A segmenter with the named weights, which are checked first.

    ModelError for an unknown name, missing weights or a backend that is not installed.
    """
    kind = weights.weight(model).kind
    if kind != "segmenter":
        raise ModelError(f"The weights {model!r} are for a {kind}, not for a segmenter")
    loaded: Any = registry.choose("segmenter", backend).load(model=model)
    segmenter: Segmenter = loaded
    return segmenter

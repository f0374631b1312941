"""Fills a hole in a picture: one interface; patch match, and diffusion that refines it."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models import registry
from models.errors import ModelError

Uint8Image = npt.NDArray[np.uint8]
BoolMask = npt.NDArray[np.bool_]


class Inpainter(Protocol):
    """Paints what is missing."""

    @property
    def description(self) -> str:
        """One line for reports: method, model, strength, steps, seed-independent."""
        ...

    def fill(
        self, image: Uint8Image, hole: BoolMask, forbidden: BoolMask | None = None, seed: int = 0
    ) -> Uint8Image:
        """The picture with its hole filled; every pixel outside the hole stays bit for bit.

        `image` is (h, w, 3) uint8 display-referred RGB, top-down; what it holds inside the hole
        does not matter. `hole` (h, w) is True where to paint. Nothing is ever taken from where
        `forbidden` (h, w) is True (the foreground), and nothing is painted there: where both are
        True the picture stays as it is. The same seed gives the same pixels on the same machine.
        ModelError where nothing is left to take from.
        """
        ...

    def close(self) -> None:
        """Frees its memory, the GPU's too; it cannot be used afterwards."""
        ...


def load_inpainter(
    method: str = "patchmatch",
    *,
    model: str = "",
    prompt: str = "",
    subject_words: Sequence[str] = (),
    strength: float = 0.3,
    steps: int = 30,
    device: str = "auto",
) -> Inpainter:
    """An inpainter; the settings after `method` are those of "diffusers" only.

    ModelError for an unknown method, a backend that is not installed, a model that cannot be
    loaded, a strength outside 0.2..0.35, or a prompt that names the subject.
    """
    backend = registry.choose("inpainter", method)
    if backend.name == "patchmatch":
        loaded: Any = backend.load()
    else:
        loaded = backend.load(
            model=model,
            prompt=prompt,
            subject_words=tuple(subject_words),
            strength=strength,
            steps=steps,
            device=device,
        )
    inpainter: Inpainter = loaded
    return inpainter


def checked(
    image: Uint8Image, hole: BoolMask, forbidden: BoolMask | None
) -> tuple[BoolMask, BoolMask]:
    """The hole without what is forbidden, and the forbidden mask; ModelError for wrong shapes."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ModelError(
            f"inpaint: the picture must be (height, width, 3) uint8, "
            f"this one is {image.shape} {image.dtype}"
        )
    if forbidden is None:
        forbidden = np.zeros(image.shape[:2], bool)
    for name, mask in (("hole", hole), ("forbidden", forbidden)):
        if mask.shape != image.shape[:2] or mask.dtype != np.bool_:
            raise ModelError(
                f"inpaint: the mask {name!r} must be bool and {image.shape[:2]}, "
                f"this one is {mask.dtype} and {mask.shape}"
            )
    return hole & ~forbidden, forbidden

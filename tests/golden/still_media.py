"""Still images for the engine's tests, from disk or from memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.engine.media_types import Film, Header, Picture, WriteOptions


@dataclass
class MemoryMedia:
    """`Media` over arrays by file name; what is written lies in `written`, reads are counted."""

    images: Mapping[str, NDArray[Any]]
    written: dict[str, Picture] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def header(self, path: Path, frame: int) -> Header:
        picture = Picture.of(self._find(path))
        return Header(
            display=picture.display,
            data=picture.data,
            channels=picture.pixels.shape[2],
            dtype=picture.pixels.dtype,
        )

    def aspect(self, path: Path) -> float:
        return 1.0

    def read(self, path: Path, frame: int, layer: str = "") -> Picture:
        self.reads.append(path.name)
        return Picture.of(self._find(path))

    def frames(self, path: Path) -> int | None:
        return None

    def write(self, path: Path, picture: Picture, options: WriteOptions) -> None:
        self.written[path.name] = picture

    def film(self, path: Path, size: tuple[int, int], options: FilmOptions) -> Film:
        raise NotImplementedError

    def _find(self, path: Path) -> NDArray[Any]:
        if path.name not in self.images:
            raise RenderError(f"{path} is missing.")
        return self.images[path.name]


def gradient(width: int, height: int, channels: int = 3, seed: int = 0) -> NDArray[np.uint8]:
    """A picture with every value somewhere: noise, repeatable."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (height, width, channels), dtype=np.uint8)

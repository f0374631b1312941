"""The picture that a writer's frame becomes: copied where it can be, else encoded box by box."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.colour import transfer
from ofx_helpers.engine.copies import Copy, find_copies
from ofx_helpers.engine.encode import code_space, encode, with_codes
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.media_types import Media, Picture
from ofx_helpers.engine.node_type import Codes
from ofx_helpers.engine.params import Params
from ofx_helpers.engine.scene import Scene
from ofx_helpers.engine.static_cache import StaticCache


class OneFrame:
    """`Media` that decodes each file once while the boxes of one frame are rendered."""

    def __init__(self, media: Media, cache: StaticCache | None = None) -> None:
        """Passes everything on to `media`; `cache` may hold pictures of other frames too."""
        self._media = media
        self._cache = cache
        self._pictures: dict[tuple[Path, int], Picture] = {}
        self.header, self.frames, self.write = media.header, media.frames, media.write
        self.film, self.aspect = media.film, media.aspect

    def read(self, path: Path, frame: int, layer: str = "") -> Picture:
        """The pixels, from memory the second time."""
        if layer:
            return self._media.read(path, frame, layer)
        key = (path, frame)
        if key not in self._pictures:
            kept = self._cache.picture(path, frame) if self._cache else None
            self._pictures[key] = kept or self._media.read(path, frame)
        return self._pictures[key]

    def clear(self) -> None:
        """Let go of the pictures: a scene and its nodes hold each other, and this, until the
        garbage collector comes by, which knows nothing of how large they are."""
        self._pictures.clear()
        self._cache = None

    def codes(self, codes: Codes) -> NDArray[Any]:
        """The samples of a file; those of a still are kept for the frames to come."""
        picture = self.read(codes.path, codes.frame)
        if codes.still and self._cache is not None:
            self._cache.keep_picture(codes.path, codes.frame, picture)
        return picture.pixels


class Sheet:
    """A writer's frame over its format: `copies` are there from the start, the rest is added."""

    def __init__(
        self, scene: Scene, name: str, frame: int, window: Window, path: Path, media: OneFrame
    ) -> None:
        """Finds the copies; no pixel is computed."""
        self.params = Params(scene.node(name), float(frame), {})
        self._window, self._path, self._media = window, path, media
        self._folder = scene.graph.folder
        self._pixels: NDArray[Any] | None = None
        self.copies: list[Copy] = []
        space = code_space(self.params, path, self._folder)
        if space is not None:
            found = find_copies(scene, name, float(frame), window)
            self.copies = [copy for copy in found if self._is_copy(copy.codes, space)]

    def add(self, frame: Frame) -> None:
        """A computed box of the frame."""
        picture = encode(self.params, frame, self._window, self._path, self._folder)
        self._put(frame.window, picture.pixels)

    def finished(self) -> NDArray[Any]:
        """The whole picture, top-down, as the file stores it."""
        for copy in self.copies:
            data, part = copy.codes.data, copy.source
            rows = slice(data.y2 - part.y2, data.y2 - part.y1)
            columns = slice(part.x1 - data.x1, part.x2 - data.x1)
            codes = self._media.codes(copy.codes)[rows, columns]
            self._put(copy.window, with_codes(self.params, self._path, codes))
        assert self._pixels is not None  # boxes and copies cover the window together
        return self._pixels

    def _is_copy(self, codes: Codes, space: str) -> bool:
        """Whether decoding and encoding would give the same codes."""
        if transfer(codes.space) is not transfer(space):
            return False
        pixels = self._media.codes(codes)
        return pixels.dtype == np.uint8 and pixels.shape[2] in (1, 3)

    def _put(self, part: Window, pixels: NDArray[Any]) -> None:
        if part == self._window:
            self._pixels = pixels
            return
        if self._pixels is None:
            shape = (self._window.height, self._window.width, pixels.shape[2])
            self._pixels = np.empty(shape, pixels.dtype)
        rows = slice(self._window.y2 - part.y2, self._window.y2 - part.y1)
        columns = slice(part.x1 - self._window.x1, part.x2 - self._window.x1)
        self._pixels[rows, columns] = pixels

"""Frames of a video for the engine: as coded, without deinterlacing or square pixels, any order."""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.atomic import os_reason
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Size

_KEPT = 9
"""Frames kept decoded, since threads ask for neighbours in any order."""
_HD_ROWS = 720
"""From this height on YUV without RGB of its own is taken as Rec.709, below as Rec.601."""
# FFmpeg's ranges; its unspecified is 0.
_LIMITED, _FULL = 1, 2


class EngineVideo:
    """The first video stream of a file; safe to share by threads.

    Colours follow Natron's reader, tags of the matrix included, which it does not heed: Rec.709
    from 720 rows on, Rec.601 below and for Motion JPEG; the range is the tag's, else limited.
    Chroma is scaled by swscale's bicubic. Codecs of more than 8 bits give 16, those with alpha
    four channels.
    """

    def __init__(self, path: Path) -> None:
        """Counts the frames; `MediaError` when the file is missing or no video."""
        import av

        self._path = path
        self._lock = Lock()
        self._kept: dict[int, NDArray[Any]] = {}
        if not path.is_file():
            raise MediaError(f"{path} does not exist: check the path.")
        try:
            self._stamps, self._keys, self.count = _scan(path)
            self._container = av.open(f"file:{path}")
        except av.error.FFmpegError as error:
            raise MediaError(
                f"{path} is no video that can be read ({error.strerror}): copy or make it again."
            ) from error
        except OSError as error:
            raise MediaError(f"Cannot read {path}: {os_reason(error)}.") from error
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        context = self._stream.codec_context
        if context is None:
            raise MediaError(f"{path} is in a format that ffmpeg cannot decode: convert it first.")
        self.size: Size = (context.width, context.height)
        components = context.format.components if context.format else ()
        self.channels = 4 if len(components) == 4 else 3
        # The stream's own word goes before the codec's.
        said = self._stream.sample_aspect_ratio or context.sample_aspect_ratio
        self.pixel_aspect = float(said or 1)
        deep = any(component.bits > 8 for component in components)
        self.dtype: np.dtype[Any] = np.dtype(np.uint16 if deep else np.uint8)
        self._decoded = self._from_start()
        self._next = 0

    def frame(self, number: int) -> NDArray[Any]:
        """Frame `number`, from 0: (h, w, 3 or 4) uint8 or uint16 RGB(A), full range, top-down."""
        import av

        with self._lock:
            if number in self._kept:
                return self._kept[number]
            try:
                self._go_before(number)
                for at, frame in self._decoded:
                    self._next = at + 1
                    if number - at < _KEPT:
                        self._kept[at] = self._converted(frame)
                        while len(self._kept) > _KEPT:
                            self._kept.pop(next(iter(self._kept)))
                    if at == number:
                        return self._kept[at]
            except av.error.FFmpegError as error:
                raise MediaError(
                    f"{self._path} cannot be decoded at frame {number + 1}: {error.strerror}."
                ) from error
        raise MediaError(f"{self._path} has no frame {number + 1}: it ends at {self._next}.")

    def _from_start(self) -> Iterator[tuple[int, Any]]:
        return enumerate(self._container.decode(self._stream))

    def _go_before(self, number: int) -> None:
        """Starts again at a key frame where that is nearer than decoding on."""
        # One key frame more than needed: frames after an open group may lean on the one before.
        place = bisect_right(self._keys, number) - 2
        start = self._keys[place] if place > 0 else 0
        if self._next <= number and start <= self._next:
            return
        if start:
            self._container.seek(self._stamps[start], stream=self._stream)
            where = {stamp: at for at, stamp in enumerate(self._stamps)}
            frames = self._container.decode(self._stream)
            first = next(frames, None)
            at = where.get(first.pts) if first is not None else None
            if at is not None and at <= number:
                self._decoded, self._next = self._after_seek(at, first, frames, where), at
                return
        self._container.seek(self._stream.start_time or 0, stream=self._stream)
        self._decoded, self._next = self._from_start(), 0

    @staticmethod
    def _after_seek(
        at: int, first: Any, frames: Iterator[Any], where: dict[int, int]
    ) -> Iterator[tuple[int, Any]]:
        yield at, first
        for frame in frames:
            at = where.get(frame.pts, at + 1)
            yield at, frame

    def _converted(self, frame: Any) -> NDArray[Any]:
        kind = {(3, 1): "rgb24", (4, 1): "rgba", (3, 2): "rgb48le", (4, 2): "rgba64le"}[
            (self.channels, self.dtype.itemsize)
        ]
        told: dict[str, Any] = {}
        if not frame.format.is_rgb and len(frame.format.components) > 1:
            jpeg = self._stream.codec_context.name == "mjpeg"
            hd = self.size[1] >= _HD_ROWS and not jpeg
            told["src_colorspace"] = told["dst_colorspace"] = "ITU709" if hd else "ITU601"
            full = frame.format.name.startswith("yuvj") or int(frame.color_range) == _FULL
            told["src_color_range"] = _FULL if full else _LIMITED
            told["dst_color_range"] = _FULL
        width, height = self.size
        converted = frame.reformat(width, height, kind, interpolation="BICUBIC", **told)
        pixels: NDArray[Any] = converted.to_ndarray()
        return pixels


def _scan(path: Path) -> tuple[list[int], list[int], int]:
    """Time stamps in the order shown, the key frames' numbers, the count, packet by packet.

    Stamps are empty, and no frame but the first is a key, where they do not tell frames apart.
    """
    import av

    stamps: list[int | None] = []
    keys: list[int | None] = []
    with av.open(f"file:{path}") as container:
        if not container.streams.video:
            raise MediaError(f"{path} has no video stream: choose a video file.")
        for packet in container.demux(container.streams.video[0]):
            if packet.size:
                stamps.append(packet.pts)
                if packet.is_keyframe:
                    keys.append(packet.pts)
    if not stamps:
        raise MediaError(f"{path} holds no frame that can be decoded: copy or make it again.")
    known = sorted(stamp for stamp in stamps if stamp is not None)
    if len(set(known)) < len(stamps):
        return [], [0], len(stamps)
    where = {stamp: at for at, stamp in enumerate(known)}
    return known, sorted(where[key] for key in keys if key is not None), len(stamps)

"""The codecs as the engine asks for them: headers, pictures, frames of video."""

import struct
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.media_types import Film, Header, Picture, WriteOptions
from ofx_helpers.media import gimp
from ofx_helpers.media.engine_video import EngineVideo
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box, Image, Size
from ofx_helpers.media.images import read_image, write_image, write_jpeg
from ofx_helpers.media.png_aspect import aspect_in
from ofx_helpers.media.svg import SUFFIXES as SVG_SUFFIXES

_IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".hdr", ".pfm"}
_IMAGES |= {".psd", ".psb", ".xcf", ".ora", ".kra", *SVG_SUFFIXES}
"""What is no video of one frame: FFmpeg reads TGA, DPX, BMP and the like."""
_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
# Channels of a PNG by its colour type: grey, RGB, palette, grey with alpha, RGBA.
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}


class EngineMedia:
    """`engine.media_types.Media` over the files of this machine; safe to share by threads."""

    def __init__(self) -> None:
        """Nothing is opened yet."""
        self._videos: dict[Path, EngineVideo] = {}
        self._lock = Lock()

    def header(self, path: Path, frame: int) -> Header:
        """Size and channels; a PNG's without decoding it."""
        if not _is_image(path):
            video = self._video(path)
            window = Window(0, 0, *video.size)
            return Header(display=window, data=window, channels=video.channels, dtype=video.dtype)
        try:
            stat = path.stat()
        except OSError:
            raise MediaError(f"{path} does not exist: check the path.") from None
        return _image_header(path, frame, stat.st_mtime_ns, stat.st_size)

    def aspect(self, path: Path) -> float:
        """The pixel aspect that a video, an OpenEXR or a PNG says; 1 of any other."""
        if not _is_image(path):
            return self._video(path).pixel_aspect
        stat = path.stat()
        return _image_aspect(path, stat.st_mtime_ns, stat.st_size)

    def read(self, path: Path, frame: int, layer: str = "") -> Picture:
        """The pixels of a picture."""
        if _is_image(path):
            return _picture(read_image(path, layer=layer, dpi=frame))
        return Picture.of(self._video(path).frame(frame))

    def frames(self, path: Path) -> int | None:
        """Frames of a video; None for an image."""
        return None if _is_image(path) else self._video(path).count

    def write(self, path: Path, picture: Picture, options: WriteOptions) -> None:
        """Writes an image; the codec by the suffix."""
        if path.suffix.lower() == ".exr":
            height = picture.display.y2
            write_image(
                path,
                picture.pixels.astype(np.float32, copy=False),
                half=options.bit_depth == "16f",
                window=_top_down(picture.data, height),
                # As Natron, which does not turn over a format that starts elsewhere than at 0.
                display=Box(*picture.display),
                aspect=picture.pixel_aspect,
            )
            return
        if picture.data != picture.display:
            picture = _filled(picture)
        if path.suffix.lower() in (".jpg", ".jpeg"):
            write_jpeg(path, picture.pixels, options.quality)
        else:
            write_image(path, picture.pixels, aspect=picture.pixel_aspect)

    def film(self, path: Path, size: Size, options: FilmOptions) -> Film:
        """A video by ffmpeg, in Rec.709 from 720 rows on and Rec.601 below, as Natron's."""
        from ofx_helpers.media.video_writer import VideoWriter

        return VideoWriter(path, size, options.fps, film=options)

    def _video(self, path: Path) -> EngineVideo:
        with self._lock:
            if path not in self._videos:
                self._videos[path] = EngineVideo(path)
            return self._videos[path]


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in _IMAGES


@lru_cache(maxsize=4096)
def _image_header(path: Path, frame: int, _changed: int, _size: int) -> Header:
    """The time and size of the file are arguments, so that a new file is read again."""
    with path.open("rb") as file:
        head = file.read(65536)
    start = head[:26]
    if len(start) == 26 and start.startswith(_PNG_START):
        width, height, bits, kind = struct.unpack(">IIBB", start[16:])
        window = Window(0, 0, width, height)
        dtype: np.dtype[Any] = np.dtype(np.uint16 if bits == 16 else np.uint8)
        # A transparent colour of the palette, or one that stands for it, decodes to alpha.
        see_through = b"tRNS" in head.partition(b"IDAT")[0]
        channels = 4 if see_through else _PNG_CHANNELS.get(kind, 4)
        return Header(display=window, data=window, channels=channels, dtype=dtype)
    if start.startswith(gimp.MAGIC):
        # Layers may be asked for of what cannot be merged.
        window = Window(0, 0, *gimp.canvas(start))
        return Header(display=window, data=window, channels=4, dtype=np.dtype(np.uint8))
    image = read_image(path, dpi=frame)
    picture = _picture(image)
    return Header(
        display=picture.display,
        data=picture.data,
        channels=picture.pixels.shape[2],
        dtype=picture.pixels.dtype,
        left=image.display.left,
    )


@lru_cache(maxsize=4096)
def _image_aspect(path: Path, _changed: int, _size: int) -> float:
    """As `_image_header`, of the aspect alone, which no decoding is needed for."""
    if path.suffix.lower() == ".exr":
        from ofx_helpers.media.exr import aspect_of

        return aspect_of(path)
    with path.open("rb") as file:
        head = file.read(65536)
    return aspect_in(head) if head.startswith(_PNG_START) else 1.0


def _picture(image: Image) -> Picture:
    """With windows y up; OpenEXR's display window starts anywhere, the engine's at the origin."""
    display = image.display
    return Picture(
        image.pixels,
        Window(0, 0, display.width, display.height),
        _bottom_up(image.window, display),
        image.pixel_aspect,
    )


def _bottom_up(box: Box, display: Box) -> Window:
    left = box.left - display.left
    bottom = display.bottom - box.bottom
    return Window(left, bottom, left + box.width, bottom + box.height)


def _top_down(window: Window, height: int) -> Box:
    return Box(window.x1, height - window.y2, window.x2, height - window.y1)


def _filled(picture: Picture) -> Picture:
    """The pixels over the whole format, transparent black where there were none."""
    display, data = picture.display, picture.data
    shape = (display.height, display.width, picture.pixels.shape[2])
    pixels = np.zeros(shape, picture.pixels.dtype)
    part = display.intersect(data)
    if not part.empty:
        rows = slice(display.y2 - part.y2, display.y2 - part.y1)
        columns = slice(part.x1 - display.x1, part.x2 - display.x1)
        from_rows = slice(data.y2 - part.y2, data.y2 - part.y1)
        from_columns = slice(part.x1 - data.x1, part.x2 - data.x1)
        pixels[rows, columns] = picture.pixels[from_rows, from_columns]
    return Picture(pixels, display, display, picture.pixel_aspect)

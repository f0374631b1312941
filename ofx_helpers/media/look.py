"""Looks at a finished file as a judge does: whole, how large, how deep, and whether it shows
anything. A file that is not whole is a `MediaError`.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.atomic import os_reason
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Size

DARK = 4
"""Levels of 255 up to which a video's frame may be black: codecs do not keep black exactly."""
_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_PIECE = 1 << 16
_EXR_HEAD = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Look:
    """What an image file is. `depth` is 8u, 16u, 16f or 32f; `black` says that no colour is above
    0, `clear` that no alpha is (False without alpha)."""

    size: Size
    depth: str
    channels: int
    black: bool
    clear: bool


@dataclass(frozen=True, kw_only=True)
class FilmLook:
    """What a video is: `dark` are the frames, from 0, in which nothing is above black."""

    size: Size
    frames: int
    dark: tuple[int, ...]


def look(path: Path) -> Look:
    """Reads the image to its end. Raises MediaError."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise MediaError(f"{path} does not exist.") from None
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {os_reason(error)}.") from error
    if start == _PNG:
        found = _png(path)
        if found is not None:
            return found
    if start[:4] == b"\x76\x2f\x31\x01":
        return _exr(path)
    from ofx_helpers.media.engine_media import EngineMedia

    return look_at(EngineMedia().read(path, 0).pixels)


def look_at(pixels: NDArray[Any], depth: str = "", level: float = 0.0) -> Look:
    """The same of pixels, (h, w, 1 to 4); black is what is not above `level`, 0 to 1."""
    height, width, channels = pixels.shape
    depth = depth or {"uint8": "8u", "uint16": "16u", "float16": "16f"}.get(
        str(pixels.dtype), "32f"
    )
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    limit = level * top
    alpha = channels in (2, 4)
    colour = pixels[..., :-1] if alpha else pixels
    return Look(
        size=(width, height),
        depth=depth,
        channels=channels,
        black=not _any_above(colour, limit),
        clear=alpha and not _any_above(pixels[..., -1:], limit),
    )


def _any_above(pixels: NDArray[Any], limit: float) -> bool:
    # Most pictures show something early on, and need not be gone through to their end.
    return any(
        bool((np.abs(pixels[row : row + 64]) > limit).any())
        if pixels.dtype.kind == "f"
        else bool((pixels[row : row + 64] > limit).any())
        for row in range(0, pixels.shape[0], 64)
    )


def _exr(path: Path) -> Look:
    from ofx_helpers.media.exr import read_exr

    image = read_exr(path)
    seen = look_at(image.pixels, _exr_depth(path))
    display = image.display
    return Look(
        size=(display.width, display.height),
        depth=seen.depth,
        channels=seen.channels,
        black=seen.black,
        clear=seen.clear,
    )


def _exr_depth(path: Path) -> str:
    """16f where every channel is of half floats, by the header's list of channels.

    After magic and version, attributes follow: name, type (each ended by 0), size, data. A channel
    is its name, ended by 0, its kind (1 is half) and twelve bytes more.
    """
    with path.open("rb") as file:
        head = file.read(_EXR_HEAD)
    place = head.find(b"channels\0chlist\0") + len(b"channels\0chlist\0") + 4
    kinds = set()
    while head[place : place + 1] not in (b"\0", b""):
        place = head.index(b"\0", place) + 1
        kinds.add(struct.unpack_from("<i", head, place)[0])
        place += 16
    return "16f" if kinds == {1} else "32f"


def _png(path: Path) -> Look | None:
    """By its checksums, and its samples up to the first that shows something.

    None for kinds that need decoding: a palette, a see-through colour, interlacing, under 8 bits.
    """
    data = path.read_bytes()
    chunks = _chunks(path, data)
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise MediaError(f"{path} ends too early: it was cut off.")
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1][:13])
    if kind not in _CHANNELS or bits < 8 or interlaced or any(n == b"tRNS" for n, _ in chunks):
        return None
    channels = _CHANNELS[kind]
    parts = [part for name, part in chunks if name == b"IDAT"]
    has = _shown(path, parts, (width, height), bits, channels)
    return Look(
        size=(width, height),
        depth=f"{bits}u",
        channels=channels,
        black=not any(has[: channels - 1] if channels in (2, 4) else has),
        clear=channels in (2, 4) and not has[-1],
    )


def _chunks(path: Path, data: bytes) -> list[tuple[bytes, memoryview]]:
    view, place, found = memoryview(data), 8, []
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 12 + length
        if end > len(data):
            raise MediaError(f"{path} ends too early: it was cut off.")
        name = bytes(view[place + 4 : place + 8])
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(view[place + 4 : end - 4]) != checksum:
            raise MediaError(f"{path} is damaged: a checksum is wrong.")
        found.append((name, view[place + 8 : end - 4]))
        place = end
        if name == b"IEND":
            break
    return found


def _shown(
    path: Path, parts: list[memoryview], size: Size, bits: int, channels: int
) -> NDArray[np.bool_]:
    """Which channels have a sample that is not 0.

    PNG stores differences of neighbours, which are all 0 exactly where all samples are.
    """
    sample = bits // 8
    stride = 1 + size[0] * channels * sample
    has = np.zeros(channels, np.bool_)
    unpack, rest, done = zlib.decompressobj(), b"", 0
    for part in parts:
        for place in range(0, len(part), _PIECE):
            try:
                rest += unpack.decompress(part[place : place + _PIECE])
            except zlib.error as error:
                raise MediaError(f"{path} is damaged: its pixels cannot be unpacked.") from error
            count = len(rest) // stride
            rows = np.frombuffer(rest, np.uint8, count * stride).reshape(count, stride)[:, 1:]
            rest = rest[count * stride :]
            done += count
            has |= rows.reshape(-1, channels, sample).any(axis=(0, 2))
            if has.all():
                return has
    if done < size[1]:
        raise MediaError(f"{path} ends too early: it has {done} rows of {size[1]}.")
    return has


def look_at_film(path: Path) -> FilmLook:
    """Decodes a video to its end. Raises MediaError."""
    import av

    frames, dark, size = 0, [], (0, 0)
    try:
        with av.open(f"file:{path}") as container:
            if not container.streams.video:
                raise MediaError(f"{path} has no video stream.")
            container.streams.video[0].thread_type = "AUTO"
            for frame in container.decode(video=0):
                size = (frame.width, frame.height)
                if (frame.to_ndarray(format="rgb24") <= DARK).all():
                    dark.append(frames)
                frames += 1
    except (av.error.FFmpegError, OSError) as error:
        reason = error.strerror or "it is no video"
        raise MediaError(f"{path} cannot be played past frame {frames}: {reason}.") from error
    return FilmLook(size=size, frames=frames, dark=tuple(dark))

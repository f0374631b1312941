"""What a video file is: size, rate, length, pixel shape, fields, colour, sound. By PyAV."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from ofx_helpers.media.atomic import os_reason
from ofx_helpers.media.errors import MediaError

Matrix = Literal["601", "709", "2020", "rgb", "unspecified"]
Range = Literal["limited", "full", "unspecified"]
FieldOrder = Literal["progressive", "tff", "bff", "unknown"]

# Numbers of ITU-T H.273: matrix coefficients, and FFmpeg's range and field order. Its orders 4 and
# 5 (coded and shown in different order) are written by some programs the other way round: unknown.
_MATRICES: dict[int, Matrix] = {0: "rgb", 1: "709", 4: "601", 5: "601", 6: "601", 9: "2020"}
_RANGES: dict[int, Range] = {1: "limited", 2: "full"}
_FIELD_ORDERS: dict[int, FieldOrder] = {1: "progressive", 2: "tff", 3: "bff"}

_RATES = tuple(
    Fraction(rate)
    for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
)
_SAMPLED_FRAMES = 12
"""Frames decoded to learn flags; one is not enough where fields are mixed."""


@dataclass(frozen=True, kw_only=True)
class VideoFacts:
    """Facts of the first video stream. Sizes are as shown (a rotation is applied)."""

    path: Path
    container: str
    codec: str
    width: int
    height: int
    fps: Fraction
    frames: int
    """Frames in the file, counted packet by packet."""
    announced_frames: int
    """Frames that its header promises; 0 where it says nothing."""
    duration: float
    """Seconds from the first frame to the end of the last."""
    start: float
    """Seconds from the file's start, where its sound may begin, to the first frame."""
    pixel_aspect: Fraction
    """Width of a pixel over its height; 1 where nothing is said."""
    interlaced: bool
    field_order: FieldOrder
    matrix: Matrix
    range: Range
    pixel_format: str
    rotation: int
    """Degrees that the file asks to be turned by, 0 to 359."""
    has_audio: bool
    audio_codec: str
    audio_rate: int
    """Samples a second; 0 without sound."""
    truncated: bool
    """Whether the file ends before its header or its last frame says."""

    @property
    def truncated_message(self) -> str:
        """The sentence for a truncated file, with the frame where it ends."""
        of = f" of {self.announced_frames}" if self.announced_frames > self.frames else ""
        return f"{self.path} is cut off: it ends at frame {self.frames}{of}; copy or make it again."


def probe(path: Path | str) -> VideoFacts:
    """Facts of a video file; `MediaError` when it is missing, is no video, or has no frame."""
    import av

    path = Path(path)
    if path.is_dir():
        raise MediaError(f"{path} is a folder, not a video file.")
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise MediaError(f"{path} does not exist: check the path.") from error
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {os_reason(error)}.") from error
    try:
        with av.open(f"file:{path}") as container:
            if not container.streams.video:
                raise MediaError(f"{path} has no video stream: choose a video file.")
            return _facts(path, size, container)
    except av.error.FFmpegError as error:
        raise MediaError(
            f"{path} is no video that can be read, or it is cut off before its index "
            f"({error.strerror}): copy or make it again."
        ) from error


def _facts(path: Path, size: int, container: Any) -> VideoFacts:
    stream = container.streams.video[0]
    promised = _end_of_index(stream)
    count, damaged, stamps, samples = _scan(container, stream)
    if not count or not samples:
        raise MediaError(f"{path} holds no frame that can be decoded: copy or make it again.")
    context, first = stream.codec_context, samples[0]
    width, height = first.width, first.height
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    rotation = round(getattr(first, "rotation", 0) or 0) % 360
    if rotation % 180 == 90:
        width, height, aspect = height, width, 1 / aspect
    fps = _rate(stream, count, stamps)
    announced = int(stream.frames or 0) or _announced_by_tag(stream, fps)
    interlaced = 2 * sum(bool(frame.interlaced_frame) for frame in samples) > len(samples)
    audio = container.streams.audio[0].codec_context if container.streams.audio else None
    pixel_format = first.format.name
    return VideoFacts(
        path=path,
        container=container.format.name,
        codec=context.name,
        width=width,
        height=height,
        fps=fps,
        frames=count,
        announced_frames=announced,
        duration=float(count / fps),
        start=_start(container, stream),
        pixel_aspect=aspect,
        interlaced=interlaced,
        field_order=_field_order(int(context.field_order or 0), interlaced),
        matrix=_matrix(first, pixel_format),
        range=_range(first, pixel_format),
        pixel_format=pixel_format,
        rotation=rotation,
        has_audio=audio is not None,
        audio_codec=audio.name if audio else "",
        audio_rate=int(audio.sample_rate or 0) if audio else 0,
        # A Matroska tag is rounded, hence the frame of grace.
        truncated=damaged or promised > size or (not stream.frames and announced > count + 1),
    )


def _scan(container: Any, stream: Any) -> tuple[int, bool, list[int], list[Any]]:
    """Counts the packets and decodes the first few frames.

    Gives the count, whether the last packet is damaged, all time stamps, the frames.
    """
    import av

    count, damaged = 0, False
    stamps: list[int] = []
    samples: list[Any] = []
    for packet in container.demux(stream):
        if packet.size:
            count += 1
            damaged = bool(packet.is_corrupt)
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is not None:
                stamps.append(stamp)
        if len(samples) < _SAMPLED_FRAMES:
            try:
                samples += packet.decode()
            except av.error.FFmpegError:
                # A stream cut out of a longer one may start with frames that lack their reference.
                continue
    return count, damaged, stamps, samples


def _end_of_index(stream: Any) -> int:
    """Where in the file the last frame of the index ends; 0 without an index."""
    entries = getattr(stream, "index_entries", None) or ()
    return max((entry.pos + entry.size for entry in entries), default=0)


def _start(container: Any, stream: Any) -> float:
    # PyAV counts a container's time in microseconds.
    begin = Fraction(container.start_time or 0, 1_000_000)
    return max(0.0, float((stream.start_time or 0) * stream.time_base - begin))


def _announced_by_tag(stream: Any, fps: Fraction) -> int:
    """Matroska's DURATION tag ('00:00:02.002000000') in frames; 0 without one."""
    found = re.fullmatch(r"(\d+):(\d+):([\d.]+)", stream.metadata.get("DURATION", ""))
    if not found:
        return 0
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    return round(seconds * fps)


def _rate(stream: Any, count: int, stamps: list[int]) -> Fraction:
    """The nominal rate, unless the time stamps tell of another (soft telecine, varying rate)."""
    nominal = stream.guessed_rate or stream.average_rate or Fraction(25)
    span = (max(stamps) - min(stamps)) * stream.time_base if len(stamps) == count > 1 else 0
    measured = Fraction(count - 1) / span if span else nominal
    return nominal_rate(nominal if abs(measured / nominal - 1) < 0.02 else measured)


def nominal_rate(rate: Fraction | float) -> Fraction:
    """The usual rate within 0.02 % of `rate` (23.976 is 24000/1001), else `rate` as a fraction."""
    rate = Fraction(rate)
    near = min(_RATES, key=lambda standard: abs(standard / rate - 1))
    return near if abs(near / rate - 1) < 2e-4 else rate.limit_denominator(1001)


def _field_order(number: int, interlaced: bool) -> FieldOrder:
    if not interlaced:
        return "progressive"
    found = _FIELD_ORDERS.get(number, "unknown")
    return "unknown" if found == "progressive" else found


def _is_rgb(pixel_format: str) -> bool:
    return pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr"))


def _matrix(frame: Any, pixel_format: str) -> Matrix:
    if _is_rgb(pixel_format):
        return "rgb"
    found = _MATRICES.get(int(frame.colorspace), "unspecified")
    return "unspecified" if found == "rgb" else found


def _range(frame: Any, pixel_format: str) -> Range:
    if _is_rgb(pixel_format) or pixel_format.startswith("yuvj"):
        return "full"
    return _RANGES.get(int(frame.color_range), "unspecified")

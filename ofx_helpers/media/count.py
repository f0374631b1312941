"""How many frames a finished video really has, and for how long they are shown."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ofx_helpers.media.errors import MediaError


@dataclass(frozen=True)
class FrameCount:
    """What decoding a whole video gave."""

    frames: int
    duration: float
    """Seconds from the start of the first frame to the end of the last."""
    size: tuple[int, int]
    """Width and height in pixels."""


def count_frames(path: Path | str) -> FrameCount:
    """Decodes every frame of a video or GIF; `MediaError` when it cannot be played to its end."""
    import av

    path = Path(path)
    if not path.exists():
        raise MediaError(f"{path} does not exist: nothing was exported.")
    times: list[tuple[Fraction, Fraction]] = []
    size = (0, 0)
    try:
        with av.open(f"file:{path}") as container:
            if not container.streams.video:
                raise MediaError(f"{path} has no video stream.")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                size = (frame.width, frame.height)
                times.append(_shown(frame, stream))
    except av.error.FFmpegError as error:
        raise MediaError(
            f"{path} cannot be played past frame {len(times)} ({error.strerror}): export it again."
        ) from error
    if not times:
        raise MediaError(f"{path} holds no frame: export it again.")
    start = min(begin for begin, _ in times)
    return FrameCount(len(times), float(max(end for _, end in times) - start), size)


def _shown(frame: Any, stream: Any) -> tuple[Fraction, Fraction]:
    """When a frame appears and goes, in seconds."""
    begin = frame.pts * frame.time_base
    length = (frame.duration or 0) * frame.time_base or 1 / Fraction(stream.average_rate or 25)
    return begin, begin + length

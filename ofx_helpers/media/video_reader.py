"""Video frames as RGB, exactly in order, by one ffmpeg whose filters are all made explicit."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.child import Child
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from ofx_helpers.media.probe import VideoFacts, probe
from ofx_helpers.media.read_plan import ReadOptions, ReadPlan, plan_reading

Frame = NDArray[np.uint8]

# How ffmpeg words a file that ends too early, in its different demuxers.
_CUT_OFF = ("partial file", "File ended prematurely", "corrupt decoded frame")


class VideoReader:
    """Iterates over a video's frames: (height, width, 3) uint8 RGB, full range, top-down.

    Colours keep the video's own transfer curve and primaries: only matrix and range are undone.
    Use it in a `with` block, which ends ffmpeg whatever happens. `facts` says what the file is,
    `plan` what is done to it (size, rate, filters).
    """

    def __init__(
        self,
        path: Path | str,
        options: ReadOptions | None = None,
        *,
        facts: VideoFacts | None = None,
        allow_truncated: bool = False,
    ) -> None:
        """Probes the file unless its `facts` are given.

        `MediaError` when it cannot be read, or is cut off and `allow_truncated` is not set.
        """
        self.facts = facts or probe(path)
        if self.facts.truncated and not allow_truncated:
            raise MediaError(self.facts.truncated_message)
        self.plan = plan_reading(self.facts, options or ReadOptions())
        self._allow_truncated = allow_truncated
        self._child: Child | None = None

    def __enter__(self) -> "VideoReader":
        """Frames are read from here on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends ffmpeg."""
        self.close()

    def close(self) -> None:
        """Ends ffmpeg; may be called at any time, also twice."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __iter__(self) -> Iterator[Frame]:
        """Every frame from the first; `MediaError` with its number where the file breaks off."""
        self.close()
        binary = find_ffmpeg()
        child = self._child = Child(binary, _arguments(binary, self.plan, self.facts), feed=False)
        width, height = self.plan.size
        size, done = width * height * 3, 0
        try:
            while len(data := child.stdout.read(size)) == size:
                yield np.frombuffer(data, np.uint8).reshape(height, width, 3)
                done += 1
            self._finish(child, done)
        finally:
            child.kill()

    def _finish(self, child: Child, done: int) -> None:
        status = child.close()
        path = self.facts.path
        if done == 0:
            raise MediaError(f"{path} gave no frame: {child.last_words()}.")
        if status != 0:
            raise MediaError(f"{path} breaks off after frame {done}: {child.last_words()}.")
        if not self._allow_truncated and any(sign in child.last_words() for sign in _CUT_OFF):
            raise MediaError(f"{path} is cut off: it ends at frame {done}; copy or make it again.")


def _arguments(binary: FfmpegBinary, plan: ReadPlan, facts: VideoFacts) -> list[str]:
    import ffmpeg

    stream = ffmpeg.input(f"file:{facts.path}").video
    for name, options in plan.filters:
        stream = stream.filter(name, **options)
    stream = stream.output("pipe:", format="rawvideo", pix_fmt="rgb24", **binary.keep_every_frame)
    return [str(argument) for argument in stream.get_args()]

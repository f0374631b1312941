"""MP4 out: H.264, yuv420p, tagged Rec.709, through a pipe, with the sound of another file."""

import contextlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.media.atomic import replacing
from ofx_helpers.media.child import Child
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.film_arguments import film_arguments
from ofx_helpers.media.image_types import Size

_TAGS = {
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "color_range": "tv",
}


@dataclass(frozen=True)
class AudioTrack:
    """Sound to keep. Times are seconds in the sound's own file, before any change of tempo."""

    path: Path
    start: float = 0.0
    """Where the first frame's sound begins; negative: silence comes first."""
    tempo: float = 1.0
    """Speed: 24/25 undoes a PAL speed-up (the pitch stays as it is)."""


class VideoWriter:
    """Takes frames of one size and writes an MP4; use it in a `with` block.

    The file appears when the block ends without an error, and not before: a Ctrl-C or an error
    leaves nothing, neither file nor ffmpeg. An odd width or height is made even by repeating the
    last column or row, since yuv420p knows no odd sizes.
    """

    def __init__(
        self,
        path: Path | str,
        size: Size,
        fps: Fraction,
        *,
        crf: int = 18,
        audio: AudioTrack | None = None,
        frames: int | None = None,
        preset: str = "medium",
        film: FilmOptions | None = None,
    ) -> None:
        """Nothing is started yet. `frames` is how many will come: it limits the sound.

        `film` chooses another container and codec, and Natron's conversion; frames are then 16-bit
        where it is deep.
        """
        self.path = Path(path)
        self.size = size
        self.fps = fps
        self.written = 0
        self._crf = crf
        self._preset = preset
        self._film = film
        self._dtype = np.dtype(np.uint16 if film is not None and film.deep else np.uint8)
        self._audio = audio
        self._frames = frames
        self._child: Child | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "VideoWriter":
        """Starts ffmpeg on a temporary name beside the file."""
        with contextlib.ExitStack() as stack:
            temporary = stack.enter_context(replacing(self.path))
            binary = find_ffmpeg()
            self._child = Child(binary, self._arguments(temporary), feed=True)
            stack.callback(self._child.kill)
            stack.push(self._finish)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Finishes the file, or on an error drops it; `MediaError` when ffmpeg failed."""
        return self._stack.__exit__(kind, error, trace)

    def write(self, frame: NDArray[Any]) -> None:
        """Adds a frame: (height, width, 3) uint8 RGB, full range, top-down, Rec.709 transfer.

        `MediaError` with ffmpeg's last words when it has stopped (a full disk, for one).
        """
        width, height = self.size
        if frame.shape != (height, width, 3) or frame.dtype != self._dtype:
            raise MediaError(
                f"Frame {self.written + 1} of {self.path} is {frame.dtype} {frame.shape}, "
                f"not {self._dtype} {(height, width, 3)}: all frames must have one size."
            )
        if width % 2 or height % 2:
            frame = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        assert self._child is not None
        try:
            self._child.stdin.write(np.ascontiguousarray(frame).data)
        except (BrokenPipeError, ConnectionResetError) as error:
            self._child.close()
            raise MediaError(self._failure(self._child)) from error
        self.written += 1

    def _finish(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None or self._child is None:
            return
        if not self.written:
            raise MediaError(f"Cannot write {self.path}: no frame was given.")
        if self._child.close() != 0:
            raise MediaError(self._failure(self._child))

    def _failure(self, child: Child) -> str:
        return (
            f"Cannot write {self.path}: ffmpeg stopped after frame {self.written}: "
            f"{child.last_words()}."
        )

    def _arguments(self, temporary: Path) -> list[str]:
        if self._film is not None:
            return film_arguments(self._film, self.size, temporary)
        import ffmpeg

        width, height = (side + side % 2 for side in self.size)
        picture = ffmpeg.input(
            "pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{width}x{height}", framerate=self.fps
        )
        # The conversion is told everything: left to itself it takes Rec.601 for RGB input.
        picture = picture.filter(
            "scale",
            in_range="full",
            out_range="limited",
            out_color_matrix="bt709",
            flags="accurate_rnd+full_chroma_int+full_chroma_inp+bicubic",
        )
        picture = picture.filter("format", pix_fmts="yuv420p")
        picture = picture.filter(
            "setparams", range="tv", **{k: v for k, v in _TAGS.items() if k != "color_range"}
        )
        streams = [picture]
        options = {
            "c:v": "libx264",
            "crf": self._crf,
            "preset": self._preset,
            "pix_fmt": "yuv420p",
            "movflags": "+faststart",
            "f": "mp4",
            **_TAGS,
        }
        if self._audio is not None:
            streams.append(_sound(self._audio, self._seconds))
            options |= {"c:a": "aac", "b:a": "192k"}
        output = ffmpeg.output(*streams, f"file:{temporary}", **options).overwrite_output()
        return [str(argument) for argument in output.get_args()]

    @property
    def _seconds(self) -> float | None:
        return None if self._frames is None else float(self._frames / self.fps)


def _sound(audio: AudioTrack, seconds: float | None) -> object:
    """The sound from its start for `seconds` of the finished video."""
    import ffmpeg

    sound = ffmpeg.input(f"file:{audio.path}").audio
    # Sound that begins late gets silence before it; holes are filled.
    sound = sound.filter("aresample", **{"async": 1, "first_pts": 0})
    # Trimmed by samples in a filter: seeking the input would land on a packet.
    sound = sound.filter("atrim", start=max(0.0, audio.start)).filter("asetpts", "PTS-STARTPTS")
    tempo = audio.tempo
    while tempo < 0.5:
        # One filter goes no lower.
        sound, tempo = sound.filter("atempo", 0.5), tempo * 2
    if tempo != 1:
        sound = sound.filter("atempo", tempo)
    if audio.start < 0:
        silence = round(-audio.start / audio.tempo * 1000)
        sound = sound.filter("adelay", delays=silence, all=1)
    if seconds is not None:
        sound = sound.filter("atrim", duration=seconds)
    return sound

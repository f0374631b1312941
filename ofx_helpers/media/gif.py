"""GIF out: one palette for the whole clip, at a limited rate and width."""

import contextlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.media.atomic import replacing
from ofx_helpers.media.child import Child, run
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.ffmpeg_binary import find_ffmpeg
from ofx_helpers.media.image_types import Size


def write_gif(
    path: Path | str,
    frames: Iterable[NDArray[np.uint8]],
    size: Size,
    fps: Fraction,
    *,
    max_fps: float = 12.5,
    max_width: int | None = None,
) -> int:
    """Writes `frames`, (height, width, 3) uint8 RGB of `size`, and gives how many came.

    A rate above `max_fps` is lowered to it by leaving frames out, so that the duration stays; a
    width above `max_width` is reduced. The GIF loops. `MediaError` when it cannot be written.
    """
    path = Path(path)
    rate = min(fps, Fraction(max_fps).limit_denominator(1001))
    width = min(size[0], max_width or size[0])
    height = max(1, round(size[1] * width / size[0]))
    with replacing(path) as temporary, contextlib.ExitStack() as stack:
        # Frames come once, but the palette needs all of them before the first is drawn: they wait
        # on disk, reduced and lossless, since a long clip does not fit in memory.
        reduced = temporary.with_suffix(".nut")
        palette = temporary.with_suffix(".png")
        stack.callback(reduced.unlink, missing_ok=True)
        stack.callback(palette.unlink, missing_ok=True)
        count = _reduce(path, frames, size, fps, (width, height), rate, reduced, palette)
        _draw(path, reduced, palette, temporary)
    return count


def _reduce(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    size: Size,
    fps: Fraction,
    small: Size,
    rate: Fraction,
    reduced: Path,
    palette: Path,
) -> int:
    import ffmpeg

    pipe = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{size[0]}x{size[1]}", framerate=fps
    )
    if rate < fps:
        pipe = pipe.filter("fps", fps=rate, round="near")
    if small != size:
        pipe = pipe.filter("scale", w=small[0], h=small[1], flags="area")
    halves = pipe.filter_multi_output("split")
    colours = halves[1].filter("palettegen", stats_mode="full", reserve_transparent=0)
    outputs = ffmpeg.merge_outputs(
        halves[0].output(f"file:{reduced}", **{"c:v": "ffv1", "pix_fmt": "bgr0", "f": "nut"}),
        colours.output(f"file:{palette}", **{"frames:v": 1, "update": 1}),
    )
    child = Child(find_ffmpeg(), _list(outputs), feed=True)
    count = 0
    try:
        for frame in frames:
            if frame.shape != (size[1], size[0], 3) or frame.dtype != np.uint8:
                raise MediaError(
                    f"Frame {count + 1} of {path} is {frame.dtype} {frame.shape}, "
                    f"not uint8 {(size[1], size[0], 3)}: all frames must have one size."
                )
            count += 1
            child.stdin.write(np.ascontiguousarray(frame).data)
        status = child.close()
    except (BrokenPipeError, ConnectionResetError):
        status = child.close() or 1
    finally:
        child.kill()
    if not count:
        raise MediaError(f"Cannot write {path}: no frame was given.")
    if status != 0:
        raise MediaError(
            f"Cannot write {path}: ffmpeg stopped after frame {count}: {child.last_words()}."
        )
    return count


def _draw(path: Path, reduced: Path, palette: Path, temporary: Path) -> None:
    import ffmpeg

    colours = ffmpeg.input(f"file:{palette}")
    # Bayer dither does not crawl from frame to frame, and compresses far better than diffusion.
    drawn = ffmpeg.filter(
        [ffmpeg.input(f"file:{reduced}"), colours],
        "paletteuse",
        dither="bayer",
        bayer_scale=4,
        diff_mode="rectangle",
    )
    output = drawn.output(f"file:{temporary}", f="gif", loop=0).overwrite_output()
    status, words = run(find_ffmpeg(), _list(output))
    if status != 0:
        raise MediaError(f"Cannot write {path}: ffmpeg stopped: {words}.")


def _list(stream: object) -> list[str]:
    import ffmpeg

    return [str(argument) for argument in ffmpeg.get_args(stream, overwrite_output=True)]

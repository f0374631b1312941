"""Video as the engine reads it: the matrix, the range, the depth, and any frame in any order."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.engine_video import EngineVideo
from ofx_helpers.media.errors import MediaError

FULL = 2


def clip(
    path: Path,
    planes: Sequence[tuple[int, ...]],
    size: tuple[int, int] = (64, 32),
    codec: str = "ffv1",
    pixels: str = "yuv444p",
    **options: Any,
) -> Path:
    """A video of flat frames with these codes in its planes."""
    with av.open(str(path), "w") as container:
        tags = {name: int(options.pop(name)) for name in ("space", "range") if name in options}
        stream = container.add_stream(codec, rate=Fraction(25), options=options)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.colorspace = tags.get("space", 2)
        stream.codec_context.color_range = tags.get("range", 0)
        for codes in planes:
            frame = av.VideoFrame(*size, pixels)
            frame.colorspace, frame.color_range = tags.get("space", 2), tags.get("range", 0)
            for plane, code in zip(frame.planes, codes, strict=True):
                wide = frame.format.components[0].bits > 8
                kind = np.dtype("<u2") if wide else np.dtype(np.uint8)
                plane.update(np.full(plane.buffer_size // kind.itemsize, code, kind).tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def colour(pixels: NDArray[np.uint8]) -> list[int]:
    return [int(code) for code in pixels[8, 8]]


RED_601, RED_709 = (81, 90, 240), (63, 102, 240)


@pytest.mark.parametrize(("rows", "red"), [(718, RED_601), (720, RED_709)])
def test_the_matrix_is_chosen_by_the_height_whatever_the_tag(
    tmp_path: Path, rows: int, red: tuple[int, int, int]
) -> None:
    for space in ("1", "6", "2"):
        path = clip(tmp_path / f"{space}.mkv", [red], (64, rows), space=space)
        got = colour(EngineVideo(path).frame(0))
        assert np.allclose(got, (255, 0, 0), atol=3), (space, got)


def test_the_range_is_the_tag_else_limited(tmp_path: Path) -> None:
    black = (16, 128, 128)
    assert colour(EngineVideo(clip(tmp_path / "a.mkv", [black])).frame(0)) == [0, 0, 0]
    full = EngineVideo(clip(tmp_path / "b.mkv", [black], range=str(FULL))).frame(0)
    assert colour(full) == [16, 16, 16]


def test_motion_jpeg_is_full_range_rec_601_at_any_height(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.avi", [(76, 85, 255)], (64, 720), "mjpeg", "yuvj444p")
    assert np.allclose(colour(EngineVideo(path).frame(0)), (255, 0, 0), atol=4)


def test_ten_bits_come_as_sixteen(tmp_path: Path) -> None:
    media = EngineMedia()
    path = clip(
        tmp_path / "a.mkv", [(code, 512, 512) for code in range(500, 510)], pixels="yuv444p10le"
    )
    assert media.header(path, 0).dtype == np.uint16
    levels = [int(media.read(path, number).pixels[4, 4, 0]) for number in range(10)]
    # No two are one of 8 bits; swscale's short arithmetic is within half a code of 8 bits.
    assert len(set(levels)) == 10
    assert np.allclose(np.array(levels) / 65535, (np.arange(500, 510) - 64) / 876, atol=2.5e-3)


def test_alpha_is_a_fourth_channel(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", [(235, 128, 128, 77)], pixels="yuva444p")
    video = EngineVideo(path)
    assert video.channels == 4
    assert colour(video.frame(0)) == [255, 255, 255, 77]


def test_a_dvd_keeps_its_coded_size(tmp_path: Path) -> None:
    header = EngineMedia().header(clip(tmp_path / "a.mkv", [RED_601], (720, 480)), 0)
    assert (header.display.width, header.display.height) == (720, 480)


@pytest.mark.parametrize(
    ("codec", "suffix", "options"),
    [
        ("mpeg4", ".mp4", {"g": "6", "bf": "2"}),
        ("libx264", ".mkv", {"g": "6", "bf": "3", "x264-params": "open-gop=1:scenecut=0"}),
        ("mpeg2video", ".mpg", {"g": "6", "bf": "2"}),
        ("mjpeg", ".avi", {}),
    ],
)
def test_every_frame_comes_in_any_order(
    tmp_path: Path, codec: str, suffix: str, options: dict[str, Any]
) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    planes = [(20 + 4 * number, 128, 128) for number in range(48)]
    path = clip(tmp_path / f"a{suffix}", planes, codec=codec, pixels=pixels, **options)
    forwards = EngineVideo(path)
    assert forwards.count == 48
    expected = [forwards.frame(number) for number in range(48)]
    assert all(np.diff([int(pixels[8, 8, 1]) for pixels in expected]) >= 0)
    order = [47, 0, 30, 29, 31, 12, 44, 20, 1, 46, 8]
    other = EngineVideo(path)
    for number in order:
        assert np.array_equal(other.frame(number), expected[number]), number


def test_a_frame_after_the_last_is_an_error_that_says_where_it_ends(tmp_path: Path) -> None:
    video = EngineVideo(clip(tmp_path / "a.mkv", [RED_601] * 3))
    with pytest.raises(MediaError, match=r"no frame 5: it ends at 3"):
        video.frame(4)


def test_a_file_that_is_no_video_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_text("words")
    with pytest.raises(MediaError, match=r"a\.mov is no video"):
        EngineVideo(path)
    with pytest.raises(MediaError, match=r"b\.mov does not exist"):
        EngineVideo(tmp_path / "b.mov")


def test_a_picture_that_ffmpeg_opens_but_cannot_decode_is_a_sentence(tmp_path):
    path = tmp_path / "a.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>')
    with pytest.raises(MediaError, match=r"a\.svg is .*: convert it first|cannot be read|no video"):
        EngineVideo(path)

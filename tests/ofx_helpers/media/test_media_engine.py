"""The codecs as the engine asks for them."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.media_types import Picture, WriteOptions
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_image, write_image
from ofx_helpers.media.video_writer import VideoWriter


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_header_says_what_the_pixels_are(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "a.png"
    write_image(path, np.zeros((3, 5, channels), np.uint16))
    header = EngineMedia().header(path, 0)
    picture = EngineMedia().read(path, 0)
    assert (header.display, header.channels, header.dtype) == (Window(0, 0, 5, 3), channels, "u2")
    assert (picture.display, picture.pixels.shape[2]) == (header.display, channels)


def test_a_header_follows_a_file_that_changes(tmp_path: Path) -> None:
    path, media = tmp_path / "a.png", EngineMedia()
    write_image(path, np.zeros((3, 5, 3), np.uint8))
    assert media.header(path, 0).data.width == 5
    write_image(path, np.zeros((3, 70, 3), np.uint8))
    assert media.header(path, 0).data.width == 70


def test_windows_of_an_exr_come_back_with_y_up(tmp_path: Path) -> None:
    path, media = tmp_path / "a.exr", EngineMedia()
    pixels = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    given = Picture(pixels, Window(0, 0, 10, 8), Window(4, 1, 7, 3))
    media.write(path, given, WriteOptions(bit_depth="32f"))
    found = media.read(path, 0)
    assert (found.display, found.data) == (given.display, given.data)
    np.testing.assert_array_equal(found.pixels, pixels)
    assert media.header(path, 0).data == given.data


def test_a_part_of_the_format_is_written_into_transparent_black(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pixels = np.full((2, 3, 4), 9, np.uint8)
    given = Picture(pixels, Window(0, 0, 10, 8), Window(4, 1, 7, 3))
    EngineMedia().write(path, given, WriteOptions())
    written = read_image(path).pixels
    assert written.shape == (8, 10, 4)
    assert (written[5:7, 4:7] == 9).all()  # y 1 to 2 from the bottom are rows 5 and 6
    assert written.sum() == pixels.sum()


def test_frames_of_a_video_come_in_any_order(tmp_path: Path) -> None:
    path, media = tmp_path / "a.mp4", EngineMedia()
    with VideoWriter(path, (16, 16), Fraction(25), crf=0) as video:
        for level in range(20):
            video.write(np.full((16, 16, 3), 12 * level, np.uint8))
    assert media.frames(path) == 20
    for frame in (3, 4, 19, 0, 10):
        assert abs(float(media.read(path, frame).pixels.mean()) - 12 * frame) < 3
    with pytest.raises(MediaError, match="has no frame 21: it ends at 20"):
        media.read(path, 20)


def test_an_image_has_no_count_of_frames(tmp_path: Path) -> None:
    assert EngineMedia().frames(tmp_path / "a.png") is None


def test_float_images_keep_their_floats(tmp_path):
    values = np.arange(12, dtype="<f4").reshape(2, 2, 3) / 7
    (tmp_path / "a.pfm").write_bytes(b"PF\n2 2\n-1.0\n" + values.tobytes())
    picture = EngineMedia().read(tmp_path / "a.pfm", 1)
    np.testing.assert_array_equal(picture.pixels[::-1], values)


@pytest.mark.parametrize("name", ["a.png", "a.exr"])
def test_a_file_says_how_wide_its_pixels_are(tmp_path: Path, name: str) -> None:
    path, media = tmp_path / name, EngineMedia()
    window = Window(0, 0, 5, 3)
    kind = np.uint8 if name.endswith("png") else np.float32
    pixels = np.full((3, 5, 3), 9, kind)
    media.write(path, Picture(pixels, window, window, 1.5), WriteOptions(bit_depth="32f"))
    assert media.aspect(path) == 1.5
    np.testing.assert_array_equal(media.read(path, 0).pixels, pixels)
    media.write(path, Picture(pixels, window, window), WriteOptions(bit_depth="32f"))
    assert media.aspect(path) == 1


def test_a_png_says_it_as_natrons_writer_does(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_image(path, np.zeros((3, 5, 3), np.uint8), aspect=1.09)
    data = path.read_bytes()
    # Pixels per unit across and up, of no unit, before the pixels.
    assert data[37:50] == b"pHYs" + (5346).to_bytes(4, "big") + (5827).to_bytes(4, "big") + b"\0"
    assert EngineMedia().aspect(path) == float(np.float32(5827) / np.float32(5346))

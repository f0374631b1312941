"""What a look at a file tells, and that nothing that is not whole passes."""

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import write_image
from ofx_helpers.media.look import look, look_at, look_at_film
from ofx_helpers.media.video_writer import VideoWriter


def picture(kind: str, channels: int) -> np.ndarray:
    """Dark but for one sample of each channel, in the last row."""
    pixels = np.zeros((40, 30, channels), kind)
    pixels[-1, -1] = 1
    return pixels


@pytest.mark.parametrize(
    ("name", "kind", "channels", "depth"),
    [
        ("a.png", "uint8", 4, "8u"),
        ("a.png", "uint8", 3, "8u"),
        ("a.png", "uint8", 1, "8u"),
        ("a.png", "uint16", 4, "16u"),
        ("a.tif", "uint16", 3, "16u"),
        ("a.tif", "float32", 4, "32f"),
        ("a.exr", "float32", 4, "32f"),
        ("a.exr", "float32", 1, "32f"),
    ],
)
def test_size_depth_channels_and_the_one_sample_that_shows(
    tmp_path: Path, name: str, kind: str, channels: int, depth: str
) -> None:
    path = tmp_path / name
    write_image(path, picture(kind, channels))
    found = look(path)
    assert (found.size, found.depth, found.channels) == ((30, 40), depth, channels)
    assert (found.black, found.clear) == (False, False)
    write_image(path, np.zeros((40, 30, channels), kind))
    found = look(path)
    assert (found.black, found.clear) == (True, channels == 4)


def test_a_black_matte_is_black_and_not_clear_and_the_other_way_round(tmp_path: Path) -> None:
    for channel, black, clear in ((3, True, False), (1, False, True)):
        pixels = np.zeros((40, 30, 4), np.uint8)
        pixels[..., channel] = 9
        write_image(tmp_path / "a.png", pixels)
        found = look(tmp_path / "a.png")
        assert (found.black, found.clear) == (black, clear)


def test_half_floats_are_told_from_floats(tmp_path: Path) -> None:
    write_image(tmp_path / "a.exr", picture("float32", 4), half=True)
    assert look(tmp_path / "a.exr").depth == "16f"


def test_a_jpeg_is_decoded(tmp_path: Path) -> None:
    write_image(tmp_path / "a.jpg", np.full((40, 30, 3), 90, np.uint8))
    assert (look(tmp_path / "a.jpg").size, look(tmp_path / "a.jpg").black) == ((30, 40), False)


def test_a_palette_and_every_filter_of_png_are_understood(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 255, (50, 70, 3), np.uint8)
    for level in range(0, 10, 3):
        done, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, level])
        assert done
        (tmp_path / "a.png").write_bytes(data.tobytes())
        assert not look(tmp_path / "a.png").black


@pytest.mark.parametrize("name", ["a.png", "a.exr", "a.tif", "a.jpg"])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.99])
def test_what_was_cut_off_is_refused(tmp_path: Path, name: str, part: float) -> None:
    path = tmp_path / name
    rng = np.random.default_rng(3)
    pixels = rng.integers(1, 255, (64, 64, 3), np.uint8)
    write_image(path, pixels if name != "a.exr" else pixels.astype(np.float32))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(MediaError):
        look(path)


def test_a_changed_byte_of_a_png_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_image(path, picture("uint8", 4))
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    with pytest.raises(MediaError, match="checksum"):
        look(path)


def test_a_png_of_too_few_rows_is_not_whole(tmp_path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    head = struct.pack(">IIBBBBB", 8, 6, 8, 6, 0, 0, 0)
    rows = (b"\0" + b"\0" * 32) * 5
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
    (tmp_path / "a.png").write_bytes(data + chunk(b"IEND", b""))
    with pytest.raises(MediaError, match="row"):
        look(tmp_path / "a.png")


def test_below_a_level_nothing_shows() -> None:
    assert look_at(np.full((4, 4, 3), 2, np.uint8), level=2.5 / 255).black
    assert not look_at(np.full((4, 4, 3), 3, np.uint8), level=2.5 / 255).black


def test_a_films_frames_are_counted_and_dark_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, (32, 16), Fraction(25)) as film:
        for value in (90, 0, 200):
            film.write(np.full((16, 32, 3), value, np.uint8))
    found = look_at_film(path)
    assert (found.size, found.frames, found.dark) == ((32, 16), 3, (1,))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(MediaError):
        look_at_film(path)

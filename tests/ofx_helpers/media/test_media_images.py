import numpy as np
import pytest

from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.image_types import Box
from ofx_helpers.media.images import read_grey8, read_image, read_rgb8, write_image


def noise(dtype, channels, size=(6, 9)):
    rng = np.random.default_rng(channels)
    if np.issubdtype(dtype, np.floating):
        return rng.normal(0.5, 2, (*size, channels)).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max + 1, (*size, channels), dtype=dtype)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [
        (".png", np.uint8),
        (".png", np.uint16),
        (".tif", np.uint8),
        (".tiff", np.uint16),
        (".tif", np.float32),
        (".exr", np.float32),
    ],
)
def test_pixels_come_back_as_they_were_written(tmp_path, suffix, dtype, channels):
    pixels = noise(dtype, channels)
    path = tmp_path / "new folder" / f"a{suffix}"
    write_image(path, pixels)
    image = read_image(path)
    assert image.pixels.dtype == dtype
    np.testing.assert_array_equal(image.pixels, pixels)
    assert image.display == Box(0, 0, 9, 6)
    assert image.premultiplied is (suffix == ".exr")
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_red_is_the_first_channel_and_the_top_row_the_first(tmp_path):
    pixels = np.zeros((4, 5, 3), np.uint8)
    pixels[0, :, 0] = 255
    for name in ("a.png", "a.tif", "a.jpg"):
        write_image(tmp_path / name, pixels)
        assert (
            np.abs(read_image(tmp_path / name).pixels[0, 0].astype(int) - [255, 0, 0]) < 3
        ).all()
    cv2 = pytest.importorskip("cv2")
    assert cv2.imread(str(tmp_path / "a.png"))[0, 0].tolist() == [0, 0, 255]


def test_jpeg_stays_close_even_in_colour(tmp_path):
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, ::2] = (200, 40, 90)
    write_image(tmp_path / "a.jpg", pixels)
    assert np.abs(read_image(tmp_path / "a.jpg").pixels.astype(int) - pixels).max() < 20


def test_a_mask_may_have_no_channel_axis(tmp_path):
    mask = noise(np.uint8, 1)[..., 0]
    write_image(tmp_path / "m.png", mask)
    np.testing.assert_array_equal(read_grey8(tmp_path / "m.png"), mask)
    assert read_rgb8(tmp_path / "m.png").shape == (6, 9, 3)


def test_sixteen_bits_are_rounded_to_the_nearest_of_eight(tmp_path):
    pixels = np.array([[[0], [128], [129], [65535], [257 * 7 + 128], [257 * 7 + 129]]], np.uint16)
    write_image(tmp_path / "a.png", pixels)
    assert read_grey8(tmp_path / "a.png").tolist() == [[0, 0, 1, 255, 7, 8]]


def test_straight_alpha_of_a_tiff_is_not_multiplied_into_the_colour(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    pixels = noise(np.uint8, 4)
    for kind, premultiplied in (("unassalpha", False), ("assocalpha", True)):
        path = tmp_path / f"{kind}.tif"
        tifffile.imwrite(path, pixels, photometric="rgb", extrasamples=[kind])
        image = read_image(path)
        np.testing.assert_array_equal(image.pixels, pixels)
        assert image.premultiplied is premultiplied


def test_exr_keeps_its_data_window_apart_from_its_display_window(tmp_path):
    pixels = noise(np.float32, 4)
    window, display = Box(-3, 7, 6, 13), Box(0, 0, 64, 48)
    write_image(tmp_path / "a.exr", pixels, window=window, display=display)
    image = read_image(tmp_path / "a.exr")
    assert (image.window, image.display) == (window, display)
    np.testing.assert_array_equal(image.pixels, pixels)


def test_half_floats_are_widened_and_within_half_a_step(tmp_path):
    pixels = noise(np.float32, 3)
    write_image(tmp_path / "a.exr", pixels, half=True)
    image = read_image(tmp_path / "a.exr")
    assert image.pixels.dtype == np.float32
    np.testing.assert_array_equal(image.pixels, pixels.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.exr"])
@pytest.mark.parametrize("share", [0.3, 0.97])
def test_a_cut_off_file_is_refused_by_name(tmp_path, name, share, capfd):
    exr = name.endswith("exr")
    write_image(tmp_path / name, noise(np.float32 if exr else np.uint8, 3, (64, 64)))
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError, match=rf"{name} .*cut off.*again\.$"):
        read_image(tmp_path / name)


def test_a_damaged_png_is_refused(tmp_path):
    write_image(tmp_path / "a.png", noise(np.uint8, 3, (64, 64)))
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[len(data) // 2] ^= 0x55
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.png is damaged"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"hello" * 99), "is no image"),
        (lambda path: path.mkdir(), "a folder has that name"),
    ],
)
def test_what_is_no_image_is_named(tmp_path, make, words):
    make(tmp_path / "a.png")
    with pytest.raises(MediaError, match=rf"a\.png.*{words}"):
        read_image(tmp_path / "a.png")


def test_a_wrong_size_tells_both_sizes(tmp_path):
    write_image(tmp_path / "a.png", noise(np.uint8, 3))
    with pytest.raises(MediaError, match=r"a\.png is 9×6 pixels, not 10×6"):
        read_image(tmp_path / "a.png", size=(10, 6))


@pytest.mark.parametrize(
    ("name", "pixels", "words"),
    [
        ("a.png", np.zeros((4, 4, 3), np.float32), "PNG holds uint8 or uint16, not float32"),
        ("a.jpg", np.zeros((4, 4, 4), np.uint8), "JPEG has no alpha"),
        ("a.exr", np.zeros((4, 4, 4), np.uint8), "OpenEXR holds floats"),
        ("a.webm", np.zeros((4, 4, 4), np.uint8), "'.webm' is no known image suffix"),
        ("a.png", np.zeros((4, 4, 2), np.uint8), "is no image"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_and_leaves_nothing(tmp_path, name, pixels, words):
    with pytest.raises(MediaError, match=words):
        write_image(tmp_path / name, pixels)
    assert not list(tmp_path.iterdir())


def test_a_file_in_place_of_a_folder_is_said(tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(MediaError, match=r"Cannot write .*a\.png: a part of its path is a file"):
        write_image(tmp_path / "f" / "a.png", np.zeros((4, 4), np.uint8))


def test_a_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    write_image(tmp_path / "a.png", np.full((4, 4), 9, np.uint8))
    monkeypatch.setattr(
        "pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "no space"))
    )
    with pytest.raises(MediaError, match="the disk is full"):
        write_image(tmp_path / "a.png", np.zeros((4, 4), np.uint8))
    assert read_grey8(tmp_path / "a.png").max() == 9
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]

"""Files of painting programs: Photoshop's, OpenRaster's and Krita's."""

import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_image
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, render

PICTURE = gradient(9, 6, 4, seed=2)
LAYER = gradient(4, 3, 4, seed=5)


def runs(row: bytes) -> bytes:
    """A row as one run where all its bytes are the same, else as it is."""
    if len(set(row)) == 1:
        return bytes([257 - len(row), row[0]])
    return bytes([len(row) - 1]) + row


def planes(pixels: np.ndarray, *, packed: bool, wide: bool = False) -> bytes:
    """Channel after channel, with the word that says how they are packed."""
    rows = [row.tobytes() for row in np.moveaxis(pixels, 2, 0).reshape(-1, pixels.shape[1])]
    if not packed:
        return struct.pack(">H", 0) + b"".join(rows)
    done = [runs(row) for row in rows]
    counts = b"".join(struct.pack(">I" if wide else ">H", len(row)) for row in done)
    return struct.pack(">H", 1) + counts + b"".join(done)


def layer(name: str, opacity: int, wide: bool, packed: bool) -> tuple[bytes, bytes]:
    """Record and pixels of a layer that lies at (2, 1)."""
    order = (-1, 0, 1, 2)
    data = [planes(LAYER[..., [number]], packed=packed, wide=wide) for number in order]
    long = ">hQ" if wide else ">hI"
    record = struct.pack(">iiiiH", 1, 2, 4, 6, 4)
    record += b"".join(
        struct.pack(long, number, len(part)) for number, part in zip(order, data, strict=True)
    )
    record += b"8BIMnorm" + bytes([opacity, 0, 0, 0])
    text = name.encode("utf-16-be")
    unicode = struct.pack(">I", len(name)) + text
    short = name.encode("ascii", "replace")[:7]
    label = (bytes([len(short)]) + short).ljust((len(short) + 4) // 4 * 4, b"\0")
    extra = struct.pack(">II", 0, 0) + label
    extra += b"8BIMluni" + struct.pack(">I", len(unicode)) + unicode
    return record + struct.pack(">I", len(extra)) + extra, b"".join(data)


def photoshop(
    path: Path,
    merged: np.ndarray,
    *,
    packed: bool = True,
    wide: bool = False,
    layers: tuple[tuple[str, int], ...] = (),
    transparent: bool = False,
    mode: int = 3,
) -> Path:
    height, width, count = merged.shape
    data = b"8BPS" + struct.pack(">H6xHIIHH", 1 + wide, count, height, width,
                                 merged.dtype.itemsize * 8, mode)  # fmt: skip
    resource = b"8BIM" + struct.pack(">HHI", 1000, 0, 2) + b"ab"
    data += struct.pack(">II", 0, len(resource)) + resource
    made = [layer(*one, wide, packed) for one in layers]
    inside = struct.pack(">h", -len(made) if transparent else len(made))
    inside += b"".join(record for record, _ in made) + b"".join(pixels for _, pixels in made)
    long = ">Q" if wide else ">I"
    section = struct.pack(long, len(inside)) + inside + b"more" if layers else b""
    data += struct.pack(long, len(section)) + section
    path.write_bytes(data + planes(merged, packed=packed, wide=wide))
    return path


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [">u1", ">u2", ">f4"])
@pytest.mark.parametrize(
    ("channels", "mode", "colours"), [(1, 1, 1), (2, 1, 1), (3, 3, 3), (4, 3, 3)]
)
def test_the_merged_picture_s_colours_are_read_as_they_are(
    tmp_path, wide, packed, kind, channels, mode, colours
) -> None:
    picture = PICTURE[..., :channels].astype(kind)
    picture[0] = picture[0, 0]  # a row that packs into one run
    path = photoshop(tmp_path / "a.psd", picture, packed=packed, wide=wide, mode=mode)
    found = read_image(path)
    # Without layers that let something through, a further channel is no alpha.
    np.testing.assert_array_equal(found.pixels, picture[..., :colours])
    assert found.pixels.dtype.isnative
    assert not found.premultiplied


def test_pillow_sees_the_same(tmp_path: Path) -> None:
    path = photoshop(tmp_path / "a.psd", PICTURE[..., :3], layers=(("One", 255),))
    with Pillow.open(path) as other:
        np.testing.assert_array_equal(np.asarray(other), PICTURE[..., :3])


def test_a_merged_picture_with_transparency_loses_its_white(tmp_path: Path) -> None:
    straight = PICTURE / 255.0
    straight[2, 3, 3] = 0
    alpha = straight[..., 3:]
    over = np.dstack([straight[..., :3] * alpha + 1 - alpha, alpha]).astype(">f4")
    path = photoshop(tmp_path / "a.psd", over, layers=(("One", 255),), transparent=True)
    found = read_image(path).pixels
    shown = alpha[..., 0] > 0.05
    np.testing.assert_allclose(found[shown], straight[shown], atol=1e-5)
    assert found[2, 3].tolist() == [0, 0, 0, 0]
    opaque = photoshop(tmp_path / "b.psd", over, layers=(("One", 255),))
    np.testing.assert_array_equal(read_image(opaque).pixels, over[..., :3])


@pytest.mark.parametrize(("packed", "wide"), [(True, False), (False, True), (True, True)])
def test_a_layer_lies_where_it_is_and_its_opacity_is_in_its_alpha(tmp_path, packed, wide) -> None:
    names = (("Below", 255), ("Überschrift", 51))
    path = photoshop(tmp_path / "a.psb", PICTURE, packed=packed, wide=wide, layers=names)
    whole = read_image(path, layer="Below")
    np.testing.assert_array_equal(whole.pixels, LAYER)
    assert whole.window == (2, 1, 6, 4)
    assert whole.display == (0, 0, 9, 6)
    faint = read_image(path, layer="Überschrift").pixels
    np.testing.assert_allclose(faint[..., :3], LAYER[..., :3] / 255, atol=1e-6)
    np.testing.assert_allclose(faint[..., 3], LAYER[..., 3] / 255 * 0.2, atol=1e-6)
    np.testing.assert_array_equal(read_image(path, layer="Other").pixels, PICTURE[..., :3])


def test_other_colours_and_cut_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"a\.psd is not of a kind that can be read: save it as"):
        read_image(photoshop(tmp_path / "a.psd", PICTURE, mode=4))
    whole = photoshop(tmp_path / "b.psd", PICTURE, layers=(("One", 255),)).read_bytes()
    for length in (20, 60, len(whole) - 9):
        (tmp_path / "c.psd").write_bytes(whole[:length])
        with pytest.raises(MediaError, match=r"c\.psd is damaged or cut off"):
            read_image(tmp_path / "c.psd")


def test_sides_that_no_memory_holds_are_a_damaged_file(tmp_path: Path) -> None:
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, 2**31, 2**31, 8, 3)
    path = tmp_path / "vast.psd"
    path.write_bytes(head + bytes(12) + struct.pack(">H", 0) + bytes(100))
    with pytest.raises(MediaError, match=r"vast\.psd is damaged or cut off"):
        read_image(path)


def png(pixels: np.ndarray) -> bytes:
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))
    assert done
    return data.tobytes()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


STACK = b"""<image w="9" h="6"><stack><stack name="group">
<layer name="Title" x="2" y="1" opacity="0.5" src="data/one.png"/></stack></stack></image>"""
RASTER = {"mergedimage.png": png(PICTURE), "stack.xml": STACK, "data/one.png": png(LAYER)}


def test_an_openraster_is_its_merged_picture_or_a_layer(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.ora", RASTER)
    np.testing.assert_array_equal(read_image(path).pixels, PICTURE)
    found = read_image(path, layer="Title")
    np.testing.assert_array_equal(found.pixels, LAYER)
    assert (found.window, found.display) == ((2, 1, 6, 4), (0, 0, 9, 6))
    np.testing.assert_array_equal(read_image(path, layer="Other").pixels, PICTURE)


def test_krita_s_file_is_its_merged_picture_and_other_zips_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.kra", {"mergedimage.png": png(PICTURE), "maindoc.xml": b""})
    np.testing.assert_array_equal(read_image(path, layer="Any").pixels, PICTURE)
    other = zipped(tmp_path / "b.ora", {"stack.xml": STACK})
    with pytest.raises(MediaError, match=r"b\.ora holds no mergedimage\.png"):
        read_image(other)
    (tmp_path / "c.kra").write_bytes(path.read_bytes()[:-30])
    with pytest.raises(MediaError, match=r"c\.kra is damaged or cut off"):
        read_image(tmp_path / "c.kra")


@pytest.mark.parametrize("stored", ["unpremult", "UnPreMultiplied", "Opaque"])
def test_their_own_readers_deliver_them_linear_and_premultiplied(tmp_path, stored) -> None:
    zipped(tmp_path / "a.ora", RASTER)
    alpha = PICTURE[..., 3:] / 255
    merged = np.dstack([PICTURE[..., :3] / 255 * alpha + 1 - alpha, alpha]).astype(">f4")
    photoshop(tmp_path / "a.psd", merged, layers=(("One", 255),), transparent=True)
    files = {"fr.inria.openfx.OpenRaster": "a.ora", "net.fxarena.openfx.ReadPSD": "a.psd"}
    code = PICTURE[..., :3] / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    for plugin, name in files.items():
        made = graph(node("R", plugin, filename=str(tmp_path / name), filePremult=stored))
        got = render(made, "R", media=EngineMedia()).pixels
        straight = plugin.endswith("Raster") and stored == "Opaque"
        wanted = np.dstack([linear if straight else linear * alpha, alpha])
        np.testing.assert_allclose(got, wanted[::-1], atol=2e-4)


def test_a_layer_is_drawn_at_its_place(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.ora", RASTER)
    picture = EngineMedia().read(path, 0, "Title")
    assert picture.data == (2, 2, 6, 5)
    np.testing.assert_array_equal(picture.pixels, LAYER)

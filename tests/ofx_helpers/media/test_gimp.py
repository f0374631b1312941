"""GIMP's files, written here by its description of them."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.errors import MediaError
from ofx_helpers.media.images import read_image
from tests.golden.still_media import gradient

BELOW, ABOVE = gradient(70, 66, 4, seed=1), gradient(20, 10, 4, seed=2)
BELOW[:3] = BELOW[0, 0]  # a long run


def runs(plane: bytes) -> bytes:
    """A channel packed with every kind of code, long ones at its ends."""
    done, at = b"", 0
    while at < len(plane):
        same = 1
        while at + same < len(plane) and plane[at + same] == plane[at]:
            same += 1
        if same > 1:
            long = b"\x7f" + struct.pack(">H", same)
            done += (bytes([same - 1]) if same < 128 else long) + plane[at : at + 1]
            at += same
        else:
            count = min(100 if at < 200 else 300, len(plane) - at)
            done += bytes([256 - count]) if count < 128 else b"\x80" + struct.pack(">H", count)
            done += plane[at : at + count]
            at += count
    return done


def tile(pixels: np.ndarray, packing: int) -> bytes:
    if packing == 1:
        return b"".join(runs(pixels[..., c].tobytes()) for c in range(pixels.shape[2]))
    return zlib.compress(pixels.tobytes()) if packing == 2 else pixels.tobytes()


def properties(**known: bytes) -> bytes:
    made = b"".join(
        struct.pack(">II", int(name[1:]), len(data)) + data for name, data in known.items()
    )
    return made + struct.pack(">II", 0, 0)


def word(value: int) -> bytes:
    return struct.pack(">I", value)


def gimp(path: Path, layers, *, packing: int = 1, version: int = 0, precision: int = 150) -> Path:
    """`layers`: name, pixels, properties, whether masked; the topmost first."""
    pointer = ">Q" if version >= 11 else ">I"
    wide = struct.calcsize(pointer)
    tag = b"file" if version == 0 else f"v{version:03}".encode()
    head = b"gimp xcf " + tag + b"\0" + struct.pack(">III", 70, 66, 0)
    head += word(precision) if version >= 4 else b""
    head += properties(p17=bytes([packing]), p19=bytes(8))
    start = len(head) + wide * (len(layers) + 2)
    places, body = [], b""
    for name, pixels, known, masked in layers:
        height, width, count = pixels.shape
        kind = {1: 2, 2: 3, 3: 0, 4: 1}[count]
        text = name.encode() + b"\0"
        places.append(start + len(body))
        body += struct.pack(">IIII", width, height, kind, len(text)) + text + properties(**known)
        hierarchy = start + len(body) + 2 * wide
        level = hierarchy + 12 + 2 * wide
        body += struct.pack(pointer, hierarchy) + struct.pack(pointer, 99 if masked else 0)
        body += struct.pack(">III", width, height, count) + struct.pack(pointer, level)
        body += struct.pack(pointer, 0) + struct.pack(">II", width, height)
        tiles = [
            tile(pixels[y : y + 64, x : x + 64], packing)
            for y in range(0, height, 64)
            for x in range(0, width, 64)
        ]
        at = start + len(body) + wide * (len(tiles) + 1)
        for each in tiles:
            body += struct.pack(pointer, at)
            at += len(each)
        body += struct.pack(pointer, 0) + b"".join(tiles)
    head += b"".join(struct.pack(pointer, place) for place in places) + bytes(2 * wide)
    path.write_bytes(head + body)
    return path


@pytest.mark.parametrize(("version", "packing"), [(0, 1), (3, 0), (8, 2), (11, 1), (13, 2)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_one_layer_is_read_as_it_is(tmp_path, version, packing, channels) -> None:
    pixels = BELOW[..., :channels]
    path = gimp(tmp_path / "a.xcf", [("One", pixels, {}, False)], packing=packing, version=version)
    found = read_image(path, layer="One").pixels
    colours = [0, 0, 0] if channels < 3 else [0, 1, 2]
    np.testing.assert_array_equal(found[..., :3], pixels[..., colours])
    wanted = pixels[..., -1] if channels % 2 == 0 else 255
    np.testing.assert_array_equal(found[..., 3], np.broadcast_to(wanted, found.shape[:2]))
    merged = read_image(path).pixels
    seen = found[..., 3] > 0
    np.testing.assert_array_equal(merged[seen], found[seen])


def test_visible_layers_lie_over_each_other_at_their_places(tmp_path: Path) -> None:
    moved = {"p15": struct.pack(">ii", 60, -4), "p6": word(51), "p7": word(28)}
    layers = [
        ("Hidden", BELOW[::-1], {"p8": word(0), "p7": word(16)}, True),
        ("Above", ABOVE, moved, False),
        ("Below", BELOW, {}, False),
    ]
    path = gimp(tmp_path / "a.xcf", layers)
    below, above = BELOW / 255, ABOVE[4:, :10] / 255
    over = above[..., 3:] * 0.2
    mixed = below[:6, 60:, 3:] * (1 - over)
    below[:6, 60:, :3] *= mixed
    below[:6, 60:, :3] += above[..., :3] * over
    below[:6, 60:, 3:] = over + mixed
    below[:6, 60:, :3] /= below[:6, 60:, 3:]
    found = read_image(path)
    seen = below[..., 3] > 0
    np.testing.assert_allclose(found.pixels[seen], below[seen], atol=1e-5)
    # By name a layer is itself, wherever it lies, even one that is not seen.
    picture = EngineMedia().read(path, 0, "Above")
    assert (picture.data, picture.display) == ((60, 60, 80, 70), (0, 0, 70, 66))
    np.testing.assert_array_equal(picture.pixels, ABOVE)
    np.testing.assert_array_equal(read_image(path, layer="Hidden").pixels, BELOW[::-1])


@pytest.mark.parametrize(
    ("known", "masked"),
    [({"p7": word(3)}, False), ({}, True), ({"p29": b""}, False), ({"p30": word(1)}, False)],
)
def test_what_cannot_be_merged_is_said_and_its_layers_can_be_read(tmp_path, known, masked) -> None:
    path = gimp(tmp_path / "a.xcf", [("Glow", BELOW, known, masked)])
    with pytest.raises(MediaError, match=r"a\.xcf has the layer 'Glow', which is not simply over"):
        read_image(path)
    np.testing.assert_array_equal(read_image(path, layer="Glow").pixels, BELOW)
    header = EngineMedia().header(path, 0)
    assert (header.display, header.channels) == ((0, 0, 70, 66), 4)


def test_deeper_pictures_and_cut_files_are_refused(tmp_path: Path) -> None:
    layers = [("One", BELOW, {}, False)]
    deep = gimp(tmp_path / "a.xcf", layers, version=8, precision=600)
    with pytest.raises(MediaError, match=r"a\.xcf is not of a kind that can be read: save it as"):
        read_image(deep)
    whole = gimp(tmp_path / "b.xcf", layers).read_bytes()
    for length in (15, 60, len(whole) - 5):
        (tmp_path / "c.xcf").write_bytes(whole[:length])
        with pytest.raises(MediaError, match=r"c\.xcf is damaged or cut off"):
            read_image(tmp_path / "c.xcf")

"""Pictures without alpha, and of alpha alone, go from node to node as in Natron.

Every number here was seen on the real NatronRenderer.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ofx_helpers.engine.graph import Node
from ofx_helpers.engine.render import render as write
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render
from tests.ofx_helpers.engine.test_roto import shape

PICTURE = np.random.default_rng(5).integers(0, 256, (12, 16, 4), np.uint8)
IMAGES: dict[str, NDArray[Any]] = {"a.png": PICTURE}
COLOUR = linear(PICTURE)[..., :3]
ALPHA = {"NatronOfxParamProcessA": True}
LAYER = "uk.co.thefoundry.OfxImagePlaneColour"
RGB = read("Rgb", "a.png", outputComponents="RGB")
RGBA = read("Rgba", "a.png")
MATTE = node("Matte", "ShufflePlugin", {"B": "Rgba"}, outputComponents="alpha")


def shown(*nodes: Node) -> NDArray[np.float32]:
    """The last node's picture over the whole format."""
    made = graph(RGB, RGBA, MATTE, *nodes)
    return render(made, nodes[-1].name, IMAGES, window=made.format).pixels


def test_a_file_read_without_alpha_keeps_its_colours_whatever_its_alpha() -> None:
    pixels = shown(RGB)
    np.testing.assert_allclose(pixels[..., :3], COLOUR, atol=1e-6)
    assert (pixels[..., 3] == 1).all()


@pytest.mark.parametrize("stored", ["opaque", "unpremult", "premult"])
def test_the_alpha_of_a_file_changes_no_colour_that_is_read_without_it(stored: str) -> None:
    images = {"b.png": np.full((12, 16, 4), (130, 64, 0, 1), np.uint8)}
    made = graph(read("R", "b.png", "sRGB", outputComponents="RGB", filePremult=stored))
    pixels = render(made, "R", images).pixels
    # Seen on the real one: code 130 of a pixel of alpha 1/255.
    np.testing.assert_allclose(pixels[0, 0, :2], [0.22322801, 0.05126946], atol=2e-7)


@pytest.mark.parametrize(
    ("plugin", "params"),
    [
        ("AddPlugin", {"value": (0.1, 0.2, 0.3, 0.4)}),
        ("Invert", {}),
        ("Clamp", {"maximum": (0.5, 0.5, 0.5, 0.5)}),
        ("GradePlugin", {"multiply": (0.5, 0.5, 0.5, 0.5)}),
    ],
)
def test_a_node_that_processes_alpha_gives_none_to_a_picture_without(
    plugin: str, params: dict[str, object]
) -> None:
    changed = shown(node("N", plugin, {"Source": "Rgb"}, **params, **ALPHA))
    assert (changed[..., 3] == 1).all()
    assert not np.allclose(changed[..., :3], COLOUR)


def test_what_has_no_alpha_is_never_multiplied_by_it() -> None:
    inverted = shown(node("N", "Invert", {"Source": "Rgb"}, premult=True, **ALPHA))
    np.testing.assert_allclose(inverted[..., :3], 1 - COLOUR, atol=1e-6)


def test_a_turned_picture_without_alpha_is_opaque_to_the_corners_of_its_box() -> None:
    turned = node(
        "T", "TransformPlugin", {"Source": "Rgb"}, rotate=45.0, center=(8.0, 6.0), scale=(0.4, 0.4)
    )
    box = render(graph(RGB, turned), "T", IMAGES).window
    over = shown(turned, node("M", "MergePlugin", {"A": "T", "B": "Rgba"}))
    np.testing.assert_array_equal(over[box.y1, box.x1], [0, 0, 0, 1])
    np.testing.assert_array_equal(over[box.y1, box.x1 - 1], shown(RGBA)[box.y1, box.x1 - 1])


def test_a_blur_of_a_picture_without_alpha_is_opaque_where_it_has_grown() -> None:
    small = node("C", "CropPlugin", {"Source": "Rgb"}, bottomLeft=(5.0, 4.0), size=(4.0, 4.0))
    blurred = shown(small, node("B", "net.sf.cimg.CImgBlur", {"Source": "C"}, size=(2.0, 2.0)))
    assert (blurred[2:9, 3:10, 3] == 1).all()
    assert blurred[0, 0, 3] == 0


def test_a_merge_gives_an_alpha_to_pictures_that_have_none() -> None:
    small = node("C", "CropPlugin", {"Source": "Rgb"}, bottomLeft=(5.0, 4.0), size=(4.0, 4.0))
    merge = node("M", "MergePlugin", {"A": "C", "B": "C"}, operation="plus")
    inverted = shown(small, merge, node("N", "Invert", {"Source": "M"}, **ALPHA))
    np.testing.assert_array_equal(inverted[5, 6, 3], -1)  # 1 - (1 + 1)


def test_a_mask_without_alpha_is_black_until_another_channel_is_chosen() -> None:
    inputs = {"Source": "Rgba", "Mask": "Rgb"}
    off = shown(node("N", "Invert", inputs))
    np.testing.assert_allclose(off, shown(RGBA), atol=1e-6)
    red = shown(node("N", "Invert", inputs, maskChannel_Mask=f"{LAYER}.R"))[..., :3]
    before, weight = shown(RGBA)[..., :3], COLOUR[..., :1]
    np.testing.assert_allclose(red, before + (1 - 2 * before) * weight, atol=1e-5)


def test_the_alpha_of_a_picture_without_one_is_white_to_a_shuffle() -> None:
    picked = shown(
        node("N", "ShufflePlugin", {"A": "Rgb"}, outputR=f"A.{LAYER}.A", outputA=f"A.{LAYER}.R")
    )
    np.testing.assert_allclose(picked[..., 0], 1)
    np.testing.assert_allclose(picked[..., 3], COLOUR[..., 0], atol=1e-6)


def test_alpha_alone_is_every_channel_of_what_takes_four() -> None:
    alpha = linear(PICTURE)[..., 3:]
    np.testing.assert_allclose(shown(MATTE), np.repeat(alpha, 4, axis=2), atol=1e-6)
    merged = shown(node("M", "MergePlugin", {"A": "Matte", "B": "Rgb"}, operation="plus"))
    np.testing.assert_allclose(merged[..., :3], COLOUR + alpha, atol=1e-6)


def test_alpha_alone_becomes_opaque_grey_in_a_node_that_takes_only_colour() -> None:
    graded = shown(node("N", "SaturationPlugin", {"Source": "Matte"}, saturation=0.5))
    alpha = linear(PICTURE)[..., 3]
    np.testing.assert_allclose(graded[..., 1], alpha, atol=1e-6)
    assert (graded[..., 3] == 1).all()


def test_a_roto_has_the_colours_below_it_and_no_alpha_of_theirs() -> None:
    roto = node("R", "fr.inria.built-in.Roto", {"Bg": "Rgb"})
    assert (shown(roto)[..., 3] == 1).all()  # no shape: the background itself
    square = shape(((4, 4), (9, 4), (9, 9), (4, 9)))
    pixels = shown(Node(name="R", plugin=roto.plugin, inputs=roto.inputs, shapes=(square,)))
    np.testing.assert_allclose(pixels[..., :3], COLOUR, atol=1e-6)
    assert pixels[6, 6, 3] == 1
    assert pixels[0, 0, 3] == 0


def test_a_switch_of_pictures_with_and_without_alpha_has_one() -> None:
    switch = node("S", "switchPlugin", {"0": "Rgb", "1": "Rgba"}, which=0)
    inverted = shown(switch, node("N", "Invert", {"Source": "S"}, **ALPHA))
    assert (inverted[..., 3] == 0).all()


def test_a_disabled_node_has_the_channels_of_its_input() -> None:
    off = node("P", "Premult", {"Source": "Rgb"}, disableNode=True)
    assert (shown(off, node("N", "Invert", {"Source": "P"}, **ALPHA))[..., 3] == 1).all()
    on = node("P", "Premult", {"Source": "Rgb"})
    assert (shown(on, node("N", "Invert", {"Source": "P"}, **ALPHA))[..., 3] == 0).all()


def test_the_border_of_a_moved_picture_without_alpha_is_written_opaque(tmp_path: Path) -> None:
    Image.fromarray(PICTURE[..., :3]).save(tmp_path / "a.png")
    params = {"filename": str(tmp_path / "a.png"), "outputComponents": "RGB"}
    made = graph(
        node("Rgb", "fr.inria.built-in.Read", **params),
        node("T", "TransformPlugin", {"Source": "Rgb"}, translate=(3.0, 2.0), black_outside=True),
        node("W", "fr.inria.built-in.Write", {"Source": "T"}, filename=str(tmp_path / "w.png")),
    )
    list(write(made, ["W"], [1], resolve=collect().get, media=EngineMedia()))
    written = np.asarray(Image.open(tmp_path / "w.png"))
    np.testing.assert_array_equal(written[:10, 3:, :3], PICTURE[2:, :13, :3])
    assert (written[:11, 2:, 3] == 255).all()
    assert (written[:, :2, 3] == 0).all()


def test_a_solid_of_alpha_alone_is_white() -> None:
    solid = node("S", "Solid", outputComponents="Alpha", color=(0.2, 0.4, 0.6))
    assert (shown(solid) == 1).all()


def test_an_alpha_that_is_not_there_counts_in_no_histogram() -> None:
    params = {"Source": "Rgb"}
    asked = shown(node("N", "net.sf.cimg.CImgEqualize", params, NatronOfxParamProcessA=True))
    plain = shown(node("N", "net.sf.cimg.CImgEqualize", params, NatronOfxParamProcessA=False))
    np.testing.assert_array_equal(asked, plain)


def test_the_channels_that_vector_to_color_leaves_are_its_inputs() -> None:
    made = node("N", "VectorToColorPlugin", {"Source": "Rgba"}, NatronOfxParamProcessA=False)
    np.testing.assert_array_equal(shown(made)[..., 3], shown(RGBA)[..., 3])


@pytest.mark.parametrize("plugin", ["TransformMaskedPlugin", "CornerPinMaskedPlugin", "DirBlur"])
def test_beside_a_picture_without_alpha_a_moves_mask_counts_wherever_it_has_pixels(
    plugin: str,
) -> None:
    left = {"bottomLeft": (0.0, 0.0), "size": (8.0, 12.0), "blackOutside": False}
    half = node("H", "CropPlugin", {"Source": "Rgba"}, extent="size", **left)
    moved = {"translate": (0.0, 3.0), "to1": (0.0, 3.0), "enableMask_Mask": True}
    kept = {name: moved[name] for name in moved if (name == "to1") == ("Corner" in plugin)}
    kept["enableMask_Mask"] = True
    masked = shown(half, node("N", plugin, {"Source": "Rgb", "Mask": "H"}, **kept))
    plain = shown(node("N", plugin, {"Source": "Rgb"}, **kept))
    np.testing.assert_allclose(masked[:, :8, :3], plain[:, :8, :3], atol=1e-6)
    np.testing.assert_allclose(masked[:, 8:, :3], COLOUR[:, 8:], atol=1e-6)
    assert np.abs(plain[:, :8, :3] - COLOUR[:, :8]).max() > 0.1


def test_of_alpha_alone_a_mask_has_the_channel_that_is_chosen_and_no_default() -> None:
    inputs = {"Source": "Rgba", "Mask": "Matte"}
    inverted = shown(node("N", "Invert", {"Source": "Rgba"}))
    alpha = linear(PICTURE)[..., 3:]
    mixed = inverted * alpha + linear(PICTURE) * (1 - alpha)
    for choice in ("1", f"{LAYER}.A"):
        chosen = shown(node("N", "Invert", inputs, maskChannel_Mask=choice))
        np.testing.assert_allclose(chosen, mixed, atol=1e-6)
    for params in ({}, {"maskChannel_Mask": f"{LAYER}.R"}):
        np.testing.assert_allclose(shown(node("N", "Invert", inputs, **params)), linear(PICTURE))


@pytest.mark.parametrize(
    ("picture", "mask", "channel", "seen"),
    [
        ("Matte", "Rgba", "R", "alpha"),
        ("Matte", "Rgb", "R", "nothing"),
        ("Rgb", "Matte", "A", "nothing"),
        ("Rgb", "Rgb", "A", "nothing"),
        ("Rgb", "Rgb", "R", "red"),
        ("Rgba", "Matte", "A", "alpha"),
    ],
)
def test_a_moves_mask_is_first_brought_to_the_channels_of_its_picture(
    picture: str, mask: str, channel: str, seen: str
) -> None:
    params = {"translate": (0.0, 3.0), "maskChannel_Mask": f"{LAYER}.{channel}"}
    inputs = {"Source": picture, "Mask": mask}
    found = shown(node("N", "TransformMaskedPlugin", inputs, **params))
    moved = shown(node("N", "TransformPlugin", {"Source": picture}, translate=(0.0, 3.0)))
    still = shown(node("N", "NoOpPlugin", {"Source": picture}))
    full = linear(PICTURE)
    weight = {"nothing": full[..., :1] * 0, "red": full[..., :1], "alpha": full[..., 3:]}[seen]
    mixed = moved * weight + still * (1 - weight)
    np.testing.assert_allclose(found[..., :3], mixed[..., :3], atol=1e-6)


def test_chroma_blur_makes_colours_of_alpha_alone() -> None:
    alone = node("C", "ConstantPlugin", color=(0.0, 0.0, 0.0, 0.4), outputComponents="Alpha")
    blur = node("N", "net.sf.cimg.CImgChromaBlur", {"Source": "C"}, size=(3.0, 3.0))
    np.testing.assert_allclose(shown(alone, blur)[6, 8], (0.4, 0.4, 0.4, 1), atol=1e-5)


def test_what_chroma_blur_leaves_undefined_is_white_however_little_of_it_a_mask_shows() -> None:
    black = node("Black", "ConstantPlugin", color=(0.0, 0.0, 0.0, 1.0))
    half = node("Half", "ConstantPlugin", color=(0.0, 0.0, 0.0, 0.25))
    inputs = {"Source": "Black", "Mask": "Half"}
    found = shown(black, half, node("N", "net.sf.cimg.CImgChromaBlur", inputs, size=(3.0, 3.0)))
    assert (found[..., :3] == 1).all()

"""Filters under a mask: where they begin, and what is shown where the mask leaves nothing."""

import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

PICTURE = np.random.default_rng(3).integers(0, 256, (60, 80, 4), np.uint8)
WHITE = np.zeros((60, 80, 1), np.uint8)
WHITE[20:30, 35:50] = 255  # rows from the top: y 30 to 40
IMAGES = {"a.png": PICTURE, "m.png": WHITE}
INSIDE = Window(35, 30, 50, 40)
MASK = {"maskChannel_Mask": "uk.co.thefoundry.OfxImagePlaneColour.R"}
NARROW = {"expandRoD": False, "cropToFormat": False}
BLUR, CHROMA = "net.sf.cimg.CImgBlur", "net.sf.cimg.CImgChromaBlur"

# How far Natron looks: half again the size, and 1 more where it derives.
BEGINNINGS = [
    (BLUR, 12, NARROW | {"size": (8.0, 8.0), "filter": "gaussian"}),
    (BLUR, 12, NARROW | {"size": (8.0, 8.0), "filter": "quasigaussian"}),
    (CHROMA, 12, {"size": (8.0, 8.0), "filter": "gaussian"}),
    ("eu.cimg.EdgeDetect", 13, NARROW | {"blurSize": 8.0, "filter": "gaussian"}),
    ("eu.cimg.EdgeExtend", 12, NARROW | {"edgeExtendSize": 8.0, "filter": "gaussian"}),
    ("net.sf.cimg.CImgGuided", 10, {"radius": 5, "iterations": 2}),
]


@pytest.mark.parametrize(("plugin", "reach", "params"), BEGINNINGS)
def test_under_a_mask_a_filter_begins_as_far_beside_it_as_natron_looks(
    plugin: str, reach: int, params: dict[str, object]
) -> None:
    cut = INSIDE.grow(reach, reach)
    corner, size = (float(cut.x1), float(cut.y1)), (float(cut.width), float(cut.height))
    made = graph(
        read("R", "a.png"),
        read("M", "m.png", outputComponents="RGBA"),
        node("Cut", "CropPlugin", {"Source": "R"}, bottomLeft=corner, size=size),
        node("Small", plugin, {"Source": "Cut"}, **params),
        node("Masked", plugin, {"Source": "R", "Mask": "M"}, **MASK, **params),
        size=(80, 60),
    )
    wanted = render(made, "Small", IMAGES, window=INSIDE).pixels
    for window in (INSIDE, Window(0, 0, 80, 60), Window(0, 0, 80, 34)):
        masked = render(made, "Masked", IMAGES, window=window).crop(INSIDE.intersect(window))
        rows = masked.window.height
        np.testing.assert_allclose(masked.pixels, wanted[:rows], atol=1e-5)


WIDE = {"expandRoD": True, "cropToFormat": False}
GROWING = [
    (BLUR, WIDE | {"size": (8.0, 8.0), "boundary": "nearest"}),
    ("eu.cimg.EdgeDetect", WIDE | {"blurSize": 8.0, "filter": "gaussian"}),
    ("eu.cimg.EdgeExtend", WIDE | {"edgeExtendSize": 8.0}),
    ("net.sf.cimg.CImgErodeSmooth", {"expandRoD": True, "size": (8.0, 8.0), "boundary": "nearest"}),
]


@pytest.mark.parametrize(("plugin", "params"), GROWING)
def test_outside_the_masks_box_the_nearest_pixels_go_on_beyond_the_source(
    plugin: str, params: dict[str, object]
) -> None:
    made = graph(
        read("R", "a.png"),
        read("M", "m.png", outputComponents="RGBA"),
        node("Masked", plugin, {"Source": "R", "Mask": "M"}, **MASK, **params),
        size=(80, 60),
    )
    plain = linear(PICTURE)
    plain[..., :3] = render(made, "R", IMAGES).pixels[..., :3]
    for window in (Window(-4, -4, 84, 64), Window(-4, -4, -1, 20), Window(-4, 10, 84, 20)):
        found = render(made, "Masked", IMAGES, window=window).pixels
        rows = np.arange(window.y1, window.y2).clip(0, 59)[:, None]
        columns = np.arange(window.x1, window.x2).clip(0, 79)
        wanted = plain[rows, columns]
        outside = np.ones(wanted.shape[:2], bool)
        outside[34:44, 39:54] = window.height != 68
        np.testing.assert_array_equal(found[outside], wanted[outside])


def test_a_mask_beside_the_picture_leaves_the_source_as_it_is() -> None:
    plugin, params = GROWING[1]
    made = graph(
        read("R", "a.png"),
        read("M", "m.png", outputComponents="RGBA"),
        node("Far", "Position", {"Source": "M"}, translate=(200.0, 0.0)),
        node("Masked", plugin, {"Source": "R", "Mask": "Far"}, **MASK, **params),
        size=(80, 60),
    )
    assert not render(made, "Masked", IMAGES, window=Window(-4, -4, 0, 64)).pixels.any()


def test_a_channel_that_is_not_processed_goes_on_beyond_the_source_too() -> None:
    blur = GROWING[0][1] | {"NatronOfxParamProcessR": False}
    made = graph(read("R", "a.png"), node("B", BLUR, {"Source": "R"}, **blur), size=(80, 60))
    found = render(made, "B", IMAGES, window=Window(-3, 10, 2, 12)).pixels[..., 0]
    source = render(made, "R", IMAGES).pixels[10:12, :, 0]
    np.testing.assert_array_equal(found, source[:, [0, 0, 0, 0, 1]])

"""OpenEXR files whose data do not fill their format: where Read shows them, and their border."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.params import Params
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.exr import write_exr
from ofx_helpers.media.image_types import Box
from ofx_helpers.nodes import collect
from ofx_helpers.nodes._placement import format_of
from tests.ofx_helpers.engine.graphs import graph, node, read

WHITE = np.ones((4, 6, 4), np.float32)


def shown(path: Path, data: Box, display: Box, window: Window, **params: Any) -> Frame:
    """White over `data`, read, then spread from its edge by a Crop that repeats it."""
    write_exr(path, WHITE[: data.height, : data.width], window=data, display=display)
    crop = {"bottomLeft": (-9.0, -9.0), "size": (40.0, 40.0), "blackOutside": False}
    made = graph(
        read("R", str(path), **params),
        node("C", "CropPlugin", {"Source": "R"}, extent="size", **crop),
    )
    return render_node(made, "C", 1.0, resolve=collect().get, media=EngineMedia(), window=window)


@pytest.mark.parametrize(
    ("rule", "spread"),
    [("auto", ""), ("black", ""), ("repeat", "left right top bottom"), ("edge", "left")],
)
def test_a_data_window_has_one_black_pixel_around_it_where_the_rule_says_so(
    tmp_path: Path, rule: str, spread: str
) -> None:
    # The data touch the format at the left and below.
    window = Window(-9, -9, 30, 30)
    picture = shown(
        tmp_path / "a.exr", Box(0, 8, 6, 12), Box(0, 0, 16, 12), window, edgePixels=rule
    ).pixels[..., 0]
    assert (picture[9:13, 9:15] == 1).all()
    found = {
        "left": picture[10, 0],
        "right": picture[10, -1],
        "top": picture[-1, 11],
        "bottom": picture[0, 11],
    }
    assert {side for side, value in found.items() if value} == set(spread.split())


def test_data_that_fill_the_format_have_no_border_unless_it_is_asked_for(tmp_path: Path) -> None:
    box, window = Box(0, 0, 6, 4), Window(-9, -9, 20, 20)
    assert (shown(tmp_path / "a.exr", box, box, window).pixels == 1).all()
    black = shown(tmp_path / "a.exr", box, box, window, edgePixels="black")
    assert black.pixels.sum() == WHITE.sum()


@pytest.mark.parametrize(("moved", "left", "width"), [(True, 0, 16), (False, -3, 10)])
def test_a_display_window_left_of_0_is_moved_or_cut_on_both_sides(
    tmp_path: Path, moved: bool, left: int, width: int
) -> None:
    path = tmp_path / "a.exr"
    write_exr(path, WHITE, window=Box(-3, 0, 3, 4), display=Box(-3, 0, 13, 4))
    made = graph(read("R", str(path), offsetNegativeDispWindow=moved))
    media, window = EngineMedia(), Window(-5, 0, 12, 4)
    picture = render_node(made, "R", 1.0, resolve=collect().get, media=media, window=window)
    lit = picture.pixels[0, :, 0].nonzero()[0] - 5
    assert (lit[0], lit[-1]) == (left, left + 5)
    assert format_of(Params(made.nodes["R"], 1.0, {}), media.header(path, 0)).width == width


def test_an_alpha_that_is_said_to_be_none_is_multiplied_in_once_the_colours_are_decoded(
    tmp_path: Path,
) -> None:
    path, box = tmp_path / "a.exr", Box(0, 0, 6, 4)
    write_exr(path, WHITE * np.float32(0.5), window=box, display=box)
    wanted = {"linear": 0.5, "sRGB": 0.2140411 * 0.5}
    for space, value in wanted.items():
        made = graph(read("R", str(path), space, filePremult="opaque"))
        media = EngineMedia()
        pixel = render_node(made, "R", 1.0, resolve=collect().get, media=media).pixels[0, 0]
        np.testing.assert_allclose(pixel, (value, value, value, 0.5), atol=1e-6)

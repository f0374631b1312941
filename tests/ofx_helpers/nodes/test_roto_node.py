"""Roto against Natron's own renders, and how it meets its background."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Point, Shape
from ofx_helpers.nodes import collect
from ofx_helpers.nodes.roto import NODE
from tests.ofx_helpers.engine.graphs import graph, node, render
from tests.ofx_helpers.nodes import geometry_context as alone

FULL = Window(0, 0, 256, 256)


def box(x1: float, y1: float, x2: float, y2: float, **params: Any) -> Shape:
    return polygon([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], {"feather": 0.0, **params})


def polygon(corners: list[Any], params: dict[str, Any]) -> Shape:
    points = tuple(Point(x=x, y=y, left_x=x, left_y=y, right_x=x, right_y=y) for x, y in corners)
    values = {name: alone.values(value) for name, value in params.items()}
    return Shape(name="s", points=points, feather_points=points, params=values)


@pytest.mark.parametrize("name", ["roto_polygon", "roto_feather"])
def test_a_roto_equals_natron(name: str) -> None:
    (bezier,) = alone.golden(name)["nodes"][0]["beziers"]
    item = polygon(bezier["points"], bezier["params"])
    got = alone.render(NODE, {}, FULL, shapes=(item,))
    assert np.array_equal(got.pixels, alone.expected(name))


def test_alone_it_writes_alpha_and_no_colour() -> None:
    got = alone.render(NODE, {}, FULL, shapes=(box(10, 10, 20, 20),))
    assert got.pixels[15, 15].tolist() == [0, 0, 0, 1]


def test_inside_is_exactly_one_and_outside_exactly_the_background() -> None:
    source = alone.read("photo.png") if alone.GOLDEN.exists() else _noise()
    shapes = (box(10, 10, 60, 50, feather=4.0),)
    got = alone.render(NODE, {"Bg": source}, shapes=shapes)
    assert np.array_equal(got.pixels[..., :3], source.pixels[..., :3])
    assert (got.pixels[10:50, 10:60, 3] == 1).all()


def _noise() -> Frame:
    values = np.random.default_rng(0).random((96, 128, 4)).astype(np.float32)
    return Frame(values, Window(0, 0, 128, 96))


def test_shapes_lie_over_each_other_with_opacity_and_colour() -> None:
    params = {f"NatronOfxParamProcess{c}": True for c in "RGB"}
    shapes = (
        box(0, 0, 20, 20, color=[1.0, 0.0, 0.0]),
        box(10, 0, 30, 20, color=[0.0, 1.0, 0.0], opacity=0.25),
    )
    got = alone.render(NODE, {}, FULL, shapes=shapes, params=params).pixels
    assert got[5, 5] == pytest.approx([1, 0, 0, 1])
    assert got[5, 15] == pytest.approx([0.75, 0.25, 0, 1])
    assert got[5, 25] == pytest.approx([0, 0.25, 0, 0.25])


def test_a_shape_may_be_merged_by_another_operation() -> None:
    shapes = (box(0, 0, 20, 20), box(10, 0, 30, 20, operator="xor"))
    got = alone.render(NODE, {}, FULL, shapes=shapes).pixels[5, :, 3]
    assert (got[5], got[15], got[25]) == (1, 0, 1)


def test_nothing_is_made_of_nothing_beyond_the_shapes() -> None:
    shapes = (box(0, 0, 20, 20, operator="grain-merge"),)
    got = alone.render(NODE, {}, FULL, shapes=shapes).pixels[5, :, 3]
    assert (got[5], got[25]) == (0.5, 0)


def test_an_operation_on_hue_takes_colour_and_alpha() -> None:
    params = {f"NatronOfxParamProcess{c}": True for c in "RGB"}
    shapes = (
        box(0, 0, 20, 20, color=[0.5, 0.5, 0.5]),
        box(0, 0, 20, 20, color=[1.0, 0.0, 0.0], opacity=0.5, operator="luminosity"),
    )
    got = alone.render(NODE, {}, FULL, shapes=shapes, params=params).pixels[5, 5]
    assert got[3] == pytest.approx(1.0)
    assert got[:3] == pytest.approx([0.55, 0.55, 0.55])


def test_keys_lead_no_shape_past_the_limits() -> None:
    hard = alone.render(NODE, {}, FULL, shapes=(box(10, 10, 20, 20),)).pixels
    shape = box(10, 10, 20, 20, feather=-4.0, opacity=1.5)
    assert np.array_equal(alone.render(NODE, {}, FULL, shapes=(shape,)).pixels, hard)


def test_premultiply_multiplies_the_background_by_the_new_alpha() -> None:
    pixels = np.full((8, 8, 4), 0.5, np.float32)
    pixels[..., 3] = 0.0
    source = Frame(pixels, Window(0, 0, 8, 8))
    got = alone.render(
        NODE, {"Bg": source}, shapes=(box(0, 0, 4, 8, opacity=0.5),), params={"premultiply": True}
    ).pixels
    assert got[4, 2] == pytest.approx([0.25, 0.25, 0.25, 0.5])
    assert got[4, 6] == pytest.approx([0, 0, 0, 0])


def test_a_roto_without_shapes_passes_its_background() -> None:
    source = _noise()
    assert alone.render(NODE, {"Bg": source}).pixels is source.pixels


def test_nothing_is_made_of_nothing_beside_a_smaller_background() -> None:
    ground = Frame(np.full((10, 10, 4), 0.75, np.float32), Window(0, 0, 10, 10))
    shapes = (box(5, 5, 20, 20, operator="grain-merge"),)
    got = alone.render(NODE, {"Bg": ground}, FULL, shapes=shapes).pixels[..., 3]
    # Both, the background alone, the shape alone, and neither though within the box of both.
    assert (got[7, 7], got[2, 2], got[15, 15], got[2, 15]) == (1.25, 0.25, 0.5, 0)


def test_the_alpha_of_matte_is_that_of_screen() -> None:
    ground = Frame(np.full((20, 20, 4), 0.5, np.float32), Window(0, 0, 20, 20))
    shapes = (box(0, 0, 10, 20, operator="matte", opacity=0.8),)
    for colours in (False, True):
        params = {f"NatronOfxParamProcess{c}": colours for c in "RGB"}
        got = alone.render(NODE, {"Bg": ground}, shapes=shapes, params=params).pixels
        assert got[5, 5, 3] == pytest.approx(0.8 + 0.5 - 0.4)
        assert got[5, 5, 0] == pytest.approx(0.8 * 0.8 + 0.5 * 0.2 if colours else 0.5)


def test_a_connected_mask_hides_all_that_is_drawn_as_in_natron() -> None:
    ground = Frame(np.full((20, 20, 4), 0.5, np.float32), Window(0, 0, 20, 20))
    white = Frame(np.ones((20, 20, 4), np.float32), Window(0, 0, 20, 20))
    params = {f"NatronOfxParamProcess{c}": True for c in "RGB"}
    inputs = {"Bg": ground, "Mask": white}
    got = alone.render(NODE, inputs, shapes=(box(0, 0, 10, 10),), params=params).pixels
    np.testing.assert_array_equal(got[:20, :20], ground.pixels)


@pytest.mark.parametrize(
    ("components", "kept"), [("rgba", [0, 1, 2, 3]), ("rgb", [0, 1, 2]), ("alpha", [0])]
)
def test_a_roto_mixes_the_channels_that_its_background_has(
    components: str, kept: list[int]
) -> None:
    made = graph(
        node("C", "ConstantPlugin", color=(0.25, 0.25, 0.25, 0.25)),
        node("Bg", "ShufflePlugin", {"B": "C"}, outputComponents=components),
        replace(
            node(
                "N",
                "fr.inria.built-in.RotoPaint",
                {"Bg": "Bg"},
                hostMix=0.0,
                **{f"NatronOfxParamProcess{c}": True for c in "RGB"},
            ),
            shapes=(box(0, 0, 16, 12),),
        ),
    )
    got = render(made, "N").pixels[5, 5]
    assert got.tolist() == [0.25 if channel in kept else 1 for channel in range(4)]


def test_the_plug_in_of_older_projects_is_the_same_node() -> None:
    assert collect()["net.sf.openfx.RotoPlugin"] is NODE

"""ChromaticAberration, node and OpenFX plug-in: one arithmetic, to the last bit."""

import numpy as np
import pytest

from ofx_helpers.engine.frame import Frame, Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, read
from tests.ofx_helpers.engine.graphs import render as evaluate
from tests.ofx_helpers.host.plugs import FORMAT, effect, noise
from tests.ofx_helpers.host.plugs import render as plug

PICTURE, MASK = gradient(16, 12, 4, seed=1), gradient(16, 12, 4, seed=2)
IMAGES = {"a.png": PICTURE, "m.png": MASK}
NAME = "memecomp.ChromaticAberration"
CASES = {
    "whole": {"redShift": (3.0, -2.0), "blueShift": (-4.0, 1.0)},
    "parts": {"redShift": (1.5, -0.25), "blueShift": (-0.3, 0.7)},
    "only across": {"redShift": (0.25, 0.0)},
    "scaled": {"redScale": 1.1, "blueScale": 0.93, "blueShift": (0.5, 0.0)},
    "scaled about a corner": {"redScale": 1.5, "center": (2.0, 3.0)},
    "mixed": {"redShift": (3.0, 0.0), "mix": 0.3},
    "far away": {"redShift": (1e12, 0.0), "blueShift": (-40.0, 0.0)},
    "little": {"redScale": 0.01, "blueScale": 100.0},
}


def node_over(window: Window, masked: bool = False, **params: object) -> np.ndarray:
    inputs = {"Source": "A", **({"Mask": "M"} if masked else {})}
    made = graph(read("A", "a.png"), read("M", "m.png"), node("N", NAME, inputs, **params))
    return evaluate(made, "N", IMAGES, window=window).pixels


def source(name: str, _time: float) -> Frame:
    image = evaluate(graph(read("A", "a.png")), "A", IMAGES)
    return evaluate(graph(read("M", "m.png")), "M", IMAGES) if name == "Mask" else image


@pytest.mark.parametrize("window", [FORMAT, Window(-6, -5, 25, 17), Window(3, 4, 9, 5)])
@pytest.mark.parametrize("params", CASES.values(), ids=CASES)
def test_the_plugin_and_the_node_give_the_same_bits(
    params: dict[str, object], window: Window
) -> None:
    expected = node_over(window, **params)
    got = plug(NAME, window=window, source=source, **params)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("invert", [False, True])
def test_under_a_mask_too(invert: bool) -> None:
    params = {"redShift": (5.0, 3.0), "mix": 0.6, "maskInvert": invert}
    expected = node_over(FORMAT, masked=True, **params)
    got = plug(NAME, ("Source", "Mask"), source=source, **params)
    np.testing.assert_array_equal(got, expected)


def test_whole_moves_are_copies_and_nothing_else_changes() -> None:
    got = node_over(FORMAT, redShift=(3.0, -2.0), blueShift=(-4.0, 0.0))
    plain = source("Source", 1).pixels
    np.testing.assert_array_equal(got[:-2, 3:, 0], plain[2:, :-3, 0])
    assert (got[-2:, :, 0] == 0).all()
    assert (got[:, :3, 0] == 0).all()
    np.testing.assert_array_equal(got[:, :-4, 2], plain[:, 4:, 2])
    np.testing.assert_array_equal(got[..., [1, 3]], plain[..., [1, 3]])


def test_half_a_pixel_is_the_mean_of_two() -> None:
    got = node_over(FORMAT, redShift=(0.5, 0.0))[:, 1:, 0]
    red = source("Source", 1).pixels[..., 0]
    np.testing.assert_allclose(got, (red[:, 1:] + red[:, :-1]) / 2, atol=1e-7)


def test_scaling_leaves_its_centre_in_place_and_moves_edges_not_centres() -> None:
    ramp = np.zeros((12, 16, 4), np.float32)
    ramp[..., 0] = np.arange(16) + 0.5  # the place of the pixel's centre

    def picture(name: str, _time: float) -> Frame:
        return Frame(ramp, FORMAT)

    got = plug(NAME, source=picture, redScale=2.0, center=(4.0, 6.0))[6, :, 0]
    np.testing.assert_allclose(got[1:15], (np.arange(1, 15) + 0.5 - 4) / 2 + 4, atol=1e-6)


def test_tiles_make_the_whole() -> None:
    params = CASES["scaled"]
    whole = plug(NAME, source=source, **params)
    tiles = [
        [
            plug(NAME, source=source, window=Window(x, y, x + 8, y + 4), **params)
            for x in range(0, 16, 8)
        ]
        for y in range(0, 12, 4)
    ]
    np.testing.assert_array_equal(np.block([[[t] for t in row] for row in tiles])[...], whole[...])


def test_its_region_holds_what_moved_and_a_pixel_more_where_it_blends() -> None:
    with effect(NAME, redShift=(3.0, -2.0)) as whole:
        assert whole.region(1) == (0, -2, 19, 12)
        assert whole.regions_of_interest(1, Window(4, 4, 8, 8)) == {"Source": Window(1, 4, 8, 10)}
    with effect(NAME, redShift=(0.5, 0.0)) as part:
        assert part.region(1) == (-0.5, 0, 17.5, 12)
    with effect(NAME) as still:
        assert still.identity(1, FORMAT) == ("Source", 1)
    with effect(NAME, redShift=(1.0, 0.0), mix=0.0) as unmixed:
        assert unmixed.identity(1, FORMAT) == ("Source", 1)


def test_half_resolution_moves_half_as_many_pixels() -> None:
    small = Window(0, 0, 8, 6)
    picture = noise("Source", 1, small)
    with effect(NAME, redShift=(4.0, 2.0)) as made:
        got = made.render(1, small, lambda n, t, w: picture.crop(w), scale=0.5).pixels
    np.testing.assert_array_equal(got[1:, 2:, 0], picture.pixels[:-1, :-2, 0])


def test_values_that_are_no_numbers_stay_where_whole_moves_bring_them() -> None:
    picture = noise("Source", 1)
    picture.pixels[5, 5] = np.nan

    def with_nan(_name: str, _time: float) -> Frame:
        return picture

    got = plug(NAME, source=with_nan, redShift=(2.0, 0.0))
    assert np.argwhere(np.isnan(got[..., 0])).tolist() == [[5, 7]]


def test_a_scale_beyond_its_limits_is_the_limit() -> None:
    for beyond, limit in ((0.0, 0.01), (-1.0, 0.01), (1e9, 100.0)):
        expected = node_over(FORMAT, redScale=limit)
        np.testing.assert_array_equal(node_over(FORMAT, redScale=beyond), expected)
        np.testing.assert_array_equal(plug(NAME, source=source, redScale=beyond), expected)

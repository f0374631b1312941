"""ChromaticAberration, node and OpenFX plug-in: one arithmetic, to the last bit."""

import shutil
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.resample import enclosing
from ofx_helpers.host.bundle import binaries, describe
from ofx_helpers.host.effect import LocalEffect
from ofx_helpers.host.types import Clip, Description, Project
from ofx_helpers.nodes.chromatic_aberration import Move, moved
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, read
from tests.ofx_helpers.engine.graphs import render as evaluate
from tests.ofx_helpers.host.plugs import FORMAT, effect, noise
from tests.ofx_helpers.host.plugs import render as plug
from tests.ofx_plugins import build

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


sizes = st.integers(1, 9)
places = st.integers(-9, 9)
steps = st.one_of(places.map(float), st.floats(-9, 9))
scales = st.one_of(st.just(1.0), st.floats(0.3, 3))


@settings(max_examples=40)
@given(
    at=st.tuples(places, places, sizes, sizes),
    asked=st.tuples(places, places, sizes, sizes),
    red=st.tuples(steps, steps, scales),
    blue=st.tuples(steps, steps, scales),
    centre=st.tuples(steps, steps),
)
def test_any_picture_window_and_move_give_the_nodes_bits(
    at: tuple[int, ...], asked: tuple[int, ...], red: tuple, blue: tuple, centre: tuple
) -> None:
    region = Window(at[0], at[1], at[0] + at[2], at[1] + at[3])
    window = Window(asked[0], asked[1], asked[0] + asked[2], asked[1] + asked[3])
    picture = noise("Source", 1, region)
    expected = picture.crop(window).pixels.copy()
    for channel, (x, y, scale) in ((0, red), (2, blue)):
        move = Move((x, y), scale, centre)
        expected[..., channel] = moved(picture.pixels[..., channel], region, move, window)
    params = {"redShift": red[:2], "redScale": red[2], "blueShift": blue[:2], "blueScale": blue[2]}
    with effect(NAME, region=region, center=centre, **params) as made:
        whole = made.region(1)
        got = made.render(1, window, lambda n, t, w: picture.crop(w)).pixels
    # Beyond the region there is nothing; it ends a pixel outside what moved.
    inside = enclosing(whole, window).intersect(window)
    kept = np.zeros_like(expected)
    if not inside.empty:
        kept = Frame(expected, window).crop(inside).crop(window).pixels
    np.testing.assert_array_equal(got, kept)


@pytest.fixture(scope="module")
def of_depth(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Description]:
    """The same source, but saying that it takes images of one depth, or no alpha."""

    def made(depth: str) -> Description:
        folder = tmp_path_factory.mktemp(depth)
        shutil.copytree(build.HEADERS, folder / "plugins")
        source = folder / "plugins" / "ChromaticAberration" / "ChromaticAberration.c"
        text = source.read_text()
        for index in (1, 2):
            text = text.replace(f"PROP_DEPTHS, {index}", "PROP_LABEL, 0")
        text = text.replace("PROP_DEPTHS, 0, DEPTH_FLOAT", f"PROP_DEPTHS, 0, DEPTH_{depth}")
        text = text.replace("PROP_LABEL, 0, DEPTH_", f'PROP_LABEL, 0, "{depth}" DEPTH_')
        source.write_text(text)
        bundle = build.compile_bundle(source, folder)
        (found,), failed = describe(next(binaries([bundle])))
        assert not failed
        return found

    return made


@pytest.mark.parametrize(("depth", "white"), [("BYTE", 255), ("SHORT", 65535)])
def test_whole_numbers_are_moved_as_they_are_and_blended_to_the_nearest(
    of_depth: Callable[[str], Description], depth: str, white: int
) -> None:
    codes = np.random.default_rng(3).integers(0, white + 1, (12, 16, 4))
    picture = Frame((codes / white).astype(np.float32), FORMAT)
    description = of_depth(depth)
    assert description.depths == (depth.capitalize(),)
    made = LocalEffect(description, Project(format=FORMAT))
    made.connect({"Source": Clip(region=lambda t: (0.0, 0.0, 16.0, 12.0))})

    def render() -> np.ndarray:
        got = made.render(1, FORMAT, lambda n, t, w: picture.crop(w)).pixels
        return np.rint(got.astype(np.float64) * white).astype(int)

    made.set("redShift", (2.0, -1.0))
    whole = render()
    np.testing.assert_array_equal(whole[:-1, 2:, 0], codes[1:, :-2, 0])
    np.testing.assert_array_equal(whole[..., 1:], codes[..., 1:])
    made.set("redShift", (0.5, 0.0))
    half = (codes[:, 1:, 0] + codes[:, :-1, 0]) / 2
    np.testing.assert_array_equal(render()[:, 1:, 0], np.floor(half + 0.5))
    made.set("redShift", (2.0, -1.0))
    made.set("mix", (0.25,))
    mixed = codes[1:, :-2, 0] * 0.25 + codes[:-1, 2:, 0] * 0.75
    assert np.abs(render()[:-1, 2:, 0] - mixed).max() <= 0.51
    made.close()


def test_three_channels_are_taken_where_there_is_no_alpha() -> None:
    picture = noise("Source", 1)
    with effect(NAME, components="RGB", redShift=(3.0, 0.0), blueShift=(-1.0, 0.0)) as made:
        assert made.connect({"Source": clip_of("RGB")}).components == "RGB"
        got = made.render(1, FORMAT, lambda n, t, w: picture.crop(w)).pixels
    np.testing.assert_array_equal(got[:, 3:, 0], picture.pixels[:, :-3, 0])
    np.testing.assert_array_equal(got[:, :-1, 2], picture.pixels[:, 1:, 2])
    np.testing.assert_array_equal(got[..., 1], picture.pixels[..., 1])
    assert (got[..., 3] == 1).all()


def clip_of(components: str) -> Clip:
    return Clip(region=lambda t: (0.0, 0.0, 16.0, 12.0), components=components)

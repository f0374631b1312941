"""LensDistortion, STMap, IDistort and AdjustRoD."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.evaluate import render_together
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.lens_models import is_straight, lens
from ofx_helpers.engine.node_type import Upstream
from ofx_helpers.engine.params import catalogue
from ofx_helpers.engine.resample import invert, resample, warp
from ofx_helpers.engine.scene import Scene
from ofx_helpers.nodes import collect
from tests.golden.still_media import MemoryMedia, gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render
from tests.ofx_helpers.nodes import geometry_context as alone

FULL = Window(0, 0, 256, 256)
BOX = (0.0, 0.0, 128.0, 96.0)
MODELS = (
    "nuke", "pfbarrel", "3declassic", "3deanamorphic6",
    "3defisheye8", "3deradial4", "3deanamorphic4", "panotools",
)  # fmt: skip


def noise(width: int = 40, height: int = 30, seed: int = 0) -> Frame:
    values = np.random.default_rng(seed).random((height, width, 4)).astype(np.float32)
    return Frame(values, Window(0, 0, width, height))


def numbers(**changed: Any) -> dict[str, tuple[float, ...]]:
    known = catalogue()["net.sf.openfx.LensDistortion"]["params"]
    found = {}
    for name, entry in known.items():
        if entry["type"] in ("Double", "Double2D"):
            value = changed.get(name, entry["default"])
            found[name] = tuple(value) if isinstance(value, list) else (float(value),)
    return found


BENT = {
    "nuke": {"k1": -0.1, "k2": 0.05, "asymmetricDistortion": [0.02, -0.03]},
    "pfbarrel": {"pfC3": 0.1, "pfC5": -0.03},
    "3declassic": {"tde4_Distortion": 0.1, "tde4_Curvature_X": 0.05},
    "3deanamorphic6": {"tde4_Cx02_Degree_2": 0.1, "tde4_Cy66_Degree_6": 0.02},
    "3defisheye8": {"tde4_focal_length_cm": 1.5},
    "3deradial4": {"tde4_Distortion_Degree_2": 0.08, "tde4_U_Degree_2": 0.03},
    "3deanamorphic4": {"tde4_Cx02_Degree_2": 0.1, "tde4_Lens_Rotation": 5.0},
    "panotools": {"pt_a": 0.02, "pt_b": -0.05, "pt_d": 2.0, "pt_g": 1.0},
}


@pytest.mark.parametrize("model", MODELS)
def test_a_lens_model_undoes_itself(model: str) -> None:
    found = lens(model, numbers(**BENT[model]), BOX, 1.0)
    x, y = np.meshgrid(np.linspace(20.0, 108.0, 9), np.linspace(15.0, 81.0, 7))
    bent = found.undistort(x, y)
    assert max(np.abs(bent[0] - x).max(), np.abs(bent[1] - y).max()) > 0.3
    back = found.distort(*bent)
    assert np.abs(back[0] - x).max() < 0.05
    assert np.abs(back[1] - y).max() < 0.05


@pytest.mark.parametrize("model", [m for m in MODELS if m not in ("3defisheye8", "3deanamorphic4")])
def test_a_model_without_coefficients_is_straight(model: str) -> None:
    assert is_straight(model, numbers())
    assert not is_straight(model, numbers(**BENT[model]))


def test_a_lens_equals_natron() -> None:
    reader, node = alone.golden("lensdistortion")["nodes"][:2]
    source = alone.read(Path(reader["file"]).name)
    kind = collect()["net.sf.openfx.LensDistortion"]
    got = alone.render(kind, {"Source": source}, FULL, params=node["params"])
    assert np.abs(got.pixels - alone.expected("lensdistortion")).max() < 1e-5


def test_a_lens_can_write_its_map_and_the_map_gives_the_same_picture() -> None:
    source = noise()
    bend = {"k1": -0.08, "filter": "bilinear"}
    kinds = collect()
    bent = alone.render(
        kinds["net.sf.openfx.LensDistortion"], {"Source": source}, source.window, params=bend
    )
    uv = alone.render(
        kinds["net.sf.openfx.LensDistortion"],
        {"Source": source},
        source.window,
        params={**bend, "outputMode": "STMap"},
    )
    again = alone.render(
        kinds["net.sf.openfx.STMap"],
        {"Source": source, "UV": uv},
        source.window,
        params={"filter": "bilinear", "black_outside": False},
    )
    assert np.abs(again.pixels - bent.pixels).max() < 1e-4


def test_a_lens_whose_picture_has_no_end_keeps_what_comes_in() -> None:
    # Seen on the real one: the corners of this one have no place under the model.
    made = graph(
        read("A", "a.png"),
        node("P", "Position", {"Source": "A"}, translate=(2.0, -19.0)),
        node("L", "LensDistortion", {"Source": "P"}, k2=0.2226),
        size=(96, 80),
    )
    images = {"a.png": np.zeros((120, 150, 3), np.uint8)}
    assert render(made, "L", images).window == Window(0, -19, 152, 120)


@pytest.mark.parametrize("black", [True, False])
def test_a_place_at_the_end_of_the_world_is_black(black: bool) -> None:
    places = np.full((1, 1, 2), 1e13)
    steps = np.array([1.0, 0.0, 0.0, 1.0]).reshape(1, 1, 4)
    assert not warp(noise(), places, steps, name="box", black_outside=black).any()


def flat_map(u: float, v: float, a: float = 1.0) -> Frame:
    pixels = np.zeros((30, 40, 4), np.float32)
    pixels[...] = (u, v, 0.0, a)
    return Frame(pixels, Window(0, 0, 40, 30))


def test_an_empty_displacement_changes_nothing_and_a_whole_one_moves() -> None:
    kind = collect()["net.sf.openfx.IDistort"]
    source = noise()
    still = alone.render(kind, {"Source": source, "UV": flat_map(0, 0)})
    assert np.allclose(still.pixels, source.pixels, atol=1e-6)
    moved = alone.render(
        kind, {"Source": source, "UV": flat_map(0.5, -1)}, params={"uvScale": [4.0, 3.0]}
    )
    assert np.allclose(moved.pixels[3:, :38], source.pixels[:-3, 2:], atol=1e-6)


def test_the_third_channel_multiplies() -> None:
    kind = collect()["net.sf.openfx.IDistort"]
    source = noise()
    got = alone.render(kind, {"Source": source, "UV": flat_map(0, 0, 0.25)})
    assert np.allclose(got.pixels, source.pixels / 4, atol=1e-6)


def test_beside_its_map_a_picture_is_moved_by_nothing() -> None:
    kind = collect()["net.sf.openfx.IDistort"]
    source = noise()
    half = Frame(flat_map(1, 0).pixels[:, :20], Window(0, 0, 20, 30))
    params = {"channelA": "1", "uvScale": [5.0, 5.0], "filter": "impulse"}
    got = alone.render(kind, {"Source": source, "UV": half}, params=params)
    assert np.array_equal(got.pixels[:, :20], source.pixels[:, 5:25])
    assert np.array_equal(got.pixels[:, 20:], source.pixels[:, 20:])


def test_a_map_ends_for_its_slope_where_the_picture_does() -> None:
    kind = collect()["net.sf.openfx.IDistort"]
    wide = np.zeros((30, 60, 4), np.float32)
    wide[..., 0], wide[..., 3] = np.where(np.arange(60) < 50, 0.0, 1.0), 1.0
    maps = Frame(wide, Window(-10, 0, 50, 30))  # a step right beside the picture of 40 columns
    got = alone.render(kind, {"Source": noise(), "UV": maps}, params={"uvScale": [30.0, 30.0]})
    assert np.allclose(got.pixels, noise().pixels, atol=1e-6)


@pytest.mark.parametrize(("wrap", "column"), [("repeat", 10), ("mirror", 29)])
def test_a_map_may_repeat_or_mirror(wrap: str, column: int) -> None:
    kind = collect()["net.sf.openfx.STMap"]
    source = noise()
    uv = flat_map(1.0 + 10.5 / 40, 15.5 / 30)
    got = alone.render(
        kind, {"Source": source, "UV": uv}, params={"wrapU": wrap, "filter": "impulse"}
    )
    assert np.array_equal(got.pixels[4, 4], source.pixels[15, column])


def test_a_warp_below_a_transform_samples_the_picture_above_it() -> None:
    kind = collect()["net.sf.openfx.IDistort"]
    source = noise()
    matrix = np.array([[0.8, -0.3, 9.0], [0.3, 0.8, 2.0], [0, 0, 1.0]])
    got = alone.render(
        kind,
        {"Source": source, "UV": flat_map(0, 0)},
        above=Upstream(matrix, source.window),
        params={"filter": "keys", "black_outside": True},
    )
    once = resample(source, invert(matrix), source.window, name="keys")
    assert np.abs(got.pixels - once)[2:-2, 2:-2].max() < 1e-5


def test_adjust_rod_repeats_the_edge_or_leaves_black() -> None:
    kind = collect()["net.sf.openfx.AdjustRoDPlugin"]
    source = noise()
    got = alone.render(kind, {"Source": source}, params={"addPixels": [3.0, 2.0]})
    assert got.window == Window(-3, -2, 43, 32)
    assert np.array_equal(got.pixels[0, 0], source.pixels[0, 0])
    params = {"addPixels": [3.0, 2.0], "boundary": "black"}
    black = alone.render(kind, {"Source": source}, params=params)
    assert not black.pixels[:2].any()
    assert np.array_equal(black.pixels[2:-2, 3:-3], source.pixels)


def test_a_lens_map_is_not_mixed_with_the_picture() -> None:
    made = graph(
        read("A", "a.png"),
        node(
            "L",
            "LensDistortion",
            {"Source": "A"},
            k1=0.1,
            outputMode=1,
            mix=0.5,
            NatronOfxParamProcessG=False,
        ),
        size=(40, 30),
    )
    picture = np.full((30, 40, 4), 200, np.uint8)
    got = render(made, "L", {"a.png": picture}, window=Window(0, 0, 40, 30)).pixels
    assert np.all(got[15, 20, 1:] == (0, 0.5, 0.5))


@pytest.mark.parametrize("plugin", ["LensDistortion", "IDistort"])
def test_mix_below_a_transform_leaves_the_picture_above_it(plugin: str) -> None:
    made = graph(
        read("A", "a.png"),
        node("T", "TransformPlugin", {"Source": "A"}, translate=(5.5, 0.0)),
        node("W", plugin, {"Source": "T"}, k1=0.05, NatronOfxParamProcessG=False),
        size=(40, 30),
    )
    picture = np.random.default_rng(3).integers(0, 255, (30, 40, 4), np.uint8)
    got = render(made, "W", {"a.png": picture}, window=Window(0, 0, 40, 30)).pixels
    here = (slice(5, 25), slice(10, 35))
    assert np.abs(got[here] - linear(picture)[here])[..., 1].max() < 1e-6
    assert np.abs(got[here] - linear(picture)[here])[..., 0].max() > 0.1


def test_a_mask_leaves_a_lens_only_what_its_bent_outline_holds() -> None:
    """As NatronRenderer: what is not fetched for the bent picture is black under the mask too."""
    white = np.full((60, 80, 3), 255, np.uint8)
    made = graph(
        read("A", "white.png"),
        node("Black", "ConstantPlugin", color=(0.0, 0.0, 0.0, 0.0)),
        node("N", "LensDistortion", {"Source": "A", "Mask": "Black"}, k1=0.5),
        size=(80, 60),
    )
    shown = render(made, "N", {"white.png": white}, window=made.format).pixels[..., 0]
    model = lens("nuke", numbers(k1=0.5), (0.0, 0.0, 80.0, 60.0), 1.0)
    # The middles of the sides come from furthest out.
    sides = [model.undistort(np.array([x]), np.array([y])) for x, y in ((0, 30), (40, 0))]
    left, bottom = np.floor(float(sides[0][0][0]) - 2), np.floor(float(sides[1][1][0]) - 2)
    assert (left, bottom) > (2, 0)
    expected = np.zeros((60, 80))
    expected[int(bottom) : 60 - int(bottom), int(left) : 80 - int(left)] = 1
    np.testing.assert_array_equal(shown, expected)


def test_the_slope_of_a_map_ends_with_what_is_asked_of_the_node() -> None:
    """As on NatronRenderer, whose plug-in has no map beyond what it renders; bands know nothing."""
    images = {
        "a.png": np.random.default_rng(4).integers(0, 256, (12, 16, 3), np.uint8),
        "uv.png": np.random.default_rng(5).integers(0, 256, (12, 16, 3), np.uint8),
    }
    made = graph(
        read("A", "a.png"), read("UV", "uv.png"), node("N", "STMap", {"Source": "A", "UV": "UV"})
    )
    whole = render(made, "N", images).pixels
    part = Window(4, 3, 12, 9)
    cut = render(made, "N", images, window=part).pixels
    np.testing.assert_array_equal(cut[1:-1, 1:-1], whole[4:8, 5:11])
    assert np.abs(cut - whole[3:9, 4:12]).max() > 0.01
    scene = Scene(made, collect().get, MemoryMedia(images))
    scene.banded = True
    band = next(render_together(scene, 1.0, {"N": part}))[1].pixels
    np.testing.assert_array_equal(band, whole[3:9, 4:12])


def test_a_map_without_a_source_still_has_the_maps_region() -> None:
    made = graph(read("UV", "a.png"), node("N", "STMap", {"UV": "UV"}), size=(32, 24))
    got = render(made, "N", {"a.png": gradient(16, 12)})
    assert got.window == Window(0, 0, 16, 12)
    assert not got.pixels.any()

"""DirBlur and GodRays, and the regions of motion blur."""

from pathlib import Path

import numpy as np
import pytest

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.nodes import collect
from tests.ofx_helpers.engine.graphs import graph, node, read, render
from tests.ofx_helpers.nodes import geometry_context as alone

FULL = Window(0, 0, 256, 256)


def step() -> Frame:
    pixels = np.zeros((20, 40, 4), np.float32)
    pixels[:, 20:] = 1.0
    return Frame(pixels, Window(0, 0, 40, 20))


@pytest.mark.parametrize("name", ["dirblur", "godrays"])
def test_a_blur_along_a_transform_equals_natron(name: str) -> None:
    reader, node = alone.golden(name)["nodes"][:2]
    source = alone.read(Path(reader["file"]).name)
    kind = collect()[node["plugin"]]
    got = alone.render(kind, {"Source": source}, FULL, params=node["params"])
    assert np.abs(got.pixels - alone.expected(name)).max() < 1e-3


def dir_blur(**params: object) -> np.ndarray:
    kind = collect()["net.sf.openfx.DirBlur"]
    values = {"translate": [8.0, 0.0], "motionBlur": 4.0, **params}
    return alone.render(kind, {"Source": step()}, Window(0, 0, 40, 20), params=values).pixels


def test_the_edge_spreads_the_way_it_moves_or_both_ways_when_centred() -> None:
    one_way, both = dir_blur()[10, :, 0], dir_blur(centered=True)[10, :, 0]
    assert one_way[19] == 0
    assert one_way[23] == pytest.approx(0.5, abs=0.1)
    assert one_way[28] == pytest.approx(1, abs=0.02)
    assert both[19] > 0.3


def test_fading_gives_the_far_end_less_weight() -> None:
    plain, faded = dir_blur()[10, :, 0], dir_blur(fading=2.0)[10, :, 0]
    assert (faded[21:27] > plain[21:27] + 0.02).all()


def test_no_amount_is_no_blur() -> None:
    assert np.array_equal(dir_blur(amount=0.0), step().pixels)


def test_god_rays_without_steps_are_the_picture_itself() -> None:
    kind = collect()["net.sf.openfx.GodRays"]
    got = alone.render(kind, {"Source": step()}, params={"scale": [2.0, 2.0], "steps": 0})
    assert np.array_equal(got.pixels, step().pixels)


def test_the_region_of_motion_blur_holds_every_quarter_and_its_longest_step() -> None:
    kind = collect()["net.sf.openfx.TransformPlugin"]
    params = {
        "translate": {"keys": {"0": [[0, 0], [10, 40]], "1": [[0, 0], [10, 0]]}},
        "motionBlur": 1.0,
        "shutter": 0.5,
        "shutterOffset": "start",
        "black_outside": False,
    }
    got = alone.render(kind, {"Source": step()}, params=params, time=2.0)
    # From 8 to 10 pixels, in two steps of one.
    assert got.window == Window(7, -1, 51, 21)


def test_god_rays_box_grows_with_the_distance_from_the_picture_as_natrons() -> None:
    white = np.full((12, 16, 3), 255, np.uint8)
    made = graph(
        read("A", "white.png"),
        node(
            "N",
            "GodRays",
            {"Source": "A"},
            translate=(8.0, 0.0),
            steps=1,
            filter="box",
            black_outside=False,
            toColor=(1.0, 1.0, 1.0, 1.0),
        ),
    )
    row = render(made, "N", {"white.png": white}, window=Window(0, 6, 6, 7)).pixels[0, :, 0]
    # Half the move looks 4 pixels to the left, where pixel -k counts 1 + k times but for the one at
    # the edge; the other step looks straight down.
    assert row.tolist() == pytest.approx([(5 + 1) / 2, (4 + 1) / 2, (3 + 1) / 2, 1, 1, 1])

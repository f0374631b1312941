"""Transform, CornerPin, Position, Mirror, Crop and Reformat against Natron's own renders."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.node_type import Upstream
from ofx_helpers.engine.resample import output_region
from ofx_helpers.nodes import collect
from ofx_helpers.nodes.corner_pin import homography
from tests.ofx_helpers.nodes import geometry_context as alone

FULL = Window(0, 0, 256, 256)
ONE_NODE = (
    *(f"transform_filter_{name}" for name in (
        "impulse", "box", "bilinear", "cubic", "keys",
        "simon", "rifman", "mitchell", "parzen", "notch",
    )),
    "transform_int", "transform_noblack", "transform_skew_down", "cornerpin", "mirror", "position",
    "crop_plain", "crop_soft", "reformat_format",
    *(f"reformat_box_{name}" for name in ("distort", "fill", "fit", "height", "none", "width")),
)  # fmt: skip


def natron(name: str, frame: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Our render of a case of one node, and Natron's."""
    spec = alone.golden(name)
    reader, node = spec["nodes"][:2]
    source = alone.read(Path(reader["file"]).name)
    kind = collect()[node["plugin"]]
    params = {**node["params"]}
    if params.get("reformatType") == "format":
        params["NatronParamFormatChoice"] = "PC_Video"  # what the saved project says
    got = alone.render(kind, {"Source": source}, FULL, params=params, time=float(frame))
    return got.pixels, alone.expected(name, frame)


@pytest.mark.parametrize("name", ONE_NODE)
def test_one_node_equals_natron(name: str) -> None:
    got, wanted = natron(name)
    assert np.abs(got - wanted).max() < 1e-5


@pytest.mark.parametrize("frame", [4, 5])
def test_motion_blur_equals_natron_sample_for_sample(frame: int) -> None:
    got, wanted = natron("transform_motionblur", frame)
    assert np.abs(got - wanted).max() < 1e-5


def test_a_chain_is_filtered_once_as_natron_does() -> None:
    spec = alone.golden("transform_chain")
    reader, *nodes = spec["nodes"][:-1]
    source = alone.read(Path(reader["file"]).name)
    kind = collect()["net.sf.openfx.TransformPlugin"]
    matrix = np.eye(3)
    for node in nodes[:-1]:
        matrix = _matrix(kind, node["params"], source) @ matrix
    got = alone.render(
        kind,
        {"Source": Frame(source.pixels, source.window)},
        FULL,
        params=nodes[-1]["params"],
        above=Upstream(matrix, source.window),
        regions={"Source": output_region([matrix], source.window, True, FULL)},
    )
    assert np.abs(got.pixels - alone.expected("transform_chain")).max() < 1e-5


def _matrix(kind: Any, params: dict[str, Any], source: Frame) -> np.ndarray:
    node = alone.Node(
        name="N",
        plugin=kind.plugins[0],
        params={name: alone.values(value) for name, value in params.items()},
    )
    found = kind.matrix(alone.FakeContext(node, kind, {"Source": source}))
    assert found is not None
    return np.asarray(found)


def test_a_blurred_transform_is_no_matrix() -> None:
    kind = collect()["net.sf.openfx.TransformPlugin"]
    source = alone.read("small.png")
    node = alone.Node(
        name="N", plugin=kind.plugins[0], params={"motionBlur": (1.0,), "translate": (3.0, 4.0)}
    )
    assert kind.matrix is not None
    assert kind.matrix(alone.FakeContext(node, kind, {"Source": source})) is None


def test_invert_undoes_the_transform() -> None:
    kind = collect()["net.sf.openfx.TransformPlugin"]
    params = {"rotate": 20.0, "scale": [1.5, 0.7], "translate": [5.0, 6.0], "skewX": 0.2}
    source = alone.read("small.png")
    there = _matrix(kind, params, source)
    back = _matrix(kind, {**params, "invert": True}, source)
    assert np.allclose(there @ back, np.eye(3), atol=1e-9)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_corner_pin_takes_each_point_to_its_target(count: int) -> None:
    source = [(0.0, 0.0), (200.0, 10.0), (190.0, 120.0), (5.0, 99.0)][:count]
    target = [(18.4, 2.2), (144.8, 27.4), (172.4, 104.1), (12.3, 102.4)][:count]
    matrix = homography(source, target)
    assert matrix is not None
    for point, goal in zip(source, target, strict=True):
        x, y, w = matrix @ [*point, 1.0]
        assert (x / w, y / w) == pytest.approx(goal, abs=1e-6)
        assert w > 0


def test_part_of_a_corner_pin_moves_the_targets_whichever_way_it_runs() -> None:
    kind = collect()["net.sf.openfx.CornerPinPlugin"]
    params = {"from1": [0.0, 0.0], "to1": [40.0, 20.0], "transformAmount": 0.25}
    params |= {f"enable{i}": False for i in (2, 3, 4)}
    source = alone.read("small.png")
    assert _matrix(kind, params, source)[:2, 2] == pytest.approx([10.0, 5.0])
    back = _matrix(kind, {**params, "invert": True}, source)
    assert back[:2, 2] == pytest.approx([-10.0, -5.0])


@pytest.mark.parametrize(
    ("pin", "region"),
    [
        # The third corner comes to lie a hair behind column 61: Natron's region has one more.
        ({"to": [(3, 4), (58, 1), (61, 44), (-3, 52)]}, (-3, 1, 62, 52)),
        # Natron takes the corners through the extra matrix first, then through the pin.
        ({"to": [(0, 0), (120, 0), (120, 100), (0, 100)], "extra": 10.0}, (20, 0, 140, 100)),
        ({"to": [(0, 0), (120, 0), (120, 50), (0, 50)], "invert": True}, (0, 0, 30, 50)),
    ],
)
def test_a_corner_pins_region_is_natrons_to_the_last_column(
    pin: dict[str, Any], region: tuple[int, int, int, int]
) -> None:
    corners = [(0, 0), (60, 0), (60, 50), (0, 50)]
    params = {f"from{i}": tuple(map(float, point)) for i, point in enumerate(corners, 1)}
    params |= {f"to{i}": tuple(map(float, point)) for i, point in enumerate(pin["to"], 1)}
    params |= {"invert": (pin.get("invert", False),), "black_outside": (False,)}
    params["transform_row1"] = (1.0, 0.0, pin.get("extra", 0.0))
    kind = collect()["net.sf.openfx.CornerPinPlugin"]
    source = Frame(np.ones((50, 60, 4), np.float32), Window(0, 0, 60, 50))
    node = alone.Node(name="N", plugin=kind.plugins[0], params=params)
    assert kind.region(alone.FakeContext(node, kind, {"Source": source})) == Window(*region)


def test_three_points_in_a_line_are_no_corner_pin() -> None:
    line = [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (5.0, 0.0)]
    assert homography(line, [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)]) is None


def test_a_crop_past_the_edge_repeats_it() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.CropPlugin"]
    got = alone.render(
        kind, {"Source": source}, params={"bottomLeft": [120.0, 90.0], "size": [20.0, 20.0]}
    )
    assert got.window == Window(120, 90, 140, 110)
    assert np.array_equal(got.pixels[-1, -1], source.pixels[-1, -1])


def test_a_reformatting_crop_starts_at_the_origin() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.CropPlugin"]
    params = {"bottomLeft": [20.0, 10.0], "size": [30.0, 40.0], "reformat": True}
    got = alone.render(kind, {"Source": source}, params=params)
    assert got.window == Window(0, 0, 30, 40)
    assert np.array_equal(got.pixels, source.pixels[10:50, 20:50])


def test_a_crop_between_pixels_never_shows_what_lies_beyond_its_rectangle() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.CropPlugin"]
    params = {"bottomLeft": [22.8, 24.8], "size": [63.2, 37.1], "reformat": True}
    got = alone.render(kind, {"Source": source}, params=params)
    assert got.window == Window(0, 0, 64, 38)
    assert np.array_equal(got.pixels[37], got.pixels[36])


def test_a_crop_wholly_beyond_the_picture_repeats_its_nearest_pixels() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.CropPlugin"]
    right = source.window.x2
    params = {"bottomLeft": [right + 5.0, 10.0], "size": [8.0, 6.0], "intersect": True}
    got = alone.render(kind, {"Source": source}, params=params)
    assert got.window == Window(right + 5, 10, right + 13, 16)
    assert np.array_equal(got.pixels, np.repeat(source.pixels[10:16, -1:], 8, axis=1))


def test_the_soft_edge_of_a_crop_between_pixels_brightens_nothing() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.CropPlugin"]
    params = {"bottomLeft": [20.8, 10.0], "size": [30.0, 40.0], "softness": 0.02}
    got = alone.render(kind, {"Source": source}, params=params)
    # The centre of the first column lies 0.3 beyond the rectangle: 15 times the softness.
    assert np.array_equal(got.pixels[:, 0], source.pixels[10:50, 20])


def test_a_reformat_to_no_format_takes_the_first_of_the_menu() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.Reformat"]
    params = {"reformatType": "format", "resize": "distort"}
    assert alone.render(kind, {"Source": source}, params=params).window == Window(0, 0, 640, 480)
    # Named without a size it is the size's default.
    params["NatronParamFormatChoice"] = "HD_720"
    assert alone.render(kind, {"Source": source}, params=params).window == Window(0, 0, 200, 200)


@pytest.mark.parametrize(
    ("params", "window"),
    [
        # Seen on the real one.
        ({"reformatType": "box", "boxPar": 1.5, "resize": "width"}, Window(0, 0, 60, 75)),
        ({"reformatType": "box", "boxPar": 1.5, "turn": True, "boxFixed": True, "resize": "fit"},
         Window(13, 0, 47, 60)),
    ],
)  # fmt: skip
def test_a_box_of_wide_pixels_keeps_the_shape_of_the_picture(
    params: dict[str, Any], window: Window
) -> None:
    source = Frame(np.ones((80, 96, 4), np.float32), Window(0, 0, 96, 80))
    kind = collect()["net.sf.openfx.Reformat"]
    params = {**params, "boxSize": [60, 60]}
    got = alone.render(kind, {"Source": source}, params=params, aspect=1.5)
    assert got.window == window


def test_a_picture_that_vanishes_ends_where_its_format_or_what_comes_in_does() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.CornerPinPlugin"]
    # The eye's plane cuts the picture, to the right and above.
    square = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)]
    params: dict[str, Any] = {"black_outside": True}
    for i, (x, y) in enumerate(square, 1):
        weight = 1 + 0.02 * (x + y)
        params |= {f"to{i}": [x, y], f"from{i}": [x / weight, y / weight]}
    region = alone.render(kind, {"Source": source}, params=params).window
    assert (region.x2, region.y2) == (source.window.x2, source.window.y2)
    assert region.x1 < 0


def test_half_a_pixel_of_a_format_is_no_pixel() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.Reformat"]
    params = {"reformatType": "box", "boxSize": [118, 63], "resize": "width"}
    assert alone.render(kind, {"Source": source}, params=params).window == Window(0, 0, 118, 88)


def test_a_turned_reformat_puts_the_top_left() -> None:
    source = alone.read("photo.png")
    kind = collect()["net.sf.openfx.Reformat"]
    params = {"reformatType": "box", "boxSize": [96, 128], "boxFixed": True, "turn": True}
    got = alone.render(kind, {"Source": source}, params={**params, "resize": "distort"})
    turned = np.rot90(source.pixels[::-1])[::-1]
    assert np.abs(got.pixels - turned).max() < 1e-6

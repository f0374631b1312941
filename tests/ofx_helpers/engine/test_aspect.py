"""Pixels that are not square: each picture has its own aspect. All numbers are Natron's own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Graph, Node, Point, Shape
from ofx_helpers.engine.output_format import output_aspect, output_window
from ofx_helpers.engine.render import write_frame
from ofx_helpers.engine.scene import Scene
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.exr import write_exr
from ofx_helpers.media.images import read_image
from ofx_helpers.nodes import collect
from tests.ofx_helpers.engine.graphs import node, read

WIDE = node("S", "ConstantPlugin", color=(1.0,) * 4, extent="size",
            bottomLeft=(10.0, 5.0), size=(41.0, 20.0))  # fmt: skip
SQUARE = node("Q", "ConstantPlugin", color=(1.0,) * 4, extent="size",
              bottomLeft=(0.0, 0.0), size=(30.0, 20.0), reformat=True)  # fmt: skip
WRITER = "fr.inria.openfx.WriteOIIO"


def scene(*nodes: Node, aspect: float = 2.0, size: tuple[int, int] = (32, 30)) -> Scene:
    made = Graph(
        nodes={one.name: one for one in nodes}, format=Window(0, 0, *size), pixel_aspect=aspect
    )
    return Scene(made, collect().get, EngineMedia())


def render(made: Scene, name: str, window: Window | None = None) -> Frame:
    return render_node(
        made.graph, name, 1.0, resolve=collect().get, media=made.media, window=window
    )


def alphas(frame: Frame) -> Any:
    """Those of the middle row."""
    return frame.pixels[frame.window.height // 2, :, 3]


def test_a_rectangle_is_canonical_and_its_pixels_are_the_projects() -> None:
    made = scene(WIDE)
    assert made.aspect("S") == 2
    assert made.region("S", 1.0) == Window(5, 5, 26, 25)
    assert made.box("S", 1.0) == (10, 5, 51, 25)


def test_a_rectangle_that_gives_the_format_has_square_pixels() -> None:
    made = scene(SQUARE)
    assert (made.aspect("Q"), made.region("Q", 1.0)) == (1, Window(0, 0, 30, 20))
    assert made.format_of("Q", 1.0) == Window(0, 0, 30, 20)


def test_a_division_that_leaves_a_rest_gives_a_column_more() -> None:
    constant = node("C", "ConstantPlugin", extent="project")
    assert scene(constant, aspect=1.09, size=(61, 30)).region("C", 1.0) == Window(0, 0, 62, 30)


def test_reformat_cuts_the_projects_width_off_and_loses_a_column() -> None:
    constant = node("C", "ConstantPlugin", extent="project")
    project = node("F", "Reformat", {"Source": "C"}, reformatType="project", resize="distort")
    made = scene(constant, project, aspect=1.09, size=(31, 30))
    assert made.format_of("F", 1.0) == Window(0, 0, 30, 30)


def test_a_transform_moves_by_canonical_units() -> None:
    moved = node("T", "TransformPlugin", {"Source": "S"}, translate=(7.0, 0.0), filter="bilinear")
    made = scene(WIDE, moved)
    # Its black border is a pixel of its own width.
    assert made.region("T", 1.0) == Window(7, 4, 30, 26)
    row = alphas(render(made, "T"))
    np.testing.assert_allclose(row, [0, 0.5, *(1.0,) * 20, 0.5], atol=1e-6)


def test_a_position_moves_by_the_nearest_whole_pixels() -> None:
    made = scene(WIDE, node("P", "Position", {"Source": "S"}, translate=(7.0, 0.0)))
    assert made.region("P", 1.0) == Window(9, 5, 30, 25)


def test_a_crop_counts_in_canonical_units() -> None:
    crop = node("K", "CropPlugin", {"Source": "S"}, extent="size", bottomLeft=(12.0, 6.0),
                size=(21.0, 10.0), reformat=True)  # fmt: skip
    assert scene(WIDE, crop).region("K", 1.0) == Window(0, 0, 11, 10)


def test_a_reformat_fits_shapes_and_gives_its_box_the_aspect() -> None:
    box = node("F", "Reformat", {"Source": "Q"}, reformatType="box", boxSize=(50.0, 20.0),
               boxPar=0.5, resize="width", boxFixed=False)  # fmt: skip
    made = scene(SQUARE, box)
    assert (made.aspect("F"), made.region("F", 1.0)) == (0.5, Window(0, 0, 50, 17))


def test_a_radial_is_round_on_wide_pixels() -> None:
    disc = node("D", "Radial", extent="size", bottomLeft=(10.0, 5.0), size=(40.0, 20.0),
                softness=0.0)  # fmt: skip
    row = alphas(render(scene(disc), "D"))
    np.testing.assert_allclose(row, [0, 0.952, *(1.0,) * 18, 0.952, 0], atol=1e-3)


def test_a_merge_takes_the_aspect_of_b_and_pixels_by_their_numbers() -> None:
    made = scene(WIDE, SQUARE, node("M", "MergePlugin", {"A": "S", "B": "Q"}),
                 node("N", "MergePlugin", {"A": "Q", "B": "S"}))  # fmt: skip
    # The regions meet in canonical units, 0 to 51 of them.
    assert (made.aspect("M"), made.region("M", 1.0)) == (1, Window(0, 0, 51, 25))
    assert (made.aspect("N"), made.region("N", 1.0)) == (2, Window(0, 0, 26, 25))
    # The wide picture shows its pixels 5 to 25 at 5 to 25.
    np.testing.assert_array_equal(alphas(render(made, "M")), [1] * 30 + [0] * 21)
    np.testing.assert_array_equal(alphas(render(made, "N")), [1] * 26)


def test_a_shape_shows_where_square_and_wide_pixels_agree() -> None:
    corners = [(10.0, 10.0), (30.0, 10.0), (30.0, 20.0), (10.0, 20.0)]
    points = tuple(Point(x=x, y=y, left_x=x, left_y=y, right_x=x, right_y=y) for x, y in corners)
    shape = Shape(name="s", points=points, feather_points=points, params={"feather": (0.0,)})
    roto = "fr.inria.built-in.Roto"
    assert scene(Node(name="R", plugin=roto, shapes=(shape,))).region("R", 1.0) == (5, 10, 15, 20)
    made = scene(node("C", "ConstantPlugin", extent="project"),
                 Node(name="R", plugin=roto, inputs={"Bg": "C"}, shapes=(shape,)))  # fmt: skip
    # Of the mask's pixels 10 to 29, and the box's 5 to 14.
    np.testing.assert_array_equal(alphas(render(made, "R")), [0] * 10 + [1] * 5 + [0] * 17)


def test_a_node_says_another_aspect_and_changes_no_pixel() -> None:
    said = node("N", "NoOpPlugin", {"Source": "S"}, setPixelAspectRatio=True,
                outputPixelAspectRatio=0.5, NatronParamFormatPar=0.5)  # fmt: skip
    made = scene(WIDE, said)
    assert (made.aspect("N"), made.region("N", 1.0)) == (0.5, Window(5, 5, 26, 25))
    off = node("N", "NoOpPlugin", {"Source": "S"}, setPixelAspectRatio=True,
               outputPixelAspectRatio=0.5, disableNode=True)  # fmt: skip
    assert scene(WIDE, off).aspect("N") == 2


def test_inputs_show_only_what_was_asked_in_pixels_of_another_aspect(tmp_path: Path) -> None:
    write_exr(tmp_path / "a.exr", np.ones((40, 57, 4), np.float32), aspect=2.0)
    file = read("R", str(tmp_path / "a.exr"))
    grade = node("G", "GradePlugin", {"Source": "R"}, multiply=(0.5,) * 4)
    said = node("N", "NoOpPlugin", {"Source": "G"}, setPixelAspectRatio=True,
                outputPixelAspectRatio=0.5)  # fmt: skip
    made = scene(file, grade, said, aspect=1.0, size=(64, 48))
    # 128 pixels are 64 units, which are 32 pixels of the file.
    row = render(made, "N", Window(0, 0, 128, 40)).pixels[20, :, 0]
    np.testing.assert_array_equal(np.flatnonzero(row), np.arange(32))


@pytest.mark.parametrize(
    ("source", "params", "window", "aspect"),
    [
        ("C", {"formatType": "input", "clipToRoD": False}, (32, 30), 2.0),
        # The project's width, 64 units, is multiplied by its aspect once more.
        ("C", {"formatType": "project", "clipToRoD": False}, (128, 30), 2.0),
        ("C", {"formatType": "project"}, (128, 30), 2.0),
        ("Q", {"formatType": "project", "clipToRoD": False}, (256, 30), 2.0),
        ("Q", {"formatType": "input", "clipToRoD": False}, (30, 20), 1.0),
        # An OpenEXR that holds the picture as it is only says what to show of it.
        ("Q", {"formatType": "project"}, (128, 30), 1.0),
    ],
)  # fmt: skip
def test_files_are_as_large_as_natrons_and_say_its_aspect(
    tmp_path: Path,
    source: str,
    params: dict[str, Any],
    window: tuple[int, int],
    aspect: float,
) -> None:
    writer = node("W", WRITER, {"Source": source}, filename=str(tmp_path / "a.####.exr"), **params)
    made = scene(SQUARE, node("C", "ConstantPlugin", extent="project"), writer)
    assert output_window(made, "W", 1) == Window(0, 0, *window)
    assert output_aspect(made, "W", 1) == aspect
    list(write_frame(made.graph, ["W"], 1, resolve=collect().get, media=made.media))
    written = read_image(tmp_path / "a.0001.exr")
    assert (written.display.width, written.display.height) == window
    assert written.pixel_aspect == aspect


def test_an_edge_that_is_repeated_is_that_of_what_shows(tmp_path: Path) -> None:
    columns = np.tile(np.arange(57, dtype=np.float32)[None, :, None], (40, 1, 4))
    write_exr(tmp_path / "a.exr", columns, aspect=2.0)
    file = read("R", str(tmp_path / "a.exr"))
    wider = node("A", "AdjustRoDPlugin", {"Source": "R"}, addPixels=(2.0, 1.0), boundary="nearest")
    said = node("N", "NoOpPlugin", {"Source": "A"}, setPixelAspectRatio=True,
                outputPixelAspectRatio=0.5)  # fmt: skip
    made = scene(file, wider, said, aspect=1.0, size=(64, 48))
    row = render(made, "N", Window(0, 0, 128, 40)).pixels[20, :, 0]
    np.testing.assert_array_equal(row[:58], [*range(32), *(31,) * 26])
    assert not row[58:].any()

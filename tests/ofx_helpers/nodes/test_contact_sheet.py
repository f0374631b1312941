import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A, B = gradient(16, 12, seed=5), gradient(16, 12, seed=3)
IMAGES = {"a.png": A, "b.png": B}


def sheet(size: tuple[int, int], window: Window | None = None, **params: object):
    made = graph(
        read("A", "a.png"),
        read("B", "b.png"),
        node("N", "ContactSheetOFX", {"0": "A", "2": "B"}, resolution=size, **params),
    )
    return render(made, "N", IMAGES, window=window or Window(0, 0, *size)).pixels


def test_each_input_has_its_cell_and_an_unconnected_one_an_empty_one() -> None:
    got = sheet((32, 24), rowsColumns=(2, 2))
    np.testing.assert_allclose(got[:12, :16], linear(A), atol=1e-6)
    np.testing.assert_allclose(got[12:, :16], linear(B), atol=1e-6)
    assert not got[:, 16:].any()


def test_rows_may_run_down_and_columns_to_the_left() -> None:
    got = sheet((32, 24), rowsColumns=(2, 2), rowOrder="topbottom", colOrder="RightLeft")
    np.testing.assert_allclose(got[12:, 16:], linear(A), atol=1e-6)
    np.testing.assert_allclose(got[:12, 16:], linear(B), atol=1e-6)


def test_a_smaller_picture_is_the_mean_of_what_it_covers() -> None:
    got = sheet((8, 6), rowsColumns=(1, 1))
    means = linear(A).reshape(6, 2, 8, 2, 4).mean((1, 3))
    np.testing.assert_allclose(got, means, atol=1e-6)


def test_a_picture_keeps_its_shape_inside_the_gap_and_may_be_in_the_middle() -> None:
    corner = sheet((60, 16), rowsColumns=(1, 1), gap=4)
    np.testing.assert_allclose(corner[2:14, 2:18], linear(A), atol=1e-6)
    middle = sheet((60, 16), rowsColumns=(1, 1), gap=4, center=True)
    np.testing.assert_allclose(middle[2:14, 22:38], linear(A), atol=1e-6)
    assert not middle[:, :22].any()
    assert not middle[:, 38:].any()


def test_a_range_gives_an_input_as_many_cells() -> None:
    got = sheet((48, 12), rowsColumns=(1, 3), frameRange=(0, 1))
    np.testing.assert_allclose(got[:, :32], np.tile(linear(A), (1, 2, 1)), atol=1e-6)
    assert not got[:, 32:].any()


def test_a_part_of_the_sheet_is_the_same_alone() -> None:
    whole = sheet((37, 29), rowsColumns=(2, 2), center=True)
    part = sheet((37, 29), Window(3, 2, 30, 20), rowsColumns=(2, 2), center=True)
    np.testing.assert_allclose(part, whole[2:20, 3:30], atol=1e-6)


LAYERS = "LayerContactSheetOFX"


def layers(size: tuple[int, int], file: str = "a.png", **params: object) -> np.ndarray:
    made = graph(read("A", file), node("N", LAYERS, {"Source": "A"}, resolution=size, **params))
    return render(made, "N", {file: A}, window=Window(0, 0, *size)).pixels


def test_the_colour_is_the_one_layer_and_has_a_cell_of_its_own() -> None:
    got = layers((32, 24), autoDims=False, rowsColumns=(2, 2))
    np.testing.assert_allclose(got[12:, :16], linear(A), atol=1e-6)
    assert not got[:12].any()
    assert not got[:, 16:].any()


def test_as_many_columns_as_fit_are_made_though_there_is_one_layer() -> None:
    np.testing.assert_allclose(layers((16, 12)), linear(A), atol=1e-6)
    wide = layers((48, 4), center=True)
    # Three columns of 16, and the picture of 48/9 × 4 in the middle of the first.
    assert wide[:, 6:10].any(-1).all()
    assert not wide[:, :5].any()
    assert not wide[:, 11:].any()


def test_a_file_that_may_have_more_layers_is_refused() -> None:
    with pytest.raises(RenderError, match=r"N \(net.sf.openfx.LayerContactSheetOFX\).*A may have"):
        layers((16, 12), "a.exr")

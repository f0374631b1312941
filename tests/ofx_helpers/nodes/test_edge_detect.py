import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

FILTERS = (
    "simple",
    "sobel",
    "rotinvariant",
    "quasigaussian",
    "gaussian",
    "box",
    "triangle",
    "quadratic",
)
STEP = np.zeros((24, 32, 3), np.uint8)
STEP[:, 16:, 0] = 255
IMAGES = {"step.png": STEP, "turned.png": STEP[:24, 4:28].swapaxes(0, 1).copy()}
IMAGES["a.png"] = gradient(32, 24)


def edges(image: str = "step.png", window: Window | None = None, **params: object) -> np.ndarray:
    made = graph(
        read("A", image),
        node("N", "eu.cimg.EdgeDetect", {"Source": "A"}, **params),
        size=(IMAGES[image].shape[1], IMAGES[image].shape[0]),
    )
    return render(made, "N", IMAGES, window=window).pixels


@pytest.mark.parametrize("name", FILTERS)
def test_an_edge_is_found_where_it_is_and_nowhere_else(name: str) -> None:
    found = edges(filter=name)[12, :, 0]
    np.testing.assert_allclose(found[15:17], 0.5, atol=1e-5)
    np.testing.assert_allclose(np.delete(found, (15, 16)), 0, atol=1e-5)


@pytest.mark.parametrize("name", FILTERS)
def test_an_edge_is_as_strong_along_the_other_axis(name: str) -> None:
    across = edges(filter=name, blurSize=4.0)[12, 10:22, 0]
    up = edges("turned.png", filter=name, blurSize=4.0)[::-1, 12, 0]
    assert across.max() > 0.5
    np.testing.assert_allclose(up[6:18], across, atol=1e-3)


@pytest.mark.parametrize("name", ["box", "triangle", "quadratic"])
def test_a_blurred_step_still_answers_with_1(name: str) -> None:
    # The answer is scaled for the pixel right on the edge, which lies between two pixels here.
    assert edges(filter=name, blurSize=5.0)[12, :, 0].max() == pytest.approx(1, abs=0.2)


def test_channels_are_taken_alone_or_together() -> None:
    alone = edges(filter="simple", multiChannel="separate")[12, 15]
    np.testing.assert_allclose(alone[:3], (0.5, 0, 0), atol=1e-6)
    for rule, wanted in (("max", 0.5), ("tensor", 0.5), ("rms", 0.5 / 3**0.5)):
        found = edges(filter="simple", multiChannel=rule)[12, 15]
        np.testing.assert_allclose(found[:3], wanted, atol=1e-6)
        assert found[3] == 1


def test_erosion_thins_and_a_negative_one_widens() -> None:
    def width(size: float) -> int:
        return int((edges(filter="simple", erodeSize=size)[12, :, 0] > 0.1).sum())

    assert (width(0.0), width(1.0), width(-2.0)) == (2, 0, 6)


def test_a_part_of_the_picture_is_the_same_alone() -> None:
    whole = edges("a.png", blurSize=4.0)
    part = edges("a.png", window=Window(3, 2, 9, 7), blurSize=4.0)
    np.testing.assert_allclose(part, whole[2:7, 3:9], atol=1e-6)
    assert not np.allclose(whole, linear(IMAGES["a.png"]))


@pytest.mark.parametrize("rule", ["separate", "rms", "max"])
def test_a_thinned_edge_is_one_pixel_wide_and_as_high_as_a_parabola_through_it(rule: str) -> None:
    soft = np.zeros((24, 32, 3), np.uint8)
    soft[:, 10:] = np.minimum(np.array([20, 90, 200] + [255] * 19), 255)[None, :, None]
    IMAGES["soft.png"] = soft
    params = {"filter": "simple", "multiChannel": rule}
    thick, thin = edges("soft.png", **params), edges("soft.png", nms=True, **params)
    row, found = thick[12, :, 0], thin[12, :, 0]
    peak = int(row.argmax())
    before, here, after = row[peak - 1 : peak + 2]
    top = here - ((after - before) / 2) ** 2 / (4 * ((before + after) / 2 - here))
    assert found[peak] == pytest.approx(top, rel=1e-5)
    assert np.count_nonzero(found) == 1
    assert (thin[[0, -1], :, 0] == 0).all()

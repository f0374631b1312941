import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from ofx_helpers.nodes.inpaint import Settings, inpainted
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

WIDTH, HEIGHT = 30, 22
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
PICTURE = np.stack(
    [
        (COLUMNS * 23 + ROWS * 7) % 101 * 2,
        (COLUMNS * ROWS) % 97 * 2,
        (COLUMNS // 3 + ROWS // 4) % 2 * 180 + ROWS,
    ],
    -1,
).astype(np.uint8)
HOLE = np.zeros((HEIGHT, WIDTH), bool)
HOLE[7:15, 9:19] = True  # top first
MASK = np.where(HOLE[..., None], 255, 0).astype(np.uint8).repeat(4, -1)


def inpaint(masked: bool = True, picture: np.ndarray = PICTURE, **params: object) -> np.ndarray:
    """The node's picture in levels of 255, top row first."""
    made = graph(
        read("A", "a.png", filePremult="premult"),
        read("M", "m.png", filePremult="premult"),
        node("N", "eu.cimg.Inpaint", {"Source": "A"} | ({"Mask": "M"} if masked else {}), **params),
        size=(WIDTH, HEIGHT),
    )
    files = {"a.png": picture, "m.png": MASK}
    return render(made, "N", files, window=Window(0, 0, WIDTH, HEIGHT)).pixels[::-1] * 255


def settings(**changed: object) -> Settings:
    usual = {"patch": 7, "lookup": 40, "factor": 0.1, "blend": 0, "threshold": 0.0, "decay": 0.05}
    return Settings(**{**usual, "scales": 10, "outer": True, **changed})  # type: ignore[arg-type]


PLACES = ((7, 9), (8, 18), (9, 13), (11, 17), (12, 11))
MEASURED = [
    (
        {"patchSize": 5, "lookupSize": 4.0, "blendSize": 0.0},
        [[132, 84, 14], [102, 138, 195], [142, 30, 16], [112, 98, 199], [114, 64, 16]],
        24184.0,
    ),
    (
        {
            **{"patchSize": 5, "lookupSize": 4.0, "blendSize": 2.0, "blendThreshold": 0.5},
            **{"blendDecay": 0.3, "blendScales": 4},
        },
        [
            [132, 84, 14],
            [103.458, 156.313, 123.214],
            [162.076, 97.527, 13.262],
            [146.218, 69.301, 196.792],
            [114, 64, 16],
        ],
        24733.918,
    ),
    (
        {
            **{"patchSize": 4, "lookupSize": 5.0, "blendSize": 1.5, "isBlendOuter": False},
            "blendThreshold": 0.9,
        },
        [
            [132, 84, 14],
            [124, 116, 12],
            [135.713, 35.344, 16.157],
            [120, 18, 195],
            [92, 190, 199],
        ],
        24694.526,
    ),
]


@pytest.mark.parametrize(("params", "pixels", "total"), MEASURED)
def test_the_hole_is_filled_as_measured_in_natron(params, pixels, total) -> None:
    got = inpaint(**params)
    for (row, column), wanted in zip(PLACES, pixels, strict=True):
        np.testing.assert_allclose(got[row, column, :3], wanted, atol=2e-3)
    assert got[HOLE][:, :3].sum() == pytest.approx(total, rel=1e-6)
    np.testing.assert_allclose(got[~HOLE][:, :3], PICTURE[~HOLE], atol=1e-4)


@pytest.mark.parametrize("blend", [0, 9])
def test_a_pattern_goes_on_through_the_hole(blend: int) -> None:
    rows, columns = np.mgrid[:40, :48]
    pattern = np.stack([(columns // 2 % 3) / 2, (rows // 3 % 2) / 1.0]).astype(np.float32)
    hole = np.zeros((40, 48), bool)
    hole[14:25, 17:30] = True
    given = np.where(hole, np.float32(9), pattern)
    got = inpainted(given, hole, settings(blend=blend))
    np.testing.assert_allclose(got, pattern, atol=1e-6)
    assert (given[:, hole] == 9).all()


def test_what_is_filled_comes_from_the_picture() -> None:
    given = {tuple(pixel) for pixel in PICTURE[~HOLE].tolist()}
    got = np.rint(inpaint(patchSize=5, blendSize=0.0)[HOLE][:, :3]).astype(int)
    assert {tuple(pixel) for pixel in got.tolist()} <= given


def test_a_picture_that_is_all_hole_stays() -> None:
    planes = linear(PICTURE).transpose(2, 0, 1)
    assert (inpainted(planes, np.ones((HEIGHT, WIDTH), bool), settings()) == planes).all()


def test_without_a_mask_nothing_is_filled() -> None:
    np.testing.assert_allclose(inpaint(masked=False)[..., :3], PICTURE, atol=1e-4)


def test_channels_that_are_left_out_stay_and_do_not_count() -> None:
    got = inpaint(NatronOfxParamProcessB=False, blendSize=0.0)
    np.testing.assert_allclose(got[..., 2], PICTURE[..., 2], atol=1e-4)
    other = PICTURE.copy()
    other[..., 2] = 255 - other[..., 2]
    same = inpaint(picture=other, NatronOfxParamProcessB=False, blendSize=0.0)
    np.testing.assert_array_equal(got[..., :2], same[..., :2])
    assert (np.abs(got[HOLE][:, :2] - PICTURE[HOLE][:, :2]) > 1).any()

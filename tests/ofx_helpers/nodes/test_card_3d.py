import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, read, render

PICTURE = gradient(24, 16, 4, seed=3)
WIDTH, HEIGHT = 40, 30


def render_with(plugin: str, **params: object):
    made = graph(
        read("A", "a.png", filePremult="premult"),
        node("N", plugin, {"Source": "A"}, filter="bilinear", **params),
        size=(WIDTH, HEIGHT),
    )
    return render(made, "N", {"a.png": PICTURE}, window=Window(-5, -5, 45, 35)).pixels


def pinned(points) -> np.ndarray:
    """The picture with its corners at the points, anticlockwise from the lower left."""
    corners = {f"to{i}": tuple(map(float, point)) for i, point in enumerate(points, 1)}
    sides = ((0.0, 0.0), (24.0, 0.0), (24.0, 16.0), (0.0, 16.0))
    corners |= {f"from{i}": side for i, side in enumerate(sides, 1)}
    return render_with("CornerPinPlugin", black_outside=True, **corners)


def corners(size: float = 1.0):
    """Those of the card in its own plane: it is 1 wide."""
    tall = 16 / 24
    x, y = np.array([-0.5, 0.5, 0.5, -0.5]) * size, np.array([-0.5, -0.5, 0.5, 0.5]) * tall * size
    return np.column_stack([x, y, np.zeros(4)])


def projected(points, share: float = 1.0):
    """Pixels of points before a camera whose focal length is `share` of its film's width."""
    return points[:, :2] / -points[:, 2:] * share * WIDTH + (WIDTH / 2, HEIGHT / 2)


def test_a_card_one_unit_away_fills_the_width() -> None:
    np.testing.assert_allclose(
        render_with("Card3D"), pinned(projected(corners() - (0, 0, 1))), atol=1e-5
    )


@pytest.mark.parametrize("order", ["xyz", "xzy", "yxz", "yzx", "zxy", "zyx"])
def test_a_card_is_scaled_then_turned_in_its_order_about_its_pivot_then_moved(order: str) -> None:
    turn = Rotation.from_euler(
        order, [{"x": 20, "y": -30, "z": 12}[a] for a in order], degrees=True
    )
    pivot = np.array([0.2, -0.1, 0.3])
    points = turn.apply((corners() - pivot) * (1.2, 0.8, 1.5)) + pivot - (-0.1, -0.05, 1.4)
    got = render_with(
        "Card3D",
        cardRotate=(20.0, -30.0, 12.0),
        cardRotOrder=order,
        cardScaling=(2.4, 1.6, 3.0),
        cardUniformScale=0.5,
        cardTranslate=(0.1, 0.05, -1.4),
        cardPivot=(0.2, -0.1, 0.3),
    )
    np.testing.assert_allclose(got, pinned(projected(points)), atol=1e-4)


@pytest.mark.parametrize("order", ["srt", "str", "rst", "rts", "tsr", "trs"])
def test_the_axis_moves_card_in_its_order_and_the_camera_looks_back(order: str) -> None:
    points = corners() - (0, 0, 1.5)
    steps = {
        "s": lambda at: at * (0.9, 1.1, 1.05),
        "r": Rotation.from_euler("y", 15, degrees=True).apply,
        "t": lambda at: at - (-0.1, 0.05, -0.1),
    }
    for step in order:
        points = steps[step](points)
    eye = Rotation.from_euler("x", -10, degrees=True)
    points = eye.inv().apply(points - (0.05, 0.1, 0.2))
    got = render_with(
        "Card3D",
        cardTranslate=(0.0, 0.0, -1.5),
        axisScaling=(0.9, 1.1, 1.05),
        axisRotate=(0.0, 15.0, 0.0),
        axisTranslate=(0.1, -0.05, 0.1),
        axisXformOrder=order,
        camEnable=True,
        camRotate=(-10.0, 0.0, 0.0),
        camTranslate=(0.05, 0.1, 0.2),
        camfocal=36.0,
        camhaperture=24.0,
    )
    np.testing.assert_allclose(got, pinned(projected(points, 1.5)), atol=1e-4)


def test_the_camera_s_window_is_moved_scaled_and_rolled() -> None:
    points = projected(corners() - (0, 0, 1)) - (WIDTH / 2, HEIGHT / 2)
    points = (points - (0.1 * WIDTH, -0.2 * WIDTH)) / (1.25, 0.8)
    sine, cosine = np.sin(np.radians(20)), np.cos(np.radians(20))
    points = points @ [[cosine, sine], [-sine, cosine]] + (WIDTH / 2, HEIGHT / 2)
    got = render_with(
        "Card3D",
        camEnable=True,
        camfocal=24.0,
        camhaperture=24.0,
        camwin_translate=(0.2, -0.4),
        camwin_scale=(1.25, 0.8),
        camwinroll=20.0,
    )
    np.testing.assert_allclose(got, pinned(points), atol=1e-4)


def test_without_perspective_distance_makes_nothing_smaller() -> None:
    got = render_with(
        "Card3D",
        camEnable=True,
        camfocal=20.0,
        camhaperture=30.0,
        camprojection_mode="orthographic",
        cardTranslate=(0.1, 0.2, -7.0),
    )
    points = (corners()[:, :2] - (-0.1, -0.2)) / 1.5 * WIDTH + (WIDTH / 2, HEIGHT / 2)
    np.testing.assert_allclose(got, pinned(points), atol=1e-4)


def test_a_matrix_may_be_given_and_the_lens_sizes_the_card() -> None:
    numbers = {f"cardMatrix{i}{j}": 0.0 for i in (1, 2, 3, 4) for j in (1, 2, 3, 4)}
    numbers |= {"cardMatrix11": 0.5, "cardMatrix12": 0.2, "cardMatrix22": 0.7}
    numbers |= {"cardMatrix31": 0.3, "cardMatrix33": 1.0, "cardMatrix34": -1.0, "cardMatrix44": 1.0}
    got = render_with("Card3D", cardUseMatrix=True, lensInFocal=2.0, lensInHAperture=3.0, **numbers)
    matrix = np.array([[0.5, 0.2, 0], [0, 0.7, 0], [0.3, 0, 1]])
    points = corners(1.5) @ matrix.T + (0, 0, -1)
    np.testing.assert_allclose(got, pinned(projected(points)), atol=1e-4)


def test_a_skew_follows_the_scale_and_precedes_the_rotation() -> None:
    skew = np.eye(3)
    skew[0, 1], skew[1, 0] = np.tan(np.radians(12)), np.tan(np.radians(-7))
    turn = Rotation.from_euler("z", 25, degrees=True)
    points = turn.apply(corners(0.6) @ skew.T) - (0, 0, 1)
    got = render_with(
        "Card3D", cardSkew=(12.0, -7.0, 0.0), cardRotate=(0.0, 0.0, 25.0), cardUniformScale=0.6
    )
    np.testing.assert_allclose(got, pinned(projected(points)), atol=1e-4)

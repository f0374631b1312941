import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

PICTURE = gradient(16, 12, 4, seed=3)
MOVES = {"translate": (3.0, 1.0), "rotate": 90.0, "center": (8.0, 6.0), "filter": "impulse"}
PINS = {
    "to1": (1.0, 2.0), "to2": (15.0, 0.0), "to3": (17.0, 11.0), "to4": (-2.0, 9.0),
    "from1": (0.0, 0.0), "from2": (16.0, 0.0), "from3": (16.0, 12.0), "from4": (0.0, 12.0),
}  # fmt: skip


def shown(plugin: str, **params: object):
    made = graph(
        read("A", "a.png", filePremult="premult"),
        node("N", plugin, {"Source": "A"}, **params),
        node("Down", "TransformPlugin", {"Source": "N"}, translate=(0.25, 0.5)),
    )
    window = Window(-4, -4, 22, 18)
    frames = [render(made, name, {"a.png": PICTURE}, window=window) for name in ("N", "Down")]
    return [frame.pixels for frame in frames]


def tracked(motion: str, **params: object):
    return shown("fr.inria.built-in.Tracker", motionType=motion, **params)


def test_an_exported_transform_moves_the_picture() -> None:
    got, _ = tracked("Match-Move", transformType="Transform", **MOVES)
    # A quarter turn anticlockwise about (8, 6), then to the right and up.
    turned = np.rot90(linear(PICTURE)[::-1])[::-1]
    x, y = 8 - 6 + 3, 6 - 8 + 1
    np.testing.assert_array_equal(got[4 + y : 20 + y, 4 + x : 16 + x], turned)


@pytest.mark.parametrize(
    ("kind", "plugin", "params"),
    [("Transform", "TransformPlugin", MOVES), ("CornerPin", "CornerPinPlugin", PINS)],
)
@pytest.mark.parametrize("invert", [False, True])
def test_it_is_a_link_in_a_chain_of_transforms(kind, plugin, params, invert) -> None:
    got = tracked("Stabilize", transformType=kind, invert=invert, **params)
    for mine, plain in zip(got, shown(plugin, invert=invert, **params), strict=True):
        np.testing.assert_array_equal(mine, plain)


@pytest.mark.parametrize(
    ("motion", "more"), [("None", {}), ("Match-Move", {"disableProcess": True})]
)
def test_without_a_motion_type_or_switched_off_it_moves_nothing(motion, more) -> None:
    got, _ = tracked(motion, **PINS, **more)
    np.testing.assert_array_equal(got[4:16, 4:20], linear(PICTURE))


def test_a_pattern_matching_track_draws_nothing() -> None:
    got, _ = shown("TrackerPM", center=(3.0, 4.0))
    np.testing.assert_array_equal(got[4:16, 4:20], linear(PICTURE))

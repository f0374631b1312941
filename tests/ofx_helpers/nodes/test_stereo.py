import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

LEFT, RIGHT = gradient(7, 5, 4, seed=1), gradient(7, 5, 4, seed=2)
IMAGES = {"l.png": LEFT, "r.png": RIGHT}
BOTH = {"Source": "L", "Left": "L", "Right": "R"}


def seen(plugin: str, window: Window, inputs: dict[str, str] | None = None, **params: object):
    made = graph(
        read("L", "l.png", filePremult="premult"),
        read("R", "r.png", filePremult="premult"),
        node("N", plugin, inputs or BOTH, **params),
    )
    return render(made, "N", IMAGES, window=window).pixels


@pytest.mark.parametrize(("first", "second"), [("left", "right"), ("right", "left")])
def test_views_lie_beside_each_other_or_the_first_above(first: str, second: str) -> None:
    views = {"left": linear(LEFT), "right": linear(RIGHT)}
    chosen = {"view1": first, "view2": second}
    beside = seen("sideBySidePlugin", Window(0, 0, 14, 5), **chosen)
    np.testing.assert_array_equal(beside, np.hstack([views[first], views[second]]))
    part = seen("sideBySidePlugin", Window(5, 1, 9, 4), **chosen)
    np.testing.assert_array_equal(part, beside[1:4, 5:9])
    above = seen("sideBySidePlugin", Window(0, 0, 7, 10), vertical=True, **chosen)
    np.testing.assert_array_equal(above, np.vstack([views[second], views[first]]))


def test_a_project_with_one_view_has_it_twice() -> None:
    got = seen("sideBySidePlugin", Window(0, 0, 14, 5), {"Source": "R"})
    np.testing.assert_array_equal(got, np.tile(linear(RIGHT), (1, 2, 1)))
    mixed = seen("mixViewsPlugin", Window(0, 0, 7, 5), {"Source": "R"}, mix=0.3)
    np.testing.assert_array_equal(mixed, linear(RIGHT))


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("offset", "red_move", "cyan_move"), [(0, 0, 0), (3, 2, -1), (-3, -1, 1)])
def test_red_is_of_one_view_and_cyan_of_the_other(swap, offset, red_move, cyan_move) -> None:
    got = seen("anaglyphPlugin", Window(0, 0, 7, 5), swap=swap, offset=offset, amtcolor=0.25)
    red, cyan = (linear(image).astype(float) for image in (LEFT, RIGHT))
    if swap:
        red, cyan = cyan, red
    # Beyond its edge a view repeats its last column.
    red = red[:, np.clip(np.arange(7) + red_move, 0, 6)]
    cyan = cyan[:, np.clip(np.arange(7) + cyan_move, 0, 6)]
    for source, channel in ((red, 0), (cyan, 1), (cyan, 2)):
        grey = 0.2126 * source[..., 0] + 0.7152 * source[..., 1] + 0.0722 * source[..., 2]
        wanted = 0.75 * grey + 0.25 * source[..., channel]
        np.testing.assert_allclose(got[..., channel], wanted, atol=1e-6)
    np.testing.assert_allclose(got[..., 3], (red[..., 3] + cyan[..., 3]) / 2, atol=1e-6)


def test_mixed_views_are_a_weighted_mean() -> None:
    got = seen("mixViewsPlugin", Window(0, 0, 7, 5), mix=0.3)
    np.testing.assert_allclose(got, 0.7 * linear(LEFT) + 0.3 * linear(RIGHT), atol=1e-6)

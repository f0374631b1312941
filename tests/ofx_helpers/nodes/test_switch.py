"""Switch: the chosen input, and its format, as NatronRenderer has them."""

import pytest

from ofx_helpers.engine.curve import Curve, Key
from ofx_helpers.engine.graph import Expression
from ofx_helpers.engine.scene import Scene
from ofx_helpers.nodes import collect
from tests.golden.still_media import MemoryMedia, gradient
from tests.ofx_helpers.engine.graphs import graph, node, read, render

IMAGES = {"large.png": gradient(16, 12, 4), "small.png": gradient(8, 6, 4)}
BY_FRAME = Expression("frame - 1", lambda time: int(time) - 1)


@pytest.mark.parametrize(
    ("which", "time", "window"),
    [
        (1, 1, (0, 0, 8, 6)),  # what is inside its format does not grow out of it
        (0, 1, (0, 0, 16, 12)),
        (BY_FRAME, 2, (0, 0, 8, 6)),
        (Curve((Key(1, 1),)), 1, (0, 0, 8, 6)),
    ],
)
def test_a_blur_stays_in_the_format_of_the_chosen_input(
    which: object, time: float, window: tuple[int, int, int, int]
) -> None:
    made = graph(
        read("L", "large.png"),
        read("S", "small.png"),
        node("N", "switchPlugin", {"0": "L", "1": "S"}, which=which),
        node("B", "net.sf.cimg.CImgBlur", {"Source": "N"}, size=(2.0, 2.0), filter="box"),
    )
    found = render(made, "B", IMAGES, time=time).window
    assert (max(found.x1, 0), max(found.y1, 0)) == window[:2]
    assert (found.x2, found.y2) == window[2:]


@pytest.mark.parametrize("which", [BY_FRAME, Curve((Key(1, 0), Key(2, 1)))])
def test_its_own_format_is_that_of_the_input_chosen_at_first(which: object) -> None:
    made = graph(
        read("L", "large.png"),
        read("S", "small.png"),
        node("N", "switchPlugin", {"0": "L", "1": "S"}, which=which),
    )
    scene = Scene(made, collect().get, MemoryMedia(IMAGES))
    assert tuple(scene.format_of("N", 2.0)) == (0, 0, 16, 12)

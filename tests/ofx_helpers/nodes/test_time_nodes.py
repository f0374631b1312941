import numpy as np
import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Expression
from tests.ofx_helpers.engine.graphs import graph, node, read, render

CLOCK = Curve((Key(1, 1, Interpolation.LINEAR, 1, 1), Key(100, 100, Interpolation.LINEAR, 1, 1)))


@pytest.mark.parametrize(
    ("text", "speed", "passed"),
    [
        # From frame 1 to 5, by Simpson's rule, which is exact up to the third power.
        ("frame / 8", lambda time: time / 8, 1.5),
        ("frame ** 3 / 100", lambda time: time**3 / 100, 1.56),
        # Between frames 2 and 3 alone it is not 0, and its middle weighs 4 of 6.
        ("pulse", lambda time: float(2 < time < 3), 4 / 6),
    ],
)
def test_a_speed_that_is_an_expression_is_summed_frame_by_frame(
    text: str, speed: object, passed: float
) -> None:
    made = graph(
        node("C", "ConstantPlugin", color=(CLOCK, 0.0, 0.0, 1.0)),
        node("R", "Retime", {"Source": "C"}, speed=Expression(text, speed)),  # type: ignore[arg-type]
        last=100,
    )
    assert render(made, "R", time=5.0).pixels[0, 0, 0] == pytest.approx(1 + passed, abs=1e-4)


@pytest.mark.parametrize(("operation", "wanted"), [("min", 0.0), ("max", 5.0)])
def test_a_full_decay_leaves_the_least_and_the_most_a_number(operation: str, wanted: float) -> None:
    # Infinity times 0 is no number: the first frame takes its place, then 0 stands for what was.
    made = graph(
        node("C", "ConstantPlugin", color=(CLOCK, 0.0, 0.0, 1.0)),
        node("N", "FrameBlend", {"Source": "C"}, operation=operation, decay=1.0),
        last=100,
    )
    assert render(made, "N", time=5.0).pixels[0, 0, 0] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("frames", "interval", "wanted"),
    [
        # Frame 5 alone is blended, but the region is that of frames 2 and 5.
        ((-3, 0), 3, Window(2, 0, 21, 12)),
        # One frame is that frame, although an interval of 2 has no room for it.
        ((-1, -1), 2, Window(4, 0, 20, 12)),
    ],
)
def test_the_region_of_a_blend_is_counted_from_its_first_frame(
    frames: tuple[int, int], interval: int, wanted: Window
) -> None:
    made = graph(
        read("A", "a.png"),
        node("P", "Position", {"Source": "A"}, translate=(CLOCK, 0.0)),
        node("N", "FrameBlend", {"Source": "P"}, frameRange=frames, frameInterval=interval),
        last=100,
    )
    image = np.full((12, 16, 3), 255, np.uint8)
    got = render(made, "N", {"a.png": image}, time=5.0)
    assert got.window == wanted
    assert got.pixels[0, -1, 0] == 1


def test_a_blend_of_no_frame_at_all_is_black_whatever_it_would_begin_with() -> None:
    made = graph(
        node("C", "ConstantPlugin", color=(0.5, 0.5, 0.5, 1.0)),
        node(
            "N", "FrameBlend", {"Source": "C"}, frameRange=(0, 2), frameInterval=4, operation="min"
        ),
    )
    assert (render(made, "N").pixels == 0).all()


def test_between_frames_a_retime_keeps_to_the_box_of_its_own_time() -> None:
    # As NatronRenderer: the frames to blend lie at 1 and 2, the box is that of frame 2.
    picture = np.full((12, 16, 3), 255, np.uint8)
    moving = node("P", "Position", {"Source": "A"}, translate=(CLOCK, 0.0))
    made = graph(
        read("A", "a.png", firstFrame=1, lastFrame=1, startingTime=1),
        moving,
        node("R", "Retime", {"Source": "P"}, speed=0.5),
        last=9,
    )
    images = {"a.png": picture}
    assert render(made, "R", images, time=2.0).window == Window(2, 0, 18, 12)
    assert render(made, "R", images, time=3.0).window == Window(2, 0, 18, 12)  # frame 2 itself
    assert render(made, "R", images, time=4.0).window == Window(4, 0, 20, 12)


@pytest.mark.parametrize(
    ("stored", "shown"), [({}, 2.0), ({"firstFrame": 2, "lastFrame": 2, "startingTime": 2}, 3.0)]
)
def test_a_single_picture_has_the_frames_that_are_stored(
    stored: dict[str, int], shown: float
) -> None:
    # Natron's defaults are 0: at half the speed, frame 4 shows what is there at frame 2.
    value = Curve((Key(0, 0, Interpolation.LINEAR, 0.1, 0.1), Key(9, 0.9, left=0.1)))
    made = graph(
        read("A", "a.png", **stored),
        node("G", "GradePlugin", {"Source": "A"}, multiply=(value,) * 4),
        node("R", "Retime", {"Source": "G"}, speed=0.5),
        last=9,
    )
    images = {"a.png": np.full((12, 16, 3), 255, np.uint8)}
    found = render(made, "R", images, time=4.0).pixels[0, 0, 0]
    assert found == pytest.approx(shown / 10, abs=1e-6)

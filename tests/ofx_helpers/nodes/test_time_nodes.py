import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.graph import Expression
from tests.ofx_helpers.engine.graphs import graph, node, render

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

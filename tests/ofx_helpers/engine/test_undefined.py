"""What compiled code leaves undefined is 1 after the node, as Natron makes it; nothing is searched
where nothing is undefined."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ofx_helpers.engine import evaluate, kernels
from ofx_helpers.engine.undefined import looked_through
from tests.ofx_helpers.engine.graphs import graph, node, read, render

BLUR = "net.sf.cimg.CImgBlur"


def picture(*holes: float, size: int = 400) -> NDArray[np.float32]:
    """Noise, large enough for the compiled kernels, with values at (5, 7), (6, 7)…, top first."""
    found = np.random.default_rng(3).random((size, size, 4)).astype(np.float32)
    for index, value in enumerate(holes):
        found[-8, 5 + index] = value
    return found


def told(compute: Callable[[], object]) -> bool:
    heard: list[str] = []
    with np.errstate(all="ignore", invalid="call", call=lambda kind, _flag: heard.append(kind)):
        compute()
    return bool(heard)


@pytest.mark.parametrize(
    ("one", "params"),
    [
        # A below what is infinite and opaque without end; a cubic's taps; running sums.
        ("MergePlugin", {}),
        ("TransformPlugin", {"translate": (10.3, 0.7)}),
        (BLUR, {"size": (9.0, 9.0), "filter": "gaussian"}),
        (BLUR, {"size": (3.0, 3.0), "filter": "box"}),
    ],
)
def test_what_a_compiled_node_leaves_undefined_is_1(one: str, params: dict[str, object]) -> None:
    images = {"a.exr": picture(np.inf), "b.exr": picture(np.inf, -np.inf)}
    inputs = {"A": "A", "B": "B"} if one == "MergePlugin" else {"Source": "B"}
    made = graph(
        read("A", "a.exr"), read("B", "b.exr"), node("One", one, inputs, **params), size=(400, 400)
    )
    pixels = render(made, "One", images, window=made.format).pixels
    assert not np.isnan(pixels).any()
    assert (pixels == 1).any()


@pytest.mark.parametrize(
    ("one", "params"), [("MergePlugin", {}), (BLUR, {"size": (9.0, 9.0), "filter": "box"})]
)
def test_an_ordinary_picture_is_not_searched(
    one: str, params: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    monkeypatch.setattr(evaluate, "defined", lambda pixels: searched.append(1) or pixels)
    inputs = {"A": "A", "B": "A"} if one == "MergePlugin" else {"Source": "A"}
    made = graph(read("A", "a.exr"), node("One", one, inputs, **params), size=(400, 400))
    render(made, "One", {"a.exr": picture()}, window=made.format)
    assert searched == []


def test_a_kernel_tells_of_what_it_left_undefined_and_of_nothing_else() -> None:
    one, out = picture(size=8), np.empty((8, 8, 4), np.float32)
    assert not told(lambda: kernels.over(one, one, out))
    infinite = np.full((8, 8, 4), np.inf, np.float32)
    assert told(lambda: kernels.over(infinite, infinite, out))  # inf + inf · (1 − inf)
    assert np.isnan(out).all()
    assert not told(lambda: kernels.over(one, one, out))


def test_pixels_are_looked_through_for_what_is_undefined_not_for_what_is_infinite() -> None:
    assert not told(lambda: looked_through(picture(np.inf, -np.inf)))
    assert told(lambda: looked_through(picture(np.nan)))

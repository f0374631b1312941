"""Which transforms are gathered and filtered once, and what breaks their chain."""

from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

PICTURE = gradient(16, 12, 4)
HALF = {"translate": (0.5, 0.0), "filter": "bilinear"}
INSIDE = (slice(2, 10), slice(3, 14))


def there_and_back(between: str, params: dict[str, Any], last: dict[str, Any]) -> np.ndarray:
    """Half a pixel right, a node, and half a pixel left: nothing is lost if filtered once."""
    back = {"translate": (-0.5, 0.0), "filter": "bilinear"}
    label = "0" if between == "switchPlugin" else "Source"
    made = graph(
        read("A", "a.png"),
        node("T", "TransformPlugin", {"Source": "A"}, **HALF),
        node("M", between, {label: "T"}, **params),
        node("U", "TransformPlugin", {"Source": "M"}, **back | last),
    )
    return render(made, "U", {"a.png": PICTURE}, window=Window(0, 0, 16, 12)).pixels[INSIDE]


@pytest.mark.parametrize("between", ["NoOpPlugin", "switchPlugin", "FrameRange", "TransformPlugin"])
def test_transforms_are_gathered_past_what_natron_gathers_them_past(between: str) -> None:
    got = there_and_back(between, {}, {})
    np.testing.assert_allclose(got, linear(PICTURE)[INSIDE], atol=1e-6)


@pytest.mark.parametrize("between", ["Position", "GradePlugin", "TransformMaskedPlugin"])
def test_another_node_ends_the_chain_though_it_does_nothing(between: str) -> None:
    got = there_and_back(between, {}, {})
    assert np.abs(got - linear(PICTURE)[INSIDE]).max() > 0.1


def test_a_node_that_is_set_to_blur_gathers_nothing() -> None:
    got = there_and_back("NoOpPlugin", {}, {"directionalBlur": True})
    # Its own matrix stops a thousandth short of the whole way.
    np.testing.assert_allclose(got, there_and_back("Position", {}, {}), atol=2e-3)

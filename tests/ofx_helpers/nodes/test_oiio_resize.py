from itertools import product
from math import ceil, cos, exp, floor, pi, sin

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

PICTURE = gradient(14, 10, 4, seed=3)


def resized(window: Window, **params: object):
    made = graph(
        read("A", "a.png", filePremult="premult"),
        node("N", "fr.inria.openfx.OIIOResize", {"Source": "A"}, **params),
        size=(14, 10),
    )
    return render(made, "N", {"a.png": PICTURE}, window=window).pixels


def lanczos3(x: float) -> float:
    return 1.0 if x == 0 else sin(pi * x) * sin(pi * x / 3) * 3 / (pi * x) ** 2


def blackman_harris(x: float) -> float:
    at = pi * (x / 1.5 + 1)
    terms = (0.35875, -0.48829, 0.14128, -0.01168)
    return sum(term * cos(k * at) for k, term in enumerate(terms))


def cubic(b: float, c: float):
    """D. Mitchell's and A. Netravali's family."""

    def weigh(x: float) -> float:
        x = abs(x)
        if x < 1:
            return ((12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + 6 - 2 * b) / 6
        rest = (-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x
        return (rest + 8 * b + 24 * c) / 6

    return weigh


FILTERS = {
    "triangle": (2, lambda x: 1 - abs(x)),
    "gaussian": (3, lambda x: exp(-2 * (x / 1.5) ** 2)),
    "sharp-gaussian": (2, lambda x: exp(-4 * x * x)),
    "catmull-rom": (4, cubic(0, 0.5)),
    "blackman-harris": (3, blackman_harris),
    "lanczos3": (6, lanczos3),
    "nuke-lanczos6": (6, lanczos3),
    "mitchell": (4, cubic(1 / 3, 1 / 3)),
    "bspline": (4, cubic(1, 0)),
    "cubic": (4, cubic(0, 0)),
    "keys": (4, cubic(0, 0.5)),
    "simon": (4, cubic(0, 0.75)),
    "rifman": (4, cubic(0, 1)),
}


def one_way(pixels, length: int, width: int, weigh):
    """Rows resized by summing over each new row's neighbours, with black outside."""
    rows = len(pixels)
    ratio = length / rows
    stretch = max(1.0, ratio)
    result = np.zeros((length, *pixels.shape[1:]))
    for new in range(length):
        centre = (new + 0.5) / ratio
        reach = ceil(width / 2 * stretch / ratio) + 1
        total = 0.0
        for old in range(floor(centre) - reach, floor(centre) + reach + 1):
            away = (old + 0.5 - centre) * ratio / stretch
            if abs(away) < width / 2:
                total += weigh(away)
                if 0 <= old < rows:
                    result[new] += pixels[old] * weigh(away)
        result[new] /= total
    return result


@pytest.mark.parametrize(("name", "size"), product(FILTERS, [(31, 23), (5, 3), (13, 7)]))
def test_a_filter_weighs_by_its_formula(name: str, size: tuple[int, int]) -> None:
    if FILTERS[name][0] == 3 and size == (31, 23):
        size = (30, 24)  # so that no pixel lies right at the end of the filter
    got = resized(Window(0, 0, *size), type="size", size=size, preservePAR=False, filter=name)
    up = one_way(linear(PICTURE).astype(float), size[1], *FILTERS[name])
    wanted = one_way(up.swapaxes(0, 1), size[0], *FILTERS[name]).swapaxes(0, 1)
    np.testing.assert_allclose(got, wanted, atol=1e-5)


def test_the_usual_filter_is_another_where_the_picture_grows() -> None:
    for size, name in (((28, 5), "blackman-harris"), ((10, 5), "lanczos3")):
        options = {"type": "size", "size": size, "preservePAR": False}
        np.testing.assert_array_equal(
            resized(Window(0, 0, *size), **options),
            resized(Window(0, 0, *size), filter=name, **options),
        )


def test_the_nearest_pixel_and_the_mean_under_a_box() -> None:
    nearest = resized(Window(0, 0, 28, 30), type="scale", scale=(2.0, 3.0), filter="impulse")
    np.testing.assert_array_equal(nearest, linear(PICTURE).repeat(2, 1).repeat(3, 0))
    halves = resized(Window(0, 0, 7, 2), type="scale", scale=(0.5, 0.2), filter="box")
    means = linear(PICTURE).reshape(2, 5, 7, 2, 4).mean((1, 3))
    np.testing.assert_allclose(halves, means, atol=1e-6)


def test_the_shape_is_kept_within_a_size() -> None:
    got = resized(Window(0, 0, 40, 40), type="size", size=(28, 40), filter="impulse")
    np.testing.assert_array_equal(got[:20, :28], linear(PICTURE).repeat(2, 0).repeat(2, 1))
    assert not got[20:].any()
    assert not got[:, 28:].any()


def test_a_part_of_the_picture_is_the_same_alone() -> None:
    whole = resized(Window(0, 0, 30, 20), type="size", size=(30, 20), preservePAR=False)
    part = resized(Window(7, 3, 19, 18), type="size", size=(30, 20), preservePAR=False)
    np.testing.assert_array_equal(part, whole[3:18, 7:19])


def test_a_format_of_the_menu_is_filled() -> None:
    got = resized(Window(0, 0, 1100, 10), format="1K_Super35(full-ap)", filter="impulse")
    assert got[:, 1023].any()
    assert not got[:, 1024:].any()


def test_filters_that_nobody_renders_are_refused() -> None:
    with pytest.raises(
        RenderError, match=r"^N \(fr\.inria\.openfx\.OIIOResize\) resizes with disk"
    ):
        resized(Window(0, 0, 9, 9), type="size", size=(9, 9), filter="disk")

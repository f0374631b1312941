import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

PICTURE = gradient(11, 7, 4, seed=3)
BITS = 0xFFFFFFFF


def plasma(time: float = 1.0, **params: object):
    made = graph(
        read("A", "a.png", filePremult="premult"),
        node("N", "net.sf.cimg.CImgPlasma", {"Source": "A"}, **params),
        size=(11, 7),
    )
    return render(made, "N", {"a.png": PICTURE}, time=time, window=Window(0, 0, 11, 7)).pixels


def mixed(number: int) -> int:
    """T. Wang's hash."""
    number = (number ^ 61) ^ (number >> 16)
    number = number * 9 & BITS
    number ^= number >> 4
    number = number * 0x27D4EB2D & BITS
    return number ^ (number >> 15)


def drawn(seed: int, x: int, y: int, channel: int) -> float:
    """From -1 to 1."""
    return mixed(mixed(mixed(mixed(seed) ^ x) ^ y) ^ channel) / 2**31 - 1


def by_hand(values, channel: int, alpha: float, beta: float, scale: int, seed: int):
    """The mid-point method, point by point; the picture goes on at its other side."""
    values = values.astype(float)
    h, w = values.shape

    def at(x: int, y: int) -> float:
        return values[y % h, x % w]

    for step in (2**power for power in range(scale, 0, -1)):
        half, strength = step // 2, alpha * step + beta
        for left, low in ((0, 0), (0, -half), (-half, 0), (-half, -half)):
            for y in range(low, h, step):
                for x in range(left, w, step):
                    cx, cy = (x + half) % w, (y + half) % h
                    around = [at(cx, y), at(x, cy), at(cx, y + step), at(x + step, cy)]
                    if (left, low) == (0, 0):
                        around = [at(x, y), at(x + step, y + step), *[at(x, y + step)] * 2]
                    values[cy, cx] = np.mean(around) + strength * drawn(seed, cx, cy, channel)
    return values


@pytest.mark.parametrize("scale", [2, 5])
def test_each_middle_is_the_mean_around_it_and_chance(scale: int) -> None:
    got = plasma(alpha=0.01, beta=0.2, scale=scale, seed=77, offset=0.25)
    for channel in range(3):
        wanted = by_hand(linear(PICTURE)[..., channel], channel, 0.01, 0.2, scale, 77) + 0.25
        np.testing.assert_allclose(got[..., channel], wanted, atol=1e-5)
    np.testing.assert_array_equal(got[..., 3], linear(PICTURE)[..., 3])


def test_channels_that_are_left_out_do_not_count() -> None:
    got = plasma(alpha=0.01, NatronOfxParamProcessR=False, seed=5)
    np.testing.assert_array_equal(got[..., 0], linear(PICTURE)[..., 0])
    wanted = by_hand(linear(PICTURE)[..., 2], 1, 0.01, 0.0, 8, 5)
    np.testing.assert_allclose(got[..., 2], wanted, atol=1e-5)


def test_it_stays_unless_its_seed_is_to_change_with_time() -> None:
    assert (plasma(1.0) == plasma(2.0)).all()
    assert (plasma(1.0, staticSeed=False) != plasma(2.0, staticSeed=False)).any()


@pytest.mark.parametrize("name", ["CImgPlasma", "CImgNoise"])
def test_without_a_source_it_fills_the_format(name: str) -> None:
    made = graph(node("N", f"net.sf.cimg.{name}", seed=5), size=(11, 7))
    frame = render(made, "N")
    assert frame.window == Window(0, 0, 11, 7)
    assert len(np.unique(frame.pixels[..., 0])) > 50

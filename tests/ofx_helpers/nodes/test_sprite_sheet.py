import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A = gradient(16, 12, seed=5)


def sprite(time: float, **params: object):
    values = {"spriteSize": (5.0, 4.0), "spriteRange": (1.0, 4.0)} | params
    made = graph(read("A", "a.png"), node("N", "SpriteSheet", {"Source": "A"}, **values), last=9)
    frame = render(made, "N", {"a.png": A}, time=time, window=Window(0, 0, 6, 4))
    return frame.pixels


@pytest.mark.parametrize(
    ("time", "row", "column"), [(1, 0, 1), (2, 0, 2), (3, 1, 0), (4.5, 1, 1), (5, 0, 1), (0, 1, 1)]
)
def test_sprites_run_to_the_right_and_down_and_begin_again(time, row, column) -> None:
    low, left = 12 - 4 * (row + 1), 5 * column
    got = sprite(time)
    np.testing.assert_array_equal(got[:, :5], linear(A)[low : low + 4, left : left + 5])
    assert not got[:, 5].any()  # the region is the sprite's


def test_a_falling_range_runs_backwards_and_the_offset_is_its_first_frame() -> None:
    np.testing.assert_array_equal(sprite(2, spriteRange=(4.0, 1.0)), sprite(3))
    np.testing.assert_array_equal(sprite(6, frameOffset=5), sprite(2))


def test_a_sheet_narrower_than_a_sprite_has_one_column() -> None:
    got = sprite(1, spriteSize=(20.0, 4.0), spriteRange=(1.0, 1.0))
    np.testing.assert_array_equal(got, linear(A)[4:8, :6])

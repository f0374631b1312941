"""Plug-ins of every kind in this process: numpy's version of their arithmetic, bit for bit."""

import threading
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.errors import PluginError
from tests.ofx_helpers.host.plugs import FORMAT, descriptions, effect, noise, pixels, render

F = np.float32


def test_mix_is_the_formula_without_and_with_a_mask() -> None:
    b, a, mask = pixels("B"), pixels("A"), pixels("Mask")[..., 3:]
    assert_array_equal(render("Mix", ("B", "A"), mix=0.3), b + (a - b) * F(0.3))
    masked = render("Mix", ("B", "A", "Mask"), mix=0.3)
    assert_array_equal(masked, b + (a - b) * (F(0.3) * mask))


def test_mix_0_is_an_identity_of_b() -> None:
    with effect("Mix", ("B", "A"), mix=0.0) as mix:
        assert mix.identity(7, FORMAT) == ("B", 7)
    with effect("Mix", ("B", "A")) as mix:
        assert mix.identity(7, FORMAT) is None


def test_a_generator_makes_each_pixel_of_its_own_region_and_time() -> None:
    y, x = np.mgrid[0:9, 0:11].astype(F)
    with effect("Ramp", (), gain=0.1, size=(11, 9)) as ramp:
        assert ramp.region(4) == (0, 0, 11, 9)
        assert ramp.frames() == (3, 17)
        frame = ramp.render(4.0, Window(0, 0, 11, 9), fetch_nothing)
    expected = np.stack([x * F(0.1), y * F(0.1), np.full_like(x, F(4) * F(0.1)), np.ones_like(x)])
    assert_array_equal(frame.pixels, expected.transpose(1, 2, 0))


def test_outside_its_region_a_picture_is_transparent() -> None:
    got = render("Ramp", (), size=(4, 3), window=Window(-2, -1, 6, 5))
    assert (got[1:4, 2:6, 3] == 1).all()
    got[1:4, 2:6] = 0
    assert not got.any()


def fetch_nothing(name: str, _time: float, _window: Window) -> Frame:
    raise AssertionError(f"{name} was fetched")


def test_a_temporal_plugin_is_asked_for_its_frames_and_gets_them() -> None:
    mean = (pixels(time=4) + pixels(time=5) + pixels(time=6)) / F(3)
    assert_array_equal(render("Average"), mean)
    with effect("Average") as average:
        assert average.frames_needed(5) == {"Source": [(4, 6)]}
    with effect("Threads") as still:
        assert still.frames_needed(5) == {"Source": [(5, 5)]}


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_threads_share_rows_under_a_mutex(count: int) -> None:
    got = render("Threads", work=3, threads=count)
    expected = pixels()
    for _ in range(3):
        expected = expected * F(0.5) + F(0.25)
    assert_array_equal(got, expected)


def test_bytes_are_rounded_at_the_edges_only() -> None:
    codes = (np.clip(pixels(), 0, 1) * F(255) + F(0.5)).astype(np.uint8)
    codes[..., :3] = 255 - codes[..., :3]
    assert_array_equal(render("Bytes"), codes / F(255))


def test_one_channel_and_three_are_what_a_plugin_asks_for() -> None:
    alpha = render("AlphaOnly")
    assert_array_equal(alpha[..., 3], 1 - pixels()[..., 3])
    assert not alpha[..., :3].any()
    three = render("ThreeOnly")
    assert_array_equal(three[..., :3], pixels()[..., [1, 2, 0]])
    assert (three[..., 3] == 1).all()


def test_a_plugin_without_tiles_always_has_the_whole_picture() -> None:
    total = np.zeros((12, 4), F)
    for column in range(16):
        total = total + pixels()[:, column]
    got = render("Untiled", window=Window(3, 2, 7, 9))
    assert_array_equal(got, np.broadcast_to(total[2:9, None], (7, 4, 4)))


def test_a_plugin_that_refuses_a_scale_is_heard() -> None:
    assert_array_equal(render("Unscaled"), pixels())
    with effect("Unscaled") as plugin, pytest.raises(PluginError, match=r"scale 0.5, not 1"):
        plugin.render(1, Window(0, 0, 8, 6), lambda n, t, w: noise(n, t).crop(w), scale=0.5)


def test_every_view_is_the_one_that_there_is() -> None:
    assert_array_equal(render("Views"), pixels())


def test_a_plugin_that_needs_opengl_is_described_and_refused_by_that_word() -> None:
    assert descriptions()["Shader"].context == "filter"
    with pytest.raises(PluginError, match=r"Shader renders with OpenGL only, which this host"):
        render("Shader")


def test_an_identity_names_another_time_and_its_render_is_not_asked_for() -> None:
    with effect("Same") as same:
        assert same.identity(5, FORMAT) == ("Source", 3)
        with pytest.raises(PluginError, match=r"a render of what is an identity"):
            same.render(5, FORMAT, lambda n, t, w: noise(n, t).crop(w))


def test_a_region_grows_and_asks_for_what_it_sums() -> None:
    window = Window(0, -3, 16, 15)
    padded = np.pad(pixels(), ((6, 6), (0, 0), (0, 0)))
    expected = np.zeros((18, 16, 4), F)
    for row in range(7):
        expected = expected + padded[row : row + 18]
    assert_array_equal(render("Grow", window=window), expected)
    with effect("Grow", size=2) as grow:
        assert grow.region(1) == (0, -2, 16, 14)
        asked = grow.regions_of_interest(1, Window(2, 3, 5, 6))
    assert asked == {"Source": Window(2, 1, 5, 8)}


def test_a_window_of_a_picture_is_that_part_of_it() -> None:
    whole = render("Grow", window=Window(0, -3, 16, 15))
    assert_array_equal(render("Grow", window=Window(5, 2, 9, 4)), whole[5:7, 5:9])


def test_a_transform_is_told_as_a_matrix_and_rendered_alike() -> None:
    with effect("Move", by=(2.0, -1.0)) as move:
        assert move.transform(1) == ("Source", (1, 0, 2, 0, 1, -1, 0, 0, 1))
        assert move.region(1) == (2, -1, 18, 11)
    expected = np.zeros_like(pixels())
    expected[:-1, 2:] = pixels()[1:, :-2]
    assert_array_equal(render("Move", by=(2.0, -1.0)), expected)
    with effect("Grow") as other:
        assert other.transform(1) is None


def test_what_an_output_is_premultiplied_by_is_said() -> None:
    with effect("Straight") as straight:
        assert straight.connect({}).premultiplication == "unpremultiplied"
    expected = pixels().copy()
    expected[..., :3] *= F(0.5)
    assert_array_equal(render("Straight"), expected)


def test_frames_in_order_are_one_sequence_and_single_ones_begin_anew() -> None:
    with effect("InOrder") as plugin:

        def count(time: float, sequence: bool) -> float:
            frame = plugin.render(
                time, FORMAT, lambda n, t, w: noise(n, t).crop(w), sequence=sequence
            )
            return float(frame.pixels[0, 0, 0])

        assert [count(time, True) for time in (1, 2, 3)] == [1, 2, 3]
        assert count(9, False) == 4  # ends the sequence
        assert [count(time, False) for time in (5, 6)] == [1, 1]


def together(count: int, work: Any) -> list[Exception]:
    """Runs something on many threads at once; what was raised."""
    raised: list[Exception] = []

    def one() -> None:
        try:
            work()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_an_unsafe_plugin_renders_once_at_a_time_whatever_asks() -> None:
    assert descriptions()["Unsafe"].thread_safety == "unsafe"
    assert not together(4, lambda: [render("Unsafe") for _ in range(3)])


def test_a_safe_plugin_renders_on_many_threads_at_once() -> None:
    with effect("Threads") as plugin:
        expected = pixels() * F(0.5) + F(0.25)

        def work() -> None:
            for _ in range(5):
                frame = plugin.render(5, FORMAT, lambda n, t, w: noise(n, t).crop(w))
                assert_array_equal(frame.pixels, expected)

        assert not together(4, work)


def test_curves_start_as_the_plugin_describes_them() -> None:
    got = render("Curve")
    expected = pixels().copy()
    expected[..., 0] = 1 - expected[..., 0]
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_what_is_not_there_is_said_with_its_name() -> None:
    with (
        effect("Mix", ("B",)) as mix,
        pytest.raises(PluginError, match=r"memecomp\.test\.Mix: input A is needed"),
    ):
        mix.render(1, FORMAT, lambda n, t, w: noise(n, t).crop(w))

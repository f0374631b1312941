"""Calling a plug-in: pictures and parameters in, a picture out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers import host
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.loaded import Plugin
from ofx_helpers.host.pool import Pool
from tests.ofx_helpers.host.fake_backend import NAMES, description

RANDOM = np.random.default_rng(5)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool("tests.ofx_helpers.host.fake_backend")
    yield made
    made.close()


def plugin(pool: Pool, name: str = "fake.Merge") -> Plugin:
    return Plugin(description(index=NAMES.index(name)), timeout=20, pool=pool)


def picture(height: int = 6, width: int = 9) -> Any:
    return RANDOM.random((height, width, 4), np.float32)


def test_an_array_goes_in_and_comes_out_top_row_first(pool: Pool) -> None:
    a, b = picture(), picture()
    out = plugin(pool)(b, A=a, mix=0.5)
    assert isinstance(out, np.ndarray)
    assert np.array_equal(out, (a + b) * np.float32(0.5))
    assert np.array_equal(plugin(pool)(B=b, A=a), plugin(pool)(b, a))


def test_a_frame_comes_out_for_a_frame_over_its_own_window(pool: Pool) -> None:
    window = Window(-2, 3, 7, 9)
    frame = Frame(picture(), window)
    out = plugin(pool)(frame, mix=2)
    assert isinstance(out, Frame)
    assert out.window == window
    assert np.array_equal(out.pixels, frame.pixels * 2)


def test_a_smaller_picture_lies_in_the_bottom_left_corner(pool: Pool) -> None:
    out = plugin(pool)(np.ones((4, 4, 4), np.float32), A=np.ones((2, 3, 4), np.float32))
    assert np.array_equal(out[..., 0], [[1, 1, 1, 1], [1, 1, 1, 1], [2, 2, 2, 1], [2, 2, 2, 1]])
    wide = plugin(pool)(np.ones((2, 2, 4), np.float32), format=(3, 1))
    assert np.array_equal(wide[..., 0], [[1, 1, 0]])


def test_what_comes_out_is_never_the_callers_own_memory(pool: Pool) -> None:
    shared = host.empty((640, 360))
    shared[...] = 1
    out = plugin(pool, "fake.Pass")(shared)
    out[...] = 0
    assert shared.min() == 1


def test_an_array_in_shared_memory_is_handed_over_as_it_is(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ofx_helpers.host.shared import owner

    shared = host.empty((640, 360))
    shared[...] = 0.25
    before = owner.lent()
    seen = []
    lend = owner.lend
    monkeypatch.setattr(owner, "lend", lambda size: seen.append(size) or lend(size))
    assert plugin(pool)(shared, mix=2.0)[0, 0, 0] == 0.5
    assert len(seen) == 1, "the output's only"
    assert owner.lent() == before


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (np.zeros((2, 2, 4), np.uint8), r"B is uint8 \(2, 2, 4\): .*sRGB"),
        (np.zeros((2, 2, 3), np.float32), "an alpha of 1 as a fourth channel"),
        (np.zeros((2, 2, 4)), r"float64.*astype\(numpy\.float32\)"),
        (np.zeros((0, 2, 4), np.float32), r"\(0, 2, 4\)"),
        ("plate.png", "B is a str"),
    ],
)
def test_pictures_are_not_guessed(pool: Pool, bad: Any, words: str) -> None:
    with pytest.raises(host.PluginError, match=words):
        plugin(pool)(bad)


def test_names_and_counts_are_checked(pool: Pool) -> None:
    with pytest.raises(host.PluginError, match="no input or parameter opertion; near: operation"):
        plugin(pool)(picture(), opertion="screen")
    with pytest.raises(host.PluginError, match=r"takes 2 inputs \(B, A\), not 3"):
        plugin(pool)(picture(), picture(), picture())
    with pytest.raises(host.PluginError, match="the input B is given twice"):
        plugin(pool)(picture(), B=picture())
    with pytest.raises(host.PluginError, match="how large its picture is: B is not connected"):
        plugin(pool)()
    with pytest.raises(host.PluginError, match=r"format is .width, height."):
        plugin(pool)(picture(), format=(0, 4))


def test_one_number_counts_for_every_dimension_and_numpy_numbers_are_numbers(pool: Pool) -> None:
    one = plugin(pool)
    values = {"size": 3, "mix": np.float32(0.5), "operation": "screen", "on": True}
    assert {name: one._value(name, value) for name, value in values.items()} == {
        "size": (3, 3),
        "mix": (0.5,),
        "operation": ("screen",),
        "on": (True,),
    }
    assert one._value("size", np.array([1.0, 2.0])) == (1.0, 2.0)
    assert one._value("fault", Path("a.png")) == ("a.png",)
    assert one._value("mix", {9: 1.0, 1: 0.0}) == [(1.0, (0.0,)), (9.0, (1.0,))]


def test_a_sequence_asks_for_the_frames_it_needs_and_no_others(pool: Pool) -> None:
    asked = []

    def read(frame: int) -> Any:
        asked.append(frame)
        return np.full((2, 2, 4), frame, np.float32)

    frames = plugin(pool, "fake.Temporal").sequence(read, range(3, 7))
    assert next(frames)[0, 0, 0] == pytest.approx((3 + 3 + 4) / 3)
    assert sorted(set(asked)) == [3, 4]
    assert [float(f[0, 0, 0]) for f in frames] == pytest.approx([4, 5, (5 + 6 + 6) / 3])
    assert sorted(asked) == [3, 4, 5, 6]


def test_parameters_and_other_inputs_may_move_in_a_sequence(pool: Pool) -> None:
    still = np.ones((2, 2, 4), np.float32)
    frames = plugin(pool).sequence(
        lambda frame: still * frame, [1, 2], A=still, mix=lambda time: time * 10
    )
    assert [float(frame[0, 0, 0]) for frame in frames] == [20.0, 60.0]
    as_frames = plugin(pool).sequence(lambda n: Frame(still, Window(5, 5, 7, 7)), [1])
    assert next(as_frames).window == Window(5, 5, 7, 7)
    assert list(plugin(pool).sequence(lambda frame: still, [])) == []


def test_a_closed_plugin_says_so(pool: Pool) -> None:
    with plugin(pool) as one:
        pass
    with pytest.raises(host.PluginError, match=r"fake\.Merge is closed"):
        one(picture())

"""Every type of parameter: what the host is told is what a plug-in reads, and the other way."""

import numpy as np
import pytest

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.effect import LocalEffect
from ofx_helpers.host.errors import PluginError
from tests.ofx_helpers.host.plugs import descriptions, effect

WINDOW = Window(0, 0, 40, 4)
DEFAULTS = {
    "whole": (7,),
    "whole2": (1, -2),
    "whole3": (3, -4, 5),
    "real": (0.1,),
    "real2": (0.25, -0.5),
    "real3": (1e-3, 1e3, -1e9),
    "place": (8.0, 3.0),  # half and a quarter of the project, 16×12
    "rgb": (0.1, 0.2, 0.3),
    "rgba": (0.4, 0.5, 0.6, 0.7),
    "yes": (True,),
    "mode": ("plain",),
    "menu": ("Fish",),
    "word": ("second",),
    "path": ("",),
    "own": ("<state/>",),
    "hidden": (4.0,),
}


def rows(made: LocalEffect, time: float = 5.0) -> np.ndarray:
    """The red rows of the picture: 4 rows of 40 numbers."""

    def nothing(_name: str, _time: float, window: Window) -> Frame:
        raise AssertionError(window)

    return made.render(time, WINDOW, nothing).pixels[..., 0]


def as_read(values: dict[str, tuple]) -> np.ndarray:
    """What the plug-in writes of these values."""
    found: list[float] = []
    for name, value in values.items():
        if name == "mode":
            found.append(["plain", "hide", "grey", "more"].index(value[0]))
        elif name == "menu":
            found.append(["Soup", "Fish", "Cake"].index(value[0]))
        elif name == "word":
            found.append(ord(value[0][0]))
        elif name in ("path", "own"):
            found.append(len(value[0].encode()))
        else:
            found += value
    return np.array(found, np.float64).astype(np.float32)


def test_a_plugin_reads_its_defaults() -> None:
    with effect("Parameters", ()) as made:
        expected = as_read(DEFAULTS)
        np.testing.assert_array_equal(rows(made)[0, : len(expected)], expected)
        assert {name: made.get(name) for name in DEFAULTS} == DEFAULTS


def test_a_plugin_reads_what_was_set_to_the_last_bit() -> None:
    values = {
        "whole": (-3,),
        "whole2": (2147483647, -2147483648),
        "whole3": (0, 1, 2),
        "real": (1 / 3,),
        "real2": (1e-300, 1e30),
        "real3": (-0.0, 5e-324, 0.1),
        "place": (-1.5, 7.25),
        "rgb": (1.1, -2.2, 3.3),
        "rgba": (0.01, 0.02, 0.03, 0.04),
        "yes": (False,),
        "mode": ("grey",),
        "menu": ("Soup",),
        "word": ("first",),
        "path": ("ein Weg/mit ü 道.exr",),
        "own": ("x" * 1000,),
        "hidden": (9.0,),
    }
    with effect("Parameters", (), **values) as made:
        expected = as_read(values)
        np.testing.assert_array_equal(rows(made)[0, : len(expected)], expected)
        assert {name: made.get(name) for name in values} == values


def test_keys_are_what_a_plugin_counts_and_interpolates() -> None:
    with effect("Parameters", (), speed=[(2.0, (0.0,)), (6.0, (8.0,)), (9.0, (8.0,))]) as made:
        count, first, following, slope, area, value = rows(made, 3.0)[1, :6]
    assert (count, first, following) == (3, 2, 1)
    assert (slope, value) == (2, 2)
    # 0 before 2, a triangle to 6, flat to 10.
    assert area == pytest.approx(4 * 8 / 2 + 4 * 8, rel=1e-3)


def test_without_keys_there_is_no_slope() -> None:
    with effect("Parameters", (), speed=3.0) as made:
        count, _, _, slope, area, value = rows(made)[1, :6]
    assert (count, slope, value) == (0, 0, 3)
    assert area == pytest.approx(30)


def test_values_may_come_from_a_function_of_time() -> None:
    with effect("Parameters", (), speed=lambda time: (time * time,)) as made:
        assert [rows(made, time)[1, 5] for time in (2.0, 3.5)] == [4, 12.25]


def test_a_button_sets_keys_and_text_of_other_parameters() -> None:
    with effect("Parameters", ()) as made:
        assert bytes(rows(made)[2, :3].astype(np.uint8)) == b"A b"
        made.press("bake")
        assert [made.get("speed", time)[0] for time in (0, 5, 10)] == [0, 1, 4]
        got = rows(made, 10.0)
    assert got[1, 0] == 3  # four set, one deleted
    assert bytes(got[2, :5].astype(np.uint8)) == b"baked"
    assert made.description.identifier == "memecomp.test.Parameters"


def test_a_change_hides_greys_and_adds_what_the_plugin_says() -> None:
    with effect("Parameters", ()) as made:
        made.set("mode", ("hide",))
        assert (made.parameter("hidden").secret, made.parameter("real").enabled) == (True, True)
        made.set("mode", ("grey",))
        assert (made.parameter("hidden").secret, made.parameter("real").enabled) == (False, False)
        with pytest.raises(PluginError, match=r"'Cake' is none of its options"):
            made.set("menu", ("Cake",))
        made.set("mode", ("more",))
        assert made.parameter("menu").options[-1] == "Cake"
        made.set("menu", ("Cake",))
        assert made.get("menu") == ("Cake",)


def test_each_change_from_outside_is_told_once_between_begin_and_end() -> None:
    with effect("Parameters", (), whole=1, real=2.0, text="a") as made:
        told, inside, time = rows(made)[3, :3]
    assert (told, inside, time) == (3, 3, 1)


def test_limits_bring_a_value_inside() -> None:
    with effect("Parameters", (), whole=99) as made:
        assert made.get("whole") == (10,)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("wole", (1,), r"wole.*near.*whole|whole"),
        ("whole", (1, 2), r"whole: it takes 1 values, not 2"),
        ("whole", (1.5,), r"whole: it takes whole numbers, not 1.5"),
        ("whole", ("one",), r"whole: it takes a number, not 'one'"),
        ("text", (3,), r"text: it takes text, not 3"),
        ("mode", ("gray",), r"mode: 'gray' is none of its options; near: .*grey"),
        ("mode", (9,), r"mode: it has 4 options, not one numbered 9"),
        ("word", ("third",), r"word: 'third' is none of its options"),
        ("bake", (1,), r"bake: a PushButton has no value"),
        ("numbers", (1,), r"numbers: a Group has no value"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_changes_nothing(
    name: str, value: tuple, words: str
) -> None:
    with effect("Parameters", ()) as made:
        before = rows(made)
        with pytest.raises(PluginError, match=words):
            made.set(name, value)
        np.testing.assert_array_equal(rows(made)[:3], before[:3])


def test_a_description_has_kinds_groups_limits_and_options() -> None:
    found = {entry.name: entry for entry in descriptions()["Parameters"].parameters}
    assert found["whole"].kind == "Integer"
    assert (found["whole"].minimum, found["whole"].maximum) == ((-10,), (10,))
    assert found["colours"].parent == "numbers"
    assert found["rgb"].parent == "colours"
    assert found["mode"].options == ("plain", "hide", "grey", "more")
    assert found["mode"].labels == ("Plain", "Hide", "Grey", "More")
    assert (found["page"].kind, found["bake"].kind) == ("Page", "PushButton")
    assert found["word"].kind == "StrChoice"
    assert descriptions()["Parameters"].help == "Every type of parameter."
    mix = {entry.name: entry for entry in descriptions()["Mix"].parameters}["mix"]
    assert mix.help == "How much of A there is."

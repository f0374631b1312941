"""An effect in this process: what a plug-in is told, and what becomes of what it says."""

import logging
import threading
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host import memory
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.params import numbered
from ofx_helpers.host.status import Status
from ofx_helpers.host.suites.table import SUITES
from tests.ofx_helpers.host.python_plugin import (
    EFFECT,
    FORMAT,
    PARAMS,
    PROPS,
    describe,
    image,
    number,
    param,
    running,
    several,
    source,
    text,
    whole,
)

MESSAGE = SUITES["OfxMessageSuite", 2]
MEMORY = SUITES["OfxMemorySuite", 1]
PROGRESS = SUITES["OfxProgressSuite", 1]
THREADS = SUITES["OfxMultiThreadSuite", 1]
TIME_LINE = SUITES["OfxTimeLineSuite", 1]
NO_ARGUMENTS = (0, 0, *(0.0,) * 8, *(0,) * 8)


def black(_name: str, _time: float, window: Window) -> Frame:
    return Frame(np.zeros((window.height, window.width, 4), np.float32), window)


def pointer(handle: int) -> Any:
    return ffi.cast("void *", handle)


def say(handle: int, kind: bytes, words: bytes) -> None:
    assert MESSAGE.message(pointer(handle), kind, b"id", words, *NO_ARGUMENTS) == Status.OK


def set_double(handle: int, value: float) -> int:
    return int(PARAMS.paramSetValue(handle, 0, 0, 0, 0, value, 0.0, 0.0, 0.0))


def test_the_actions_of_a_life_come_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch, Render=lambda *_: None) as (effect, told):
        effect.connect(source())
        effect.render(1, FORMAT, black)
    ends = "BeginSequenceRender", "Render", "EndSequenceRender", "DestroyInstance", "Unload"
    assert told[:4] == ["Load", "Describe", "DescribeInContext", "CreateInstance"]
    assert tuple(told[-5:]) == ends
    assert told.index("GetClipPreferences") < told.index("GetRegionOfDefinition")
    assert told.index("GetRegionOfDefinition") < told.index("GetRegionsOfInterest")


def test_a_sequence_is_begun_and_ended_once(monkeypatch: pytest.MonkeyPatch) -> None:
    status: list[int] = []

    def render(_effect: int, given: int, _answer: int) -> None:
        status.append(whole(given, b"OfxImageEffectPropSequentialRenderStatus"))

    with running(monkeypatch, Render=render) as (effect, told):
        effect.connect(source())
        for frame in (1, 2, 3):
            effect.render(frame, FORMAT, black, sequence=frame < 3)
        effect.render(7, FORMAT, black)
    assert told.count("BeginSequenceRender") == told.count("EndSequenceRender") == 2
    assert status == [1, 1, 1, 0]


def test_one_frame_is_a_sequence_for_who_renders_in_order_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status: list[int] = []

    def ordered(effect: int, given: int, answer: int) -> None:
        describe(effect, given, answer)
        properties = ffi.new("Handle *")
        EFFECT.getPropertySet(effect, properties)
        name = b"OfxImageEffectInstancePropSequentialRender"
        assert PROPS.propSetInt(properties[0], name, 0, 1) == Status.OK

    def tell(_effect: int, given: int, _answer: int) -> None:
        status.append(whole(given, b"OfxImageEffectPropSequentialRenderStatus"))

    acts = dict.fromkeys(("BeginSequenceRender", "Render", "EndSequenceRender"), tell)
    with running(monkeypatch, Describe=ordered, **acts) as (effect, _):
        effect.connect(source())
        effect.render(4, FORMAT, black)
    assert status == [1, 1, 1]


def test_a_sequence_left_open_is_ended_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch, Render=lambda *_: None) as (effect, told):
        effect.connect(source())
        effect.render(1, FORMAT, black, sequence=True)
    assert told[-3:] == ["EndSequenceRender", "DestroyInstance", "Unload"]


def test_progress_goes_to_the_host_which_can_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, answers = [], []

    def render(handle: int, _given: int, _answer: int) -> None:
        assert PROGRESS.progressStart(pointer(handle), b"thinking") == Status.OK
        answers.extend(int(PROGRESS.progressUpdate(pointer(handle), part)) for part in (0.4, 0.8))
        PROGRESS.progressEnd(pointer(handle))

    def listen(label: str, part: float) -> bool:
        heard.append((label, part))
        return part < 0.5

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        effect._open.progress = listen
        with pytest.raises(PluginError, match=r"^test\.python: the render was stopped$"):
            effect.render(1, FORMAT, black)
    assert heard == [("thinking", 0.0), ("thinking", 0.4), ("thinking", 0.8)]
    assert answers == [Status.OK, Status.REPLY_NO]


def test_a_render_is_aborted_from_another_thread_and_the_next_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = threading.Event()

    def render(handle: int, given: int, _answer: int) -> None:
        started.set()
        while number(given, b"OfxPropTime") == 1 and not EFFECT.abort(handle):
            pass

    def stop() -> None:
        started.wait()
        effect.abort()

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        effect.abort()
        thread = threading.Thread(target=stop)
        thread.start()
        with pytest.raises(PluginError, match="was stopped"):
            effect.render(1, FORMAT, black)
        thread.join()
        effect.render(2, FORMAT, black)


def test_an_error_is_raised_with_the_plugins_words_even_if_it_says_all_is_well(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def render(handle: int, given: int, _answer: int) -> None:
        kind = b"OfxMessageError" if number(given, b"OfxPropTime") == 1 else b"OfxMessageWarning"
        say(handle, kind, b"the lamp is broken")

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        with pytest.raises(PluginError, match=r"^test\.python: action Render: the lamp is broken$"):
            effect.render(1, FORMAT, black)
        with caplog.at_level(logging.WARNING):
            effect.render(2, FORMAT, black)
    assert caplog.messages == ["test.python: the lamp is broken"]


def test_what_a_fetch_raises_comes_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def render(handle: int, _given: int, _answer: int) -> int:
        return image(handle, b"Source")[0]

    def fetch(_name: str, _time: float, _window: Window) -> Frame:
        raise ZeroDivisionError("upstream")

    with running(monkeypatch, Render=render) as (effect, told):
        effect.connect(source())
        with pytest.raises(ZeroDivisionError, match="upstream"):
            effect.render(1, FORMAT, fetch)
        assert told[-1] == "EndSequenceRender"


def test_images_and_memory_that_are_kept_are_taken_back_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def render(handle: int, _given: int, _answer: int) -> None:
        assert image(handle, b"Source")[0] == image(handle, b"Output")[0] == Status.OK
        assert EFFECT.imageMemoryAlloc(handle, 99, ffi.new("Handle *")) == Status.OK
        assert MEMORY.memoryAlloc(pointer(handle), 99, ffi.new("void **")) == Status.OK

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        effect.render(1, FORMAT, black)
    assert memory.count() == 0
    assert caplog.messages == [
        "test.python kept 2 images after its render",
        "test.python left 2 blocks of memory behind",
    ]


def test_images_are_there_in_renders_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(handle: int, _given: int, _answer: int) -> None:
        assert image(handle, b"Source") == (Status.FAILED, 0)

    with running(monkeypatch, InstanceChanged=changed) as (effect, told):
        effect.connect(source())
        assert "InstanceChanged" in told


def test_threads_know_themselves_and_may_not_start_others(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[tuple[int, int, int, int]] = set()

    def work(index: int, count: int, _argument: Any) -> None:
        told = ffi.new("unsigned int *")
        THREADS.multiThreadIndex(told)
        again = THREADS.multiThread(function, 2, ffi.NULL)
        seen.add((index, told[0], THREADS.multiThreadIsSpawnedThread(), again))
        assert count == 3

    function = ffi.callback("OfxThreadFunctionV1", work)

    def render(_effect: int, _given: int, _answer: int) -> None:
        assert THREADS.multiThread(function, 3, ffi.NULL) == Status.OK
        assert not THREADS.multiThreadIsSpawnedThread()

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        effect.render(1, FORMAT, black)
    assert seen == {(index, index, 1, int(Status.EXISTS)) for index in range(3)}


def test_a_parameter_set_by_the_plugin_is_told_as_its_doing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, str]] = []

    def changed(handle: int, given: int, _answer: int) -> None:
        name, reason = text(given, b"OfxPropName"), text(given, b"OfxPropChangeReason")
        told.append((name, reason.removeprefix("OfxChange")))
        if name == "first":
            assert set_double(param(handle, b"second"), 5.0) == Status.OK

    with running(monkeypatch, InstanceChanged=changed) as (effect, _):
        effect.set("first", (2.0,))
        assert (effect.get("first"), effect.get("second")) == ((2.0,), (5.0,))
    assert told == [("first", "UserEdited"), ("second", "PluginEdited")]


def test_a_plugin_that_answers_each_change_with_another_is_not_followed_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def changed(handle: int, _given: int, _answer: int) -> None:
        set_double(param(handle, b"first"), 1.0)

    with running(monkeypatch, InstanceChanged=changed) as (effect, told):
        effect.set("first", (2.0,))
        assert told.count("InstanceChanged") == told.count("EndInstanceChanged") == 8


def test_restored_values_are_there_when_the_instance_is_made_and_nobody_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def create(handle: int, _given: int, _answer: int) -> None:
        value = ffi.new("double *")
        none = ffi.NULL
        PARAMS.paramGetValue(param(handle, b"first"), value, none, none, none)
        seen.append(value[0])

    with running(monkeypatch, CreateInstance=create) as (effect, told):
        effect.restore({"first": (3.0,), "second": [(1, (0.0,)), (3, (4.0,))]})
        assert seen == [0.0, 3.0]
        assert "InstanceChanged" not in told
        assert effect.get("second", 2) == (2.0,)
        with pytest.raises(PluginError, match="has no parameter frist; near: first"):
            effect.restore({"frist": (1.0,)})
        with pytest.raises(PluginError, match="parameter first: it takes a number, not 'x'"):
            effect.restore({"first": ("x",)})
        assert told.count("CreateInstance") == told.count("DestroyInstance") + 1


def test_an_instance_that_cannot_be_made_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    words = r"^test\.python: action CreateInstance ran out of memory: too much$"
    with pytest.raises(PluginError, match=words), running(monkeypatch, CreateInstance=too_much):
        pass


def too_much(handle: int, _given: int, _answer: int) -> int:
    say(handle, b"OfxMessageFatal", b"too much")
    return int(Status.MEMORY)


def test_a_scaled_render_is_in_pixels_of_its_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float, ...]] = []
    asked: list[Window] = []

    def render(handle: int, given: int, _answer: int) -> None:
        picture = image(handle, b"Source")[1]
        seen.append(several(given, b"OfxImageEffectPropRenderScale", 2))
        seen.append(several(given, b"OfxImageEffectPropRenderWindow", 4))
        seen.append(several(picture, b"OfxImagePropBounds", 4))
        seen.append(several(picture, b"OfxImagePropRegionOfDefinition", 4))
        EFFECT.clipReleaseImage(picture)

    def fetch(name: str, time: float, window: Window) -> Frame:
        asked.append(window)
        return black(name, time, window)

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        frame = effect.render(1, Window(1, 0, 4, 9), fetch, scale=0.5)
    assert seen == [(0.5, 0.5), (1, 0, 4, 3), (1, 0, 4, 3), (0, 0, 4, 3)]
    assert asked == [Window(1, 0, 4, 3)]
    assert frame.window == Window(1, 0, 4, 9)


def test_wide_pixels_are_canonical_by_their_width(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, tuple[float, ...]] = {}

    def render(handle: int, _given: int, _answer: int) -> None:
        properties = ffi.new("Handle *")
        EFFECT.getPropertySet(handle, properties)
        picture = image(handle, b"Source")[1]
        seen["size"] = several(properties[0], b"OfxImageEffectPropProjectSize", 2)
        seen["bounds"] = several(picture, b"OfxImagePropBounds", 4)
        EFFECT.clipReleaseImage(picture)

    def matrix(_handle: int, _given: int, answer: int) -> None:
        moved = [1.0, 0.0, 3.0, 0.0, 1.0, -1.0, 0.0, 0.0, 1.0]
        PROPS.propSetString(answer, b"OfxPropName", 0, b"Source")
        PROPS.propSetDoubleN(answer, b"FnOfxPropMatrix2D", 9, moved)

    acts = {"uk.co.thefoundry.FnOfxImageEffectActionGetTransform": matrix}
    with running(monkeypatch, aspect=2.0, Render=render, **acts) as (effect, _):
        effect.connect(source(2.0))
        assert effect.region(1) == (0, 0, 16, 6)
        assert effect.regions_of_interest(1, FORMAT) == {"Source": FORMAT}
        effect.render(1, FORMAT, black)
        assert effect.transform(1) is None, "it has not said that it can"
        effect._open.properties.put("FnOfxImageEffectCanTransform", 1)
        assert effect.transform(1) == ("Source", (1, 0, 6, 0, 1, -1, 0, 0, 1))
    assert seen == {"size": (16, 6), "bounds": (0, 0, 8, 6)}


@pytest.mark.parametrize(
    ("given", "matte", "output", "told"),
    [
        ("RGBA", None, "RGBA", {"Source": "RGBA", "Matte": "RGBA"}),
        ("RGB", None, "RGB", {"Source": "RGB", "Matte": "RGB"}),
        ("Alpha", None, "RGBA", {"Source": "RGBA", "Matte": "RGBA"}),
        ("RGB", "Alpha", "RGB", {"Source": "RGB", "Matte": "RGB"}),
        ("RGB", "RGBA", "RGBA", {"Source": "RGB", "Matte": "RGBA"}),
    ],
)
def test_the_output_and_what_is_optional_have_the_most_channels_of_any_input(
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    matte: str | None,
    output: str,
    told: dict[str, str],
) -> None:
    with running(monkeypatch) as (effect, _):
        inputs = source(components=given)
        if matte:
            inputs |= source(name="Matte", components=matte)
        found = effect.connect(inputs)
    assert found.components == output
    assert found.input_components == told


@pytest.mark.parametrize(
    ("given", "matte", "output"),
    [
        ("unpremultiplied", None, "unpremultiplied"),
        ("unpremultiplied", "premultiplied", "premultiplied"),
        ("opaque", "unpremultiplied", "unpremultiplied"),
        ("premultiplied", "unpremultiplied", "premultiplied"),
    ],
)
def test_one_premultiplied_input_makes_the_output_so(
    monkeypatch: pytest.MonkeyPatch, given: str, matte: str | None, output: str
) -> None:
    with running(monkeypatch) as (effect, _):
        inputs = source(premultiplication=given)
        if matte:
            inputs |= source(name="Matte", premultiplication=matte)
        assert effect.connect(inputs).premultiplication == output


def test_keys_make_the_output_vary(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch) as (effect, _):
        assert not effect.connect(source()).varies
        effect.set("first", [(1, (0.0,)), (5, (1.0,))])
        assert effect.connect(source()).varies


def test_a_value_that_a_plugin_sets_is_a_key_where_there_are_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def frames_needed(handle: int, _given: int, _answer: int) -> int:
        set_double(param(handle, b"first"), 9.0)
        return int(Status.REPLY_DEFAULT)

    with running(monkeypatch, GetFramesNeeded=frames_needed) as (effect, _):
        effect.connect(source())
        effect.set("first", [(1, (0.0,)), (5, (1.0,))])
        effect.frames_needed(3)
        assert [effect.get("first", time) for time in (1, 3, 5)] == [(0.0,), (9.0,), (1.0,)]


def test_an_optional_input_is_no_part_of_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch) as (effect, _):
        assert effect.region(1) == (0, 0, 8, 6), "without inputs, the project's format"
        effect.connect({**source(), **source(3.0, "Matte")})
        assert effect.region(1) == (0, 0, 8, 6)


def test_the_time_line_is_the_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []

    def render(handle: int, _given: int, _answer: int) -> None:
        cells = [ffi.new("double *") for _ in range(3)]
        assert TIME_LINE.getTime(pointer(handle), cells[0]) == Status.OK
        assert TIME_LINE.getTimeBounds(pointer(handle), *cells[1:]) == Status.OK
        times.extend(cell[0] for cell in cells)

    with running(monkeypatch, Render=render) as (effect, _):
        effect.connect(source())
        effect.render(4.5, FORMAT, black)
    assert times == [4.5, 1, 9]


def test_an_effect_that_is_closed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch) as (effect, _):
        effect.close()
        effect.close()
        effect.abort()
        with pytest.raises(PluginError, match=r"^test\.python: the effect is closed$"):
            effect.region(1)


def test_a_needed_input_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(monkeypatch) as (effect, told):
        with pytest.raises(PluginError, match="input Source is needed"):
            effect.render(1, FORMAT, black)
        assert "Render" not in told


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("/a#/b.####.png", "/a#/b.0007.png"),
        ("b_%04d.exr", "b_0007.exr"),
        ("b%d.exr", "b7.exr"),
        ("plain.png", "plain.png"),
        ("", ""),
    ],
)
def test_a_plugin_reads_file_names_with_the_frames_number(pattern: str, name: str) -> None:
    assert numbered(pattern, 7) == name

"""A fault in any action: the host goes on, and the error names plug-in, action and cause."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.frame import Window
from ofx_helpers.host import memory
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.pool import Pool
from ofx_helpers.host.remote import RemoteEffect
from ofx_helpers.host.types import Clip, Project
from tests.ofx_helpers.host.plugs import FORMAT, descriptions, effect, noise, render
from tests.ofx_helpers.host.test_remote import own_handles

PREFIX = "OfxImageEffectAction"
ACTIONS = (
    *("OfxActionLoad", "OfxActionDescribe", f"{PREFIX}DescribeInContext"),
    *("OfxActionCreateInstance", f"{PREFIX}GetClipPreferences"),
    *("OfxActionBeginInstanceChanged", "OfxActionInstanceChanged", "OfxActionEndInstanceChanged"),
    *(f"{PREFIX}GetRegionOfDefinition", f"{PREFIX}GetTimeDomain"),
    *(f"{PREFIX}GetRegionsOfInterest", f"{PREFIX}GetFramesNeeded", f"{PREFIX}IsIdentity"),
    *(f"{PREFIX}BeginSequenceRender", f"{PREFIX}Render", f"{PREFIX}EndSequenceRender"),
)


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _described() -> None:
    descriptions()  # in this process: before any fault is asked for


@pytest.fixture(scope="module")
def bystander() -> Iterator[RemoteEffect]:
    """Another plug-in's instance, in its own worker, which lives through it all."""
    pool = Pool()
    with RemoteEffect(descriptions()["Ramp"], Project(format=FORMAT), pool=pool) as effect:
        yield effect
        assert len(pool._all) == 1
    pool.close()


def everything(pool: Pool, *, timeout: float = 20.0, window: Window = FORMAT) -> np.ndarray:
    """An instance asked all that one can be asked."""
    box = (float(window.x1), float(window.y1), float(window.x2), float(window.y2))
    project = Project(format=window, first=1, last=20)
    with RemoteEffect(descriptions()["Hostile"], project, timeout=timeout, pool=pool) as effect:
        effect.set("number", (0.5,))
        effect.connect({"Source": Clip(region=lambda _: box, frames=(1, 20))})
        answers: list[Any] = [effect.region(1), effect.frames(), effect.frames_needed(1)]
        answers += [effect.regions_of_interest(1, window), effect.identity(1, window)]
        assert answers[0] == box
        return effect.render(1, window, lambda n, t, w: noise(n, t, window).crop(w)).pixels


def well(pool: Pool, window: Window = FORMAT) -> None:
    """Whether the host and the plug-in work after all."""
    np.testing.assert_array_equal(
        everything(pool, window=window), noise("Source", 1, window).pixels
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda name: name.rpartition("Action")[2])
def test_a_crash_in_any_action_is_named_and_hurts_nobody(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, bystander: RemoteEffect, action: str
) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", f"crash@{action}")
    with pytest.raises(PluginError) as raised:
        everything(pool)
    said = str(raised.value)
    assert "memecomp.test.Hostile" in said
    assert f"SIGSEGV) in its action {action.rpartition('Action')[2]}, twice" in said
    assert bystander.region(1) == (0, 0, 16, 12)


def test_a_hang_is_ended_and_named(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", f"hang@{PREFIX}GetRegionOfDefinition")
    words = r"memecomp\.test\.Hostile.*no sign of life.*in its action GetRegionOfDefinition"
    with pytest.raises(PluginError, match=words):
        everything(pool, timeout=1)


def test_a_refusal_in_any_action_is_an_error_or_nothing_but_never_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {}
    for action in ACTIONS[3:]:
        monkeypatch.setenv("OFX_TEST_FAULT", f"fail@{action}")
        pool_of_one = Pool()
        try:
            everything(pool_of_one)
        except PluginError as error:
            told[action.rpartition("Action")[2]] = str(error)
        finally:
            pool_of_one.close()
    assert {"CreateInstance", "Render"} <= set(told)
    for action, said in told.items():
        assert "memecomp.test.Hostile" in said
        assert "twice" not in said
        assert action in said


@pytest.mark.parametrize(
    "action", ["OfxActionDescribe", "OfxActionCreateInstance", f"{PREFIX}Render"]
)
def test_every_wrong_call_is_refused_by_its_suite(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", f"calls@{action}")
    well(pool)  # the plug-in fails with the call's text where one was accepted


@pytest.mark.parametrize("width", [16, 700])
def test_a_row_too_many_is_found(pool: Pool, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", f"row@{PREFIX}Render")
    window = Window(0, 0, width, 12)
    with pytest.raises(PluginError, match=r"memecomp\.test\.Hostile.*wrote outside of its image"):
        everything(pool, window=window)
    # Its worker is not used again: the next one has not heard of the fault.
    monkeypatch.delenv("OFX_TEST_FAULT")
    well(pool, window)


def test_what_is_kept_is_taken_back(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images not released, memory not freed, threads left: nothing stays in this process."""
    before = own_handles()
    monkeypatch.setenv("OFX_TEST_FAULT", f"leak@{PREFIX}Render")
    for _ in range(5):
        well(pool)
    pool.close()
    assert own_handles() == before


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("nan@GetRegionOfDefinition", "answered nonsense: the region nan, nan to nan, nan"),
        ("nan@GetRegionsOfInterest", "answered nonsense: the region nan, nan to nan, nan"),
        ("nan@GetFramesNeeded", "answered nonsense: the frames nan to nan"),
        ("reversed@GetFramesNeeded", "answered nonsense: the frames 9 to -9"),
        ("nan@GetTimeDomain", "answered nonsense: the frames nan to nan"),
        ("reversed@GetTimeDomain", "answered nonsense: the frames 9 to -9"),
        ("unknown@IsIdentity", "answered nonsense: 'NoSuchThing' at frame 1"),
        ("nan@IsIdentity", "answered nonsense: 'Source' at frame nan"),
        ("unknown@GetClipPreferences", "wants NoSuchThing on Source: no such thing"),
    ],
)
def test_nonsense_is_told_as_what_was_answered(
    monkeypatch: pytest.MonkeyPatch, fault: str, words: str
) -> None:
    deed, action = fault.split("@")
    monkeypatch.setenv("OFX_TEST_FAULT", f"{deed}@{PREFIX}{action}")
    with pytest.raises(PluginError) as raised:
        all_questions()
    assert words in str(raised.value)


def all_questions() -> None:
    with effect("Hostile") as made:
        made.region(1)
        made.frames()
        made.frames_needed(1)
        made.regions_of_interest(1, FORMAT)
        made.identity(1, FORMAT)


@pytest.mark.parametrize(
    "fault", ["huge@GetRegionOfDefinition", "huge@GetRegionsOfInterest", "null@IsIdentity"]
)
def test_what_is_too_much_or_nothing_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    deed, action = fault.split("@")
    monkeypatch.setenv("OFX_TEST_FAULT", f"{deed}@{PREFIX}{action}")
    np.testing.assert_array_equal(render("Hostile", time=1), noise("Source", 1).pixels)


def test_images_that_a_render_keeps_are_told_and_its_memory_is_taken_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    blocks = memory.count()
    monkeypatch.setenv("OFX_TEST_FAULT", f"leak@{PREFIX}Render")
    np.testing.assert_array_equal(render("Hostile", time=1), noise("Source", 1).pixels)
    assert "memecomp.test.Hostile kept 2 images after its render" in caplog.text
    assert memory.count() == blocks

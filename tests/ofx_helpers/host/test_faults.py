"""Hostile plug-ins, compiled, in workers: each fault is named, and hurts nothing else."""

import gc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers import host
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.host.loaded import Plugin
from ofx_helpers.host.pool import Pool
from ofx_helpers.host.remote import RemoteEffect
from ofx_helpers.host.shared import owner
from ofx_helpers.host.types import Clip, Description, Project
from tests.ofx_helpers.host.test_remote import children, own_handles

RANDOM = np.random.default_rng(8)


@pytest.fixture(scope="module")
def plugins(ofx_bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> host.Plugins:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return host.scan([ofx_bundles])


@pytest.fixture
def hostile(plugins: host.Plugins) -> Description:
    return plugins.get("memecomp.test.Hostile")


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool()
    yield made
    made.close()


def picture() -> Any:
    return RANDOM.random((7, 11, 4), np.float32)


def test_a_worker_unloads_its_plugins_when_it_is_closed(
    hostile: Description, pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "unloaded"
    monkeypatch.setenv("OFX_TEST_FAULT", "strange@OfxActionUnload")
    monkeypatch.setenv("OFX_TEST_ONCE", str(mark))
    RemoteEffect(hostile, Project(format=Window(0, 0, 8, 6)), pool=pool).close()
    assert not mark.exists()
    pool.close()
    assert mark.exists()


@pytest.mark.parametrize(
    ("deed", "action", "words"),
    [
        ("crash", "OfxActionLoad", "crashed (SIGSEGV) in its action Load, twice"),
        ("crash", "OfxActionDescribe", "crashed (SIGSEGV) in its action Describe, twice"),
        ("exit", "OfxActionCreateInstance", "exit status 3) in its action CreateInstance, twice"),
        (
            "abort",
            "OfxImageEffectActionGetClipPreferences",
            "crashed (SIGABRT) in its action GetClipPreferences, twice",
        ),
        ("hang", "OfxImageEffectActionRender", "no sign of life for 1 s in its action Render"),
        ("crash", "OfxImageEffectActionRender", "crashed (SIGSEGV) in its action Render, twice"),
        ("fail", "OfxImageEffectActionRender", "action Render failed: no luck: 100%"),
        ("fatal", "OfxImageEffectActionRender", "action Render failed for good"),
        ("strange", "OfxImageEffectActionRender", "12345"),
        ("bytes", "OfxImageEffectActionRender", "wrote outside of its image"),
        ("before", "OfxImageEffectActionRender", "wrote outside of its image"),
    ],
)
def test_each_fault_is_told_by_plugin_and_action(
    hostile: Description, pool: Pool, monkeypatch: pytest.MonkeyPatch,
    deed: str, action: str, words: str,
) -> None:  # fmt: skip
    handles, processes = own_handles(), children()
    monkeypatch.setenv("OFX_TEST_FAULT", f"{deed}@{action}")
    with pytest.raises(host.PluginError) as raised:
        Plugin(hostile, timeout=1 if deed == "hang" else 20, pool=pool)(picture())
    assert "memecomp.test.Hostile" in str(raised.value)
    assert words in str(raised.value)
    monkeypatch.delenv("OFX_TEST_FAULT")
    pool.close()
    assert own_handles() <= handles
    assert children() == processes
    source = picture()
    assert np.array_equal(Plugin(hostile, pool=pool)(source), source)


@pytest.mark.parametrize(
    "fault",
    [
        "crash@OfxActionDestroyInstance",
        "hang@OfxActionUnload",
        "print@*",
        "leak@OfxImageEffectActionRender",
    ],
)
def test_what_a_plugin_does_beside_its_picture_does_not_spoil_it(
    hostile: Description, pool: Pool, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str], fault: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("OFX_TEST_FAULT", fault)
    source = picture()
    assert np.array_equal(Plugin(hostile, timeout=2, pool=pool)(source), source)
    pool.close()
    assert capfd.readouterr().out == ""


def test_one_crash_is_forgiven_and_everything_set_again(
    hostile: Description, pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", "crash@OfxImageEffectActionRender")
    monkeypatch.setenv("OFX_TEST_ONCE", str(tmp_path / "crashed"))
    source = picture()
    window = Window(0, 0, 11, 7)
    with RemoteEffect(hostile, Project(format=window), timeout=20, pool=pool) as effect:
        effect.set("number", (0.125,))
        effect.connect({"Source": Clip(region=lambda _: (0.0, 0.0, 11.0, 7.0))})
        out = effect.render(1.0, window, lambda *_: Frame(source, window))
        assert effect.get("number") == (0.125,)
    assert (tmp_path / "crashed").exists()
    assert np.array_equal(out.pixels, source)


@pytest.mark.parametrize("deed", ["huge", "nan", "reversed", "null", "unknown"])
def test_nonsense_is_an_error_or_a_picture_never_an_end(
    hostile: Description, pool: Pool, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", f"{deed}@*")
    with pytest.raises(host.PluginError, match=r"memecomp\.test\.Hostile"):
        Plugin(hostile, timeout=20, pool=pool)(picture(), nothing=1)
    said, out = "", None
    try:
        out = Plugin(hostile, timeout=20, pool=pool)(picture())
    except host.PluginError as error:
        said = str(error)
    assert isinstance(out, np.ndarray) or said.startswith("memecomp.test.Hostile")
    assert "twice" not in said, "no worker has died of it"


def test_every_plugin_is_described(plugins: host.Plugins) -> None:
    assert not plugins.faults
    assert len(plugins) == 23
    mix = plugins.get("memecomp.test.Mix")
    assert [(entry.name, entry.mask) for entry in mix.inputs] == [
        ("B", False),
        ("A", False),
        ("Mask", True),
    ]


@pytest.mark.parametrize("in_process", [False, True])
def test_two_inputs_and_a_mask(plugins: host.Plugins, pool: Pool, in_process: bool) -> None:
    mix = Plugin(plugins.get("memecomp.test.Mix"), in_process=in_process, pool=pool)
    b, a, mask = picture(), picture(), picture()
    assert np.array_equal(mix(b, a, mix=0.25), b + (a - b) * np.float32(0.25))
    expected = b + (a - b) * (np.float32(0.25) * mask[..., 3:])
    assert np.array_equal(mix(B=b, A=a, Mask=mask, mix=0.25), expected)
    with pytest.raises(host.PluginError, match=r"memecomp\.test\.Mix.*input A is needed"):
        mix(b)


def test_what_a_change_hides_greys_and_adds_is_seen(plugins: host.Plugins, pool: Pool) -> None:
    plugin = Plugin(plugins.get("memecomp.test.Parameters"), pool=pool)
    with closing(plugin.effect(Project(format=Window(0, 0, 8, 8)))) as effect:
        effect.set("mode", ("hide",))
        assert effect.parameter("hidden").secret
        effect.set("mode", ("grey",))
        assert not effect.parameter("real").enabled
        effect.set("mode", ("more",))
        assert effect.parameter("menu").options[-1] == "Cake"
        with pytest.raises(host.PluginError, match=r"no parameter rael; near: real"):
            effect.parameter("rael")


def test_a_generator_makes_the_format_it_is_given(plugins: host.Plugins, pool: Pool) -> None:
    ramp = Plugin(plugins.get("memecomp.test.Ramp"), pool=pool)
    out = ramp(format=(6, 4), time=3.0)
    assert isinstance(out, np.ndarray)
    assert out.shape == (4, 6, 4)
    assert np.array_equal(out[..., 1][:, 0] - out[-1, 0, 1], [3, 2, 1, 0]), "y runs up"
    with pytest.raises(host.PluginError, match=r"it has no input; give .*format"):
        ramp()


def test_a_temporal_plugin_gets_the_frames_beside(plugins: host.Plugins, pool: Pool) -> None:
    average = Plugin(plugins.get("memecomp.test.Average"), pool=pool)
    frames = average.sequence(lambda n: np.full((2, 2, 4), n * n, np.float32), range(1, 5))
    found = [float(frame[0, 0, 0]) for frame in frames]  # type: ignore[index]
    assert found == pytest.approx([(1 + 1 + 4) / 3, 14 / 3, 29 / 3, (9 + 16 + 16) / 3])


def test_a_plugin_that_only_shifts_time_is_obeyed(plugins: host.Plugins, pool: Pool) -> None:
    same = Plugin(plugins.get("memecomp.test.Same"), pool=pool)
    frames = same.sequence(lambda n: np.full((2, 2, 4), n, np.float32), range(1, 6))
    assert [float(frame[0, 0, 0]) for frame in frames] == [1, 1, 1, 2, 3]  # type: ignore[index]


def test_files_are_written_and_read(plugins: host.Plugins, pool: Pool, tmp_path: Path) -> None:
    source = picture()
    write = Plugin(plugins.get("memecomp.test.Write"), pool=pool)
    assert np.array_equal(write(source, filename=tmp_path / "a.mraw"), source)
    read = Plugin(plugins.get("memecomp.test.Read"), pool=pool)
    assert np.array_equal(read(filename=str(tmp_path / "a.mraw")), source)
    with pytest.raises(host.PluginError, match=r"memecomp\.test\.Read.*cannot open"):
        read(filename=str(tmp_path / "none.mraw"))


def test_unsafe_plugins_that_feed_each_other_do_not_wait_for_each_other(
    plugins: host.Plugins, pool: Pool
) -> None:
    window = Window(0, 0, 11, 7)
    source = Frame(picture(), window)
    clip = Clip(region=lambda _: (0.0, 0.0, 11.0, 7.0))

    def make() -> RemoteEffect:
        effect = RemoteEffect(
            plugins.get("memecomp.test.Unsafe"), Project(format=window), timeout=5, pool=pool
        )
        effect.connect({"Source": clip})
        return effect

    above, below = make(), make()
    out = below.render(
        1.0, window, lambda name, time, part: above.render(time, part, lambda *_: source)
    )
    assert np.array_equal(out.pixels, source.pixels)
    assert len(pool._all) == 1, "no worker was ended for a hang"


@pytest.mark.parametrize("in_process", [False, True])
def test_a_pictures_memory_is_free_as_soon_as_it_is_forgotten(
    plugins: host.Plugins, pool: Pool, in_process: bool
) -> None:
    threads = Plugin(plugins.get("memecomp.test.Threads"), in_process=in_process, pool=pool)
    large = host.empty((640, 360))
    large[...] = 0.5
    gc.collect()
    gc.disable()
    try:
        before = owner.lent()
        out = threads(large)
        assert owner.lent() == before + 1
        del out
        assert owner.lent() == before
    finally:
        gc.enable()


def test_a_hundred_calls_leave_nothing_behind(plugins: host.Plugins, pool: Pool) -> None:
    grow = Plugin(plugins.get("memecomp.test.Grow"), pool=pool)
    grow(picture())
    handles, lent = own_handles(), owner.lent()
    for _ in range(100):
        grow(picture())
    assert (own_handles(), owner.lent()) == (handles, lent)

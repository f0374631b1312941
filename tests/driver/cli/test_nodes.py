"""memecomp nodes …, as a person would see it, with our own compiled test plug-ins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.media.images import read_image, write_image
from tests.driver.cli.run_cli import Said, run_cli

Command = Callable[..., Said]
MIX = "memecomp.test.Mix"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def nodes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ofx_bundles: Path,
    cache: Path,
) -> Command:
    monkeypatch.setenv("OFX_PLUGIN_PATH", str(ofx_bundles))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return lambda *words: run_cli(monkeypatch, capsys, "nodes", *words)


def picture(path: Path, value: Any, size: tuple[int, int] = (6, 5)) -> Path:
    write_image(path, np.full((size[1], size[0], len(value)), value, np.uint8))
    return path


@pytest.mark.parametrize("command", ["list", "show", "apply", "scan"])
def test_each_command_shows_an_example(nodes: Command, command: str) -> None:
    assert f"memecomp nodes {command}" in nodes(command, "--help").out.partition("Example")[2]


def test_list_has_a_line_a_plugin(nodes: Command, ofx_bundles: Path) -> None:
    lines = nodes("list").out.splitlines()
    (line,) = [line for line in lines if line.startswith(MIX)]
    assert line.split() == [MIX, "1.0", "general", "Mix"]
    data = json.loads(nodes("list", "--json").out)
    (mix,) = [plugin for plugin in data["plugins"] if plugin["identifier"] == MIX]
    assert mix["bundle"] == str(ofx_bundles / "pictures.ofx.bundle")
    assert (mix["own_node"], data["faults"]) == (False, [])


def test_show_has_inputs_and_parameters(nodes: Command) -> None:
    lines = nodes("show", MIX).out.splitlines()
    assert lines[0] == f"{MIX} 1.0  (Mix, Test)"
    at = lines.index("inputs, in order:")
    assert [line.split()[0] for line in lines[at + 1 : at + 4]] == ["B", "A", "Mask"]
    at = lines.index("parameters:")
    assert lines[at + 1 : at + 3] == ["  mix = 1  Double 0 to 1", "      How much of A there is."]
    data = json.loads(nodes("show", MIX, "--json").out)
    assert [parameter["name"] for parameter in data["parameters"]] == ["mix"]
    said = nodes("show", "memecomp.Mix")
    assert (said.status, said.error.count("\n")) == (1, 1)
    assert "There is no plug-in memecomp.Mix among " in said.error
    assert f" Near: {MIX}" in said.error


def test_show_has_what_a_setting_hides_greys_and_adds(nodes: Command) -> None:
    def shown(mode: str) -> dict[str, str]:
        lines = nodes("show", "memecomp.test.Parameters", "--set", f"mode={mode}").out.splitlines()
        return {line.split()[0]: line for line in lines[lines.index("parameters:") + 1 :]}

    assert "hidden" in shown("plain")
    assert "hidden" not in shown("hide")
    assert "greyed out" not in shown("plain")["real"]
    assert "greyed out" in shown("grey")["real"]
    said = nodes("show", "memecomp.test.Parameters", "--set", "mode=gray")
    assert (said.status, said.error.count("\n")) == (1, 1)
    assert "'gray' is none of its options; near: " in said.error


def test_apply_works_in_linear_light_and_says_what_it_did(nodes: Command, tmp_path: Path) -> None:
    black = picture(tmp_path / "b.png", (0, 0, 0))
    white = picture(tmp_path / "a.png", (255, 255, 255))
    out = tmp_path / "out.png"
    said = nodes("apply", MIX, black, out, "--input", f"A={white}", "--set", "mix=0.5")
    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[:2] == [f"B: {black} (6×5, 8-bit sRGB)", f"A: {white} (6×5, 8-bit sRGB)"]
    assert lines[2].startswith(f"{MIX} 1.0, mix=0.5: ")
    assert lines[2].endswith(" in a worker")
    assert lines[3] == f"{out} (6×5, 8-bit sRGB)"
    assert (read_image(out).pixels == 188).all(), "half the light, not half the code"


def test_apply_in_this_process_gives_the_same(nodes: Command, tmp_path: Path) -> None:
    source = picture(tmp_path / "in.png", (10, 20, 30, 128))
    words = ("memecomp.test.Threads", source)
    nodes("apply", *words, tmp_path / "one.png")
    assert "in this process" in nodes("apply", *words, tmp_path / "two.png", "--in-process").out
    one, two = (read_image(tmp_path / name).pixels for name in ("one.png", "two.png"))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("name", ["in.png", "in.exr", "deep.png"])
def test_an_untouched_picture_comes_back_as_it_was(
    nodes: Command, tmp_path: Path, name: str
) -> None:
    values = np.random.default_rng(1).random((9, 13, 4), np.float32)
    values[..., 3] = 0.25 + 0.75 * values[..., 3]
    kind: Any = {"in.png": np.uint8, "deep.png": np.uint16, "in.exr": np.float32}[name]
    top = 1 if kind is np.float32 else np.iinfo(kind).max
    pixels = (values * top).astype(kind)
    write_image(tmp_path / name, pixels)
    out = tmp_path / f"out{Path(name).suffix}"
    assert nodes("apply", MIX, tmp_path / name, out, "--input", f"A={tmp_path / name}").status == 0
    found = read_image(out).pixels
    assert found.dtype == pixels.dtype
    # The curves to and from sRGB are Natron's tables, whose way back is exact for 8 bits only.
    assert np.abs(found.astype(np.float64) - pixels).max() <= (8 if kind is np.uint16 else 0)


def test_a_generator_has_a_size_and_no_input(nodes: Command, tmp_path: Path) -> None:
    ramp = "memecomp.test.Ramp"
    assert nodes("apply", ramp, tmp_path / "a.exr", "--size", "7x3").status == 0
    assert read_image(tmp_path / "a.exr").size == (7, 3)
    assert "give an input or format" in nodes("apply", ramp, tmp_path / "b.exr").error
    source = picture(tmp_path / "in.png", (0, 0, 0))
    assert "has no input: give only the output's name" in (
        nodes("apply", ramp, source, tmp_path / "b.exr").error
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--set", "mux=1"), "memecomp.test.Mix has no parameter mux; near: mix"),
        (("--set", "mix"), "--set mix: write NAME=VALUE"),
        (("--set", "mix=much"), "mix=much: it takes numbers, separated by commas"),
        (("--set", "mix=1,2"), "parameter mix: it takes 1 values, not 2"),
        (("--input", "C=in.png"), "has no input C; it has B, A, Mask"),
        (("--size", "big"), "--size big: write it as 640x360"),
        ((), "input A is needed"),
    ],
)
def test_mistakes_are_sentences(
    nodes: Command, tmp_path: Path, words: tuple[str, ...], error: str
) -> None:
    source = picture(tmp_path / "in.png", (0, 0, 0))
    said = nodes("apply", MIX, source, tmp_path / "out.png", *words)
    assert (said.status, said.error.count("\n")) == (1, 1)
    assert error in said.error
    assert not (tmp_path / "out.png").exists()


def test_nothing_is_overwritten(nodes: Command, tmp_path: Path) -> None:
    source = picture(tmp_path / "in.png", (0, 0, 0))
    before = source.read_bytes()
    assert "exists already" in nodes("apply", MIX, source, source).error
    assert source.read_bytes() == before


def test_a_crash_is_a_sentence(
    nodes: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes("list")  # described while it behaves
    monkeypatch.setenv("OFX_TEST_FAULT", "crash@OfxImageEffectActionRender")
    from ofx_helpers.host.pool import pool

    pool.close()  # its worker was started without the fault
    source = picture(tmp_path / "in.png", (0, 0, 0))
    said = nodes("apply", "memecomp.test.Hostile", source, tmp_path / "out.png")
    pool.close()
    assert (said.status, said.error.count("\n")) == (1, 1)
    assert (
        "memecomp.test.Hostile (hostile.ofx.bundle) crashed (SIGSEGV) in its action" in said.error
    )


def test_scan_counts_and_tells_what_is_wrong(
    nodes: Command, tmp_path: Path, ofx_bundles: Path
) -> None:
    said = nodes("scan", "--rebuild", "--path", ofx_bundles)
    count = len(list(ofx_bundles.glob("*.ofx.bundle")))
    assert said.out.splitlines()[-1].endswith(f" plug-ins in {count} bundles")
    assert f"{count} of {count}: {ofx_bundles}/" in said.out
    bad = tmp_path / "Bad.ofx.bundle" / "Contents" / "Linux-x86-64" / "Bad.ofx"
    bad.parent.mkdir(parents=True)
    bad.write_text("no binary")
    said = nodes("scan", "--path", tmp_path)
    assert said.status == 0
    assert f"{tmp_path}/Bad.ofx.bundle cannot be used: " in said.out
    assert "cannot be loaded as a plug-in" in said.out
    said = nodes("list", "--path", tmp_path / "none")
    assert f"no plug-in in {tmp_path}/none: set OFX_PLUGIN_PATH" in said.error

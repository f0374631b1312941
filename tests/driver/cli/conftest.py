"""The command line, a small pair, and one finished shot that tests copy."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from driver.manifest import run_with_manifest
from driver.runner import Request
from driver.shot.resolve import resolve
from models import weights
from models.download import pull
from tests.driver.cli import small_shot
from tests.driver.cli.run_cli import Said, run_cli

Command = Callable[..., Said]
WEIGHTS = small_shot.SETTINGS["bands"]["weights"]


@pytest.fixture
def memecomp(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return lambda *words: run_cli(monkeypatch, capsys, *words)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `wide.mp4`, `dvd.mp4` and their `shot.toml`, never run."""
    if not weights.is_present(WEIGHTS):
        pull(WEIGHTS)
    folder = tmp_path_factory.mktemp("pair")
    small_shot.make_shot(folder)
    return folder


@pytest.fixture(scope="session")
def finished(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pair after a whole run; only to be read."""
    folder = tmp_path_factory.mktemp("finished") / "shot"
    shutil.copytree(pair, folder)
    request = Request(settings=resolve(folder / "shot.toml"), folder=folder)
    run_with_manifest(request, lambda _: None)
    return folder


@pytest.fixture
def shot(pair: Path, tmp_path: Path) -> Path:
    """A copy of the pair, to be run."""
    return Path(shutil.copytree(pair, tmp_path / "shot"))


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished shot, to be changed."""
    return Path(shutil.copytree(finished, tmp_path / "shot"))


def events(said: Said) -> list[dict[str, object]]:
    """What `--json` printed, line by line; anything that is no event fails here."""
    return [json.loads(line) for line in said.out.splitlines()]

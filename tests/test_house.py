"""Rules of the house, over whatever files there are."""

import ast
import re
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("driver", "models", "ntp_templates", "ofx_helpers")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in FILES}


def imports(path: Path, *, top_only: bool = False) -> set[str]:
    """Our own modules that a file imports, anywhere in it or while it is being imported."""
    tree = ast.parse(path.read_text())
    found = set()
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in NAMES else node.module for name in inner}
    return {name for name in found if name.split(".")[0] in ROOMS}


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "driver"])
def test_rooms_below_the_driver_import_no_other_room(room: str) -> None:
    strangers = {
        f"{name} imports {other}"
        for name, path in NAMES.items()
        if name.split(".")[0] == room
        for other in imports(path)
        if other.split(".")[0] != room
    }
    assert not strangers


@pytest.mark.parametrize("room", ["nodes", "media", "host"])
def test_rooms_of_ofx_helpers_import_the_engine_only(room: str) -> None:
    own = f"ofx_helpers.{room}"
    strangers = {
        f"{name} imports {other}"
        for name, path in NAMES.items()
        if name.startswith(own)
        for other in imports(path)
        if not other.startswith((own, "ofx_helpers.engine"))
    }
    assert not strangers


def test_stages_never_import_the_command_line() -> None:
    for name, path in NAMES.items():
        if not name.startswith("driver.cli"):
            assert not any(other.startswith("driver.cli") for other in imports(path)), name


def test_no_import_runs_in_a_circle() -> None:
    graph = {name: imports(path, top_only=True) - {name} for name, path in NAMES.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_no_host_of_a_registry_and_no_path_of_a_machine_is_in_the_repository() -> None:
    words = re.compile(
        "|".join(
            [
                "py" + "pi.org",
                "files.python" + "hosted",
                "registry.npm" + "js",
                "/ro" + "ot/",
                "/wo" + "rk/",
                "/ho" + "me/",
                "/Us" + "ers/",
            ]
        )
    )
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".png", ".jpg", ".exr", ".ico"} or not path.is_file():
            continue
        assert not words.search(path.read_text(errors="replace")), name

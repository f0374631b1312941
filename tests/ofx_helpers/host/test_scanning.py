"""Finding plug-ins, remembering them, and bad bundles among good ones."""

import json
import os
from pathlib import Path

import pytest

from ofx_helpers.host import cache
from ofx_helpers.host.encode import description_from_json, description_to_json
from ofx_helpers.host.errors import PluginError
from ofx_helpers.host.scanning import Plugins, scan
from ofx_helpers.host.search import bundles, folders
from ofx_helpers.host.types import Found
from tests.ofx_helpers.host.fake_backend import NAMES, description

BACKEND = "tests.ofx_helpers.host.fake_backend"


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def bundle(folder: Path, name: str = "Fake") -> Path:
    binary = folder / f"{name}.ofx.bundle" / "Contents" / "Linux-x86-64" / f"{name}.ofx"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"no real binary")
    return folder / f"{name}.ofx.bundle"


def described(path: Path) -> int:
    """How many plug-ins of a bundle were described so far."""
    return len((path / "described").read_text().split())


def test_bundles_are_found_at_any_depth_and_each_once(tmp_path: Path) -> None:
    deep = bundle(tmp_path / "a" / "b" / "c", "Deep")
    flat = bundle(tmp_path / "a", "Flat")
    bundle(tmp_path / "a" / "@Other", "Other")
    (tmp_path / "a" / "b" / "again").symlink_to(tmp_path / "a")
    assert bundles([tmp_path / "a", tmp_path, flat]) == [flat, deep]
    assert bundles([flat]) == [flat]
    assert bundles([tmp_path / "missing"]) == []


def test_the_variable_names_the_first_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFX_PLUGIN_PATH", f"one{os.pathsep}{os.pathsep}two")
    assert folders()[:2] == [Path("one"), Path("two")]
    monkeypatch.delenv("OFX_PLUGIN_PATH")
    assert len(folders()) == 2


def test_a_second_scan_describes_nothing(tmp_path: Path) -> None:
    path = bundle(tmp_path / "ofx")
    first = scan([tmp_path / "ofx"], backend=BACKEND)
    assert [plugin.identifier for plugin in first] == list(NAMES)
    assert described(path) == 4
    assert scan([tmp_path / "ofx"], backend=BACKEND) == first
    assert described(path) == 4
    assert scan([tmp_path / "ofx"], rebuild=True, backend=BACKEND) == first
    assert described(path) == 8


@pytest.mark.parametrize("change", ["binary", "cache", "ocio", "nonsense", "half"])
def test_what_has_changed_is_described_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = bundle(tmp_path / "ofx")
    first = scan([path], backend=BACKEND)
    (file,) = cache.folder().iterdir()
    if change == "binary":
        next(path.glob("Contents/*/*.ofx")).write_bytes(b"another binary")
    elif change == "ocio":
        monkeypatch.setenv("OCIO", "other.ocio")
    elif change == "cache":
        file.write_bytes(b"\x80 not text")
    elif change == "nonsense":
        file.write_text('["neither", "this"]')
    else:
        file.write_text(file.read_text()[:-40])
    assert scan([path], backend=BACKEND) == first
    assert described(path) == 8
    assert json.loads(file.read_text() if change != "ocio" else "1")
    assert [entry.suffix for entry in cache.folder().iterdir()] == [".json"]


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(scan([bundle(tmp_path / "ofx")], backend=BACKEND)) == 4


def test_a_bundle_that_kills_its_worker_hurts_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "ofx"
    dead, fake, half, broken = (bundle(folder, n) for n in ("Dead", "Fake", "Half", "Broken"))
    steps: list[tuple[int, int, str]] = []
    found = scan(
        [folder],
        backend=BACKEND,
        progress=lambda done, count, path: steps.append((done, count, path.name)),
    )
    assert [entry[:2] for entry in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    names = [(plugin.bundle, plugin.identifier) for plugin in found]
    assert names == [
        *((fake, name) for name in NAMES),
        *((half, name) for name in NAMES if name != "fake.Fault"),
    ]
    reasons = {(fault.bundle, fault.plugin): fault.reason for fault in found.faults}
    assert reasons == {
        (dead, ""): "it crashed (SIGSEGV) when it was loaded, twice.",
        (broken, ""): "libmissing.so: cannot open shared object file",
        (half, "fake.Fault"): "it crashed (SIGABRT) when it was described, twice.",
    }
    assert scan([folder], backend=BACKEND) == found


def test_the_newest_version_of_an_identifier_wins(tmp_path: Path) -> None:
    old, new = description(tmp_path / "old"), description(tmp_path / "new")
    data = {**description_to_json(new), "version": [2, 3]}
    found = Plugins((Found(old.bundle, (old,)), Found(new.bundle, (description_from_json(data),))))
    assert found.get("fake.Merge").version == (2, 3)
    assert found.get("fake.Merge@1").bundle == tmp_path / "old"
    assert found.newest()["fake.Merge"].bundle == tmp_path / "new"
    with pytest.raises(PluginError, match=r"no fake.Merge@3; there is fake.Merge@1, fake.Merge@2"):
        found.get("fake.Merge@3")


def test_unknown_names_list_near_ones_and_faults_their_reason(tmp_path: Path) -> None:
    bundle(tmp_path / "ofx", "Half")
    bundle(tmp_path / "ofx", "Broken")
    found = scan([tmp_path / "ofx"], backend=BACKEND)
    with pytest.raises(PluginError) as raised:
        found.get("net.merge")
    assert str(raised.value) == (
        "There is no plug-in net.merge among 3. Near: fake.Merge. Not read: Broken.ofx.bundle."
    )
    with pytest.raises(PluginError, match=r"fake\.Fault cannot be used: it crashed"):
        found.get("fake.Fault")
    with pytest.raises(PluginError, match=r"no bundle was found in .*set OFX_PLUGIN_PATH"):
        scan([tmp_path / "none"], backend=BACKEND).get("fake.Fault")


def test_a_description_survives_json() -> None:
    plugin = description()
    assert description_from_json(json.loads(json.dumps(description_to_json(plugin)))) == plugin

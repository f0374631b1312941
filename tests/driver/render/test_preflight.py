"""What would stop a render is said before the first frame, all of it at once."""

import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.project.boost import child_of, text_of
from driver.project.document import read
from driver.render import preflight, trusted
from driver.render.base import Engine, RenderJob
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.media.images import write_image
from tests.driver.render.small_project import small_project
from tests.driver.render.stand_in import stand_in

BODY = """{{ node("Still", "Read", filename="[Project]/gone.png") }}
{{ node("Moving", "Read", filename="[Project]/seq.####.png", firstFrame=1, lastFrame=3) }}
{{ node("Blend", "Merge", A="Moving", B="Still") }}
{{ node("Write1", "Write", Source="Blend", filename="[Project]/out/one.####.png") }}
{{ node("Unused", "Read", filename="[Project]/nobody.png") }}
"""


def complaint(project: Path, **job: Any) -> str:
    """What the embedded engine says before it begins."""
    with pytest.raises((MemecompError, RenderError)) as error:
        trusted.render(RenderJob(project=project, **job), Engine(kind="embedded"))
    return str(error.value)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a missing still, a hole in a sequence, and a file where a folder should be."""
    small_project(tmp_path, BODY, frames=3)
    for frame in (1, 3):
        write_image(tmp_path / f"seq.{frame:04d}.png", np.full((6, 8, 3), 60, np.uint8))
    (tmp_path / "out").write_text("a file")
    return tmp_path / "a.ntp"


def test_everything_is_said_at_once_and_nothing_of_what_is_not_used(project: Path) -> None:
    said = complaint(project)
    assert said.startswith("3 things stop the render of ")
    assert "gone.png" in said
    assert f"Moving: {project.parent}/seq.####.png has no file for frame 2." in said
    assert f"cannot write to {project.parent}/out" in said
    assert "is a file, not a folder" in said
    assert "nobody.png" not in said
    assert (project.parent / "out").read_text() == "a file"


def test_only_the_frames_to_do_count(project: Path) -> None:
    write_image(project.parent / "gone.png", np.full((6, 8, 3), 60, np.uint8))
    (project.parent / "out").unlink()
    trusted.render(RenderJob(project=project, frames=[1, 3]), Engine(kind="embedded"))
    assert complaint(project).endswith("seq.####.png has no file for frame 2.")


def test_natron_is_asked_nothing_before_its_inputs_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    natron = stand_in(tmp_path, monkeypatch, body=BODY, frames=3)
    with pytest.raises(MemecompError, match=r"^2 things stop the render of ") as error:
        natron.render()
    assert "gone.png does not exist" in str(error.value)
    assert "seq.####.png has no file for frames 1-3." in str(error.value)
    assert natron.starts == []


def test_what_only_the_engine_cannot_do_does_not_stop_natron(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    natron = stand_in(tmp_path, monkeypatch, frames=2)
    document = read(natron.project)
    reader = next(node for node in document.nodes if node.name == "Read1")
    name = next(k for k in reader.knobs() if text_of(k, "Name") == "filename")
    child_of(child_of(name, "item"), "Expression").text = "import os"
    document.write(natron.project)
    assert "import os" in complaint(natron.project)
    assert natron.render().done == [1, 2]


def test_plug_ins_that_nobody_has_are_named_with_their_nodes(tmp_path: Path) -> None:
    small_project(
        tmp_path,
        """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Blur1", "Blur", Source="Read1") }}
{{ node("Write1", "Write", Source="Blur1", filename="[Project]/out/one.####.png") }}
""",
    )
    path = tmp_path / "a.ntp"
    path.write_text(path.read_text().replace("net.sf.cimg.CImgBlur", "com.example.Wonder"))
    assert "Blur1 is a com.example.Wonder" in complaint(path)
    engine = Engine(kind="natron", executable=tmp_path / "none")
    with pytest.raises(MemecompError, match=r"Blur1 is a com\.example\.Wonder.*OFX_PLUGIN_PATH"):
        trusted.render(RenderJob(project=path), engine)


def test_a_kind_of_file_that_the_engine_does_not_write_is_told_before(tmp_path: Path) -> None:
    small_project(
        tmp_path,
        """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Write1", "Write", Source="Read1", filename="[Project]/out/one.####.dpx") }}
""",
    )
    assert "Write1 writes one.0001.dpx, and the embedded engine writes .png" in complaint(
        tmp_path / "a.ntp"
    )


def test_our_own_plugin_needs_its_bundle_in_natron_and_none_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_project(
        tmp_path,
        """{{ node("Red", "Constant", color=[1, 0, 0, 1], extent="project") }}
{{ node("Fringes", "memecomp.ChromaticAberration", Source="Red", redShift=[1, 0]) }}
{{ node("Write1", "Write", Source="Fringes", filename="[Project]/out/one.####.png") }}
""",
    )
    trusted.render(RenderJob(project=tmp_path / "a.ntp"), Engine(kind="embedded"))
    natron = Engine(kind="natron", executable=tmp_path / "none")
    monkeypatch.setenv("OFX_PLUGIN_PATH", str(tmp_path))
    with pytest.raises(MemecompError, match=r"Fringes is a memecomp\.Chromatic.*install it"):
        trusted.render(RenderJob(project=tmp_path / "a.ntp"), natron)
    (tmp_path / "our.ofx").write_bytes(b"memecomp.ChromaticAberration")
    with pytest.raises(MemecompError) as error:
        trusted.render(RenderJob(project=tmp_path / "a.ntp"), natron)
    assert "install it" not in str(error.value)


def test_too_little_disk_or_memory_is_told_with_numbers(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 3))
    monkeypatch.setattr(preflight, "_free_memory", lambda: 1000)
    said = complaint(project)
    assert "has 3 bytes free, and the frames need" in said
    assert "of memory at the very least" in said

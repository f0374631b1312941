"""Each line of the README's gallery does what it says, on small footage of those names."""

import re
import shlex
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from driver.project.document import read
from driver.project.lint import lint
from driver.project.template_store import template_folders, templates_folder
from models.download import pull
from ofx_helpers.media.video_writer import VideoWriter
from tests.driver.cli.run_cli import run_cli
from tests.ntp_templates.rendered import film_frames

README = Path(__file__).resolve().parents[2] / "README.md"
GALLERY = README.read_text().partition("## Templates gallery\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", GALLERY, re.DOTALL)
COMMANDS = [text.replace("\\\n", " ").strip() for kind, text in BLOCKS if kind == "sh"]


def footage(folder: Path) -> None:
    """A file of each name that the gallery mentions, of two frames."""
    frames = film_frames(2)
    for name in set(re.findall(r"[\w]+(?:\.####)?\.(?:mp4|png)", GALLERY)):
        if name.endswith(".mp4"):
            with VideoWriter(folder / name, (160, 90), Fraction(25)) as video:
                for frame in frames:
                    video.write(frame)
        else:
            for number, frame in enumerate(frames, 1):
                Image.fromarray(frame).save(folder / name.replace("####", f"{number:04}"))


def test_every_template_is_shown_with_its_sheet_and_its_line() -> None:
    for name in template_folders(templates_folder()):
        assert f"](ntp_templates/{name}/contact_sheet.png)" in GALLERY
        if name != "priority_composite":
            assert sum(f"template render {name} " in command for command in COMMANDS) == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: text.split()[3])
def test_a_line_of_the_gallery_works(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pull("u2netp")
    monkeypatch.chdir(tmp_path)
    footage(tmp_path)
    (tmp_path / "layers.toml").write_text(next(text for kind, text in BLOCKS if kind == "toml"))
    program, *words = shlex.split(command)
    assert program == "memecomp"
    said = run_cli(monkeypatch, capsys, *words)
    assert said.status == 0, said.error
    document = read(tmp_path / words[-1])
    assert lint(document) == []
    assert (document.format.width, document.format.height) == (160, 90)
    assert document.frame_range == (1, 2)
    # Natron reads a video as black unless the project says which frames it has.
    for node in document.nodes:
        name = node.params.get("filename")
        if name and str(name.values[0]).endswith(".mp4"):
            told = [node.params[end].values[0] for end in ("firstFrame", "lastFrame")]
            assert told == [1, 2]

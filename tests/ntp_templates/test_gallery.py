"""What holds for every template that comes along, whichever they are."""

from pathlib import Path

import pytest
from PIL import Image

from driver.gallery.contact_sheet import LIMIT
from driver.gallery.shows import SHOWS
from driver.project.template import load_template
from driver.project.template_store import templates_folder
from tests.ntp_templates.rendered import film_frames, rendered, save

NAMES = sorted(path.parent.name for path in templates_folder().glob("*/template.toml"))
COMPOSITE = "priority_composite"  # tested by itself: it needs more than files


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_a_contact_sheet_that_is_small_and_not_empty(name: str) -> None:
    path = templates_folder() / name / "contact_sheet.png"
    assert path.stat().st_size <= LIMIT
    with Image.open(path) as sheet:
        assert len(sheet.convert("RGB").getcolors(maxcolors=1 << 20) or ()) > 30
        assert sheet.width >= 400


def test_every_contact_sheet_can_be_drawn_again() -> None:
    assert set(NAMES) == set(SHOWS)


@pytest.mark.parametrize("name", [name for name in NAMES if name != COMPOSITE])
def test_files_size_and_frames_are_enough(name: str, tmp_path: Path) -> None:
    template = load_template(name)
    pattern = save(tmp_path, "picture", film_frames(2))
    needed = {key for key, p in template.parameters.items() if p.default is None and not p.optional}
    files = {key for key in needed if template.parameters[key].type == "file"}
    assert needed - files <= {"canvas_width", "canvas_height", "last"}
    frames = rendered(name, tmp_path, (1, 2), **dict.fromkeys(files, pattern))
    assert set(frames) == {1, 2}
    assert all(frame.shape == (90, 160, 3) and frame.std() > 10 for frame in frames.values())


@pytest.mark.parametrize("name", [name for name in NAMES if name != COMPOSITE])
def test_a_second_render_makes_the_same_pixels(name: str, tmp_path: Path) -> None:
    template = load_template(name)
    pattern = save(tmp_path, "picture", film_frames(1))
    files = [
        key
        for key, p in template.parameters.items()
        if p.type == "file" and p.default is None and not p.optional
    ]
    once, again = (rendered(name, tmp_path, **dict.fromkeys(files, pattern)) for _ in range(2))
    assert (once[1] == again[1]).all()

"""What holds for every template that comes along, whichever they are."""

from pathlib import Path

import pytest
from PIL import Image

from driver.gallery.contact_sheet import LIMIT
from driver.gallery.shows import SHOWS
from driver.prepare import prepared
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


def only_footage(name: str, folder: Path) -> dict[str, object]:
    """What must be given, and nothing else: files, and a list's entries at 2 and 4 metres."""
    pattern = save(folder, "picture", film_frames(2))
    given: dict[str, object] = {}
    for key, parameter in load_template(name).parameters.items():
        if parameter.required and parameter.type == "file":
            given[key] = pattern
        elif parameter.required and parameter.type == "list":
            others = [part for part, field in parameter.fields.items() if field.required]
            given[key] = [
                {part: pattern if part == "file" else metres for part in others}
                for metres in (2.0, 4.0)
            ]
    return given


@pytest.mark.parametrize("name", [name for name in NAMES if name != COMPOSITE])
def test_footage_is_enough_and_the_same_values_make_the_same_pixels(
    name: str, tmp_path: Path
) -> None:
    given = only_footage(name, tmp_path)
    values = prepared(load_template(name), given, tmp_path / "a.ntp")
    frames, again = (rendered(name, tmp_path, (1, 2), **values) for _ in range(2))
    for number in (1, 2):
        assert frames[number].shape == (90, 160, 3)
        assert frames[number].std() > 10
        assert (frames[number] == again[number]).all()

import tomllib
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.shot.commented import commented_toml
from driver.shot.resolve import presets, resolve, settings_names
from driver.shot.settings import Settings


def write(folder: Path, text: str) -> Path:
    path = folder / "shot.toml"
    path.write_text(text)
    return path


def test_later_sources_win_over_earlier_ones(tmp_path: Path) -> None:
    preset = tmp_path / "mine.toml"
    preset.write_text("[seam]\nfeather_px = 3\n[export]\ncrf = 20\n[bands]\ncontext_rows = 2\n")
    project = write(tmp_path, "[seam]\nfeather_px = 5\n[export]\ncrf = 21\n")
    found = resolve(project, str(preset), ["export.crf=22"])
    assert (found.bands.context_rows, found.seam.feather_px, found.export.crf) == (2, 5, 22)
    assert found.bands.factor == Settings().bands.factor


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("bands.facto=3", "unknown setting 'bands.facto' (did you mean 'bands.factor'?)"),
        ("band.factor=3", "unknown setting 'band' (did you mean 'bands'?)"),
        ("bands.factor=-1", "bands.factor: should be greater than 0, not -1"),
        ("seam.mode=poison", "seam.mode: should be 'crossfade' or 'poisson', not 'poison'"),
        ("bands.factor=four", "bands.factor: should be a whole number, not 'four'"),
        ("bands.factor=4.5", "bands.factor: should be a whole number, not 4.5"),
        ("bands=4", "bands: it is a section, not a value: set its keys, not 4"),
        ("name.first=1", "name: it is a value, not a section, so it has no 'first'"),
        ("name=5", "name: should be text in quotes, not 5"),
        ("canvas.width=999999", "canvas.width: should be less than or equal to 16384, not 999999"),
        ("align.scale=nan", "align.scale: should be a finite number, not nan"),
        (
            "align.measured_center_sample=[0,540]",
            "align.measured_center_sample: number 1 should be greater than 0, not 0",
        ),
        (
            "segment.face_box=[1,2,3]",
            "segment.face_box: number 4 is missing: give as many numbers as its comment says",
        ),
        ("export.crf=40", "export.crf: should be less than or equal to 22, not 40"),
    ],
)
def test_a_bad_setting_is_one_sentence_with_its_name(assignment: str, words: str) -> None:
    with pytest.raises(MemecompError) as error:
        resolve(None, None, [assignment])
    assert str(error.value) == f"--set {assignment}: {words}"


def test_an_assignment_without_a_value_says_how_to_write_it() -> None:
    with pytest.raises(MemecompError, match=r"write it as section.key=value"):
        resolve(None, None, ["bands.factor"])


def test_a_word_on_the_command_line_needs_no_quotes() -> None:
    assert resolve(None, None, ["seam.mode=poisson"]).seam.mode == "poisson"


def test_a_new_shot_toml_is_the_defaults_with_every_setting_in_it() -> None:
    text = commented_toml()
    assert Settings.model_validate(tomllib.loads(text)) == Settings()
    for name in settings_names():
        key = name.rpartition(".")[2]
        assert f"{key} =" in text or f"[{name}]" in text, name
    assert '# mode = "crossfade"  # crossfade | poisson' in text.splitlines()


def test_every_commented_default_can_be_switched_on() -> None:
    lines = commented_toml().splitlines()
    keys = {name.rpartition(".")[2] for name in settings_names()}
    text = "\n".join(
        line[2:]
        if line.startswith("# ") and line[2:].split(" = ")[0] in keys and " = " in line
        else line
        for line in lines
    )
    assert Settings.model_validate(tomllib.loads(text)) == Settings()


@pytest.mark.parametrize("name", presets())
def test_a_shipped_preset_is_valid(name: str) -> None:
    assert resolve(None, name) != Settings()


def test_an_unknown_preset_lists_the_near_one() -> None:
    with pytest.raises(MemecompError, match=r"no preset 'drafts' \(did you mean 'draft'\?\)"):
        resolve(None, "drafts")


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MemecompError, match=r"shot.toml is not valid TOML: .*line 2"):
        resolve(write(tmp_path, "[seam]\nfeather_px = = 3\n"))

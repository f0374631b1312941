"""What every template that comes along must be: a new folder is tested with no edit."""

import tomllib
from pathlib import Path

import pytest

from driver.batch.work import output_parameter
from driver.project.document import read
from driver.project.lint import lint
from driver.project.template import fill, load_template
from driver.project.template_check import check, examples
from driver.project.template_new import new_template
from driver.project.template_store import template_folders, templates_folder

NAMES = sorted(template_folders(templates_folder()))


def test_there_are_templates() -> None:
    assert "priority_composite" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_template_passes_its_check(name: str) -> None:
    assert check(load_template(name, templates_folder())).faults == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_says_what_it_is_for(name: str) -> None:
    assert load_template(name, templates_folder()).help.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_defaults_and_examples_are_values_of_their_parameters(name: str, tmp_path: Path) -> None:
    for parameter in load_template(name, templates_folder()).parameters.values():
        for value in (parameter.default, parameter.example):
            if value is not None:
                parameter.check(value, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_filled_template_survives_writing_and_reading(name: str, tmp_path: Path) -> None:
    template = load_template(name, templates_folder())
    document = fill(template, examples(template), tmp_path / "a.ntp")
    document.write(document.path)
    again = read(document.path)
    assert again.to_bytes() == document.to_bytes()
    assert any(node.plugin.endswith(".Viewer") for node in again.nodes)
    assert any(node.plugin.endswith(".Write") for node in again.nodes)


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_template_is_too_long_to_read(name: str) -> None:
    folder = template_folders(templates_folder())[name]
    for path in (folder / "template.ntp.j2", folder / "template.toml"):
        long = [line for line in path.read_text().splitlines() if len(line) > 110]
        assert not long, path
    known = {"help", "parameters", "prepare"}
    assert set(tomllib.loads((folder / "template.toml").read_text())) <= known


@pytest.mark.parametrize("ending", ["mov", "exr", "jpg"])
@pytest.mark.parametrize("name", NAMES)
def test_a_template_writes_videos_and_other_pictures_too(
    name: str, ending: str, tmp_path: Path
) -> None:
    template = load_template(name, templates_folder())
    values = examples(template)
    output = output_parameter(template, values, tmp_path)
    made = "a.mov" if ending == "mov" else f"a.####.{ending}"
    document = fill(template, {**values, output: tmp_path / made}, tmp_path / "a.ntp")
    assert lint(document) == []
    stored = [node.params.get("encodingPluginID") for node in document.nodes]
    codec = {"mov": "FFmpeg", "exr": "OIIO", "jpg": "OIIO"}[ending]
    assert f"fr.inria.openfx.Write{codec}" in [one.values[0] for one in stored if one]
    depths = [one.values[0] for node in document.nodes if (one := node.params.get("bitDepth"))]
    assert ending == "mov" or {"exr": "32f", "jpg": "8i"}[ending] in depths


@pytest.mark.parametrize("name", NAMES)
def test_a_project_of_a_template_becomes_a_template_again(name: str, tmp_path: Path) -> None:
    template = load_template(name, templates_folder())
    document = fill(template, examples(template), tmp_path / "a.ntp")
    document.write(document.path)
    told = new_template(read(document.path), tmp_path / "again")
    assert not [line for line in told if "differs" in line]

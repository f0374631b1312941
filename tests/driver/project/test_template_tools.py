"""Working with templates: where they lie, values from text, and the check."""

from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.project.template import fill, load_template
from driver.project.template_check import check, examples
from driver.project.template_store import template_folders
from driver.project.template_values import given_values, read_values
from ofx_helpers.media.images import read_rgb8, write_image
from tests.driver.project.make_template import BODY, TOML, make_template


def test_a_template_may_lie_anywhere(tmp_path: Path) -> None:
    made = make_template(tmp_path)
    found = load_template(str(tmp_path / "square"))
    assert (found.name, found.parameters) == ("square", made.parameters)


def test_a_persons_own_folder_of_templates_is_looked_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_template(tmp_path / "mine")
    make_template(tmp_path / "more", "circle")
    monkeypatch.setenv("MEMECOMP_TEMPLATES", f"{tmp_path}/mine:{tmp_path}/more")
    assert template_folders()["square"] == tmp_path / "mine" / "square"
    assert {"circle", "priority_composite"} <= set(template_folders())
    with pytest.raises(MemecompError, match=r"'squar' in .*/mine.*Near: square"):
        load_template("squar")


def test_an_own_template_imports_the_shared_macros(tmp_path: Path) -> None:
    body = '{% from "shared/macros.ntp.j2" import matte with context %}\n' + BODY
    body += '{{ matte("Matte", "Ground") }}\n'
    template = make_template(tmp_path, body=body)
    nodes = fill(template, {"last": 1}, tmp_path / "a.ntp").nodes
    assert "Matte" in [node.name for node in nodes]


def test_a_template_reads_nothing_beside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "beside.txt").write_text("hidden")
    template = make_template(tmp_path, body=BODY + "{% include 'beside.txt' %}")
    with pytest.raises(MemecompError, match=r"beside\.txt"):
        fill(template, {"last": 1}, tmp_path / "a.ntp")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("size=12", 12),
        ("colour=1,0,.5,1", [1.0, 0.0, 0.5, 1.0]),
        ("colour=[1, 0, 0, 1]", [1, 0, 0, 1]),
        ("moves=1:0,0 24:100,-50.5", [[1, 0, 0], [24, 100, -50.5]]),
        ("moves=[[1, 2, 3]]", [[1, 2, 3]]),
        ("how=plus", "plus"),
        ("flat=no", False),
        ("words=a = b", "a = b"),
        ("words=", ""),
        ("size=", None),
        ("file=[Project]/a.png", "[Project]/a.png"),
    ],
)
def test_text_is_read_by_the_parameters_type(tmp_path: Path, text: str, value: object) -> None:
    assert list(given_values(make_template(tmp_path), [text]).values()) == [value]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sise=3", "no parameter 'sise'. Near: size"),
        ("size", "write it as name=value"),
        ("size=big", "size: takes a whole number, not 'big'"),
        ("colour=1,red,0,1", "colour: takes a number, not 'red'"),
        ("colour=nan,0,0,1", "colour: takes a finite number"),
        ("colour=1,2", "colour: takes 4 numbers"),
        ("flat=maybe", "flat: takes true or false, not 'maybe'"),
        ("moves=1,2,3", "moves: takes frame:x,y with spaces between rows; '1,2,3' is none"),
        ("moves=1:2", "moves: takes rows of frame, x, y"),
        ("moves=[[1,", "moves: .* is no list"),
        ('moves=[["a", 1, 2]]', "moves: takes rows of numbers"),
        ("how=ovr", "how: no option 'ovr'. Near: over"),
        ("size=5000", "size: is at most 4096, not 5000"),
    ],
)
def test_what_is_no_value_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    template = make_template(tmp_path)
    with pytest.raises(MemecompError, match=words):
        fill(template, {"last": 1, **given_values(template, [text])}, tmp_path / "a.ntp")


def test_files_count_from_where_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = make_template(tmp_path)
    (tmp_path / "desk").mkdir()
    (tmp_path / "values.toml").write_text('file = "plates/a.png"\nsize = 8\n')
    monkeypatch.chdir(tmp_path / "desk")
    given = {"last": 1, **given_values(template, ["file=b.png"])}
    stored = fill(template, given, tmp_path / "out" / "a.ntp").nodes[1].params["filename"]
    assert stored.values == ("[Project]/../desk/b.png",)
    given = {"last": 1, **read_values(template, tmp_path / "values.toml")}
    stored = fill(template, given, tmp_path / "out" / "a.ntp").nodes[1].params["filename"]
    assert stored.values == ("[Project]/../plates/a.png",)


def test_set_counts_over_a_file_of_values(tmp_path: Path) -> None:
    template = make_template(tmp_path)
    file = tmp_path / "values.toml"
    file.write_text("size = 8\nlast = 3\n")
    assert given_values(template, ["size=9"], file) == {"size": 9, "last": 3}
    file.write_text("sise = 8\n")
    with pytest.raises(MemecompError, match=r"values.toml: .*'sise'. Near: size"):
        given_values(template, [], file)
    file.write_text("size = \n")
    with pytest.raises(MemecompError, match=r"values.toml is not valid TOML"):
        given_values(template, [], file)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('[parameters.a]\ntype = "choice"\nhelp = "A."', "a: type choice needs options"),
        ('[parameters.a]\ntype = "ints"\nhelp = "A."', "a: type ints needs length"),
        ('[parameters."a b"]\ntype = "int"\nhelp = "A."', "'a b' is no parameter"),
        ("[parameters]\na = 1", "'a' is no parameter"),
        ('[parameters.a]\ntype = "int"\nhelp = "A."\nexampel = 1', "no field 'exampel'. Near: exa"),
        ('hepl = "a"', "no field 'hepl'. Near: help"),
    ],
)
def test_a_fault_of_the_declaration_is_named(tmp_path: Path, toml: str, words: str) -> None:
    with pytest.raises(MemecompError, match=words):
        make_template(tmp_path, toml=toml)


def test_a_check_renders_the_first_frame_and_keeps_it_on_request(tmp_path: Path) -> None:
    template = make_template(tmp_path)
    found = check(template, keep=tmp_path / "kept")
    assert (found.faults, found.not_rendered) == ((), "")
    assert found.pictures == (tmp_path / "kept" / "frame" / "a.0001.png",)
    pixels = read_rgb8(found.pictures[0])
    assert pixels.shape == (64, 64, 3)
    np.testing.assert_allclose(pixels[3, 5], (255, 188, 137), atol=1)
    assert check(template).pictures == ()
    assert sorted(path.name for path in template.folder.iterdir()) == [
        "template.ntp.j2",
        "template.toml",
    ]


def test_an_example_file_lies_in_the_templates_folder(tmp_path: Path) -> None:
    toml = TOML.replace("optional = true", 'optional = true\nexample = "here.png"')
    template = make_template(tmp_path, toml=toml)
    assert examples(template)["file"] == str(template.folder / "here.png")
    said = check(template).not_rendered
    assert said == f"Read1 reads {template.folder}/here.png, which is not there"
    write_image(template.folder / "here.png", np.full((64, 64, 3), 200, np.uint8))
    found = check(template, keep=tmp_path / "kept")
    assert read_rgb8(found.pictures[0])[40, 40].tolist() == [200, 200, 200]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BODY.replace('"Constant"', '"Constand"'), "line 2: Natron has no node 'Constand'"),
        (BODY.replace('Source="Over" if file else "Ground",', ""), "line 8: Write1.*not connected"),
        (BODY.replace("out/a.####.png", "a.png"), "line 8: Write1.filename: .* no frame number"),
        (BODY.replace("color=colour,", ""), "template.toml, colour: template.ntp.j2 never uses it"),
        (BODY.replace("color=colour", "color=[0, 0, 0, 1]+colour[4:]"), "a.0001.png: .* is black"),
        (
            BODY.replace("{% endif %}", '{{ node("T", "Blur", Source="Ovr") }}\n{% endif %}'),
            "line 7, node T: input .* names 'Ovr'",
        ),
    ],
)
def test_a_check_finds_the_fault_and_its_line(tmp_path: Path, body: str, words: str) -> None:
    toml = TOML.replace("optional = true", 'optional = true\nexample = "here.png"')
    template = make_template(tmp_path, body=body, toml=toml)
    if "black" not in words:
        write_image(template.folder / "here.png", np.full((64, 64, 3), 200, np.uint8))
    else:
        template = make_template(tmp_path, body=body)
    with pytest.raises(AssertionError, match=words):
        assert not check(template).faults, " ".join(check(template).faults)


def test_a_check_also_leaves_out_what_may_be_left_out(tmp_path: Path) -> None:
    toml = TOML.replace("optional = true", 'optional = true\nexample = "here.png"')
    body = BODY + '{{ node("S", "Blur", Source="Ground", size=[file|length, 1]) }}\n'
    template = make_template(tmp_path, body=body, toml=toml)
    assert "line 11" in check(template).faults[0]


def test_a_parameter_that_must_be_given_needs_an_example(tmp_path: Path) -> None:
    template = make_template(tmp_path, toml=TOML.replace("example = 2\n", ""))
    assert "template.toml, last: has no default and no example" in check(template).faults[0]
    assert check(template, {"last": 1}).faults == ()

"""Templates: parameters, the sandbox, and errors with the author's own line."""

from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.project.document import Document
from driver.project.template import fill, load_template

TOML = """
help = "A test."
[parameters.size]
type = "int"
min = 1
default = 64
help = "Side."
[parameters.file]
type = "file"
optional = true
help = "A file."
[parameters.moves]
type = "keys"
columns = ["x", "y"]
default = [[1, 0, 0], [4, 3, 6]]
help = "Moves."
"""
HEAD = "{{ project(width=size, height=size, first=1, last=4, fps=25) }}\n"
GOOD = (
    HEAD
    + '{{ node("Ground", "Constant", color=[1, 0, 0, 1], extent="project") }}\n'
    + '{{ node("Move", "Transform", Source="Ground", translate=keys(moves, "x", "y")) }}\n'
)


def make(tmp_path: Path, body: str, **values: object) -> Document:
    folder = tmp_path / "templates" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.toml").write_text(TOML)
    (folder / "template.ntp.j2").write_text(body)
    template = load_template("test", tmp_path / "templates")
    return fill(template, values, tmp_path / "shot" / "comp.ntp")


def test_a_few_lines_make_a_whole_project(tmp_path: Path) -> None:
    document = make(tmp_path, GOOD)
    assert [node.name for node in document.nodes] == ["Ground", "Move"]
    assert document.format.width == 64
    assert document.frame_range == (1, 4)
    assert document.fps == 25
    assert b"<NodesCount>2</NodesCount>" in document.to_bytes()


def test_the_same_values_make_the_same_bytes(tmp_path: Path) -> None:
    assert make(tmp_path, GOOD).to_bytes() == make(tmp_path, GOOD).to_bytes()


def test_only_what_differs_from_the_default_is_stored(tmp_path: Path) -> None:
    body = HEAD + '{{ node("Move", "Transform", translate=[0, 0], filter="cubic", rotate=3) }}'
    assert list(make(tmp_path, body).nodes[0].params) == ["rotate"]


def test_an_expression_is_written_where_natron_reads_it(tmp_path: Path) -> None:
    body = HEAD + '{{ node("M", "Transform", translate=expression("frame", ""), rotate=3) }}'
    params = make(tmp_path, body).nodes[0].params
    assert params["translate"].expressions == ("frame", "")
    assert params["translate"].values == (0.0, 0.0)
    assert params["rotate"].values == (3.0,)


def test_a_connected_mask_is_switched_on(tmp_path: Path) -> None:
    body = HEAD + '{{ node("M", "Roto") }}{{ node("G", "Grade", Mask="M") }}'
    params = make(tmp_path, body).nodes[1].params
    assert params["enableMask_Mask"].values == (True,)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{{ node("A", "Mrege") }}', "line 2: Natron has no node 'Mrege'. Near: Merge"),
        ('{{ node("A", "Merge", operaton="over") }}', "line 2, node A: .*'operaton'. Near: oper"),
        ('{{ node("A", "Merge", operation="ovr") }}', "line 2, node A: .*'ovr'. Near: over"),
        ('{{ node("A", "Merge", B="Nobody") }}', "line 2, node A: input B names 'Nobody'"),
        ('{{ node("A", "Transform", translate=expression("x")) }}', "node A: .* 2 expression"),
        ('{{ node("A", "Transform", translate=1) }}', "line 2, node A: translate takes 2"),
        ('{{ node("A", "Merge", mix=sise) }}', "line 2: 'sise' is undefined. Near: size"),
        ('{{ node("A", "Merge", mix=2) }}', "line 2, node A: mix is at most 1, not 2"),
        ('{{ node("A B", "Merge") }}', "line 2, node A B: 'A B' is no name"),
        ('{{ node("A", "Dot") }}\n{{ node("A", "Dot") }}', "line 3, node A: Two nodes are named"),
        ("{% if %}", "line 2: "),
        ("{{ nod() }}", "line 2: 'nod' is undefined"),
        ("{{ node() }}", "line 2: .*missing 2 required"),
        ("<node", "does not make a well-formed outline"),
        ('{{ node("R", "Roto", shapes=[shape("S", [[0, 0]])]) }}', "line 2, node R: shape S needs"),
    ],
)
def test_a_fault_names_the_templates_own_line(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(MemecompError, match=words) as caught:
        make(tmp_path, HEAD + line)
    assert "template.ntp.j2" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sise": 3}, "no parameter 'sise'. Near: size"),
        ({"size": 0}, "size: is at least 1, not 0"),
        ({"size": 2.5}, "size: takes a whole number"),
        ({"file": 3}, "file: takes a value of type file"),
        ({"moves": [[1, 2]]}, "moves: takes rows of frame, x, y"),
    ],
)
def test_a_wrong_value_names_the_parameter(
    tmp_path: Path, values: dict[str, object], words: str
) -> None:
    with pytest.raises(MemecompError, match=words):
        make(tmp_path, GOOD, **values)


def test_an_unknown_template_lists_near_ones() -> None:
    with pytest.raises(MemecompError, match=r"Near: priority_composite"):
        load_template("priority_composit")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ node.__func__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../secret' %}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(tmp_path: Path, attack: str) -> None:
    (tmp_path / "secret").write_text("hidden")
    with pytest.raises(MemecompError):
        make(tmp_path, HEAD + attack)


def test_text_with_markup_stays_text(tmp_path: Path) -> None:
    body = HEAD + """{{ node("A", "Dot", note='<node name="B"/> & "quotes"') }}"""
    document = make(tmp_path, body)
    assert [node.name for node in document.nodes] == ["A"]
    assert document.nodes[0].params["userTextArea"].values == ('<node name="B"/> & "quotes"',)


def test_files_are_stored_relative_to_the_project(tmp_path: Path) -> None:
    body = HEAD + '{{ node("R", "Read", filename=file) }}'
    for given, stored in (
        (tmp_path / "shot" / "a" / "x.####.png", "[Project]/a/x.####.png"),
        (tmp_path / "plates" / "x.png", "[Project]/../plates/x.png"),
        ("b/x.png", "[Project]/b/x.png"),
        ("[Project]/c.png", "[Project]/c.png"),
    ):
        document = make(tmp_path, body, file=given)
        assert document.nodes[0].params["filename"].values == (stored,)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% for one in range(10 ** 9) %}a{% endfor %}", "Range too big"),
        ('{{ "a" * 10 ** 10 }}', "makes 10000000000; up to 1000000 may be"),
        ("{{ 9 ** 1000 }}", "64 is the highest power"),
        ('{% include "nothing.j2" %}', "there is no file nothing.j2 in"),
    ],
)
def test_what_no_machine_can_do_is_a_sentence_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(MemecompError, match=r"template\.ntp\.j2, line 3: ") as error:
        make(tmp_path, f"{HEAD}\n{line}\n")
    assert said in str(error.value)


def test_missing_footage_is_told_before_what_would_be_measured_on_it(tmp_path: Path) -> None:
    with pytest.raises(MemecompError, match="Template glow, source_file: must be given"):
        fill(load_template("glow"), {}, tmp_path / "glow.ntp")

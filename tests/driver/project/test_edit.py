"""Changes touch what they name and nothing else."""

import difflib
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.project.document import Document, read
from driver.project.edit import add_node, connect, find_node, set_param
from driver.project.keys import animate
from driver.render.graph import graph_of


@pytest.fixture
def document(natron: Path) -> Document:
    return read(natron / "golden/projects/fg_restyle.ntp")


def changed_lines(document: Document) -> tuple[list[str], list[str]]:
    before = document.path.read_text().splitlines()
    after = document.to_bytes().decode().splitlines()
    lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    removed = [line[1:].strip() for line in lines if line.startswith("-")]
    added = [line[1:].strip() for line in lines if line.startswith("+")]
    return removed, added


def test_a_stored_value_changes_in_one_line(document: Document) -> None:
    set_param(document, "TR", "translate", [7, 0])
    removed, added = changed_lines(document)
    assert removed == ["<Value>3.00000000000000000e+00</Value>"]
    assert added == ["<Value>7.00000000000000000e+00</Value>"]


def test_a_default_that_gets_a_value_is_stored_and_counted(document: Document) -> None:
    set_param(document, "TR", "filter", "mitchell")
    removed, added = changed_lines(document)
    assert removed == ["<KnobsCount>2</KnobsCount>"]
    assert added[0] == "<KnobsCount>3</KnobsCount>"
    assert "<ChoiceLabel>mitchell</ChoiceLabel>" in added
    assert "<Value>7</Value>" in added


def test_a_default_set_to_itself_changes_nothing(document: Document) -> None:
    set_param(document, "TR", "filter", "cubic")
    assert changed_lines(document) == ([], [])


def test_a_choice_changes_its_index_and_its_id(document: Document) -> None:
    set_param(document, "S", "outputR", "0")
    _removed, added = changed_lines(document)
    assert added == ["<Value>4</Value>", "<ChoiceLabel>0</ChoiceLabel>"]


def test_a_value_becomes_animated_and_still_again(document: Document) -> None:
    original = document.to_bytes()
    set_param(document, "TR", "translate", [animate([(1, 3), (5, 9)]), 0])
    (x, _y) = graph_of(document).nodes["TR"].params["translate"]
    assert [key.value for key in x.keys] == [3, 9]  # type: ignore[union-attr]
    set_param(document, "TR", "translate", [3, 0])
    assert document.to_bytes() == original


def test_connections_change_and_go(document: Document) -> None:
    connect(document, "KM", "A", "H")
    connect(document, "KM", "Mask", None)
    assert find_node(document, "KM").inputs == {"A": "H", "B": "A"}
    assert "<count>2</count>" in document.to_bytes().decode()


def test_a_new_node_is_counted_and_connected(document: Document, tmp_path: Path) -> None:
    add_node(document, "Soft", "Blur", {"size": [2, 2]}, {"Source": "H"})
    document.write(tmp_path / "new.ntp")
    again = read(tmp_path / "new.ntp")
    assert find_node(again, "Soft").inputs == {"Source": "H"}
    assert graph_of(again).nodes["Soft"].params["size"] == (2.0, 2.0)
    assert b"<NodesCount>8</NodesCount>" in again.to_bytes()


def test_a_failed_change_leaves_the_project_as_it_was(document: Document) -> None:
    original = document.to_bytes()
    for change in (
        lambda: set_param(document, "TR", "translate", [1, 2, 3]),
        lambda: set_param(document, "TR", "trnslate", [1, 2]),
        lambda: set_param(document, "TRR", "translate", [1, 2]),
        lambda: connect(document, "KM", "Bg", "A"),
        lambda: connect(document, "KM", "A", "Nobody"),
        lambda: add_node(document, "New", "Blur", {}, {"Source": "Nobody"}),
        lambda: add_node(document, "A", "Blur", {}, {}),
    ):
        with pytest.raises(MemecompError):
            change()
        assert document.to_bytes() == original


def test_a_project_of_an_older_natron_gets_no_new_fields(document: Document) -> None:
    for element in document.root.iter():
        if element.get("version") == "15":
            element.set("version", "14")
    with pytest.raises(MemecompError, match=r"another version of Natron"):
        set_param(document, "TR", "filter", "mitchell")


def test_a_parameter_of_a_group_of_its_own_can_be_set(natron: Path) -> None:
    document = read(natron / "golden/projects/pyplug_glow.ntp")
    set_param(document, "N", "Bloomfilter", "box")
    assert find_node(document, "N").params["Bloomfilter"].values == ("box",)

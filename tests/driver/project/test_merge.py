"""A project that a person edited takes what was generated since, and loses nothing."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.project.document import Document, read
from driver.project.lint import lint
from driver.project.merge import Merged, merge
from driver.project.merge_report import conflict_lines, data, lines, summary
from driver.project.node import ProjectNode
from driver.render.graph import graph_of
from ofx_helpers.engine.curve import Curve
from tests.driver.project.three_ways import edited, generated, saved_by_natron

Change = tuple[str, str]
SIZE = re.compile(r"(<Name>size</Name>.*?<Value>)3\.0+e\+00(</Value>)", re.DOTALL)


def node(document: Document, path: str) -> ProjectNode:
    return next(one for one in document.all_nodes() if one.path == path)


def value(document: Document, path: str, name: str) -> object:
    return node(document, path).params[name].values


def where(changes: list[object]) -> list[str]:
    return [change.where for change in changes]  # type: ignore[attr-defined]


def merged(
    folder: Path, ours: Callable[[Path], Document], *changes: Change, width: int = 64
) -> Merged:
    """What a person's project becomes; the result is read again from its file."""
    found = merge(
        generated(folder / "base"),
        generated(folder / "new", *changes, width=width),
        ours(folder / "ours"),
    )
    found.document.write(folder / "merged.ntp")
    again = read(folder / "merged.ntp")
    assert lint(again) == []
    graph_of(again)
    found.document = again
    return found


def unedited(folder: Path) -> Document:
    return saved_by_natron(folder, "unedited")


def by_natron(folder: Path) -> Document:
    return saved_by_natron(folder, "edited")


def test_a_project_that_natron_only_saved_again_has_no_edit(tmp_path: Path) -> None:
    found = merged(tmp_path, unedited)
    assert (found.kept, found.taken, found.conflicts) == ([], [], [])


def test_a_project_that_natron_only_saved_again_takes_everything(tmp_path: Path) -> None:
    found = merged(tmp_path, unedited, ("mix=0.9", "mix=0.5"), ("last=4", "last=9"), width=80)
    assert (found.kept, found.conflicts) == ([], [])
    assert value(found.document, "Over", "mix") == (0.5,)
    assert found.document.frame_range == (1, 9)
    assert found.document.format.width == 80


def test_edits_made_in_natron_and_changes_of_the_settings_are_both_there(tmp_path: Path) -> None:
    found = merged(
        tmp_path,
        by_natron,
        ("mix=0.9", "mix=0.5"),
        ("[4, 30]", "[4, 60]"),
        ("rectangle(50, 30, 60, 40)", "rectangle(50, 30, 62, 42)"),
        ('{{ node("Write1"', '{{ node("Film", "Saturation", Source="Over") }}{{ node("Write1"'),
    )
    ours = found.document
    assert found.conflicts == []
    assert value(ours, "Move", "translate") == (7.0, 1.0)
    assert value(ours, "Grade", "gamma")[0] == 1.25  # type: ignore[index]
    assert value(ours, "Look.Soft", "size") == (5.0, 3.0)
    assert node(ours, "Write1").inputs == {"Source": "Mine"}
    assert node(ours, "Mine").inputs == {"Source": "Over"}
    assert "mine" in str(value(ours, "Write1", "userTextArea")[0])  # type: ignore[index]
    shapes = {shape.name: shape for shape in node(ours, "Matte").shapes}
    assert (shapes["Box"].points[0].x, shapes["Box"].points[0].y) == (9, 8)
    assert (shapes["Dot"].points[2].x, shapes["Dot"].points[2].y) == (62, 42)
    assert value(ours, "Over", "mix") == (0.5,)
    curve = value(ours, "Move", "rotate")[0]  # type: ignore[index]
    assert isinstance(curve, Curve)
    assert [key.value for key in curve.keys] == [0, 60]
    assert node(ours, "Film").inputs == {"Source": "Over"}
    assert where(found.kept) == [
        "Matte, shape Box",
        "Move.translate",
        "Look.Soft.size",
        "Grade.gamma",
        "Write1 ← Source",
        "Write1.userTextArea",
        "Mine",
    ]
    assert where(found.taken) == ["Film", "Matte, shape Dot", "Move.rotate", "Over.mix"]


def test_a_merge_again_changes_nothing(tmp_path: Path) -> None:
    change = ("mix=0.9", "mix=0.5")
    found = merged(tmp_path, by_natron, change)
    again = merge(generated(tmp_path / "a"), generated(tmp_path / "b", change), found.document)
    assert (again.taken, again.conflicts) == ([], [])
    assert again.document.to_bytes() == found.document.to_bytes()


@pytest.mark.parametrize(
    ("change", "at", "ours", "theirs"),
    [
        (("translate=[2, 1]", "translate=[3, 1]"), "Move.translate", "7, 1", "3, 1"),
        (("size=[3, 3]", "size=[4, 4]"), "Look.Soft.size", "5, 3", "4, 4"),
        (("translate=[2, 1], ", ""), "Move.translate", "7, 1", "the default"),
        (
            ("rectangle(10, 10, 40, 30)", "rectangle(11, 10, 40, 30)"),
            "Matte, shape Box",
            "a shape of 4 points",
            "a shape of 4 points",
        ),
        (
            ('"Write1", "Write", Source="Over"', '"Write1", "Write", Source="Grade"'),
            "Write1 ← Source",
            "Mine",
            "Grade",
        ),
    ],
)
def test_where_both_changed_the_persons_stays_and_the_generated_is_listed(
    tmp_path: Path, change: Change, at: str, ours: str, theirs: str
) -> None:
    found = merged(tmp_path, by_natron, change)
    assert [(one.where, one.edited, one.generated) for one in found.conflicts] == [
        (at, ours, theirs)
    ]
    assert value(found.document, "Move", "translate") == (7.0, 1.0)
    assert value(found.document, "Look.Soft", "size") == (5.0, 3.0)
    assert node(found.document, "Matte").shapes[0].points[0].y == 8
    assert node(found.document, "Write1").inputs == {"Source": "Mine"}


def test_the_same_change_on_both_sides_is_no_conflict(tmp_path: Path) -> None:
    found = merged(tmp_path, by_natron, ("translate=[2, 1]", "translate=[7, 1]"))
    assert found.conflicts == []
    assert value(found.document, "Move", "translate") == (7.0, 1.0)


def test_a_node_that_is_no_longer_generated_goes_unless_it_was_edited(tmp_path: Path) -> None:
    grade = '{{ node("Grade", "Grade", Source="Look", multiply=[0.9, 1, 1.1, 1]) }}\n'
    changes = ((grade, ""), ('A="Grade"', 'A="Look"'))
    found = merged(tmp_path / "plain", unedited, *changes)
    assert "Grade" not in [one.name for one in found.document.nodes]
    assert found.conflicts == []
    found = merged(tmp_path / "edited", by_natron, *changes)
    assert value(found.document, "Grade", "gamma")[0] == 1.25  # type: ignore[index]
    assert [(one.where, one.edited, one.generated) for one in found.conflicts] == [
        ("Grade", "edited", "removed")
    ]
    assert node(found.document, "Over").inputs["A"] == "Look"


def remove_grade(folder: Path) -> Document:
    """A person takes Grade out and connects Over to Look."""
    text = edited(folder).path.read_text()
    start = text.index("<Plugin_label>Grade<")
    start = text.rindex("\t\t<item", 0, start)
    end = text.index("\t\t<item", text.index("<CacheID>Grade<", start))
    text = text[:start] + text[end:]
    text = text.replace("<second>Grade</second>", "<second>Look</second>")
    count = re.search(r"<NodesCount>(\d+)<", text)
    assert count
    text = text.replace(count[0], f"<NodesCount>{int(count[1]) - 1}<", 1)
    (folder / "edited.ntp").write_text(text)
    return read(folder / "edited.ntp")


def test_a_node_that_the_person_removed_stays_removed(tmp_path: Path) -> None:
    found = merged(tmp_path / "a", remove_grade, ("mix=0.9", "mix=0.5"))
    assert "Grade" not in [one.name for one in found.document.nodes]
    assert found.conflicts == []
    assert "Grade" in where(found.kept)
    found = merged(tmp_path / "b", remove_grade, ("multiply=[0.9,", "multiply=[0.8,"))
    assert [(one.where, one.edited, one.generated) for one in found.conflicts] == [
        ("Grade", "removed", "changed")
    ]


def test_a_new_node_that_reads_a_removed_one_is_left_open_and_listed(tmp_path: Path) -> None:
    more = '{{ node("More", "Invert", Source="Grade") }}{{ node("Write1"'
    found = merge(
        generated(tmp_path / "base"),
        generated(tmp_path / "new", ('{{ node("Write1"', more)),
        remove_grade(tmp_path / "ours"),
    )
    assert node(found.document, "More").inputs == {}
    assert where(found.conflicts) == ["More ← Source"]
    assert "Grade is not there" in conflict_lines(found)[0]


def test_two_nodes_of_one_name_are_both_kept(tmp_path: Path) -> None:
    new = '{{ node("Mine", "Invert", Source="Over") }}{{ node("Write1"'
    changes = (
        ('{{ node("Write1"', new),
        ('"Viewer", **{"1": "Over"}', '"Viewer", **{"1": "Mine"}'),
    )
    found = merged(tmp_path, by_natron, *changes)
    assert node(found.document, "Mine").plugin == "net.sf.openfx.SaturationPlugin"
    assert node(found.document, "Mine2").plugin == "net.sf.openfx.Invert"
    assert node(found.document, "Write1").inputs == {"Source": "Mine"}
    assert "it is Mine2 now" in conflict_lines(found)[0]


def test_what_is_new_in_a_group_comes_into_the_group(tmp_path: Path) -> None:
    change = (
        'output="Soft", In="Move") %}',
        'output="Turn", In="Move") %}{{ node("Turn", "Mirror", Source="Soft", flop=true) }}',
    )
    found = merged(tmp_path, by_natron, change)
    assert node(found.document, "Look.Turn").inputs == {"Source": "Soft"}
    assert node(found.document, "Look.Output1").inputs == {"Source": "Turn"}
    assert value(found.document, "Look.Soft", "size") == (5.0, 3.0)


def places(document: Document) -> dict[str, tuple[float, float]]:
    items = document.root.findall("ProjectGui/NodesGui/item")
    return {
        str(item.findtext("Name")): (
            float(item.findtext("X_position") or 0),
            float(item.findtext("Y_position") or 0),
        )
        for item in items
    }


def test_a_node_that_was_moved_stays_and_the_others_follow(tmp_path: Path) -> None:
    def move(folder: Path) -> Document:
        document = edited(folder)
        for item in document.root.findall("ProjectGui/NodesGui/item"):
            if item.findtext("Name") == "Grade":
                item.find("X_position").text = "900"  # type: ignore[union-attr]
        document.write(folder / "edited.ntp")
        return read(folder / "edited.ntp")

    more = '{{ node("More", "Invert", Source="Bars") }}{% endcall %}'
    change = ('{% endcall %}\n{{ node("Matte"', more + '\n{{ node("Matte"')
    found = merged(tmp_path, move, change)
    new = places(generated(tmp_path / "again", change))
    got = places(found.document)
    assert got["Grade"][0] == 900
    assert where(found.kept) == ["Grade, its place"]
    assert set(got) == set(new) == {one.name for one in found.document.nodes}
    assert {name: got[name] for name in got if name != "Grade"} == {
        name: new[name] for name in new if name != "Grade"
    }


def test_a_project_saved_without_a_window_gets_its_graph_and_viewer_back(tmp_path: Path) -> None:
    found = merged(tmp_path, by_natron)
    assert found.document.root.findtext("Background_project") == "0"
    got = places(found.document)
    assert set(got) == {one.name for one in found.document.nodes}
    assert "Viewer1" in got
    assert got["Over"] == places(generated(tmp_path / "again"))["Over"]
    assert got["Mine"] not in [got[name] for name in got if name != "Mine"]


def test_an_expression_of_a_person_is_kept_and_conflicts_as_a_value_does(tmp_path: Path) -> None:
    def express(folder: Path) -> Document:
        text = edited(folder).path.read_text()
        before, after = text.split("<Name>translate</Name>")
        after = after.replace("<Expression></Expression>", "<Expression>frame * 2</Expression>", 1)
        (folder / "edited.ntp").write_text(f"{before}<Name>translate</Name>{after}")
        return read(folder / "edited.ntp")

    found = merged(tmp_path / "a", express, ("mix=0.9", "mix=0.5"))
    assert node(found.document, "Move").params["translate"].expressions == ("frame * 2", "")
    assert found.conflicts == []
    found = merged(tmp_path / "b", express, ("translate=[2, 1]", "translate=[3, 1]"))
    assert conflict_lines(found) == [
        "conflict at Move.translate: yours is kept (= frame * 2, 1), generated is 3, 1 "
        "(before: 2, 1)"
    ]


def test_frames_and_format_that_a_person_changed_stay(tmp_path: Path) -> None:
    def longer(folder: Path) -> Document:
        return edited(folder, ("<Value>4</Value>", "<Value>20</Value>"))

    found = merged(tmp_path, longer, ("last=4", "last=9"), width=80)
    assert found.document.frame_range == (1, 20)
    assert where(found.conflicts) == ["project.frameRange"]
    assert found.document.format.width == 80


def test_none_of_the_three_is_changed(tmp_path: Path) -> None:
    base, new, ours = (
        generated(tmp_path / "base"),
        generated(tmp_path / "new", ("mix=0.9", "mix=0.5")),
        by_natron(tmp_path),
    )
    before = [one.to_bytes() for one in (base, new, ours)]
    merge(base, new, ours)
    assert [one.to_bytes() for one in (base, new, ours)] == before


def test_a_project_of_another_natron_is_refused(tmp_path: Path) -> None:
    older = edited(tmp_path, ('version="14"', 'version="12"'))
    base = generated(tmp_path / "base")
    with pytest.raises(MemecompError, match=r"edited.ntp was saved by another version of Natron"):
        merge(base, base, older)


def test_the_report_has_words_and_data(tmp_path: Path) -> None:
    change = ("translate=[2, 1]", "translate=[3, 1]")
    found = merged(tmp_path, by_natron, change, ("mix=0.9", "mix=0.5"))
    assert summary(found) == "7 edits kept, 1 generated change put in, 1 conflict"
    assert "taken: Over.mix: 0.9 → 0.5" in lines(found)
    assert "kept: Mine: not there → added" in lines(found)
    rows = json.loads(json.dumps(data(found)))
    assert rows["conflicts"] == [
        {"where": "Move.translate", "before": "2, 1", "edited": "7, 1", "generated": "3, 1"}
    ]

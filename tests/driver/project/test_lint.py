"""Each fault is found, and what Natron saves has none."""

from pathlib import Path

import pytest

from driver.project.boost import child_of
from driver.project.document import Document, read
from driver.project.lint import lint
from tests.driver.render.small_project import small_project

GOOD = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Move", "Transform", Source="Read1", translate=[1, 2], filter="box") }}
{{ node("Blend", "Merge", A="Move", B="Read1", operation="plus", mix=0.5) }}
{{ node("Write1", "Write", Source="Blend", filename="[Project]/out/a.####.png") }}
"""


def faults(document: Document) -> list[str]:
    return [str(fault) for fault in lint(document)]


def changed(tmp_path: Path, old: str, new: str) -> list[str]:
    """The faults after one piece of the project's text is another."""
    small_project(tmp_path, GOOD)
    path = tmp_path / "a.ntp"
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))
    return faults(read(path))


def test_a_good_project_has_none(tmp_path: Path) -> None:
    assert faults(small_project(tmp_path, GOOD)) == []


def test_what_natron_saved_has_none(saved: list[Path]) -> None:
    found = [f"{path.name}: {fault}" for path in saved for fault in faults(read(path))]
    # The window's own example reads from where it was made, and Natron's Text plug-in is no fault.
    assert found == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("sf.openfx.MergePlugin", "sf.openfx.MargePlugin", "Blend: no plug-in net.sf.openfx.Mar"),
        (">mix<", ">mxi<", "Blend.mxi: Merge has no such parameter. Near: mix."),
        ("<Type>Choice<", "<Type>Double<", "Move.filter: wrong type: "),
        (">5.00000000000000000e-01<", ">much<", "Blend.mix: wrong type: The value of mix is no"),
        (">5.00000000000000000e-01<", ">5<", "Blend.mix: out of range: 5, it is at most 1."),
        (">plus<", ">plas<", "Blend.operation: no option 'plas'. Near: plus"),
        ("<second>Blend<", "<second>Blond<", "Write1.Source: it names 'Blond', which is not there"),
        ("[Project]/in.png", "/film/in.png", "Read1.filename: the absolute path /film/in.png"),
        ("[Project]/in.png", "C:\\film\\in.png", "Read1.filename: the absolute path C:\\film"),
        ("a.####.png", "a.png", "Write1.filename: [Project]/out/a.png has no frame number"),
    ],
)
def test_a_fault_is_named_by_node_and_parameter(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    found = changed(tmp_path, old, new)
    assert any(line.startswith(fault) for line in found), found


def test_an_input_that_a_write_needs_must_be_connected(tmp_path: Path) -> None:
    body = GOOD.replace('Source="Read1", translate', "translate")
    assert faults(small_project(tmp_path, body)) == [
        "Move.Source: not connected, though a Write shows this node."
    ]


@pytest.mark.parametrize("maker", ["Constant", "Text", "Texture"])
def test_what_makes_its_own_picture_needs_no_input(tmp_path: Path, maker: str) -> None:
    body = GOOD.replace('A="Move"', 'A="Made"') + f'{{{{ node("Made", "{maker}") }}}}'
    assert faults(small_project(tmp_path, body)) == []


def test_a_spare_node_may_stay_unconnected(tmp_path: Path) -> None:
    assert faults(small_project(tmp_path, GOOD + '{{ node("Spare", "Blur") }}')) == []


def test_one_frame_needs_no_number_and_a_video_neither(tmp_path: Path) -> None:
    one = small_project(tmp_path, GOOD.replace(".####", ""), "one.ntp", frames=1)
    assert faults(one) == []
    video = small_project(tmp_path, GOOD.replace(".####.png", ".mov"), "video.ntp")
    assert faults(video) == []


def test_an_expression_that_is_not_computed_is_named(tmp_path: Path) -> None:
    document = small_project(tmp_path, GOOD)
    knob = next(k for k in document.nodes[2].knobs() if k.findtext("Name") == "mix")
    child_of(child_of(knob, "item"), "Expression").text = "__import__('os')"
    (fault,) = faults(document)
    assert fault.startswith("Blend.mix: the expression \"__import__('os')\": it calls __import__()")

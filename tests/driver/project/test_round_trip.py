"""Reading a project that Natron saved and writing it again keeps every byte."""

from pathlib import Path

import pytest
from lxml import etree

from driver.errors import MemecompError
from driver.project import boost, classes
from driver.project.document import read
from driver.project.params import read_curve

HEAD = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<!DOCTYPE boost_serialization>
"""


def test_every_project_that_natron_saved_is_written_back_byte_for_byte(saved: list[Path]) -> None:
    assert len(saved) == 156
    different = [path.name for path in saved if read(path).to_bytes() != path.read_bytes()]
    assert different == []


def test_class_numbers_made_from_nothing_equal_those_of_natron(saved: list[Path]) -> None:
    for path in saved:
        root = read(path).root
        for element in root.iterdescendants():
            element.attrib.clear()
        classes.number(root)
        assert boost.serialize(root) == path.read_bytes(), path.name


def test_a_part_that_nobody_knows_is_kept_with_its_class_number(tmp_path: Path) -> None:
    path = tmp_path / "odd.ntp"
    path.write_bytes(
        HEAD + b'<boost_serialization signature="serialization::archive" version="18">\n'
        b'<Project class_id="0" tracking_level="0" version="6">\n'
        b'\t<Wonder class_id="1" tracking_level="0" version="9">\n'
        b"\t\t<Text>a &lt;b&gt; &quot;c&quot; &apos;d&apos;  </Text>\n"
        b"\t</Wonder>\n"
        b'\t<NodesCollection class_id="2" tracking_level="0" version="1">\n'
        b"\t\t<NodesCount>0</NodesCount>\n"
        b"\t</NodesCollection>\n"
        b"</Project>\n</boost_serialization>\n\n"
    )
    assert read(path).to_bytes() == path.read_bytes()


def test_removing_the_first_of_a_type_moves_its_class_number_to_the_next(natron: Path) -> None:
    document = read(natron / "golden/projects/grade.ntp")
    nodes = document.project.find("NodesCollection")
    assert nodes is not None
    nodes.remove(document.nodes[0].element)
    document.to_bytes()
    first = document.nodes[0].element
    assert dict(first.attrib) == {"class_id": "2", "tracking_level": "0", "version": "15"}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "not a whole Natron project"),
        (b"<boost_serialization>", "not a whole Natron project"),
        (b"<svg/>", "starts with <svg>"),
        (b"<boost_serialization/>", "no <Project>"),
        (b"<boost_serialization><Project/></boost_serialization>", "no <NodesCollection>"),
        (
            b"<boost_serialization>" + b"<a>" * 240 + b"</a>" * 240 + b"</boost_serialization>",
            "nest",
        ),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><boost_serialization>&b;</boost_serialization>',
            "entities",
        ),
    ],
)
def test_what_is_no_project_is_refused_in_a_sentence(
    tmp_path: Path, body: bytes, word: str
) -> None:
    path = tmp_path / "bad.ntp"
    path.write_bytes(body)
    with pytest.raises(MemecompError, match=word) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_file_outside_is_never_read_through_an_entity(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden")
    path = tmp_path / "outside.ntp"
    path.write_text(
        f'<!DOCTYPE a SYSTEM "file://{tmp_path}/secret"><boost_serialization><Project>'
        "<NodesCollection><NodesCount>0</NodesCount></NodesCollection>"
        "</Project></boost_serialization>"
    )
    assert b"hidden" not in read(path).to_bytes()


def test_an_unwritable_folder_is_one_sentence_and_leaves_nothing(
    natron: Path, tmp_path: Path
) -> None:
    document = read(natron / "golden/projects/grade.ntp")
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(MemecompError, match=r"Cannot write .*a\.ntp: a part of its path is a file"):
        document.write(tmp_path / "taken" / "a.ntp")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_slopes_that_natron_could_not_compute_are_0() -> None:
    # It writes "-nan" for a closed curve with a key at both ends.
    key = "<item><Time>6</Time><Value>1</Value><RightDerivative>-nan</RightDerivative></item>"
    text = f"<Curve><KeyFrameSet><count>1</count>{key}</KeyFrameSet></Curve>"
    (last,) = read_curve(etree.fromstring(text)).keys
    assert (last.time, last.left, last.right) == (6, 0, 0)
    with pytest.raises(MemecompError, match="not finite"):
        read_curve(etree.fromstring(text.replace(">6<", ">nan<")))

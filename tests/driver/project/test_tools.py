"""Looking at projects, comparing, drawing, collecting and changing them."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from driver.errors import MemecompError
from driver.project.assign import assign, save_with_backup
from driver.project.boost import text_of
from driver.project.collect import collect
from driver.project.diff import diff
from driver.project.document import read
from driver.project.files import files
from driver.project.inspect import inspect, lines
from driver.project.lint import lint
from driver.project.svg import graph_svg
from driver.render.base import RenderJob
from driver.render.embedded import EmbeddedRenderer
from ofx_helpers.media.images import read_image, write_image
from tests.driver.render.small_project import small_project

BODY = """{{ node("Still", "Read", filename="[Project]/in.png") }}
{{ node("Moving", "Read", filename="[Project]/../plates/seq.####.png", lastFrame=2) }}
{{ node("Move", "Transform", Source="Moving", translate=[1, 2]) }}
{{ node("Blend", "Merge", A="Move", B="Still", operation="plus", mix=0.5) }}
{% call group("Look", Picture="Blend", output="Deep") %}
{{ node("Deep", "Invert", Source="Picture") }}
{% endcall %}
{{ node("Write1", "Write", Source="Look", filename="[Project]/out/a.####.png") }}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in `shot` that reads a still beside it and a sequence elsewhere."""
    (tmp_path / "shot").mkdir()
    (tmp_path / "plates").mkdir()
    small_project(tmp_path / "shot", BODY)
    shutil.rmtree(tmp_path / "shot/templates")
    for frame in (1, 2):
        pixels = np.full((6, 8, 3), 40 * frame, np.uint8)
        write_image(tmp_path / f"plates/seq.{frame:04d}.png", pixels)
    return tmp_path / "shot/a.ntp"


def test_inspect_shows_tree_files_frames_and_what_is_missing(project: Path) -> None:
    (project.parent / "in.png").unlink()
    (project.parent / "../plates/seq.0001.png").rename(project.parent / "../plates/seq.0004.png")
    known = {"fr.inria.built-in.Read", "fr.inria.built-in.Write", "net.sf.openfx.TransformPlugin"}
    document = read(project)
    told = "\n".join(lines(inspect(document, known)))
    assert "frames   1 to 2, 25 fps" in told
    assert "\n  Blend (Merge)  ← A: Move, B: Still\n" in told
    assert "\n    Deep (Invert)  ← Source: Picture\n" in told
    assert "\n  Moving: [Project]/../plates/seq.####.png  frames 2,4\n" in told
    assert "\nwrites\n  Write1: [Project]/out/a.####.png\n" in told
    assert told.count("does not exist") == 1
    assert f"  Still: {project.parent}/in.png does not exist" in told
    assert "  Blend: net.sf.openfx.MergePlugin\n  Look.Deep: net.sf.openfx.Invert" in told
    assert "  Moving" not in told.partition("missing nodes")[2]


def test_a_hole_in_a_sequence_is_missing_frames(project: Path) -> None:
    plates = project.parent / "../plates"
    (plates / "seq.0001.png").rename(plates / "seq.0000.png")
    (use,) = [use for use in files(read(project)) if use.node == "Moving"]
    assert use.frames == (0, 2)
    assert use.gaps(0, 9) == [1]


def test_diff_names_node_and_parameter_and_ignores_places(project: Path) -> None:
    old, new = read(project), read(project)
    assign(new, ["Blend.mix=0.25", "Move.translate=1,3", "Look.Deep.invert=false"][:2])
    for place in new.root.iterfind("ProjectGui/NodesGui/item/X_position"):
        place.text = "0"
    assert diff(old, new) == ["Move.translate: 1, 2 → 1, 3", "Blend.mix: 0.5 → 0.25"]
    assert diff(old, read(project)) == []


def test_diff_shows_added_nodes_and_changed_inputs(project: Path, tmp_path: Path) -> None:
    body = (
        BODY.replace('Source="Look"', 'Source="Soft"') + '{{ node("Soft", "Blur", Source="Look") }}'
    )
    (tmp_path / "other").mkdir()
    other = small_project(tmp_path / "other", body)
    assert diff(read(project), other) == [
        "Write1 ← Source: Look → Soft",
        "Soft: added (net.sf.cimg.CImgBlur)",
    ]


def test_the_graph_stands_where_natron_has_it_or_in_layers(project: Path) -> None:
    document = read(project)
    saved = graph_svg(document)
    for item in document.root.iterfind("ProjectGui/NodesGui/item"):
        assert text_of(item, "Name") in saved
    gui = document.root.find("ProjectGui")
    assert gui is not None
    document.root.remove(gui)
    for drawn in (saved, graph_svg(document)):
        root = etree.fromstring(drawn.encode())
        places = {}
        for box, text in zip(
            root.findall("{*}rect")[1:], root.findall("{*}text")[-6:], strict=True
        ):
            places[text.text] = float(box.get("y", "nan"))
        assert (
            places["Moving"] < places["Move"] < places["Blend"] < places["Look"] < places["Write1"]
        )
    assert ">Deep<" in graph_svg(document, "Look")
    with pytest.raises(MemecompError, match="Still is no group"):
        graph_svg(document, "Still")


def test_a_collected_project_renders_the_same_picture_anywhere(
    project: Path, tmp_path: Path
) -> None:
    EmbeddedRenderer().render(RenderJob(project=project))
    wanted = read_image(project.parent / "out/a.0002.png").pixels
    collect(read(project), tmp_path / "sent")
    (tmp_path / "sent").rename(tmp_path / "elsewhere")
    for folder in ("shot", "plates"):
        shutil.rmtree(tmp_path / folder)
    copy = tmp_path / "elsewhere/a.ntp"
    EmbeddedRenderer().render(RenderJob(project=copy, confine=True))
    assert (read_image(tmp_path / "elsewhere/out/a.0002.png").pixels == wanted).all()
    assert [use.name for use in files(read(copy))] == [
        "[Project]/inputs/in.png",
        "[Project]/inputs/seq.####.png",
        "[Project]/out/a.####.png",
    ]
    assert lint(read(copy)) == []


def test_two_inputs_of_one_name_are_both_collected(tmp_path: Path) -> None:
    body = """{{ node("A", "Read", filename="[Project]/in.png") }}
{{ node("B", "Read", filename="[Project]/b/in.png") }}
{{ node("C", "Read", filename="[Project]/in.png") }}"""
    small_project(tmp_path, body)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/in.png").write_bytes(b"other")
    written = collect(read(tmp_path / "a.ntp"), tmp_path / "sent")
    names = [path.relative_to(tmp_path / "sent").as_posix() for path in written]
    assert names == ["a.ntp", "inputs/B/in.png", "inputs/in.png"]
    assert (tmp_path / "sent/inputs/B/in.png").read_bytes() == b"other"


def test_collect_never_overwrites_and_leaves_nothing_behind(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(MemecompError, match="mine exists already"):
        collect(read(project), tmp_path / "mine")
    (project.parent / "in.png").unlink()
    with pytest.raises(MemecompError, match=r"1 input\(s\) of .* are missing:\n  Still: .*in\.png"):
        collect(read(project), tmp_path / "sent")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "plates", "shot"]


def test_set_changes_the_file_and_keeps_the_former_one(project: Path) -> None:
    before = project.read_bytes()
    for number, backup in ((0.25, "a.ntp.bak"), (0.125, "a.ntp.bak2")):
        document = read(project)
        assign(document, [f"Blend.mix={number}", "Blend.operation=minus"])
        assert save_with_backup(document) == project.with_name(backup)
        again = {node.name: node for node in read(project).nodes}["Blend"].params
        assert again["mix"].values == (number,)
        assert again["operation"].values == ("minus",)
    assert (project.parent / "a.ntp.bak").read_bytes() == before


def test_set_reaches_into_groups_and_stores_what_was_at_its_default(project: Path) -> None:
    document = read(project)
    assign(document, ["Look.Deep.mix=0.5", "Move.black_outside=false"])
    nodes = {node.path: node for node in document.all_nodes()}
    assert nodes["Look.Deep"].params["mix"].values == (0.5,)
    assert nodes["Move"].params["black_outside"].values == (False,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Blend", "write it as NODE.PARAM=VALUE"),
        ("Blond.mix=1", "has no node 'Blond'. Near: Blend"),
        ("Blend.mxi=1", "no parameter or input 'mxi'. Near: mix"),
        ("Blend.mix=much", "Blend.mix takes numbers, not 'much'"),
        ("Blend.mix=7", "Blend.mix is at most 1, not 7"),
        ("Blend.operation=plas", "no option 'plas'. Near: plus"),
        ("Move.translate=1", "Move.translate takes 2 value(s), not 1"),
        ("Move.black_outside=maybe", "takes true or false, not 'maybe'"),
    ],
)
def test_a_wrong_assignment_changes_nothing(project: Path, text: str, said: str) -> None:
    document = read(project)
    before = document.to_bytes()
    with pytest.raises(MemecompError) as caught:
        assign(document, ["Blend.mix=0.125", text])
    assert said in str(caught.value)
    assert document.to_bytes() == before

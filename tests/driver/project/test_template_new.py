"""A saved project becomes a template: readable, with what differs each time as parameters."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.project.diff import diff
from driver.project.document import Document, read
from driver.project.template import fill, load_template
from driver.project.template_check import check, examples
from driver.project.template_new import folder_for, new_template
from driver.render.graph import graph_of
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect
from tests.driver.render.small_project import small_project

SHARED = Path(__file__).parents[3] / "../shared/natron"
GOLDEN = sorted((SHARED / "golden/projects").glob("*.ntp"))
BODY = """
{{ node("Read1", "Read", filename="[Project]/in.png", note="clean plate") }}
{{ node("Words", "net.fxarena.openfx.Text", text="Good evening", size=5) }}
{% call group("Look", output="Soft", In="Read1") %}
{{ node("Soft", "Blur", Source="In", size=[3, 3]) }}
{% endcall %}
{{ node("Shape", "Roto", shapes=[shape("Box", [[1, 1], [5, 1], [5, 4]])]) }}
{{ node("Move", "Transform", Source="Look", rotate=animated([[1, 0], [2, 45]]),
        translate=[2, 1]) }}
{{ node("Over", "Merge", B="Move", A="Words", Mask="Shape", operation="plus") }}
{{ node("Write1", "Write", Source="Over", filename="[Project]/out/a.####.png",
        frameRange="manual", firstFrame=1, lastFrame=2) }}
{{ node("Viewer1", "Viewer", **{"1": "Over"}) }}
"""


def saved(folder: Path, *changes: tuple[str, str]) -> Document:
    """The project of `BODY`, with texts of the file replaced as by an editor."""
    small_project(folder, BODY)
    path = folder / "a.ntp"
    text = path.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text)
    return read(path)


def declared(folder: Path) -> dict[str, dict[str, object]]:
    found = tomllib.loads((folder / "template.toml").read_text())["parameters"]
    assert isinstance(found, dict)
    return found


def picture(document: Document, frame: float) -> bytes:
    graph = graph_of(document)
    made = render_node(
        graph,
        "Write1",
        frame,
        resolve=collect().get,
        media=EngineMedia(),
        window=graph.format,
    )
    return np.ascontiguousarray(made.pixels).tobytes()


def test_files_words_frames_and_format_become_parameters(tmp_path: Path) -> None:
    new_template(saved(tmp_path), tmp_path / "look")
    found = {
        name: (one["type"], one["default"]) for name, one in declared(tmp_path / "look").items()
    }
    assert found == {
        "width": ("int", 8),
        "height": ("int", 6),
        "first": ("int", 1),
        "last": ("int", 2),
        "fps": ("float", 25),
        "in_file": ("file", "[Template]/../in.png"),
        "words_text": ("text", "Good evening"),
        "output_file": ("file", "[Project]/out/a.####.png"),
    }
    for one in declared(tmp_path / "look").values():
        assert str(one["help"]).endswith(".")


def test_the_body_is_a_text_that_a_person_reads(tmp_path: Path) -> None:
    told = new_template(saved(tmp_path), tmp_path / "look")
    body = (tmp_path / "look/template.ntp.j2").read_text()
    assert 'node("Read1", "Read", filename=in_file, note="clean plate"' in body
    assert 'node("Move", "Transform", Source="Look"' in body
    assert "translate=[2, 1]" in body
    assert "rotate=animated([[1, 0], [2, 45]])" in body
    assert 'group("Look", inputs={"In": "Read1"}' in body
    assert re.search(r'"Write1", "Write", Source="Over",\s+filename=output_file', body)
    assert "firstFrame=first, lastFrame=last" in body
    assert not [line for line in body.splitlines() if len(line) > 110]
    assert told[1] == "kept as Natron wrote it: Shape's RotoContext"
    assert "<RotoContext>" in (tmp_path / "look/kept/Shape.xml.j2").read_text()


def test_with_its_defaults_a_new_template_makes_the_same_project(tmp_path: Path) -> None:
    document = saved(tmp_path)
    told = new_template(document, tmp_path / "look")
    assert not [line for line in told if "differs" in line]
    template = load_template(str(tmp_path / "look"))
    (tmp_path / "elsewhere").mkdir()
    again = fill(template, {}, tmp_path / "elsewhere" / "b.ntp")
    for frame in (1, 2):
        assert picture(again, frame) == picture(document, frame)
    assert picture(again, 1) != picture(again, 2)
    other = fill(template, {"words_text": "x", "width": 20}, tmp_path / "elsewhere" / "b.ntp")
    assert other.format.width == 20
    assert picture(other, 1) != picture(document, 1)
    assert check(template).faults == ()


def test_places_colours_labels_and_backdrops_are_kept(tmp_path: Path) -> None:
    body = """{% call part("Sources", "Words.") %}{{ node("R", "Constant", label="Red") }}
{% endcall %}{{ node("Write1", "Write", Source="R", filename="[Project]/o/a.####.png") }}"""
    small_project(tmp_path, body)
    document = read(tmp_path / "a.ntp")
    text = (tmp_path / "a.ntp").read_text().replace("<r>", "<r>0.9</r><old>", 1)
    (tmp_path / "a.ntp").write_text(re.sub(r"<old>.*?</r>", "", text))
    document = read(tmp_path / "a.ntp")
    new_template(document, tmp_path / "look")
    again = fill(load_template(str(tmp_path / "look")), {}, tmp_path / "b.ntp")

    def look(one: Document) -> list[tuple[str, ...]]:
        items = one.root.findall("ProjectGui/NodesGui/item")
        tags = ("X_position", "Y_position", "Width", "Height", "r", "g", "b")
        shown = [
            (str(item.findtext("Name")), *(f"{float(item.findtext(tag) or 0):.1f}" for tag in tags))
            for item in items
        ]
        return sorted(shown)

    assert look(again) == look(document)
    assert look(again)[1][5:] == ("0.9", "0.7", "0.7")
    assert {node.name: node.label for node in again.nodes}["R"] == "Red"
    assert {node.name: node.label for node in again.nodes}["Backdrop1"] == "Sources"


def with_translate(folder: Path, old: str, new: str) -> Document:
    """The saved project with another text inside Move's translate."""
    text = saved(folder).to_bytes().decode()
    before, after = text.split("<Name>translate</Name>")
    assert old in after
    text = f"{before}<Name>translate</Name>{after.replace(old, new, 1)}"
    (folder / "a.ntp").write_text(text)
    return read(folder / "a.ntp")


def test_an_expression_is_said_over_its_value(tmp_path: Path) -> None:
    document = with_translate(
        tmp_path, "<Expression></Expression>", "<Expression>frame * 2</Expression>"
    )
    told = new_template(document, tmp_path / "look")
    assert not [line for line in told if "translate" in line]
    body = (tmp_path / "look/template.ntp.j2").read_text()
    assert 'translate=expression("frame * 2", "", value=[2, 1])' in body
    again = fill(load_template(str(tmp_path / "look")), {}, tmp_path / "b.ntp")
    assert diff(document, again) == []
    move = next(node for node in again.nodes if node.name == "Move")
    assert move.params["translate"].expressions == ("frame * 2", "")
    assert move.params["translate"].values == (2.0, 1.0)


def test_a_link_is_kept_and_never_dropped(tmp_path: Path) -> None:
    master = (
        "<HasMaster>1</HasMaster><Master><MasterDimension>0</MasterDimension>"
        "<MasterNodeName>Over</MasterNodeName><MasterNodeNameFull>Over</MasterNodeNameFull>"
        "<MasterKnobName>mix</MasterKnobName><MasterTrackName></MasterTrackName></Master>"
    )
    document = with_translate(tmp_path, "<HasMaster>0</HasMaster>", master)
    told = new_template(document, tmp_path / "look")
    assert "Move.translate" in told[1]
    again = fill(load_template(str(tmp_path / "look")), {}, tmp_path / "b.ntp")
    assert diff(document, again) == []
    move = next(node for node in again.nodes if node.name == "Move")
    assert move.params["translate"].links[0] is not None


def test_a_token_in_a_text_becomes_a_parameter_of_the_type_it_stands_for(tmp_path: Path) -> None:
    document = saved(
        tmp_path,
        ("[Project]/in.png", "__BG_PATH__"),
        ("Good evening", "He said: __TXT_CONTENT__!"),
        ("[Project]/out/a.####.png", "__OUT__/__SHOT__.####.png"),
    )
    new_template(document, tmp_path / "look")
    found = declared(tmp_path / "look")
    assert {name: found[name]["type"] for name in ("bg_path", "txt_content", "out", "shot")} == {
        "bg_path": "file",
        "txt_content": "text",
        "out": "file",
        "shot": "text",
    }
    assert "default" not in found["bg_path"]
    assert found["bg_path"]["help"] == "Stands for __BG_PATH__: Read1.filename."
    values = {"bg_path": "bg.png", "txt_content": 'a "b" {{ c }}', "out": "frames", "shot": "s01"}
    made = fill(load_template(str(tmp_path / "look")), values, tmp_path / "b.ntp")
    params = {node.name: node.params for node in made.nodes}
    assert params["Read1"]["filename"].values == ("[Project]/bg.png",)
    assert params["Words"]["text"].values == ('He said: a "b" {{ c }}!',)
    assert params["Write1"]["filename"].values == ("[Project]/frames/s01.####.png",)


def test_a_token_written_into_a_number_of_the_file_becomes_a_number(tmp_path: Path) -> None:
    document = saved(
        tmp_path,
        ("<Time>2.00000000000000000e+00</Time>", "<Time>__GLITCH_FRAME__</Time>"),
        ("<Value>3.00000000000000000e+00</Value>", "<Value>__BLUR__</Value>"),
        ("<ChoiceLabel>plus</ChoiceLabel>", "<ChoiceLabel>__HOW__</ChoiceLabel>"),
    )
    text = (tmp_path / "a.ntp").read_text()
    before, after = text.split("<Name>lastFrame</Name>")
    after = after.replace("<Value>2</Value>", "<Value>__LAST__</Value>", 1)
    (tmp_path / "a.ntp").write_text(f"{before}<Name>lastFrame</Name>{after}")
    document = read(tmp_path / "a.ntp")
    new_template(document, tmp_path / "look")
    found = declared(tmp_path / "look")
    assert found["glitch_frame"]["type"] == "int"
    assert found["blur"]["type"] == "float"
    assert found["how"]["type"] == "choice"
    assert "screen" in found["how"]["options"]  # type: ignore[operator]
    values = {"glitch_frame": 9, "blur": 7.5, "how": "screen", "last": 12}
    made = fill(load_template(str(tmp_path / "look")), values, tmp_path / "b.ntp")
    nodes = {node.path: node.params for node in made.all_nodes()}
    assert [key.time for key in nodes["Move"]["rotate"].values[0].keys] == [1, 9]  # type: ignore[union-attr]
    assert nodes["Look.Soft"]["size"].values[0] == 7.5
    assert nodes["Over"]["operation"].values == ("screen",)
    assert nodes["Write1"]["lastFrame"].values == (12,)


def test_a_note_binds_a_number_to_a_token(tmp_path: Path) -> None:
    note = "clean plate\nfirstFrame = __GLITCH_FRAME__\nmood: __MOOD__\n__SIGNED__"
    document = saved(tmp_path, ("clean plate", note))
    new_template(document, tmp_path / "look")
    found = declared(tmp_path / "look")
    assert found["glitch_frame"]["type"] == "int"
    assert found["glitch_frame"]["default"] == 0
    assert found["mood"]["type"] == "text"
    values = {"glitch_frame": 7, "mood": "dark", "signed": "me"}
    made = fill(load_template(str(tmp_path / "look")), values, tmp_path / "b.ntp")
    params = made.nodes[0].params
    assert params["firstFrame"].values == (7,)
    assert params["userTextArea"].values == ("clean plate\nfirstFrame = 7\nmood: dark\nme",)


def test_a_token_in_an_expression_is_a_number_in_it(tmp_path: Path) -> None:
    expression = "<Expression>1 if frame == __GLITCH_FRAME__ else __REST__</Expression>"
    document = with_translate(tmp_path, "<Expression></Expression>", expression)
    new_template(document, tmp_path / "look")
    values = {"glitch_frame": 4, "rest": 0.5}
    made = fill(load_template(str(tmp_path / "look")), values, tmp_path / "b.ntp")
    move = next(node for node in made.nodes if node.name == "Move")
    assert move.params["translate"].expressions[0] == "1 if frame == 4 else 0.5"


def test_what_jinja_would_read_stays_text(tmp_path: Path) -> None:
    document = saved(tmp_path, ("Good evening", "{{ x }} {% if %} {# no #}"))
    text = (tmp_path / "a.ntp").read_text()
    (tmp_path / "a.ntp").write_text(text.replace(">Box<", ">{{ Box }}{#<"))
    document = read(tmp_path / "a.ntp")
    assert new_template(document, tmp_path / "look")[2:] == []
    again = fill(load_template(str(tmp_path / "look")), {}, tmp_path / "b.ntp")
    assert diff(document, again) == []
    shape = next(node for node in again.nodes if node.name == "Shape").shapes[0]
    assert shape.name == "{{ Box }}{#"


def test_a_new_template_never_replaces_a_folder(tmp_path: Path) -> None:
    (tmp_path / "look").mkdir()
    with pytest.raises(MemecompError, match="look exists already"):
        new_template(saved(tmp_path), tmp_path / "look")
    assert list((tmp_path / "look").iterdir()) == []


def test_what_only_an_older_project_can_keep_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    text = saved(tmp_path).to_bytes().decode().replace('version="14"', 'version="12"')
    (tmp_path / "a.ntp").write_text(text)
    with pytest.raises(MemecompError, match=r"Shape can only be kept .* Natron 2.5"):
        new_template(read(tmp_path / "a.ntp"), tmp_path / "look")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ntp", "in.png", "templates"]


def test_a_name_goes_to_the_own_templates_and_a_path_where_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert folder_for("a/b") == Path("a/b")
    assert folder_for("b") == Path("b")
    monkeypatch.setenv("MEMECOMP_TEMPLATES", str(tmp_path))
    assert folder_for("b") == tmp_path / "b"


@pytest.mark.parametrize("path", [*GOLDEN, SHARED / "gui_saved.ntp"], ids=lambda path: path.stem)
def test_every_project_saved_by_natron_means_the_same_after_the_way_through_a_template(
    path: Path, tmp_path: Path
) -> None:
    if not path.exists():
        pytest.skip("../shared is absent")
    document = read(path)
    told = new_template(document, tmp_path / "look")
    assert not [line for line in told if "differs" in line]
    template = load_template(str(tmp_path / "look"))
    again = fill(template, examples(template), tmp_path / "b.ntp")
    first, second = graph_of(document), graph_of(again)
    assert (first.format, first.first, first.last) == (second.format, second.first, second.last)
    assert [n.shapes for n in first.nodes.values()] == [
        second.nodes[name].shapes for name in first.nodes
    ]


@pytest.mark.parametrize(
    "name", ["roto_animated", "pyplug_glow", "transform_animated", "retime", "text_plain"]
)
def test_a_project_saved_by_natron_renders_to_the_same_pixels(name: str, tmp_path: Path) -> None:
    path = SHARED / "golden/projects" / f"{name}.ntp"
    if not path.exists():
        pytest.skip("../shared is absent")
    document = read(path)
    new_template(document, tmp_path / "look")
    template = load_template(str(tmp_path / "look"))
    again = fill(template, examples(template), tmp_path / "b.ntp")
    for frame in sorted({*document.frame_range}):
        assert picture(again, frame) == picture(document, frame)

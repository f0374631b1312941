"""Precomp: a node of another project, or what that project has written."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from driver.errors import MemecompError
from driver.project.catalog import PRECOMP
from driver.project.collect import collect as collect_project
from driver.project.document import Document, read
from driver.project.edit import set_param
from driver.project.lint import lint
from driver.render import trusted
from driver.render.base import Engine, RenderJob
from driver.render.embedded import EmbeddedRenderer
from driver.render.graph import graph_of, shown_by
from driver.render.precomp import MOST, Opening, with_precomps
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.render import writers
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.images import read_image, write_image
from ofx_helpers.nodes import collect
from tests.driver.render.small_project import small_project

OTHER = """{{ node("Read1", "Read", filename="[Project]/in.png") }}
{{ node("Grade1", "Grade", Source="Read1", multiply=[0.5, 0.5, 0.5, 1]) }}
{{ node("Constant1", "Constant", color=[0.5, 0.25, 0.125, 1]) }}
{{ node("Write1", "Write", Source="Grade1", filename="[Project]/pre.####.png") }}
"""
MAIN = """{{{{ node("P", "fr.inria.built-in.Precomp", projectFilename="{file}", preRender=False,
    outputNode="{shown}") }}}}
{{{{ node("Other", "Read", filename="[Project]/in.png") }}}}
{{{{ node("Write1", "Write", Source="P", filename="[Project]/out/one.####.png") }}}}
{{{{ node("Write2", "Write", Source="Other", filename="[Project]/out/two.####.png") }}}}
"""


def projects(
    folder: Path, shown: str = "Grade1", file: str = "[Project]/sub/other.ntp", other: str = OTHER
) -> Path:
    """A project that shows a node of another one in a folder of its own."""
    (folder / "sub").mkdir(exist_ok=True)
    small_project(folder / "sub", other, "other.ntp")
    small_project(folder, MAIN.format(file=file, shown=shown))
    write_image(folder / "in.png", np.full((6, 8, 3), 200, np.uint8))
    return folder / "a.ntp"


def shown(project: Path, node: str = "Write1", window: Window | None = None) -> Frame:
    graph = graph_of(read(project))
    return render_node(graph, node, 1.0, resolve=collect().get, media=EngineMedia(), window=window)


@pytest.mark.parametrize("node", ["Grade1", "Write1"])
def test_it_shows_a_node_of_the_other_project_with_that_projects_files(
    tmp_path: Path, node: str
) -> None:
    project = projects(tmp_path, node)
    own = shown(tmp_path / "sub/other.ntp", "Grade1")
    got = shown(project)
    np.testing.assert_array_equal(got.crop(own.window).pixels, own.pixels)
    assert own.pixels.any()


def test_the_other_projects_format_is_its_own(tmp_path: Path) -> None:
    project = projects(tmp_path, "Constant1")
    path = tmp_path / "sub/other.ntp"
    path.write_text(path.read_text().replace("<Right>8</Right>", "<Right>4</Right>"))
    got = shown(project, window=Window(0, 0, 8, 6)).pixels
    assert (got[:, :4] == np.float32([0.5, 0.25, 0.125, 1])).all()
    assert not got[:, 4:].any()


def test_the_other_projects_writers_write_nothing(tmp_path: Path) -> None:
    project = projects(tmp_path, "Write1")
    assert writers(graph_of(read(project))) == ["Write1", "Write2"]
    EmbeddedRenderer().render(RenderJob(project=project, frames=[1]))
    assert not list((tmp_path / "sub").glob("pre*"))


@pytest.mark.parametrize(
    ("node", "file", "said"),
    [
        ("Grade2", "[Project]/sub/other.ntp", r"no node 'Grade2'.*Near: Grade1"),
        ("", "[Project]/sub/other.ntp", "it says no Output Node of other.ntp"),
        ("Grade1", "[Project]/none.ntp", r"none\.ntp does not exist"),
        ("Write1", "[Project]/a.ntp", "in a circle: a.ntp → a.ntp"),
        ("Grade1", "", "it names no project"),
    ],
)
def test_what_is_wrong_is_said_with_the_nodes_name_where_it_is_needed(
    tmp_path: Path, node: str, file: str, said: str
) -> None:
    project = projects(tmp_path, node, file)
    with pytest.raises(RenderError, match=f"^P: .*{said}"):
        shown(project)
    assert shown(project, "Write2").pixels.any()


def test_a_project_whose_pixels_have_another_shape_is_refused(tmp_path: Path) -> None:
    project = projects(tmp_path)
    path = tmp_path / "sub/other.ntp"
    text = path.read_text()
    path.write_text(text.replace("<Pixel_aspect_ratio>1.0", "<Pixel_aspect_ratio>2.0"))
    assert path.read_text() != text
    with pytest.raises(RenderError, match=r"P: the pixels of .*other\.ntp have another shape"):
        shown(project)


def test_projects_that_show_each_other_are_no_endless_work(tmp_path: Path) -> None:
    back = MAIN.format(file="[Project]/../a.ntp", shown="Write1")
    project = projects(tmp_path, "Write1", other=back)
    with pytest.raises(RenderError, match=r"a\.ntp → other\.ntp → a\.ntp"):
        shown(project)


def test_projects_that_show_the_next_one_many_times_have_a_limit(tmp_path: Path) -> None:
    labels = ("B", "A", "A2", "A3", "A4", "A5", "A6", "A7")
    shows = "".join(
        f'{{{{ node("P{label}", "fr.inria.built-in.Precomp", projectFilename="[Project]/NEXT", '
        f'preRender=False, outputNode="M") }}}}\n'
        for label in labels
    )
    merge = ", ".join(f'{label}="P{label}"' for label in labels)
    for step in range(8):
        body = shows.replace("NEXT", f"{step + 1}.ntp") + f'{{{{ node("M", "Merge", {merge}) }}}}'
        small_project(tmp_path, body, f"{step}.ntp")
    small_project(tmp_path, '{{ node("M", "Constant") }}', "8.ntp")
    graph = graph_of(read(tmp_path / "0.ntp"))
    assert len(graph.nodes) < 2 * MOST
    with pytest.raises(RenderError, match=f"more than {MOST} nodes of other projects"):
        shown(tmp_path / "0.ntp", "M")


def test_a_confined_render_reads_no_project_outside(tmp_path: Path) -> None:
    (tmp_path / "shot").mkdir()
    small_project(tmp_path, OTHER, "other.ntp")
    small_project(tmp_path / "shot", MAIN.format(file="[Project]/../other.ntp", shown="Grade1"))
    job = RenderJob(project=tmp_path / "shot/a.ntp", confine=True, frames=[1])
    with pytest.raises(MemecompError, match=r"--confine: the project wants to read .*other\.ntp"):
        EmbeddedRenderer().render(job)


def test_frames_are_made_again_when_the_other_project_has_changed(tmp_path: Path) -> None:
    project = projects(tmp_path)

    def made() -> list[int]:
        job = RenderJob(project=project, writers=("Write1",))
        outcome = trusted.render(job, Engine(kind="embedded"))
        outcome.require()
        return list(outcome.done)

    assert made() == [1, 2]
    before = read_image(tmp_path / "out/one.0001.png").pixels
    assert made() == []
    small_project(tmp_path / "sub2", OTHER.replace("0.5, 0.5", "0.25, 0.25"), "other.ntp")
    (tmp_path / "sub2/other.ntp").replace(tmp_path / "sub/other.ntp")
    assert made() == [1, 2]
    assert (read_image(tmp_path / "out/one.0001.png").pixels != before).any()


def read_back(folder: Path, **params: str) -> Graph:
    given = {"projectFilename": str(folder / "other.ntp"), **params}
    node = Node(name="P", plugin=PRECOMP, params={key: (value,) for key, value in given.items()})
    document = Document(read(folder / "other.ntp").root, folder / "main.ntp")
    opening = Opening(make=lambda *_: Graph(nodes={}, format=Window(0, 0, 8, 6)), shown=shown_by)
    return Graph(nodes=with_precomps({"P": node}, document, opening), format=Window(0, 0, 8, 6))


def frame_of(graph: Graph, time: float) -> np.ndarray:
    window = Window(0, 0, 8, 6)
    media, resolve = EngineMedia(), collect().get
    return render_node(graph, "P", time, resolve=resolve, media=media, window=window).pixels


def test_with_pre_render_it_reads_what_the_write_node_has_written(tmp_path: Path) -> None:
    small_project(tmp_path, OTHER, "other.ntp")
    for number in (1, 3):
        write_image(tmp_path / f"pre.{number:04d}.png", np.full((6, 8, 3), 80 * number, np.uint8))
    graph = read_back(tmp_path, writeNode="Write1")
    assert 0 < frame_of(graph, 1.0)[0, 0, 0] < frame_of(graph, 3.0)[0, 0, 0]
    with pytest.raises(RenderError, match=r"P: .*pre\.0002\.png is missing"):
        frame_of(graph, 2.0)
    black = read_back(tmp_path, writeNode="Write1", onError="Black")
    assert not frame_of(black, 2.0).any()
    after = read_back(tmp_path, writeNode="Write1", onError="Load next")
    np.testing.assert_array_equal(frame_of(after, 2.0), frame_of(graph, 3.0))


def test_with_pre_render_and_no_write_node_it_says_which_there_are(tmp_path: Path) -> None:
    small_project(tmp_path, OTHER, "other.ntp")
    with pytest.raises(RenderError, match=r"P: .*no Write Node is chosen. Choose one \(Write1\)"):
        frame_of(read_back(tmp_path), 1.0)


def test_a_collected_project_brings_the_one_that_it_shows(tmp_path: Path) -> None:
    project = projects(tmp_path)
    before = shown(project)
    collect_project(read(project), tmp_path / "sent")
    shutil.rmtree(tmp_path / "sub")
    sent = tmp_path / "sent/a.ntp"
    np.testing.assert_array_equal(shown(sent).pixels, before.pixels)
    assert str(tmp_path / "sub") not in sent.read_text()


def test_what_another_project_has_written_is_not_collected(tmp_path: Path) -> None:
    project = projects(tmp_path)
    document = read(project)
    set_param(document, "P", "preRender", True)
    with pytest.raises(MemecompError, match=r"P shows pictures that .*other\.ntp has written"):
        collect_project(document, tmp_path / "sent")
    assert not (tmp_path / "sent").exists()


def test_projects_that_show_each_other_are_not_collected(tmp_path: Path) -> None:
    back = MAIN.format(file="[Project]/../a.ntp", shown="Write1")
    project = projects(tmp_path, "Write1", other=back)
    with pytest.raises(MemecompError, match=r"P shows .*a\.ntp, which shows it again"):
        collect_project(read(project), tmp_path / "sent")
    assert not (tmp_path / "sent").exists()


def test_a_menu_of_another_projects_writers_is_no_fault(tmp_path: Path) -> None:
    document = read(projects(tmp_path))
    set_param(document, "P", "onError", "Black")
    text = etree.tostring(document.root).decode()
    text = text.replace("<Name>onError</Name>", "<Name>writeNode</Name>")
    text = text.replace("<ChoiceLabel>Black</ChoiceLabel>", "<ChoiceLabel>Write1</ChoiceLabel>")
    faults = lint(Document(etree.fromstring(text), document.path))
    assert not [fault for fault in faults if fault.node == "P"]

"""Expressions of a project reach the engine as values, or as values over time."""

import time
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from driver.errors import MemecompError
from driver.project.boost import child_of
from driver.project.document import Document
from driver.project.template import fill, load_template
from driver.render.graph import graph_of
from ofx_helpers.engine.graph import Expression
from ofx_helpers.engine.params import Params

BODY = """{{ project(width=8, height=8, first=3, last=9, fps=25) }}
{{ node("Ground", "Constant") }}
{{ node("Slow", "Grade", Source="Ground", mix=0.5, multiply=[0.2, 0.4, 0.6, 0.8]) }}
{{ node("Fast", "Grade", Source="Slow", mix=0.25, maskInvert=true) }}
{{ node("Blend", "Merge", B="Fast", operation="plus", mix=0.75) }}
"""


def project(tmp_path: Path, extra: str = "", **expressions: str) -> Document:
    """A small project; `Node__param` gets the expression in every dimension."""
    folder = tmp_path / "templates" / "test"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text('help = "A test."')
    (folder / "template.ntp.j2").write_text(BODY + extra)
    document = fill(load_template("test", tmp_path / "templates"), {}, tmp_path / "a.ntp")
    for key, text in expressions.items():
        name, param = key.split("__")
        node = next(node for node in document.nodes if node.name == name)
        knob = next(knob for knob in node.knobs() if child_of(knob, "Name").text == param)
        for item in knob.findall("item"):
            child_of(item, "Expression").text = text
    return document


def test_one_that_never_changes_is_a_plain_value(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Fast__mix="Slow.mix.get() / 2 + 0.125"))
    assert graph.nodes["Fast"].params["mix"] == (0.375,)


def test_one_with_the_frame_in_it_is_computed_at_each_frame(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Slow__mix="frame / 10", Fast__mix="Slow.mix.get(frame-1)"))
    node = graph.nodes["Fast"]
    assert Params(node, 4, {}).number("mix") == pytest.approx(0.3)
    assert Params(node, 9, {}).number("mix") == pytest.approx(0.8)


def test_each_dimension_knows_its_number(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Slow__multiply="dimension * 0.25"))
    assert graph.nodes["Slow"].params["multiply"] == (0, 0.25, 0.5, 0.75)


def test_a_parameter_at_its_default_can_be_named(tmp_path: Path) -> None:
    graph = graph_of(
        project(tmp_path, Fast__mix="1 - Ground.size.get()[0] * 0 - app.Slow.mix.get()")
    )
    assert graph.nodes["Fast"].params["mix"] == (0.5,)


def test_the_projects_own_parameters_can_be_named(tmp_path: Path) -> None:
    rate, end = "app.getProjectParam('frameRate')", "app.getProjectParam('frameRange')"
    graph = graph_of(project(tmp_path, Slow__mix=f"{rate}.get() / 100 + {end}.get()[1] / 18"))
    assert Params(graph.nodes["Slow"], 3, {}).number("mix") == 0.75
    graph = graph_of(project(tmp_path / "b", Slow__mix="app.getProjectParam('frameRat').get()"))
    with pytest.raises(MemecompError, match=r"frameRat.*Near: frameRate"):
        Params(graph.nodes["Slow"], 3, {}).number("mix")


def test_a_choice_is_its_index_and_comes_back_as_its_id(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Blend__operation="thisNode.bbox.get() + 1"))
    options = ("atop", "average")  # the first two operations; `bbox` is at its default, 0
    assert graph.nodes["Blend"].params["operation"] == (options[1],)


def test_a_switch_gets_true_or_false(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Fast__maskInvert="Slow.mix.get() > 0.6"))
    assert graph.nodes["Fast"].params["maskInvert"] == (False,)


def test_one_that_comes_back_to_itself_finds_the_value_below_its_expression(
    tmp_path: Path,
) -> None:
    # As NatronRenderer: while a parameter's expression is computed, it has none.
    document = project(tmp_path, Slow__mix="Fast.mix.get() / 2", Fast__mix="Slow.mix.get() + 0.25")
    graph = graph_of(document)
    assert graph.nodes["Slow"].params["mix"] == (0.375,)  # (0.5 + 0.25) / 2
    assert graph.nodes["Fast"].params["mix"] == (0.375,)  # 0.25 / 2 + 0.25
    own = project(tmp_path / "b", Slow__multiply="thisNode.multiply.get()[0] + dimension")
    assert graph_of(own).nodes["Slow"].params["multiply"] == (0.2, 1.2, 2.2, 3.2)


def test_the_present_of_a_node_that_is_not_rendered_is_where_the_time_line_stands(
    tmp_path: Path,
) -> None:
    # As NatronRenderer: an expression finds the frame rendered only at nodes that are rendered.
    keys = "{'keys': [[1, 0], [11, 1]], 'interpolation': 'linear'}"
    control = f"{{{{ node('Control', 'Grade', Source='Ground', mix={keys}) }}}}"
    document = project(tmp_path, extra=control, Slow__mix="Control.mix.get() + Control.mix.get(4)")
    child_of(document.project, "Timeline_current_time").text = "6"
    asked = graph_of(document).nodes["Slow"]
    assert Params(asked, 9, {}).number("mix") == pytest.approx(0.5 + 0.3)
    node = next(node for node in document.nodes if node.name == "Slow")
    child_of(node.element, "Inputs_map/item/second").text = "Control"
    asked = graph_of(document).nodes["Slow"]
    assert Params(asked, 7, {}).number("mix") == pytest.approx(0.6 + 0.3)


def test_the_projects_parameters_may_be_named_as_its_members(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Slow__mix="app.frameRange.get()[1] / 10 + view"))
    assert Params(graph.nodes["Slow"], 3, {}).number("mix") == 0.9


def test_an_option_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    graph = graph_of(project(tmp_path, Blend__operation="99"))
    with pytest.raises(MemecompError, match=r"^Blend\.operation has .* gives option 99; there"):
        Params(graph.nodes["Blend"], 3, {}).choice("operation")


def test_an_unknown_parameter_lists_the_near_ones(tmp_path: Path) -> None:
    (mix,) = graph_of(project(tmp_path, Fast__mix="Slow.mxi.get()")).nodes["Fast"].params["mix"]
    assert isinstance(mix, Expression)
    with pytest.raises(
        MemecompError, match=r"^Fast\.mix has the expression .*Slow\.mxi.*Near: mix"
    ):
        mix.at(3)


def test_references_that_double_at_each_step_take_no_time(tmp_path: Path) -> None:
    document = project(tmp_path)
    nodes = child_of(document.project, "NodesCollection")
    last = document.nodes[2].element
    for number in range(30):
        copy = deepcopy(last)
        child_of(copy, "Plugin_script_name").text = f"N{number}"
        before = f"N{number - 1}.mix.get()"
        knob = next(k for k in copy.iterfind("item") if child_of(k, "Name").text == "mix")
        text = f"({before} + {before}) / 2" if number else "frame / 10"
        child_of(child_of(knob, "item"), "Expression").text = text
        if number:
            child_of(copy, "Inputs_map/item/second").text = f"N{number - 1}"
        nodes.append(copy)
    began = time.perf_counter()
    graph = graph_of(document)
    assert Params(graph.nodes["N29"], 5, {}).number("mix") == 0.5
    assert time.perf_counter() - began < 5


def limited(document: Document, name: str, low: str, high: str) -> None:
    """Make a node's parameter one that the project describes, as a PyPlug's are, with limits."""
    node = next(node for node in document.nodes if node.name == name)
    knob = next(knob for knob in node.knobs() if child_of(knob, "Name").text == "mix")
    child_of(knob, "UserKnob").text = "1"
    for tag, limit in (("Min", low), ("Max", high)):
        etree.SubElement(knob, tag).text = limit


def test_a_parameter_that_the_project_describes_keeps_its_limits(tmp_path: Path) -> None:
    document = project(tmp_path, Fast__mix="Slow.mix.get() * 2")
    limited(document, "Slow", "0.6", "1.7976931348623157e+308")
    graph = graph_of(document)
    assert graph.nodes["Slow"].params["mix"] == (0.6,)
    assert graph.nodes["Fast"].params["mix"] == (1,)  # and the plug-in's limit is 1

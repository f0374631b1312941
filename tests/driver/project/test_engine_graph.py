"""What the engine gets from a project that Natron saved."""

from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.project.document import Document, read
from driver.project.edit import set_param
from driver.project.template import fill, load_template
from driver.render.graph import graph_of
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Expression


def test_inputs_choices_and_values_are_those_of_the_project(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/fg_restyle.ntp"))
    assert graph.format == Window(0, 0, 256, 256)
    assert graph.nodes["KM"].inputs == {"A": "S", "B": "A", "Mask": "K"}
    assert graph.nodes["TR"].params["translate"] == (3.0, 0.0)
    assert graph.nodes["S"].params["outputR"] == ("A.uk.co.thefoundry.OfxImagePlaneColour.R",)
    assert graph.nodes["K"].params["ocioInputSpace"] == ("linear",)


def test_every_saved_project_makes_a_graph_whose_inputs_exist(saved: list[Path]) -> None:
    for path in saved:
        graph = graph_of(read(path))
        for node in graph.nodes.values():
            assert set(node.inputs.values()) <= set(graph.nodes), (path.name, node.name)


def test_a_group_is_flattened_and_its_inputs_reach_outside(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/pyplug_glow.ntp"))
    assert "N" not in graph.nodes
    assert graph.nodes["N.RotateIn"].inputs == {"Source": "A"}
    assert graph.nodes["Write1"].inputs == {"Source": "N.RoD_2"}


def test_a_parameter_that_follows_another_has_its_value(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/pyplug_glow.ntp"))
    assert graph.nodes["N.PostGrade"].params["MasterGain"] == (1.0,) * 4


def test_keys_of_an_animation_are_read_with_their_derivatives(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/transform_animated.ntp"))
    x, _y = graph.nodes["N"].params["translate"]
    assert isinstance(x, Curve)
    assert [(key.time, key.value) for key in x.keys] == [(1, 10), (4, 89.087), (8, 120)]
    assert x.at(4) == 89.087


def test_roto_points_and_feather_are_read(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/roto_bezier.ntp"))
    (shape,) = graph.nodes["R"].shapes
    assert [(point.x, point.y) for point in shape.points][:2] == [(27, 19), (146, 27)]
    assert (shape.points[0].left_x, shape.points[0].right_y) == (-20, -15)
    assert len(shape.feather_points) == 4


def test_an_animated_roto_keeps_its_moving_points(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/roto_animated.ntp"))
    points = [point for shape in graph.nodes["R"].shapes for point in shape.points]
    assert any(isinstance(point.x, Curve) for point in points)


def test_a_disabled_node_stays_with_its_switch_set(natron: Path) -> None:
    graph = graph_of(read(natron / "golden/projects/disabled_node.ntp"))
    assert any(node.params.get("disableNode") == (True,) for node in graph.nodes.values())


def template(tmp_path: Path, body: str) -> Document:
    """A project from a template's text."""
    folder = tmp_path / "templates" / "test"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text('help = "A test."')
    head = "{{ project(width=8, height=8, first=1, last=1, fps=25) }}\n"
    (folder / "template.ntp.j2").write_text(head + body)
    return fill(load_template("test", tmp_path / "templates"), {}, tmp_path / "a.ntp")


NESTED = """
{{ node("Ground", "Constant") }}
{{ node("Bend", "Dot", **{"": "Ground"}) }}
{% call group("Outer", Picture="Bend", output="Inner") %}
  {% call group("Inner", Picture="Picture", output="Deep") %}
    {{ node("Deep", "Invert", Source="Picture") }}
  {% endcall %}
{% endcall %}
{{ node("Last", "Grade", Source="Outer") }}
"""


def test_dots_and_groups_in_groups_are_seen_through(tmp_path: Path) -> None:
    graph = graph_of(template(tmp_path, NESTED))
    assert set(graph.nodes) == {"Ground", "Outer.Inner.Deep", "Last"}
    assert graph.nodes["Outer.Inner.Deep"].inputs == {"Source": "Ground"}
    assert graph.nodes["Last"].inputs == {"Source": "Outer.Inner.Deep"}


@pytest.mark.parametrize("group", ["Outer", "Outer.Inner"])
def test_a_disabled_group_hands_its_input_on(tmp_path: Path, group: str) -> None:
    document = template(tmp_path, NESTED)
    set_param(document, group, "disableNode", True)
    assert graph_of(document).nodes["Last"].inputs == {"Source": "Ground"}


def test_an_expression_is_kept_and_never_run(tmp_path: Path) -> None:
    document = template(tmp_path, '{{ node("G", "Grade", mix=0.25) }}')
    trap = f"__import__('pathlib').Path('{tmp_path}/trap').touch()"
    item = document.nodes[0].element.find("item/item/Expression")
    assert item is not None
    item.text = trap
    document.write(tmp_path / "b.ntp")
    again = read(tmp_path / "b.ntp")
    assert again.nodes[0].params["mix"].expressions == (trap,)
    (mix,) = graph_of(again).nodes["G"].params["mix"]
    assert isinstance(mix, Expression)
    with pytest.raises(MemecompError, match=r"^G\.mix has the expression .* calls __import__\(\)"):
        mix.at(1)
    assert not (tmp_path / "trap").exists()


def test_an_input_that_names_nothing_is_one_sentence(tmp_path: Path) -> None:
    document = template(tmp_path, '{{ node("A", "Dot") }}{{ node("G", "Grade", Source="A") }}')
    second = document.nodes[1].element.find("Inputs_map/item/second")
    assert second is not None
    second.text = "Gone"
    with pytest.raises(MemecompError, match=r"G is connected to Gone, which the project lacks"):
        graph_of(document)

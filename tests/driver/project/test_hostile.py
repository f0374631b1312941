"""Broken and hostile files: each is read, or is one sentence; nothing hangs and nothing runs."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driver.errors import MemecompError
from driver.project import boost, document
from driver.project.diff import diff
from driver.project.document import Document
from driver.project.inspect import inspect
from driver.project.lint import lint
from driver.project.svg import graph_svg
from driver.render.graph import graph_of
from driver.render.guard import MAX_NODES, check_graph
from ofx_helpers.engine.params import Params
from tests.driver.render.small_project import small_project

BODY = """{{ node("Ground", "Read", filename="[Project]/in.png") }}
{{ node("Shape", "Roto", shapes=[shape("Box", rectangle(1, 1, 5, 4))]) }}
{{ node("Move", "Transform", Source="Ground", translate=keys(rows, "x", "y"), filter="box") }}
{% call group("Look", Picture="Move", output="Deep") %}
{{ node("Deep", "Merge", B="Picture", A="Picture", operation="plus", mix=0.5) }}
{% endcall %}
{{ node("Write1", "Write", Source="Look", filename="[Project]/out/a.####.png") }}
"""
ROWS = '{% set rows = [{"frame": 1, "x": 0, "y": 1}, {"frame": 2, "x": 3, "y": 2}] %}\n'
NASTY = [
    *("", "0", "-1", "1e999", "nan", "99999999999999999999", "2147483648", "x", "[", "é", "&amp;"),
    *("thisNode.mix.get()", "Look.Deep.mix.get()", "9**9**9**9", "1 if frame else curve(frame)"),
    *("Ground", "Look", "Write1", "Choice", "Int", "String", "Parametric", "Group", "../../../x"),
]


def everything(data: bytes, folder: Path) -> None:
    """All that is done with a project before its pixels; errors for people may end each of it."""
    with suppress(MemecompError):
        found = Document(boost.parse(data, "hostile.ntp"), folder / "hostile.ntp")
        for look in (_graph, lint, lambda read: inspect(read, ()), graph_svg, Document.to_bytes):
            with suppress(MemecompError):
                look(found)
        with suppress(MemecompError):
            diff(found, found)


def _graph(found: Document) -> None:
    graph = graph_of(found)
    check_graph(graph, "hostile.ntp")
    for node in graph.nodes.values():
        for name in node.params:
            with suppress(MemecompError):
                Params(node, 1.0, {}).text(name)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("hostile")
    small_project(folder, ROWS + BODY)
    return (folder / "a.ntp").read_bytes()


ANY = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ANY
@given(data=st.data())
def test_bytes_changed_anywhere_are_read_or_refused(
    data: st.DataObject, project: bytes, tmp_path: Path
) -> None:
    text = bytearray(project)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 40))
        text[start : start + length] = data.draw(st.binary(max_size=12))
    everything(bytes(text), tmp_path)


@ANY
@given(data=st.data())
def test_values_and_elements_changed_anywhere_are_read_or_refused(
    data: st.DataObject, project: bytes, tmp_path: Path
) -> None:
    root = boost.parse(project, "a.ntp")
    elements = list(root.iter())[1:]
    for _ in range(data.draw(st.integers(1, 6))):
        element = elements[data.draw(st.integers(0, len(elements) - 1))]
        parent = element.getparent()
        action = data.draw(st.sampled_from(["text", "text", "remove", "double", "rename"]))
        if action == "text" and not len(element):
            element.text = data.draw(st.sampled_from(NASTY))
        elif action == "remove" and parent is not None:
            parent.remove(element)
        elif action == "double" and parent is not None:
            parent.append(boost.parse(project, "a.ntp")[-1])
        elif action == "rename":
            element.tag = data.draw(st.sampled_from(["item", "Value", "Curve", "Children"]))
    everything(boost.serialize(root), tmp_path)


def test_an_entity_bomb_is_refused_at_once(tmp_path: Path) -> None:
    lines = ['<!DOCTYPE a [<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    bomb = "\n".join([*lines, "]>", "<boost_serialization>&a11;</boost_serialization>"])
    (tmp_path / "bomb.ntp").write_text(bomb)
    began = time.perf_counter()
    with pytest.raises(MemecompError, match="declares XML entities"):
        document.read(tmp_path / "bomb.ntp")
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_entity_bomb_in_another_encoding_is_refused_too(tmp_path: Path, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x "ha">]>'
    body = "<boost_serialization><Project>&x;</Project></boost_serialization>"
    (tmp_path / "bomb.ntp").write_text(head + body, encoding=encoding)
    with pytest.raises(MemecompError, match="declares XML entities"):
        document.read(tmp_path / "bomb.ntp")


def test_a_file_named_by_an_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    head = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret}">]>'
    (tmp_path / "a.ntp").write_text(f"{head}<boost_serialization>&x;</boost_serialization>")
    with pytest.raises(MemecompError, match="declares XML entities") as caught:
        document.read(tmp_path / "a.ntp")
    assert "the secret" not in str(caught.value)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<item>" * 100_000 + "</item>" * 100_000
    text = f"<boost_serialization><Project>{deep}</Project></boost_serialization>"
    (tmp_path / "deep.ntp").write_text(text)
    with pytest.raises(MemecompError, match=r"nests deeper|not a whole Natron project"):
        document.read(tmp_path / "deep.ntp")


def _nodes(count: int, wire: str) -> bytes:
    one = (
        "<item><Plugin_label>N{n}</Plugin_label><Plugin_script_name>N{n}</Plugin_script_name>"
        "<Plugin_id>{plugin}</Plugin_id><KnobsCount>0</KnobsCount><Inputs_map><count>1</count>"
        f"<item><first>1</first><second>{wire}</second></item></Inputs_map></item>"
    )
    nodes = "".join(
        one.format(n=n, before=n - 1, last=count - 1, plugin="fr.inria.built-in.Dot")
        for n in range(count)
    )
    text = f"<NodesCollection><NodesCount>{10**9}</NodesCount>{nodes}</NodesCollection>"
    text = f"<boost_serialization><Project>{text}</Project></boost_serialization>"
    return text.encode()


def test_a_count_that_lies_costs_nothing(tmp_path: Path) -> None:
    everything(_nodes(2, "N0").replace(b"Dot", b"NoOpPlugin"), tmp_path)


def test_dots_in_a_circle_are_one_sentence(tmp_path: Path) -> None:
    data = _nodes(3, "N1").replace(b"Dot", b"Dot", 1)
    graph = graph_of(Document(boost.parse(data, "a.ntp"), tmp_path / "a.ntp"))
    assert graph.nodes == {}


def test_too_many_nodes_are_refused(tmp_path: Path) -> None:
    data = _nodes(MAX_NODES + 1, "N{before}").replace(b"built-in.Dot", b"x")
    data = data.replace(b"<second>N-1</second>", b"<second></second>")
    began = time.perf_counter()
    graph = graph_of(Document(boost.parse(data, "a.ntp"), tmp_path / "a.ntp"))
    with pytest.raises(MemecompError, match=f"has {MAX_NODES + 1} nodes; {MAX_NODES} are rendered"):
        check_graph(graph, "a.ntp")
    assert time.perf_counter() - began < 20

"""Regions of chains: rounded to pixels once, as Natron does, not at each node."""

from typing import Any

import pytest

from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph, Node, Point, Shape
from ofx_helpers.engine.scene import Scene
from ofx_helpers.nodes import collect


def scene(*nodes: tuple[str, dict[str, Any]]) -> Scene:
    constant = Node(
        name="N0",
        plugin="net.sf.openfx.ConstantPlugin",
        params={"extent": ("size",), "bottomLeft": (0.0, 0.0), "size": (40.0, 30.0)},
    )
    found = {"N0": constant}
    for i, (plugin, params) in enumerate(nodes, 1):
        held = {k: v if isinstance(v, tuple) else (v,) for k, v in params.items()}
        found[f"N{i}"] = Node(
            name=f"N{i}",
            plugin=f"net.sf.openfx.{plugin}",
            params=held,
            inputs={"Source": f"N{i - 1}"},
        )
    graph = Graph(nodes=found, format=Window(0, 0, 100, 80))
    return Scene(graph, collect().get, media=None)  # type: ignore[arg-type]


def move(x: float, black: bool = False) -> tuple[str, dict[str, Any]]:
    return "TransformPlugin", {"translate": (x, 0.0), "black_outside": black}


def test_two_half_moves_end_on_whole_pixels() -> None:
    chain = scene(move(0.5), move(0.5))
    assert chain.region("N1", 1.0) == Window(0, 0, 41, 30)
    assert chain.region("N2", 1.0) == Window(1, 0, 41, 30)
    assert chain.box("N2", 1.0) == pytest.approx((1, 0, 41, 30))


def test_a_node_that_keeps_its_region_passes_the_box_on() -> None:
    chain = scene(move(0.5), ("SaturationPlugin", {}), move(0.5))
    assert chain.region("N3", 1.0) == Window(1, 0, 41, 30)


def test_each_black_border_adds_its_pixel() -> None:
    chain = scene(move(0.5, True), move(0.5, True))
    assert chain.region("N2", 1.0) == Window(-1, -2, 43, 32)


def test_a_crop_between_pixels_keeps_its_box() -> None:
    crop = ("CropPlugin", {"bottomLeft": (0.25, 0.0), "size": (20.5, 10.0)})
    chain = scene(crop, move(0.25))
    assert chain.region("N1", 1.0) == Window(0, 0, 21, 10)
    assert chain.box("N2", 1.0) == pytest.approx((0.5, 0, 21, 10))
    assert chain.region("N2", 1.0) == Window(0, 0, 21, 10)


def test_a_roto_lies_between_pixels_until_the_chain_ends() -> None:
    corners = [(0.5, 0.5), (20.5, 0.5), (20.5, 10.5), (0.5, 10.5)]
    points = tuple(Point(x=x, y=y, left_x=x, left_y=y, right_x=x, right_y=y) for x, y in corners)
    shape = Shape(name="s", points=points, feather_points=points, params={"feather": (0.0,)})
    chain = scene(move(0.5))
    nodes = dict(chain.graph.nodes)
    nodes["N0"] = Node(name="N0", plugin="fr.inria.built-in.Roto", shapes=(shape,))
    graph = Graph(nodes=nodes, format=chain.graph.format)
    chain = Scene(graph, collect().get, media=None)  # type: ignore[arg-type]
    assert chain.region("N0", 1.0) == Window(0, 0, 21, 11)
    assert chain.region("N1", 1.0) == Window(1, 0, 21, 11)

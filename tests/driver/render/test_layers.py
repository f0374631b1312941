"""Layers of an OpenEXR file, as colour and on the inputs that ask for them."""

from pathlib import Path

import numpy as np
import pytest

from driver.render.layers import with_layers
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect

LEVELS = {"Lava.R": 0.5, "Lava.G": 0.25, "Logo.R": 0.125, "Logo.A": 1.0, "Normal.X": 0.75}


@pytest.fixture
def layered(tmp_path: Path) -> Path:
    import OpenEXR

    path = tmp_path / "layers.exr"
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    planes = {name: np.full((2, 3), level, np.float32) for name, level in LEVELS.items()}
    with OpenEXR.File(header, planes) as file:
        file.write(str(path))
    return path


def reader(path: Path, layer: str = "") -> Node:
    params = {"filename": (str(path),)} | ({"outputLayerChoice": (layer,)} if layer else {})
    return Node(name="Read", plugin="fr.inria.openfx.ReadOIIO", params=params)


def pixel(*nodes: Node) -> list[float]:
    graph = Graph(nodes=with_layers({node.name: node for node in nodes}), format=Window(0, 0, 3, 2))
    media, resolve = EngineMedia(), collect().get
    frame = render_node(graph, nodes[-1].name, 1.0, resolve=resolve, media=media)
    return [float(value) for value in frame.pixels[0, 0]]


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        ("", [0.5, 0.25, 0, 1]),  # the first, where none is without a name
        ("Logo.RGBA", [0.125, 0, 0, 1]),
        ("Lava.RGB", [0.5, 0.25, 0, 1]),
        ("Color.RGBA", [0.5, 0.25, 0, 1]),
    ],
)
def test_a_reader_takes_the_layer_it_is_told(
    layered: Path, layer: str, wanted: list[float]
) -> None:
    assert pixel(reader(layered, layer)) == wanted


def test_an_input_takes_the_layer_it_asks_for_past_nodes_that_hand_it_on(layered: Path) -> None:
    add = Node(
        name="Add",
        plugin="net.sf.openfx.AddPlugin",
        params={"value": (1.0, 1.0, 1.0, 1.0)},
        inputs={"Source": "Read"},
    )
    merge = Node(
        name="Merge",
        plugin="net.sf.openfx.MergePlugin",
        params={"operation": ("plus",), "A_channels": ("Logo",), "B_channels": ("Color.RGBA",)},
        inputs={"A": "Add", "B": "Read"},
    )
    assert pixel(reader(layered, "Lava.RGBA"), add, merge)[:2] == [0.625, 0.25]


def test_the_colour_by_its_plane_is_what_the_nodes_before_made_of_it(layered: Path) -> None:
    add = Node(
        name="Add",
        plugin="net.sf.openfx.AddPlugin",
        params={"value": (1.0, 1.0, 1.0, 1.0)},
        inputs={"Source": "Read"},
    )
    last = Node(
        name="Last",
        plugin="net.sf.openfx.MultiplyPlugin",
        params={"Source_channels": ("uk.co.thefoundry.OfxImagePlaneColour",)},
        inputs={"Source": "Add"},
    )
    assert pixel(reader(layered, "Lava.RGBA"), add, last)[:2] == [1.5, 1.25]


def test_an_openraster_s_layers_are_taken_like_those_of_an_openexr(tmp_path: Path) -> None:
    import zipfile

    import cv2

    pictures = {"mergedimage.png": 10, "data/top.png": 200}
    stack = '<image><stack><layer name="Top Layer" src="data/top.png"/></stack></image>'
    with zipfile.ZipFile(tmp_path / "a.ora", "w") as archive:
        archive.writestr("stack.xml", stack)
        for name, level in pictures.items():
            picture = np.full((2, 3, 3), level, np.uint8)
            archive.writestr(name, cv2.imencode(".png", picture)[1].tobytes())
    params = {"filename": (str(tmp_path / "a.ora"),), "ocioInputSpace": ("linear",)}
    read = Node(name="Read", plugin="fr.inria.openfx.OpenRaster", params=params)
    merge = Node(
        name="Merge",
        plugin="net.sf.openfx.MergePlugin",
        params={"operation": ("plus",), "A_channels": ("Top Layer",)},
        inputs={"A": "Read", "B": "Read"},
    )
    assert pixel(read, merge)[0] == pytest.approx(210 / 255)

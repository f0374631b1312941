"""Small graphs for the engine's tests, in few words."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.nodes import collect
from tests.golden.still_media import MemoryMedia

READ = "fr.inria.built-in.Read"
WRITE = "fr.inria.built-in.Write"


def node(name: str, plugin: str, inputs: dict[str, str] | None = None, **params: Any) -> Node:
    values = {key: value if isinstance(value, tuple) else (value,) for key, value in params.items()}
    known = plugin if "." in plugin else f"net.sf.openfx.{plugin}"
    return Node(name=name, plugin=known, inputs=inputs or {}, params=values)


def read(name: str, file: str, space: str = "linear", **params: Any) -> Node:
    return node(name, READ, filename=file, ocioInputSpace=space, **params)


def graph(*nodes: Node, size: tuple[int, int] = (16, 12), last: int = 1) -> Graph:
    return Graph(
        nodes={item.name: item for item in nodes}, format=Window(0, 0, *size), first=1, last=last
    )


def render(
    made: Graph, name: str, images: dict[str, NDArray[Any]] | None = None, **options: Any
) -> Frame:
    media = options.pop("media", None) or MemoryMedia(images or {})
    time = options.pop("time", 1.0)
    return render_node(made, name, time, resolve=collect().get, media=media, **options)


def linear(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What a linear read of an 8-bit picture gives, bottom row first, RGBA."""
    rgba = np.full((*picture.shape[:2], 4), 255, np.uint8)
    rgba[..., : picture.shape[2]] = picture
    return (rgba[::-1] * np.float32(1 / 255)).astype(np.float32)

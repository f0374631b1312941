"""A small set of our own, so that a clone alone is held to Natron: its projects, its pictures.

The inputs are noise made for the purpose, the projects our own writer's, the expected pictures
what Natron 2.5 rendered from them at frame 2 (`WriteOIIO`, 32-bit float, linear). Natron itself
saved `fringes`, with our ChromaticAberration in it as an OpenFX plug-in and as a PyPlug.
"""

from pathlib import Path

import numpy as np
import pytest

from driver.project.document import read
from driver.render.graph import graph_of
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Window
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.image_types import Image
from ofx_helpers.media.images import read_image
from ofx_helpers.nodes import collect
from tests.golden.compare import assert_close

OWN = Path(__file__).parent / "own"
EXPECTED = sorted((OWN / "expected").glob("*.exr"))


def _window(image: Image) -> Window:
    box, height = image.window, image.display.bottom
    return Window(box.left, height - box.bottom, box.right, height - box.top)


def test_the_set_is_whole() -> None:
    assert len(EXPECTED) == 43


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_the_picture_is_natrons(path: Path) -> None:
    project, _, case = path.name.split(".")[0].partition("_")
    graph = graph_of(read(OWN / f"{project}.ntp"))
    writer = "W" + case.replace("-", "_").capitalize()
    wanted = read_image(path)
    frame = render_node(
        graph,
        writer,
        2.0,
        resolve=collect().get,
        media=EngineMedia(),
        window=_window(wanted),
    )
    plugin = graph.nodes[graph.nodes[writer].inputs["Source"]].plugin
    assert_close(frame.pixels, np.asarray(wanted.pixels[::-1], np.float32), [plugin])

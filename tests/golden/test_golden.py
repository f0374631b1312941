"""Every project of the reference set whose nodes exist gives Natron's own picture."""

from pathlib import Path

import numpy as np
import pytest

from driver.project.document import read
from driver.render.graph import graph_of
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.images import read_image
from ofx_helpers.nodes import collect
from tests.golden.compare import assert_close

GOLDEN = Path(__file__).parents[2] / "../shared/natron/golden"
PROJECTS = sorted((GOLDEN / "projects").glob("*.ntp"))


def test_the_reference_set_is_there() -> None:
    if not GOLDEN.exists():
        pytest.skip("../shared is absent")
    assert len(PROJECTS) >= 155


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.stem)
def test_the_picture_is_natrons(project: Path) -> None:
    graph = graph_of(read(project))
    types = collect()
    missing = {node.plugin for node in graph.nodes.values()} - set(types)
    if missing:
        pytest.skip(f"not built yet: {', '.join(sorted(missing))}")
    expected = sorted((GOLDEN / "expected").glob(f"{project.stem}.*.exr"))
    if not expected:
        pytest.skip("written as PNG: see test_files")
    for path in expected:
        frame = render_node(
            graph,
            "Write1",
            float(path.suffixes[0][1:]),
            resolve=types.get,
            media=EngineMedia(),
            window=graph.format,
        )
        wanted = np.asarray(read_image(path).pixels[::-1], np.float32)
        assert_close(frame.pixels, wanted, (node.plugin for node in graph.nodes.values()))

"""Which nodes are ours, and which a plug-in's."""

from pathlib import Path

import pytest

from driver.render import node_types
from driver.render.base import Nodes
from driver.render.node_types import Renderable, resolver
from ofx_helpers import nodes
from ofx_helpers.engine.node_type import NodeType
from ofx_helpers.host.node import PluginNodes
from ofx_helpers.host.scanning import scan

OURS, MIX = "net.sf.openfx.GradePlugin", "memecomp.test.Mix"
STAND_IN = NodeType(plugins=(OURS,), point=lambda _context, pixels, _window: pixels)


class _Plugins(PluginNodes):
    """The test plug-ins, and one that has the identifier of a node of ours."""

    def get(self, plugin: str) -> NodeType | None:
        return STAND_IN if plugin == OURS else super().get(plugin)


@pytest.fixture(autouse=True)
def _these_plugins(ofx_bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _Plugins(lambda: scan([ofx_bundles]))
    monkeypatch.setattr(node_types, "plugin_nodes", lambda: found)


@pytest.mark.parametrize(("prefer", "expected"), [("own", None), ("prefer-ofx", STAND_IN)])
def test_of_two_that_render_a_node_the_preferred_one_does(
    prefer: Nodes, expected: NodeType | None
) -> None:
    assert resolver(prefer)(OURS) is (expected or nodes.collect()[OURS])


def test_a_plugin_renders_what_we_have_no_node_for_and_nobody_what_is_nowhere() -> None:
    found = resolver()(MIX)
    assert found is not None
    assert found.main == "B"
    assert resolver()("net.sf.openfx.Nothing") is None
    assert MIX in Renderable()
    assert "net.sf.openfx.Nothing" not in Renderable()


def test_a_confined_render_has_nodes_of_ours_only() -> None:
    assert resolver("prefer-ofx", confined=True)(OURS) is nodes.collect()[OURS]
    assert resolver(confined=True)(MIX) is None

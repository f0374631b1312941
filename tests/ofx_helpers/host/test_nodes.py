"""Plug-ins as nodes of a project: our own test plug-ins among the engine's nodes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from ofx_helpers import nodes
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Graph, Node
from ofx_helpers.engine.node_type import Context, NodeType
from ofx_helpers.host.live import _values
from ofx_helpers.host.node import PluginNodes
from ofx_helpers.host.scanning import scan
from ofx_helpers.host.types import Parameter
from tests.golden.still_media import MemoryMedia
from tests.ofx_helpers.engine.graphs import graph, node
from tests.ofx_helpers.host.plugs import noise

F = np.float32
TEST = "memecomp.test."
SIZE = Window(0, 0, 16, 12)


def _noise(context: Context, window: Window, _frames: Sequence[Frame]) -> Frame:
    return noise(context.node.name, context.time).crop(window)


NOISE = NodeType(
    plugins=("test.noise",),
    render=_noise,
    wants=lambda _context, _window: (),
    region=lambda _context: SIZE,
    varies=lambda _context: True,
)


def source(name: str) -> Node:
    """A node of ours with other pixels at every frame."""
    return node(name, "test.noise")


@pytest.fixture(scope="module")
def plugins(ofx_bundles: Path) -> Iterator[PluginNodes]:
    made = PluginNodes(lambda: scan([ofx_bundles]))
    yield made
    made.close()


def render(
    plugins: PluginNodes, made: Graph, name: str, time: float = 1.0, window: Window | None = None
) -> NDArray[np.float32]:
    def resolve(plugin: str) -> NodeType | None:
        if plugin == "test.noise":
            return NOISE
        return nodes.collect().get(plugin) or plugins.get(plugin)

    media = MemoryMedia({})
    return render_node(made, name, time, resolve=resolve, media=media, window=window).pixels


def pixels(name: str, time: float = 1.0) -> NDArray[np.float32]:
    return noise(name, time).pixels


def test_a_plugin_among_our_nodes_computes_its_formula(plugins: PluginNodes) -> None:
    mix = node("M", TEST + "Mix", {"B": "S", "A": "T"}, mix=0.3)
    made = graph(source("S"), source("T"), mix, node("I", "Invert", {"Source": "M"}))
    expected = pixels("S") + (pixels("T") - pixels("S")) * F(0.3)
    assert_array_equal(render(plugins, made, "M"), expected)
    assert_array_equal(render(plugins, made, "I")[..., :3], 1 - expected[..., :3])


def test_a_part_of_the_picture_is_the_part_of_the_picture(plugins: PluginNodes) -> None:
    made = graph(source("S"), node("G", TEST + "Grow", {"Source": "S"}, size=2))
    whole = render(plugins, made, "G", window=Window(-2, -2, 18, 14))
    part = render(plugins, made, "G", window=Window(3, 1, 9, 7))
    assert_array_equal(part, whole[3:9, 5:11])


def test_the_chosen_channel_of_a_mask_is_its_alpha(plugins: PluginNodes) -> None:
    params: dict[str, Any] = {
        "mix": 1.0,
        "maskChannel_Mask": "uk.co.thefoundry.OfxImagePlaneColour.G",
    }
    mix = node("M", TEST + "Mix", {"B": "S", "A": "T", "Mask": "K"}, **params)
    made = graph(source("S"), source("T"), source("K"), mix)
    mask = pixels("K")[..., 1:2]
    expected = pixels("S") + (pixels("T") - pixels("S")) * mask
    assert_array_equal(render(plugins, made, "M"), expected)


def test_a_temporal_plugin_gets_the_frames_around(plugins: PluginNodes) -> None:
    made = graph(source("S"), node("A", TEST + "Average", {"Source": "S"}), last=9)
    mean = (pixels("S", 4) + pixels("S", 5) + pixels("S", 6)) / F(3)
    assert_array_equal(render(plugins, made, "A", 5.0), mean)


def test_an_animated_parameter_is_read_at_the_frames_time(plugins: PluginNodes) -> None:
    from ofx_helpers.engine.curve import Curve, Key

    rising = Curve((Key(1, 0.25, right=0.25), Key(3, 0.75, left=0.25)))
    mix = node("M", TEST + "Mix", {"B": "S", "A": "T"}, mix=rising)
    made = graph(source("S"), source("T"), mix, last=3)
    b, a = pixels("S", 2), pixels("T", 2)
    assert_array_equal(render(plugins, made, "M", 2.0), b + (a - b) * F(0.5))


def test_transforms_of_ours_and_of_a_plugin_are_filtered_once(plugins: PluginNodes) -> None:
    half = (0.5, 0.0)
    ours: dict[str, Any] = {"filter": "cubic", "black_outside": False}
    shifted = np.zeros((12, 16, 4), F)
    shifted[:, 1:] = pixels("S")[:, :-1]

    below = node("M", TEST + "Move", {"Source": "T"}, by=half)
    made = graph(
        source("S"), node("T", "TransformPlugin", {"Source": "S"}, translate=half, **ours), below
    )
    assert_array_equal(render(plugins, made, "M", window=SIZE)[:, 2:-1], shifted[:, 2:-1])

    above = node("M", TEST + "Move", {"Source": "S"}, by=half)
    made = graph(
        source("S"), above, node("T", "TransformPlugin", {"Source": "M"}, translate=half, **ours)
    )
    got = render(plugins, made, "T", window=SIZE)
    np.testing.assert_allclose(got[:, 2:-1], shifted[:, 2:-1], atol=1e-6)


def test_a_disabled_plugin_passes_its_source_on(plugins: PluginNodes) -> None:
    moved = node("M", TEST + "Move", {"Source": "S"}, by=(3.0, 1.0), disableNode=True)
    assert_array_equal(render(plugins, graph(source("S"), moved), "M"), pixels("S"))


def test_channels_that_natron_does_not_process_stay(plugins: PluginNodes) -> None:
    off = {"NatronOfxParamProcessG": False, "NatronOfxParamProcessA": False}
    mix = node("M", TEST + "Mix", {"B": "S", "A": "T"}, **off)
    got = render(plugins, graph(source("S"), source("T"), mix), "M")
    assert_array_equal(got[..., [0, 2]], pixels("T")[..., [0, 2]])
    assert_array_equal(got[..., [1, 3]], pixels("S")[..., [1, 3]])


def test_a_plugin_that_dies_is_named_with_its_node_and_the_rest_renders(
    plugins: PluginNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFX_TEST_FAULT", "crash@OfxImageEffectActionRender")
    bad = node("Bad", TEST + "Hostile", {"Source": "S"})
    good = node("Good", TEST + "Average", {"Source": "S"})
    made = graph(source("S"), bad, good)
    with pytest.raises(RenderError, match=r"^Bad: memecomp.test.Hostile .* in its action Render"):
        render(plugins, made, "Bad")
    monkeypatch.delenv("OFX_TEST_FAULT")
    assert render(plugins, made, "Good").any()


def test_a_changed_node_of_the_same_name_is_made_anew(plugins: PluginNodes) -> None:
    for mix in (0.25, 0.75):
        one = node("M", TEST + "Mix", {"B": "S", "A": "T"}, mix=mix)
        expected = pixels("S") + (pixels("T") - pixels("S")) * F(mix)
        assert_array_equal(render(plugins, graph(source("S"), source("T"), one), "M"), expected)


@pytest.mark.parametrize(
    ("chosen", "given"), [("HD", {"NatronParamFormatChoice": ("HD",)}), ("Scope of the house", {})]
)
def test_a_format_of_the_project_is_not_asked_of_a_plugins_own_menu(
    chosen: str, given: dict[str, object]
) -> None:
    menu = Parameter(
        name="NatronParamFormatChoice", label="", kind="Choice", default=("HD",), options=("HD",)
    )
    saved = Node(name="A", plugin="some.Plugin", params={menu.name: (chosen,)})
    params = SimpleNamespace(choice=lambda _name: chosen)
    context = cast(Context, SimpleNamespace(node=saved, params=params))
    assert _values(context, {menu.name: menu}) == given


def test_what_nobody_has_is_an_error_that_says_what_supplies_it(plugins: PluginNodes) -> None:
    made = graph(source("S"), node("N", "net.sf.openfx.Nothing", {"Source": "S"}))
    with pytest.raises(RenderError, match=r"N is a net.sf.openfx.Nothing.*Misc.ofx.bundle"):
        render(plugins, made, "N")

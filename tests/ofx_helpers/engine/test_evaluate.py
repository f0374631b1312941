from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine import evaluate
from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.engine.graph import Point, Shape
from ofx_helpers.engine.node_type import NodeType
from ofx_helpers.engine.render import render as render_files
from ofx_helpers.engine.static_cache import StaticCache
from ofx_helpers.nodes import collect
from tests.golden.still_media import MemoryMedia, gradient
from tests.ofx_helpers.engine.graphs import WRITE, graph, linear, node, read, render

A = gradient(16, 12)
B = gradient(16, 12, 4, seed=1)
IMAGES = {"a.png": A, "b.png": B}


def test_row_0_of_a_frame_is_the_bottom_row_of_the_file() -> None:
    frame = render(graph(read("A", "a.png")), "A", IMAGES)
    np.testing.assert_allclose(frame.pixels, linear(A), atol=1e-7)


def test_a_node_used_twice_is_computed_once() -> None:
    media = MemoryMedia(IMAGES)
    made = graph(
        read("A", "a.png"),
        node("G", "GradePlugin", {"Source": "A"}, multiply=(2.0, 2.0, 2.0, 1.0)),
        node("M", "MergePlugin", {"A": "G", "B": "A"}, operation="plus"),
        node("N", "MergePlugin", {"A": "M", "B": "G"}, operation="max"),
    )
    frame = render(made, "N", media=media)
    assert media.reads == ["a.png"]
    np.testing.assert_allclose(frame.pixels[..., :3], 3 * linear(A)[..., :3], atol=1e-6)


def test_a_layer_under_an_opaque_one_is_never_read() -> None:
    media = MemoryMedia(IMAGES)
    made = graph(
        read("A", "a.png"),
        read("B", "b.png"),
        node("M", "MergePlugin", {"A": "A", "B": "B"}),
    )
    frame = render(made, "M", media=media)
    assert media.reads == ["a.png"]
    np.testing.assert_allclose(frame.pixels, linear(A), atol=1e-7)


def test_a_smaller_window_gives_the_same_pixels() -> None:
    made = graph(
        read("A", "a.png"),
        node("B", "net.sf.cimg.CImgBlur", {"Source": "A"}, size=(3.0, 2.0)),
        node("G", "GradePlugin", {"Source": "B"}, gamma=(1.5, 1.5, 1.5, 1.0)),
    )
    window = Window(3, 2, 9, 11)
    whole = render(made, "G", IMAGES, window=Window(0, 0, 16, 12))
    part = render(made, "G", IMAGES, window=window)
    np.testing.assert_allclose(part.pixels, whole.crop(window).pixels, atol=1e-5)


def test_outside_its_region_a_picture_is_transparent_black() -> None:
    frame = render(graph(read("A", "a.png")), "A", IMAGES, window=Window(-3, -2, 20, 15))
    assert not frame.pixels[:2].any()
    assert not frame.pixels[:, :3].any()
    np.testing.assert_allclose(frame.pixels[2:14, 3:19], linear(A), atol=1e-7)


def test_a_disabled_node_passes_its_main_input() -> None:
    made = graph(
        read("A", "a.png"),
        read("B", "b.png"),
        node("M", "MergePlugin", {"A": "A", "B": "B"}, operation="plus", disableNode=True),
    )
    np.testing.assert_array_equal(
        render(made, "M", IMAGES).pixels, render(made, "B", IMAGES).pixels
    )


def test_disabling_can_be_animated() -> None:
    keys = tuple(
        Key(time, value, Interpolation.CONSTANT) for time, value in ((1.0, 1.0), (2.0, 0.0))
    )
    made = graph(
        read("A", "a.png"),
        node("I", "Invert", {"Source": "A"}, disableNode=Curve(keys)),
    )
    np.testing.assert_allclose(render(made, "I", IMAGES, time=1.0).pixels, linear(A), atol=1e-7)
    inverted = render(made, "I", IMAGES, time=2.0).pixels
    np.testing.assert_allclose(inverted, 1 - linear(A), atol=1e-6)


def test_inputs_are_never_written_to() -> None:
    """Invert works in place; the Merge must still see the picture before it."""
    made = graph(
        read("A", "a.png"),
        node("I", "Invert", {"Source": "A"}),
        node("M", "MergePlugin", {"A": "I", "B": "A"}, operation="plus"),
    )
    np.testing.assert_allclose(render(made, "M", IMAGES).pixels, 1.0, atol=1e-6)


def test_a_missing_node_is_named_with_its_plugin_and_who_supplies_it() -> None:
    made = graph(read("A", "a.png"), node("T", "net.fxarena.openfx.Sketch", {"Source": "A"}))
    with pytest.raises(RenderError) as caught:
        render(made, "T", IMAGES)
    for word in ("T is a net.fxarena.openfx.Sketch", "Arena.ofx.bundle", "OFX_PLUGIN_PATH"):
        assert word in str(caught.value)


def test_an_unknown_node_lists_the_near_ones() -> None:
    with pytest.raises(RenderError, match=r"no node Merge9\. Near: Merge1"):
        render(graph(node("Merge1", "MergePlugin")), "Merge9")


def test_a_cycle_is_refused() -> None:
    made = graph(
        node("G1", "GradePlugin", {"Source": "G2"}), node("G2", "GradePlugin", {"Source": "G1"})
    )
    with pytest.raises(RenderError, match="cycle"):
        render(made, "G1")


def test_a_chain_of_two_thousand_nodes_renders() -> None:
    chain = [read("N0", "a.png")]
    chain += [
        node(f"N{i}", "AddPlugin", {"Source": f"N{i - 1}"}, value=(0.001,) * 4)
        for i in range(1, 2001)
    ]
    frame = render(graph(*chain), "N2000", IMAGES)
    np.testing.assert_allclose(frame.pixels[..., :3], linear(A)[..., :3] + 2, atol=2e-3)


def test_two_files_may_not_claim_one_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    from ofx_helpers.nodes import grade, premult

    def point(_context: object, pixels: np.ndarray, _window: Window) -> np.ndarray:
        return pixels

    double = NodeType(plugins=grade.NODE.plugins, point=point)
    monkeypatch.setattr(premult, "NODES", (double,))
    collect.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"both claim net\.sf\.openfx\.GradePlugin"):
            collect()
    finally:
        monkeypatch.undo()
        collect.cache_clear()


def test_what_does_not_change_is_computed_once_for_all_frames() -> None:
    media, cache = MemoryMedia(IMAGES), StaticCache()
    fade = Curve((Key(1.0, 0.0, Interpolation.LINEAR, 0, 1), Key(3.0, 2.0, right=1, left=1)))
    made = graph(
        read("A", "a.png"),
        node("B", "net.sf.cimg.CImgBlur", {"Source": "A"}, size=(2.0, 2.0)),
        node("M", "MultiplyPlugin", {"Source": "B"}, value=(fade, fade, fade, 1.0)),
    )
    first, second, third = (
        render(made, "M", media=media, cache=cache, time=time).pixels for time in (1.0, 2.0, 3.0)
    )
    assert media.reads == ["a.png"]
    assert not first[..., :3].any()
    np.testing.assert_allclose(third[..., :3], 2 * second[..., :3], atol=1e-6)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each node has been computed."""
    counts: Counter[str] = Counter()
    real = evaluate._render

    def counting(job: Any, taken: Any) -> Frame:
        counts[job.context.node.name] += 1
        return real(job, taken)

    monkeypatch.setattr(evaluate, "_render", counting)
    return counts


FADE = Curve((Key(1.0, 2.0, Interpolation.LINEAR, 0, 1), Key(9.0, 10.0, right=1, left=1)))


def test_what_two_writers_share_is_computed_once_a_frame(computed: Counter[str]) -> None:
    made = graph(
        read("A", "a.png"),
        node("M", "MultiplyPlugin", {"Source": "A"}, value=(FADE, FADE, FADE, 1.0)),
        node("C", "SaturationPlugin", {"Source": "M"}, saturation=0.3),
        node("W", WRITE, {"Source": "M"}, filename="m.####.png"),
        node("V", WRITE, {"Source": "C"}, filename="c.####.png"),
        node(
            "X",
            WRITE,
            {"Source": "M"},
            filename="x.####.png",
            frameRange="manual",
            firstFrame=2,
            lastFrame=2,
        ),
        last=3,
    )
    media, alone = MemoryMedia(IMAGES), MemoryMedia(IMAGES)
    done = list(render_files(made, resolve=collect().get, media=media))
    assert len(done) == 7
    assert computed["M"] == 3
    for name in ("W", "V", "X"):
        list(render_files(made, [name], resolve=collect().get, media=alone))
    assert sorted(media.written) == sorted(alone.written)
    for name, picture in alone.written.items():
        np.testing.assert_array_equal(media.written[name].pixels, picture.pixels)


def test_a_node_that_fails_for_one_of_two_writers_is_named() -> None:
    made = graph(
        read("A", "a.png"),
        read("N", "none.png"),
        node("W", WRITE, {"Source": "A"}, filename="a.####.png"),
        node("V", WRITE, {"Source": "G"}, filename="n.####.png"),
        node("G", "GradePlugin", {"Source": "A", "Mask": "A"}, black=(1.0, 1.0), white=(1.0, 1.0)),
    )
    made.nodes["G"].params["multiply"] = ("no number",)  # type: ignore[index]
    media = MemoryMedia(IMAGES)
    with pytest.raises(RenderError, match=r"^G \(net\.sf\.openfx\.GradePlugin\)"):
        list(render_files(made, resolve=collect().get, media=media))
    assert not media.written


def test_a_still_picture_under_a_moving_window_is_soon_computed_no_more(
    computed: Counter[str],
) -> None:
    there = Curve((Key(1.0, -4.5, Interpolation.LINEAR, 0, 1), Key(9.0, 3.5, right=1, left=1)))
    made = graph(
        read("A", "a.png"),
        node("B", "net.sf.cimg.CImgBlur", {"Source": "A"}, size=(2.0, 2.0)),
        node("T", "TransformPlugin", {"Source": "B"}, translate=(there, 0.0)),
        size=(160, 120),
    )
    media, cache = MemoryMedia({"a.png": gradient(160, 120)}), StaticCache()
    window = Window(20, 10, 140, 110)
    for time in (1.0, 9.0, 2.0, 8.0, 3.0):
        moved = render(made, "T", media=media, cache=cache, time=time, window=window)
        wanted = render(made, "T", media=media, time=time, window=window)
        np.testing.assert_allclose(moved.pixels, wanted.pixels, atol=1e-6)
    # Five times without the cache, twice with it.
    assert computed["B"] == 5 + 2


@pytest.mark.parametrize(("moving", "times"), [(False, 1), (True, 3)])
def test_a_shape_without_keys_is_drawn_once(
    moving: bool, times: int, computed: Counter[str]
) -> None:
    corners = ((2.0, 2.0), (12.0, 2.0), (12.0, 9.0), (2.0, 9.0))
    points = tuple(
        Point(x=FADE if moving else x, y=y, left_x=x, left_y=y, right_x=x, right_y=y)
        for x, y in corners
    )
    shape = Shape(name="S", points=points, feather_points=(), params={"lifeTime": (0,)})
    roto = replace(node("R", "fr.inria.built-in.Roto"), shapes=(shape,))
    made = graph(roto, node("M", "MultiplyPlugin", {"Source": "R"}, value=(FADE, FADE, FADE, FADE)))
    cache = StaticCache()
    for time in (1.0, 2.0, 3.0):
        render(made, "M", cache=cache, time=time)
    assert computed["R"] == times


def test_an_8_bit_srgb_picture_passes_read_over_and_write_bit_for_bit() -> None:
    small, media = gradient(6, 5, 4, seed=2), MemoryMedia({})
    small[..., 3] = 0
    media = MemoryMedia({"a.png": A, "s.png": small})
    made = graph(
        read("A", "a.png", "sRGB"),
        read("S", "s.png", "sRGB"),
        node("M", "MergePlugin", {"A": "S", "B": "A"}),
        node("W", WRITE, {"Source": "M"}, filename="out.####.png", formatType="project"),
    )
    # Read as unpremultiplied, a layer of alpha 0 is black and adds nothing.
    made.nodes["S"].params["filePremult"] = ("unpremult",)  # type: ignore[index]
    list(render_files(made, resolve=collect().get, media=media))
    written = media.written["out.0001.png"].pixels
    np.testing.assert_array_equal(written[..., :3], A)
    assert (written[..., 3] == 255).all()


def test_every_code_survives_the_way_through_linear_light() -> None:
    from ofx_helpers.engine.colour import decode_table, encode_8

    for space in ("sRGB", "Rec709", "linear"):
        codes = encode_8(decode_table(space, 256)[None, :, None], space)
        np.testing.assert_array_equal(codes.ravel(), np.arange(256))


@pytest.mark.parametrize("size", [100, 300_000])
def test_each_value_gets_the_nearest_code_of_8_bits(size: int) -> None:
    from ofx_helpers.engine.colour import encode_8, transfer

    values = np.random.default_rng(5).random(size, np.float32) ** 2
    values[:4] = np.nan, -1, 2, 1
    space = transfer("sRGB")
    assert space is not None
    exact = space.encode(np.clip(np.nan_to_num(values).astype(np.float64), 0, 1)) * 255
    assert np.abs(encode_8(values, "sRGB") - exact).max() < 0.5001


def test_an_older_node_has_the_defaults_of_its_own_version() -> None:
    from ofx_helpers.engine.graph import Node
    from ofx_helpers.engine.params import Params

    def default(plugin: str, version: int, name: str) -> str:
        return Params(Node(name="N", plugin=plugin, version=version), 1.0, {}).choice(name)

    assert default("net.sf.openfx.Reformat", 1, "reformatType") == "format"
    assert default("net.sf.openfx.Reformat", 2, "reformatType") == "project"
    assert default("net.sf.openfx.Reformat", 0, "reformatType") == "project"
    old = Params(Node(name="N", plugin="net.sf.cimg.CImgBlur", version=3), 1.0, {})
    assert not old.flag("NatronOfxParamProcessA")


def test_a_generator_of_a_format_gives_its_picture_that_format() -> None:
    from ofx_helpers.engine.scene import Scene

    solid = node("S", "Solid", extent="format", NatronParamFormatSize=(640, 480))
    made = graph(solid, node("G", "GradePlugin", {"Source": "S"}))
    scene = Scene(made, collect().get, MemoryMedia({}))
    assert scene.format_of("G", 1.0) == Window(0, 0, 640, 480)


def test_one_file_for_many_frames_is_refused() -> None:
    made = graph(read("A", "a.png"), node("W", WRITE, {"Source": "A"}, filename="o.png"), last=3)
    with pytest.raises(RenderError, match=r"o\.png: put ####"):
        list(render_files(made, resolve=collect().get, media=MemoryMedia(IMAGES)))


def test_writers_render_their_range_and_only_the_frames_asked_for() -> None:
    made = graph(
        read("A", "a.png"), node("W", WRITE, {"Source": "A"}, filename="o.%03d.png"), last=5
    )
    media = MemoryMedia(IMAGES)
    done = list(render_files(made, resolve=collect().get, media=media))
    assert sorted(item.frame for item in done) == [1, 2, 3, 4, 5]
    assert sorted(media.written) == [f"o.{frame:03d}.png" for frame in range(1, 6)]
    media = MemoryMedia(IMAGES)
    list(render_files(made, frames=[2, 4], resolve=collect().get, media=media))
    assert sorted(media.written) == ["o.002.png", "o.004.png"]


def test_an_unknown_colour_space_lists_what_is_built_in() -> None:
    with pytest.raises(RenderError, match=r"A: the colour space 'input/REDLog'.*sRGB"):
        render(graph(read("A", "a.png", "input/REDLog")), "A", IMAGES)


def test_a_frame_in_bands_is_the_frame_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = graph(
        read("A", "a.png", "sRGB"),
        read("B", "b.png", "sRGB"),
        node("K", "net.sf.cimg.CImgBlur", {"Source": "A"}, size=(4.0, 4.0)),
        node("M", "MergePlugin", {"A": "B", "B": "K"}, operation="screen"),
        node("W", WRITE, {"Source": "M"}, filename="out.####.png"),
    )
    pictures = []
    for limit in (1_000_000, 40):
        monkeypatch.setattr(render_files.__globals__["bands"], "__defaults__", (limit,))
        media = MemoryMedia(IMAGES)
        list(render_files(made, resolve=collect().get, media=media))
        pictures.append(media.written["out.0001.png"].pixels.astype(int))
        assert sorted(media.reads) == ["a.png", "b.png"]
    assert np.abs(pictures[0] - pictures[1]).max() <= 1
    assert (pictures[0] != pictures[1]).mean() < 0.01

from dataclasses import replace

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from ofx_helpers.nodes import _hsl_kernel
from ofx_helpers.nodes._blend import BLENDS, HSL, KEEPS_B, hsl_blend
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, node, read, render

A, B, MASK = gradient(8, 6, 4), gradient(10, 9, 4, seed=1), gradient(8, 6, 4, seed=2)
IMAGES = {"a.png": A, "b.png": B, "k.png": MASK}
BASE = (read("A", "a.png"), read("B", "b.png"), read("K", "k.png"))
ALL = [*BLENDS, "hue", "saturation", "color", "luminosity"]


def merge(**params: object) -> np.ndarray:
    inputs = {"A": "A", "B": "B"} | ({"Mask": "K"} if "enableMask_Mask" in params else {})
    made = graph(*BASE, node("M", "MergePlugin", inputs, **params), size=(10, 9))
    return render(made, "M", IMAGES, window=Window(0, 0, 10, 9)).pixels


def of(name: str) -> np.ndarray:
    return render(graph(*BASE), name, IMAGES, window=Window(0, 0, 10, 9)).pixels


@pytest.mark.parametrize("operation", ALL)
def test_mix_0_is_b(operation: str) -> None:
    np.testing.assert_array_equal(merge(operation=operation, mix=0.0), of("B"))


@pytest.mark.parametrize("operation", ALL)
def test_half_a_mix_is_half_way(operation: str) -> None:
    whole = merge(operation=operation)
    half = merge(operation=operation, mix=0.5)
    np.testing.assert_allclose(half, (whole + of("B")) / 2, atol=1e-5, rtol=1e-5)


def test_where_the_mask_is_0_the_result_is_b_and_where_it_is_1_the_merge() -> None:
    masked = merge(operation="plus", enableMask_Mask=True)
    weight = of("K")[..., 3:4]
    wanted = of("B") + weight * of("A")
    np.testing.assert_allclose(masked, wanted, atol=1e-6)
    inverted = merge(operation="plus", enableMask_Mask=True, maskInvert=True)
    np.testing.assert_allclose(inverted, of("B") + (1 - weight) * of("A"), atol=1e-6)


def test_a_mask_without_a_channel_is_black_whatever_its_switch_says() -> None:
    # As Natron renders a saved project: loading a connected mask puts its switch on.
    unset = {"operation": "plus", "enableMask_Mask": False, "maskChannel_Mask": "None"}
    np.testing.assert_array_equal(merge(**unset), of("B"))
    np.testing.assert_array_equal(merge(**unset, maskInvert=True), merge(operation="plus"))


def test_a_connected_mask_counts_though_its_switch_is_stored_off() -> None:
    np.testing.assert_array_equal(
        merge(operation="plus", enableMask_Mask=False),
        merge(operation="plus", enableMask_Mask=True),
    )


def test_the_box_of_an_a_that_is_not_connected_is_that_of_b() -> None:
    made = graph(*BASE, node("M", "MergePlugin", {"B": "B"}, operation="over", bbox="a"))
    np.testing.assert_array_equal(
        render(made, "M", IMAGES, window=Window(0, 0, 10, 9)).pixels, of("B")
    )


@pytest.mark.parametrize("operation", sorted(KEEPS_B))
def test_beyond_a_those_operations_keep_b(operation: str) -> None:
    np.testing.assert_allclose(merge(operation=operation)[6:], of("B")[6:], atol=1e-6)


@pytest.mark.parametrize(
    ("box", "window"),
    [("union", (0, 0, 10, 9)), ("intersection", (0, 0, 8, 6)), ("a", (0, 0, 8, 6))],
)
def test_the_box_decides_the_region(box: str, window: tuple[int, int, int, int]) -> None:
    made = graph(*BASE, node("M", "MergePlugin", {"A": "A", "B": "B"}, bbox=box), size=(10, 9))
    assert tuple(render(made, "M", IMAGES).window) == window


def test_an_output_channel_that_is_off_stays_bs() -> None:
    merged = merge(operation="plus", OutputChannelsG=False)
    np.testing.assert_array_equal(merged[..., 1], of("B")[..., 1])
    assert not np.array_equal(merged[..., 0], of("B")[..., 0])


def test_several_a_inputs_are_merged_one_after_the_other() -> None:
    made = graph(
        *BASE,
        node("M", "MergePlugin", {"A": "A", "B": "B", "A2": "K"}),
        node("M1", "MergePlugin", {"A": "A", "B": "B"}),
        node("M2", "MergePlugin", {"A": "K", "B": "M1"}),
        size=(10, 9),
    )
    once = render(made, "M", IMAGES).pixels
    np.testing.assert_allclose(once, render(made, "M2", IMAGES).pixels, atol=1e-6)


def test_over_of_premultiplied_layers_is_associative() -> None:
    layers = [
        read(name, file, filePremult="unpremult")
        for name, file in (("A", "a.png"), ("B", "b.png"), ("K", "k.png"))
    ]
    made = graph(
        *layers,
        node("L1", "MergePlugin", {"A": "A", "B": "B"}),
        node("L", "MergePlugin", {"A": "L1", "B": "K"}),
        node("R1", "MergePlugin", {"A": "B", "B": "K"}),
        node("R", "MergePlugin", {"A": "A", "B": "R1"}),
    )
    left, right = render(made, "L", IMAGES).pixels, render(made, "R", IMAGES).pixels
    np.testing.assert_allclose(left, right, atol=1e-6)


@pytest.mark.parametrize("operation", HSL)
def test_the_compiled_hsl_operations_equal_the_plain_ones(operation: str) -> None:
    rng = np.random.default_rng(5)
    # Colours above their alpha and below 0, greys, black, and no alpha: every branch.
    above, below = rng.uniform(-0.3, 1.3, (2, 64, 64, 4)).astype(np.float32)
    above[:8, :, 3], below[:, :8, 3] = 0, 0
    above[8:16, :, :3], below[:, 8:16, :3] = 0.25, 0.5
    above[16:24, :, :3], below[:, 16:24, 3] = 0, 1
    found = np.zeros_like(above)
    _hsl_kernel.blend(HSL.index(operation), above, below, found)
    wanted = hsl_blend(operation, above[..., :3], below[..., :3], above[..., 3:], below[..., 3:])
    np.testing.assert_allclose(found[..., :3], wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("version", "kept"), [(1, True), (2, False)])
def test_an_a_without_a_pixel_is_black_since_version_2(version: int, kept: bool) -> None:
    gone = node("Gone", "ShufflePlugin")
    plain = node("M", "MergePlugin", {"A": "Gone", "B": "B"}, operation="multiply")
    made = graph(BASE[1], gone, replace(plain, version=version), size=(10, 9))
    result = render(made, "M", IMAGES, window=made.format).pixels
    np.testing.assert_array_equal(result, of("B") if kept else np.zeros_like(result))


def test_without_an_a_the_channels_of_b_that_go_in_do_not_matter() -> None:
    made = graph(
        *BASE,
        node("M", "MergePlugin", {"B": "B"}, BChannelsA=False, OutputChannelsR=False),
    )
    got = render(made, "M", IMAGES, window=Window(0, 0, 10, 9)).pixels
    np.testing.assert_array_equal(got[..., 1:], of("B")[..., 1:])
    assert not got[..., 0].any()


def test_where_nothing_is_merged_b_shows_beyond_the_box() -> None:
    off = {f"OutputChannels{channel}": False for channel in "RGBA"}
    np.testing.assert_array_equal(merge(operation="plus", bbox="a", **off), of("B"))


FAR = node("Far", "Position", {"Source": "K"}, translate=(50.0, 0.0))


@pytest.mark.parametrize("version", [1, 2])
def test_an_a_beside_all_that_is_asked_for_is_left_out(version: int) -> None:
    # As NatronRenderer has it: not black times B, which is what one inside the picture gives.
    both = node("M", "MergePlugin", {"B": "B", "A": "Far", "A2": "A"}, operation="multiply")
    made = graph(*BASE, FAR, replace(both, version=version), size=(10, 9))
    result = render(made, "M", IMAGES, window=made.format).pixels
    np.testing.assert_allclose(result, merge(operation="multiply"), atol=1e-6)


@pytest.mark.parametrize(("version", "kept"), [(1, True), (2, False)])
def test_when_every_a_lies_beside_the_picture_only_version_1_shows_b(
    version: int, kept: bool
) -> None:
    plain = node("M", "MergePlugin", {"A": "Far", "B": "B"}, operation="copy")
    made = graph(*BASE, FAR, replace(plain, version=version), size=(10, 9))
    result = render(made, "M", IMAGES, window=made.format).pixels
    np.testing.assert_array_equal(result, of("B") if kept else np.zeros_like(result))
    beside = Window(50, 0, 58, 6)
    asked = render(made, "M", IMAGES, window=beside).pixels
    np.testing.assert_array_equal(asked, of("K")[:6, :8])  # there it is seen


def roto_merge(a: str = "A", **params: object) -> np.ndarray:
    inputs = {"A": a, "B": "B"} | ({"Mask": "K"} if "maskInvert" in params else {})
    made = graph(
        *BASE,
        node("P", "Position", {"Source": "A"}, translate=(1.0, 0.0)),
        node("M", "MergeRoto", inputs, **params),
        size=(10, 9),
    )
    return render(made, "M", IMAGES, window=Window(0, 0, 10, 9)).pixels


def test_a_roto_merge_is_a_merge_masked_by_red() -> None:
    np.testing.assert_array_equal(roto_merge(), merge())
    red = of("K")[..., :1]
    got = roto_merge(operation="plus", maskInvert=False)
    np.testing.assert_allclose(got, of("B") + red * of("A"), atol=1e-6)
    got = roto_merge(operation="plus", maskInvert=True)
    np.testing.assert_allclose(got, of("B") + (1 - red) * of("A"), atol=1e-6)


@pytest.mark.parametrize("operation", ["over", "multiply", "plus"])
def test_in_a_roto_merge_what_draws_any_layer_is_black(operation: str) -> None:
    # As Natron has it: a Position draws the layer RotoMask, which it does not find, black.
    black = np.zeros_like(A)
    got = roto_merge("P", operation=operation)
    made = graph(*BASE, node("M", "MergePlugin", {"A": "A", "B": "B"}, operation=operation))
    images = {**IMAGES, "a.png": black}
    wanted = render(made, "M", images, window=Window(0, 0, 10, 9)).pixels
    # Where both A's have pixels.
    np.testing.assert_allclose(got[:6, 1:8], wanted[:6, 1:8], atol=1e-6)


def test_a_roto_merge_whose_alphas_would_be_torn_off_is_refused() -> None:
    with pytest.raises(RenderError, match=r"M \(net.sf.openfx.MergeRoto\).*RotoMask in P"):
        roto_merge("P", maskInvert=True)

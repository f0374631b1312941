import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.frame import Window
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A = gradient(16, 12, seed=5)
DOT = np.zeros((12, 16, 3), np.uint8)
DOT[5, 7] = 255  # top-down: row 6 from below
IMAGES = {"a.png": A, "dot.png": DOT, "line.png": np.full((12, 16, 3), 255, np.uint8)}
IMAGES["line.png"][:, 4] = 0
FILTERS = {
    "eu.cimg.CImgMatrix3x3": {"matrix11": 1.0, "matrix22": 2.0},
    "eu.cimg.CImgMatrix5x5": {"matrix15": 1.0, "matrix33": 2.0},
    "eu.cimg.Distance": {},
    "net.sf.cimg.CImgEqualize": {},
    "net.sf.cimg.CImgHistEQ": {},
    "net.sf.cimg.CImgSharpenInvDiff": {},
    "net.sf.cimg.CImgSharpenShock": {},
    "net.sf.cimg.CImgChromaBlur": {"size": (3.0, 3.0)},
    "net.sf.cimg.CImgErodeSmooth": {"size": (3.0, 3.0)},
}


def apply(plugin: str, image: str = "a.png", window: Window | None = None, **params: object):
    made = graph(
        read("A", image),
        node("N", plugin, {"Source": "A"}, **FILTERS.get(plugin, {}) | params),
    )
    frame = render(made, "N", IMAGES, window=window or Window(0, 0, 16, 12))
    return frame.pixels


@pytest.mark.parametrize("plugin", FILTERS)
def test_a_part_of_the_picture_is_the_same_alone(plugin: str) -> None:
    whole = apply(plugin)
    part = apply(plugin, window=Window(3, 2, 9, 7))
    np.testing.assert_allclose(part, whole[2:7, 3:9], atol=1e-5)


@pytest.mark.parametrize("plugin", FILTERS)
def test_mix_0_is_the_source(plugin: str) -> None:
    np.testing.assert_array_equal(apply(plugin, mix=0.0), linear(A))


def test_a_matrix_weighs_the_neighbours_and_its_first_row_is_the_lowest() -> None:
    got = apply("eu.cimg.CImgMatrix3x3", "dot.png", matrix12=0.5)[..., 0]
    assert got[6, 7] == 2
    assert got[7, 8] == 1  # matrix11 brings what lies left below
    assert got[7, 7] == 0.5
    assert np.count_nonzero(got) == 3


def test_a_normalised_matrix_keeps_the_mean_and_one_that_sums_to_0_is_refused() -> None:
    flat = apply("eu.cimg.CImgMatrix3x3", "line.png", matrix11=3.0, normalize=True)
    assert flat[..., 0].max() == 1
    with pytest.raises(RenderError, match="N: its coefficients sum to 0"):
        apply("eu.cimg.CImgMatrix3x3", matrix11=-2.0, normalize=True)


def test_distance_counts_pixels_from_black_as_a_share_of_the_larger_side() -> None:
    red = {"NatronOfxParamProcessR": True, "NatronOfxParamProcessA": False}
    got = apply("eu.cimg.Distance", "line.png", **red)
    np.testing.assert_allclose(got[3, :, 0] * 16, np.abs(np.arange(16) - 4), atol=1e-5)
    signed = apply("eu.cimg.Distance", "line.png", signed=True, **red)
    np.testing.assert_allclose(signed[3, 3:6, 0] * 16, (0.5, -0.5, 0.5), atol=1e-5)


@pytest.mark.parametrize(
    ("metric", "steps"), [("chebyshev", 3), ("manhattan", 5), ("euclidean", 13**0.5)]
)
def test_distance_knows_three_metrics(metric: str, steps: float) -> None:
    inverted = graph(
        read("A", "dot.png"),
        node("I", "Invert", {"Source": "A"}),
        node("N", "eu.cimg.Distance", {"Source": "I"}, NatronOfxParamProcessR=True, metric=metric),
    )
    got = render(inverted, "N", IMAGES).pixels[8, 10, 0]
    assert got * 16 == pytest.approx(steps)


@pytest.mark.parametrize(("metric", "far"), [("manhattan", 1e8), ("euclidean", 1e4)])
def test_a_channel_without_black_is_far_while_another_has_some(metric: str, far: float) -> None:
    both = {"NatronOfxParamProcessR": True, "NatronOfxParamProcessA": True, "metric": metric}
    got = apply("eu.cimg.Distance", "line.png", **both)
    np.testing.assert_allclose(got[..., 3] * 16, far, rtol=1e-6)
    none = apply("eu.cimg.Distance", "line.png", **both | {"NatronOfxParamProcessR": False})
    assert none[..., 3].min() > 1e36


def test_equalised_values_are_spread_evenly() -> None:
    ramp = np.sort((apply("net.sf.cimg.CImgEqualize")[..., :3]).ravel())
    even = np.linspace(0, 1, ramp.size)
    assert np.abs(ramp - even).max() < 0.02


def test_histeq_keeps_hue_and_order() -> None:
    before, after = linear(A)[..., :3], apply("net.sf.cimg.CImgHistEQ")[..., :3]
    order = np.argsort(before.max(-1).ravel(), kind="stable")
    assert (np.diff(after.max(-1).ravel()[order]) >= -1e-6).all()
    np.testing.assert_allclose(
        after * before.max(-1, keepdims=True), before * after.max(-1, keepdims=True), atol=1e-5
    )


def test_inverse_diffusion_moves_the_steepest_pixel_by_the_amplitude() -> None:
    grey = graph(
        read("A", "dot.png"),
        node("G", "GradePlugin", {"Source": "A"}, offset=(0.2,) * 4, multiply=(0.5,) * 4),
        node(
            "N",
            "net.sf.cimg.CImgSharpenInvDiff",
            {"Source": "G"},
            iterations=1,
            amplitude=0.1,
        ),
    )
    got = render(grey, "N", IMAGES).pixels[..., 0]
    np.testing.assert_allclose(got[6, 6:9], (0.2, 0.7, 0.2), atol=1e-6)  # never beyond the range


def test_chroma_blur_keeps_the_luminance() -> None:
    weights = np.array((0.2126729, 0.7151522, 0.0721750))
    got = apply("net.sf.cimg.CImgChromaBlur")
    np.testing.assert_allclose(got[..., :3] @ weights, linear(A)[..., :3] @ weights, atol=1e-5)
    assert np.abs(got - linear(A)).max() > 0.05


def test_chroma_blur_changes_channels_together_or_not_at_all() -> None:
    plugin, off = "net.sf.cimg.CImgChromaBlur", {f"NatronOfxParamProcess{c}": False for c in "RGBA"}
    without = apply(plugin, NatronOfxParamProcessR=False)
    np.testing.assert_array_equal(without, apply(plugin))
    np.testing.assert_array_equal(apply(plugin, **off), linear(A))


def test_erode_smooth_shrinks_and_a_negative_size_grows() -> None:
    plain = linear(DOT)[..., 0].sum()
    size = {"filter": "box", "expandRoD": False}
    eroded = apply("net.sf.cimg.CImgErodeSmooth", "dot.png", size=(3.0, 3.0), **size)
    grown = apply("net.sf.cimg.CImgErodeSmooth", "dot.png", size=(-3.0, -3.0), **size)
    assert eroded[..., 0].sum() < plain / 2
    assert grown[5:8, 6:9, 0].min() > 0.95
    assert grown[..., 0].sum() == pytest.approx(9, abs=0.5)


def test_a_shock_filter_steepens_a_soft_edge_and_stays_in_range() -> None:
    soft = graph(
        read("A", "line.png"),
        node("B", "net.sf.cimg.CImgBlur", {"Source": "A"}, size=(4.0, 0.0), filter="quadratic"),
        node("N", "net.sf.cimg.CImgSharpenShock", {"Source": "B"}, iterations=2, amplitude=0.2),
    )
    before, after = (render(soft, name, IMAGES).pixels[6, :, 0] for name in ("B", "N"))
    assert np.abs(np.diff(after)).max() > np.abs(np.diff(before)).max() + 0.05
    assert after.min() >= before.min() - 1e-6
    assert after.max() <= before.max() + 1e-6

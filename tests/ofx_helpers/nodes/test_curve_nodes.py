import numpy as np
import pytest

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.nodes._curves import evaluated
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

A, B = gradient(16, 12), gradient(16, 12, 3, seed=3)
IMAGES = {"a.png": A, "b.png": B}


def curve(*keys: tuple[float, float, float]) -> Curve:
    """Keys as (x, value, slope)."""
    return Curve(tuple(Key(x, y, Interpolation.FREE, slope, slope) for x, y, slope in keys))


IDENTITY = curve((0, 0, 1), (1, 1, 1))
HALF = curve((0, 0, 0.5), (1, 0.5, 0.5))


def apply(plugin: str, time: float = 1.0, **params: object) -> np.ndarray:
    inputs = {"Source": "A"} if plugin != "TimeDissolvePlugin" else {"A": "A", "B": "B"}
    made = graph(read("A", "a.png"), read("B", "b.png"), node("N", plugin, inputs, **params))
    return render(made, "N", IMAGES, time=time).pixels


def test_a_curve_goes_on_straight_beyond_its_ends() -> None:
    ends = Curve((Key(1, 2, Interpolation.FREE, 3, 0), Key(2, 5, Interpolation.FREE, 0, -2)))
    assert ends.at(0) == -1
    assert ends.at(4) == 1
    held = Curve((Key(1, 2), Key(2, 5, Interpolation.CONSTANT, 0, 9)))
    assert held.at(7) == 5


def test_many_values_at_once_are_the_same_as_one_by_one() -> None:
    bent = Curve(
        (
            Key(0, 1, Interpolation.FREE, 2, -1),
            Key(1, 3, Interpolation.CONSTANT, 1, 5),
            Key(2, 0, Interpolation.FREE, 4, 0.5),
            Key(4, 1, Interpolation.LINEAR, 1, -3),
        )
    )
    for curve_ in (bent, Curve(bent.keys[:2]), Curve(bent.keys[:1])):
        values = np.linspace(-2, 6, 33)
        wanted = [curve_.at(value) for value in values]
        np.testing.assert_allclose(evaluated(curve_, values), wanted, atol=1e-12)


def test_a_periodic_curve_leads_from_its_last_key_to_its_first() -> None:
    ring = curve((0, 0, 0), (4, 1, 0))
    assert ring.periodic(5, 6) == pytest.approx(0.5)
    assert ring.periodic(-1, 6) == pytest.approx(0.5)
    assert ring.periodic(8, 6) == pytest.approx(ring.at(2))


def test_color_lookup_is_the_identity_until_a_curve_is_drawn_and_keeps_bright_values() -> None:
    made = graph(
        read("A", "a.png"),
        node("G", "MultiplyPlugin", {"Source": "A"}, value=(4.0,) * 4),
        node("N", "ColorLookupPlugin", {"Source": "G"}),
    )
    np.testing.assert_allclose(
        render(made, "N", IMAGES).pixels, render(made, "G", IMAGES).pixels, atol=1e-6
    )


def test_color_lookup_adds_the_master_curve_to_each_channels() -> None:
    table = (HALF, IDENTITY, HALF, IDENTITY, IDENTITY)
    got = apply("ColorLookupPlugin", lookupTable=table)
    np.testing.assert_allclose(got[..., 0], linear(A)[..., 0] / 2, atol=1e-5)
    np.testing.assert_allclose(got[..., 1], 0, atol=1e-5)
    np.testing.assert_allclose(got[..., 3], linear(A)[..., 3], atol=1e-6)


def test_the_luminance_curve_keeps_the_proportions_of_a_colour() -> None:
    table = (HALF, *(IDENTITY,) * 4)
    for mode in ("luminance", "filmlike"):
        got = apply("ColorLookupPlugin", lookupTable=table, masterCurveMode=mode)
        np.testing.assert_allclose(got[..., :3], linear(A)[..., :3] / 2, atol=1e-5)


def test_color_lookup_of_bent_curves_is_natrons() -> None:
    # Values rendered by Natron 2.5 from one pixel (0.2, 0.5, 0.9).
    bent = curve((0, 0.1, 0.7), (0.4, 0.6, 1.2), (1, 0.9, 0.3))
    got = {}
    for mode in ("weightedstandard", "filmlike"):
        made = graph(
            node("C", "ConstantPlugin", color=(0.2, 0.5, 0.9, 1.0)),
            node(
                "N",
                "ColorLookupPlugin",
                {"Source": "C"},
                lookupTable=(bent, IDENTITY, HALF, IDENTITY, IDENTITY),
                masterCurveMode=mode,
            ),
        )
        got[mode] = render(made, "N").pixels[3, 3, :3]
    np.testing.assert_allclose(got["weightedstandard"], (0.256173, 0.491560, 0.888281), atol=1e-5)
    np.testing.assert_allclose(got["filmlike"], (0.325, 0.280060, 0.873611), atol=1e-5)


def hue_matte(colour: tuple[float, float, float], **params: object) -> float:
    made = graph(
        node("C", "ConstantPlugin", color=(*colour, 1.0)),
        node("N", "HueKeyer", {"Source": "C"}, **params),
    )
    return float(render(made, "N").pixels[3, 3, 3])


def test_hue_keyer_keys_green_to_cyan_by_itself_and_no_grey() -> None:
    assert hue_matte((0.0, 1.0, 0.0)) == pytest.approx(0, abs=1e-4)
    assert hue_matte((0.0, 1.0, 1.0)) == pytest.approx(0, abs=1e-4)
    assert hue_matte((1.0, 0.0, 0.0)) == 1
    assert hue_matte((0.5, 0.5, 0.5)) == 1


def test_hue_keyer_keys_weak_colours_less() -> None:
    # Saturation 0.05 is half the threshold.
    assert hue_matte((0.95, 1.0, 0.95)) == pytest.approx(0.5, abs=1e-4)


def test_time_dissolve_goes_smoothly_from_a_to_b() -> None:
    a, b = linear(A), linear(B)
    span = {"dissolveIn": 1, "dissolveOut": 3}
    np.testing.assert_array_equal(apply("TimeDissolvePlugin", 0.0, **span), a)
    np.testing.assert_array_equal(apply("TimeDissolvePlugin", 4.0, **span), b)
    share = 3 / 16 - 2 / 64  # the smooth step at a quarter
    wanted = a + (b - a) * share
    np.testing.assert_allclose(apply("TimeDissolvePlugin", 1.0, **span), wanted, atol=1e-6)


def test_hue_correct_joins_the_last_key_of_its_ring_to_the_first() -> None:
    # Magenta stands at 6, half-way from the key at 5 to the one at 1, a turn on.
    flat = curve((1, 1, 0), (5, 1, 0))
    darker = curve((1, 0, 0), (5, 1, 0))
    made = graph(
        node("C", "ConstantPlugin", color=(0.8, 0.0, 0.8, 1.0)),
        node("N", "HueCorrect", {"Source": "C"}, hue=(flat, flat, darker)),
    )
    np.testing.assert_allclose(render(made, "N").pixels[0, 0], (0.4, 0, 0.4, 1), atol=1e-5)


def test_color_correct_reads_its_tones_from_the_curve_itself_beyond_its_range() -> None:
    shares = (curve((0, 1, -0.5), (1, 0.5, -0.5)), curve((0, 0, 0), (1, 0, 0)))
    made = graph(
        node("C", "ConstantPlugin", color=(0.8, 0.8, 0.8, 1.0)),
        node(
            "N",
            "ColorCorrectPlugin",
            {"Source": "C"},
            toneRanges=shares,
            range=(0.0, 0.4),
            ShadowsGain=(2.0, 2.0, 2.0, 1.0),
        ),
    )
    # The shadows' share at 0.8 is 0.6, not the 0.8 of the table's last step.
    np.testing.assert_allclose(render(made, "N").pixels[0, 0, :3], 0.8 * 1.6, atol=1e-5)


def test_hue_keyers_curves_count_from_0_to_1_only() -> None:
    # As NatronRenderer: curves drawn beyond those limits key no more than wholly.
    flat = curve((0, 3, 0), (5, 3, 0))
    half = curve((0, 0.5, 0), (5, 0.5, 0))
    assert hue_matte((1.0, 0.0, 0.0), hue=(flat, half)) == 0
    assert hue_matte((1.0, 0.5, 0.5), hue=(half, flat)) == pytest.approx(0.75, abs=1e-4)


def test_hue_corrects_threshold_is_at_most_1() -> None:
    flat, grey = (curve((0, y, 0), (5, y, 0)) for y in (1, 0))
    high = curve((0, 3, 0), (5, 3, 0))
    made = graph(
        node("C", "ConstantPlugin", color=(1.0, -0.5, -0.5, 1.0)),  # saturation 1.5
        node("N", "HueCorrect", {"Source": "C"}, hue=(flat, flat, grey, *(flat,) * 6, high)),
    )
    # A share of 1 / 1.5 is left as it is, the rest goes dark.
    np.testing.assert_allclose(render(made, "N").pixels[0, 0, 0], 1 / 1.5, atol=1e-5)

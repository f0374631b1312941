import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from ofx_helpers.engine.evaluate import render_together
from ofx_helpers.engine.frame import Window
from ofx_helpers.engine.scene import Scene
from ofx_helpers.nodes import collect
from tests.golden.still_media import MemoryMedia
from tests.ofx_helpers.engine.graphs import graph, node, render

Colour = tuple[float, float, float]
PLATE = (0.1, 0.2, 0.6)


def key(fg: Colour, inside: float | None = None, **params: object) -> np.ndarray:
    """One pixel of a blue screen's key, with a constant inside mask perhaps."""
    inputs = {"Fg": "F", "C": "C", "Bg": "B"} | ({} if inside is None else {"InM": "I"})
    made = graph(
        node("F", "ConstantPlugin", color=(*fg, 1.0)),
        node("C", "ConstantPlugin", color=(*PLATE, 1.0)),
        node("B", "ConstantPlugin", color=(0.3, 0.3, 0.3, 1.0)),
        node("I", "ConstantPlugin", color=(0.0, 0.0, 0.0, inside or 0.0)),
        node("N", "PIK", inputs, **params),
        size=(4, 4),
    )
    return render(made, "N").pixels[2, 2]


def test_the_plates_own_colour_is_keyed_to_nothing() -> None:
    np.testing.assert_allclose(key(PLATE), 0, atol=1e-6)


def test_a_colour_without_screen_is_untouched() -> None:
    np.testing.assert_allclose(key((0.8, 0.5, 0.3)), (0.8, 0.5, 0.3, 1), atol=1e-6)


def test_the_matte_is_one_less_the_ratio_of_keys() -> None:
    # key(plate) = 0.6 − 0.05 − 0.1 = 0.45; key(picture) = 0.5 − 0.15 − 0.1 = 0.25
    pixel = key((0.3, 0.2, 0.5))
    assert pixel[3] == pytest.approx(1 - 0.25 / 0.45)
    wanted = np.array((0.3, 0.2, 0.5)) - np.array(PLATE) * 0.25 / 0.45
    np.testing.assert_allclose(pixel[:3], wanted, atol=1e-6)


def test_a_key_of_hardly_anything_is_as_single_precision_has_it() -> None:
    # Blue is red and green together but for the rounding, so the keys are 1e-9 or nothing at all.
    edge = np.float32([0.13725492, 0.08235295, 0.21960787])
    made = graph(
        node("F", "ConstantPlugin", color=(*map(float, edge), 1.0)),
        node("N", "PIK", {"Fg": "F", "C": "F"}, redWeight=1.0, blueGreenWeight=1.0),
        size=(4, 4),
    )
    assert render(made, "N").pixels[2, 2, 3] == 0


def test_clipping_the_matte_fills_with_a_grey_as_bright_as_the_picture() -> None:
    pixel = key((0.3, 0.2, 0.5), screenClipMax=0.4)
    plain = key((0.3, 0.2, 0.5))
    light = np.array((0.3, 0.2, 0.5)) @ (0.2126729, 0.7151522, 0.0721750)
    assert pixel[3] == 1
    np.testing.assert_allclose(pixel[:3] - plain[:3], light * 0.25 / 0.45, atol=1e-5)


def test_the_inside_mask_keeps_what_it_covers() -> None:
    pixel = key(PLATE, inside=1.0, insideReplace="source")
    np.testing.assert_allclose(pixel, (*PLATE, 1), atol=1e-6)


def test_a_picked_colour_needs_no_plate_and_another_screen_says_that_it_does() -> None:
    made = graph(
        node("F", "ConstantPlugin", color=(0.1, 0.6, 0.2, 1.0)),
        node("N", "PIK", {"Fg": "F"}, screenType="pick", color=(0.1, 0.6, 0.2)),
        node("M", "PIK", {"Fg": "F"}),
        size=(4, 4),
    )
    np.testing.assert_allclose(render(made, "N").pixels, 0, atol=1e-6)
    with pytest.raises(RenderError, match=r"M needs a clean plate: connect its C input"):
        render(made, "M")


@pytest.mark.parametrize("space", ["rec2020", "acesap0", "acesap1"])
def test_edges_take_the_backgrounds_light_in_any_colour_space(space: str) -> None:
    lit = key((0.3, 0.2, 0.5), ubl=True, ubc=True, colorspace=space)
    plain = key((0.3, 0.2, 0.5), ubl=True, ubc=True)
    assert np.abs(lit - plain)[:3].max() > 1e-4
    # An opaque pixel has no edge: there and back through XYZ changes nothing.
    whole = key((0.8, 0.5, 0.3), ubl=True, ubc=True, colorspace=space)
    np.testing.assert_allclose(whole, (0.8, 0.5, 0.3, 1), atol=1e-5)


def test_the_shown_source_is_as_large_as_the_source() -> None:
    made = graph(
        node("F", "ConstantPlugin", color=(0.1, 0.6, 0.2, 1.0)),
        node("P", "Position", {"Source": "F"}, translate=(2.0, 0.0)),
        node("N", "PIK", {"Fg": "F", "PFg": "P", "C": "F"}, show="source"),
        size=(4, 4),
    )
    got = render(made, "N", window=made.format).pixels
    np.testing.assert_array_equal(got[0, :, 3], (0, 0, 1, 1))


def test_beside_a_smaller_plate_its_last_pixel_stands_row_by_row() -> None:
    """As on NatronRenderer: the plug-in keeps the plate's colour until it meets another."""
    made = graph(
        node("F", "ConstantPlugin", color=(0.3, 0.2, 0.5, 1.0)),
        node(
            "C",
            "ConstantPlugin",
            color=(*PLATE, 1.0),
            extent="size",
            bottomLeft=(1.0, 1.0),
            size=(2.0, 2.0),
        ),
        node("N", "PIK", {"Fg": "F", "C": "C"}),
        size=(4, 4),
    )
    key = 1 - 0.25 / 0.45
    expected = [[1, 1, 1, 1], [1, key, key, key], [key] * 4, [key] * 4]
    np.testing.assert_allclose(render(made, "N").pixels[..., 3], expected, atol=1e-6)
    # Of a picture in bands, each is as it is in the whole.
    scene = Scene(made, collect().get, MemoryMedia({}))
    scene.banded = True
    band = next(render_together(scene, 1.0, {"N": Window(0, 2, 4, 3)}))[1]
    np.testing.assert_allclose(band.pixels[0, :, 3], expected[2], atol=1e-6)


def test_what_shows_the_matte_does_not_look_at_fg_beside_a_picture_to_key() -> None:
    def matte(show: str) -> float:
        made = graph(
            node("F", "ConstantPlugin", color=(0.3, 0.2, 0.5, 0.9)),
            node("C", "ConstantPlugin", color=(*PLATE, 1.0)),
            node(
                "N",
                "PIK",
                {"Fg": "F", "PFg": "F", "C": "C"},
                show=show,
                sourceAlphaHandling="inside",
            ),
            size=(4, 4),
        )
        return float(render(made, "N").pixels[2, 2, 0 if show == "matte" else 3])

    assert matte("premultiplied") == pytest.approx(0.9)
    assert matte("matte") == pytest.approx(1 - 0.25 / 0.45)

"""openfx-arena's nodes of ImageMagick: small pictures whose result follows by hand.

The nodes were compared with Natron 2.5 and a build of openfx-arena, masks and mix included.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ofx_helpers.engine.curve import Curve, Interpolation, Key
from ofx_helpers.engine.errors import RenderError
from ofx_helpers.nodes._magick import bilinear, virtual
from ofx_helpers.nodes._magick_blur import gaussian, summed
from ofx_helpers.nodes._magick_resample import centred, resampled, resized, scaled
from ofx_helpers.nodes._texture_kernel import draw
from ofx_helpers.nodes.magick_edges import shape
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

ARENA = "net.fxarena.openfx."


def picture(height: int = 9, width: int = 12, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def opaque(height: int = 9, width: int = 12, seed: int = 1) -> NDArray[np.uint8]:
    made = picture(height, width, seed)
    made[..., 3] = 255
    return made


def through(name: str, image: NDArray[np.uint8], **params: Any) -> NDArray[np.float32]:
    """The picture through one node, bottom row first."""
    height, width = image.shape[:2]
    made = graph(
        read("R", "a.png"), node("T", ARENA + name, {"Source": "R"}, **params), size=(width, height)
    )
    return render(made, "T", {"a.png": image}).pixels


def test_colours_are_multiplied_by_alpha_and_clamped() -> None:
    image = picture()
    source = linear(image)
    source[..., :3] *= source[..., 3:]
    np.testing.assert_allclose(through("Roll", image), source, atol=1e-6)
    bright = graph(
        read("R", "a.png"),
        node("M", "MultiplyPlugin", {"Source": "R"}, value=(3.0, 3.0, 3.0, 1.0)),
        node("T", ARENA + "Roll", {"Source": "M"}),
    )
    pixels = render(bright, "T", {"a.png": opaque()}).pixels
    np.testing.assert_allclose(pixels[..., :3].max(), 1.0)


def test_matte_makes_the_picture_opaque() -> None:
    assert (through("Roll", picture(), matte=True)[..., 3] == 1).all()


def test_roll_moves_right_and_down_and_comes_back_on_the_other_side() -> None:
    image = opaque()
    rolled = through("Roll", image, x=2.5, y=-4.0)
    np.testing.assert_allclose(rolled, np.roll(linear(image), (4, 3), (0, 1)), atol=1e-6)


def test_natron_itself_masks_by_the_masks_red_and_mixes() -> None:
    image, mask = opaque(), picture(seed=2)
    made = graph(
        read("R", "a.png"),
        read("M", "m.png", filePremult="premult"),
        node(
            "T", ARENA + "Roll", {"Source": "R", "Mask": "M"}, x=5.0, hostMix=0.5,
            maskChannel_Mask="RGBA.B",
        ),
        size=(12, 9),
    )  # fmt: skip
    pixels = render(made, "T", {"a.png": image, "m.png": mask}).pixels
    source = linear(image)
    weight = linear(mask)[..., :1] * 0.5
    expected = np.roll(source, 5, 1) * weight + source * (1 - weight)
    np.testing.assert_allclose(pixels, expected, atol=1e-5)


def test_a_swirl_turns_the_centre_most_and_leaves_the_corners() -> None:
    image = opaque(17, 17)
    source = linear(image)[::-1]
    turned = through("Swirl", image, amount=180.0, vpixel="Edge")[::-1]
    np.testing.assert_allclose(turned[0, 0], source[0, 0], atol=1e-6)
    # Centre (8.5, 8.5), radius 8.5: pixel (8, 8) turns by 180 (1 - |(-.5, -.5)| / 8.5)^2 degrees.
    angle = np.pi * (1 - np.hypot(0.5, 0.5) / 8.5) ** 2
    x = 8.5 + np.cos(angle) * -0.5 - np.sin(angle) * -0.5
    y = 8.5 + np.sin(angle) * -0.5 + np.cos(angle) * -0.5
    left, top = int(x), int(y)
    a, b = x - left, y - top
    four = source[top : top + 2, left : left + 2]
    weights = np.array([[(1 - a) * (1 - b), a * (1 - b)], [(1 - a) * b, a * b]])[..., None]
    np.testing.assert_allclose(turned[8, 8], (four * weights).sum((0, 1)), atol=1e-5)


def test_an_explosion_takes_each_pixel_from_nearer_the_centre() -> None:
    image = np.full((16, 16, 4), 255, np.uint8)
    image[..., :3] = (np.arange(16) * 16)[None, :, None]
    row = through("Implode", image, factor=-1.0)[8, :, 0] * 255 / 16
    # In bottom row order row 8 goes through the centre (8, 8): factor sin(pi / 2 * |x - 8| / 8).
    steps = np.arange(1, 16) - 8
    expected = 8 + steps * np.sin(np.pi / 2 * np.abs(steps) / 8)
    np.testing.assert_allclose(row[1:16], expected, atol=1e-3)
    assert row[0] == 0


def test_a_wave_moves_columns_down_by_a_sine_over_its_amplitude() -> None:
    image = opaque(9, 8)
    source, pixels = linear(image), through("Wave", image, amp=2.0, length=4.0)
    for x in range(8):
        lift = 2 + 2 * np.sin(2 * np.pi * x / 4)  # 2, 4, 2, 0 rows down, of 4 more rows below
        up = 4 - round(lift)
        expected = np.zeros((9, 4))
        expected[up:] = source[: 9 - up, x]
        np.testing.assert_allclose(pixels[:, x], expected, atol=1e-5)


def test_mirrors_and_a_reflection_leave_an_odd_row_empty() -> None:
    image = opaque(9, 12)
    source = linear(image)
    north = through("Reflection", image, mirror="North", reflection=False)
    np.testing.assert_allclose(north[4:8], source[4:8])
    np.testing.assert_allclose(north[:4], source[::-1][:4])
    assert not north[8].any()
    west = through("Reflection", image, mirror="SouthEast", reflection=False)
    np.testing.assert_allclose(west[4, 0], source[3, 11])
    np.testing.assert_allclose(west[4, 11], source[3, 11])
    default = through("Reflection", image)
    np.testing.assert_allclose(default[4:8], source[4:8])
    np.testing.assert_allclose(default[:4], source[::-1][:4])


def test_modulate_turns_the_hue_and_scales_lightness() -> None:
    red = np.zeros((2, 2, 4), np.uint8)
    red[..., 0] = red[..., 3] = 255
    np.testing.assert_allclose(
        through("Modulate", red, hue=100 + 200 / 3)[0, 0], (0, 1, 0, 1), atol=1e-6
    )
    half = through("Modulate", red, hue=100 + 200 * 5 / 12)[0, 0]
    np.testing.assert_allclose(half, (0, 1, 0.5, 1), atol=1e-6)
    grey = through("Modulate", red, saturation=0.0, brightness=60.0)[0, 0]
    np.testing.assert_allclose(grey, (0.3, 0.3, 0.3, 1), atol=1e-6)


def test_oil_takes_the_commonest_brightness_around() -> None:
    image = np.full((5, 5, 4), 255, np.uint8)
    image[..., :3] = 100
    image[2, 2, :3] = 200
    np.testing.assert_allclose(through("Oilpaint", image, radius=1.0)[..., 0], 100 / 255)
    np.testing.assert_array_equal(through("Oilpaint", image, radius=0.0), linear(image))


def test_edges_are_the_brightest_less_the_darkest_around() -> None:
    image = np.zeros((7, 9, 4), np.uint8)
    image[..., 3] = 255
    image[:, 5:, :3] = 51
    row = through("Edges", image, width=2.0, smoothing=0.0, brightness=2.0)[3, :, 0]
    np.testing.assert_allclose(row, [0, 0, 0, 0.4, 0.4, 0.4, 0.4, 0, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "width", "count"),
    [("Diamond", 2.4, 13), ("Square", 1.0, 9), ("Octagon", 0.0, 21), ("Disk", 0.0, 61),
     ("Plus", 3.0, 13), ("Cross", 0.5, 9), ("Rectangle", 2.0, 4)],
)  # fmt: skip
def test_a_kernel_has_as_many_pixels_as_its_shape(name: str, width: float, count: int) -> None:
    assert shape(name, width)[0].sum() == count


def test_a_kernel_that_is_no_plain_shape_is_refused() -> None:
    with pytest.raises(RenderError, match="Edges has no kernel Sobel here: choose Diamond"):
        shape("Sobel", 2.0)


def test_charcoal_is_grey_white_where_flat_and_black_beside_a_brighter_pixel() -> None:
    image = np.full((60, 60, 4), 255, np.uint8)
    image[..., :3] = 50
    image[20:40, 20:40, :3] = 200
    pixels = through("Charcoal", image)
    assert pixels[5, 5].tolist() == [1, 1, 1, 1]
    # The bright side of the edge is positive, the dark side negative.
    assert pixels[30, 20].tolist() == [0, 0, 0, 1]
    assert pixels[30, 19].tolist() == [1, 1, 1, 1]
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_transparent_pixels_give_no_colour_to_a_sum() -> None:
    image = np.zeros((1, 3, 4))
    image[0, 0] = (1, 0, 0, 1)
    image[0, 2] = (0, 1, 0, 0)
    blurred = summed(image, np.full((1, 3), 1 / 3))
    np.testing.assert_allclose(blurred[0, 1], (1, 0, 0, 1 / 3), atol=1e-6)


def test_a_gaussian_is_summed_from_thirds_of_pixels() -> None:
    thirds = np.exp(-(np.arange(-4, 5) ** 2) / 18)
    expected = thirds.reshape(3, 3).sum(1) / thirds.sum()
    np.testing.assert_allclose(gaussian(1, 1.0), expected)
    assert gaussian(2, 0.0).tolist() == [0, 0, 1, 0, 0]


def test_what_lies_beyond_a_picture_follows_the_virtual_pixels() -> None:
    image = np.arange(4, dtype=np.float32).reshape(1, 4, 1).repeat(4, 2)
    x, y = np.array([[-1, 4, 5]]), np.zeros((1, 3), int)

    def seen(beyond: str) -> list[float]:
        return virtual(image, x, y, beyond)[0, :, 0].tolist()

    assert seen("Edge") == [0, 3, 3]
    assert seen("Tile") == seen("HorizontalTile") == [3, 0, 1]
    assert seen("Mirror") == [0, 3, 2]
    assert seen("VerticalTile") == seen("CheckerTile") == seen("White") == [1, 1, 1]
    assert seen("Gray") == [0.5] * 3
    assert virtual(image, x, y, "Transparent")[0, :, 3].tolist() == [0, 0, 0]
    with pytest.raises(RenderError, match="as Random is drawn by chance"):
        seen("Random")


def test_a_place_between_pixels_mixes_colours_by_their_alpha() -> None:
    image = np.array([[[1.0, 0, 0, 1], [0, 1, 0, 0]]])
    found = bilinear(image, np.array([[0.25]]), np.array([[0.0]]), "Edge")
    np.testing.assert_allclose(found[0, 0], (1, 0, 0, 0.75))


def test_a_plasma_is_of_its_seed_and_frame_and_half_transparent() -> None:
    texture = node("T", ARENA + "Texture", background="Plasma/Regular", seed=100)
    made = graph(texture, size=(5, 4))
    pixels = render(made, "T").pixels
    assert (pixels[..., 3] == 0.5).all()
    # Corners of the gradient that nothing divides stay: white in the lowest row, black above.
    assert pixels[3, 4].tolist() == [0, 0, 0, 0.5]
    assert not np.allclose(pixels, render(made, "T", time=2.0).pixels)
    np.testing.assert_array_equal(pixels, render(made, "T").pixels)


def test_plasmas_random_numbers_are_xoshiros() -> None:
    """The first sums of a generator that starts with 1, 2, 3, 4: 5, and by hand."""
    state = np.array([1, 2, 3, 4], np.uint64) << np.uint64(11)
    first = draw(state)
    assert first == 5 / (2**53 - 1)
    assert (state[:3] >> np.uint64(11)).tolist() == [7, 0, (2 ^ (2 << 17))]
    assert state[3] >> np.uint64(56) == 6 << 11 << 45 >> 56 & 255


def test_a_gradient_runs_from_white_below_to_black_above() -> None:
    made = graph(node("T", ARENA + "Texture", background="Gradient/Regular", width=2, height=5))
    pixels = render(made, "T").pixels
    np.testing.assert_allclose(pixels[:, 1, 2], [1, 0.75, 0.5, 0.25, 0])
    assert (pixels[..., 3] == 1).all()


def test_a_texture_that_is_drawn_otherwise_is_refused() -> None:
    with pytest.raises(RenderError, match="T: Texture has no Misc/Stripes here: choose Plasma"):
        render(graph(node("T", ARENA + "Texture")), "T")


def test_a_flat_picture_becomes_a_flat_disc_or_ring() -> None:
    image = np.full((24, 24, 4), 255, np.uint8)
    image[..., :3] = (50, 100, 150)
    rows, columns = np.mgrid[:24, :24] - 11.5
    far = np.hypot(rows, columns)
    disc = through("Polar", image, pixel="HorizontalTileEdge")
    flat = np.tile(np.array((50, 100, 150, 255)) / 255, ((far < 10).sum(), 1))
    np.testing.assert_allclose(disc[far < 10], flat, atol=1e-6)
    assert not through("Polar", image)[far > 14].any()
    ring = through("Arc", image, angle=360.0, top=12.0, bottom=6.0, pixel="HorizontalTile")
    assert ring[(far > 8) & (far < 9), 3].min() == pytest.approx(1, abs=0.01)
    assert not ring[far > 14].any()
    assert not ring[far < 3].any()


def test_rows_become_rings_and_columns_angles() -> None:
    image = np.zeros((32, 32, 4), np.uint8)
    image[..., 3] = 255
    image[:16, :, 0] = 255  # the upper half: the inner disc
    image[:, 16:, 1] = 255  # the right half: angles from straight down over the right to up
    disc = through("Polar", image)[::-1]
    assert disc[16, 20].tolist() == [1, 1, 0, 1]
    assert disc[16, 11].tolist() == [1, 0, 0, 1]
    assert disc[16, 28].tolist() == [0, 1, 0, 1]


def test_an_unrolled_disc_has_its_rings_as_rows() -> None:
    rows, columns = np.mgrid[:32, :32] - 15.5
    image = np.full((32, 32, 4), 255, np.uint8)
    image[..., :3] = (np.hypot(rows, columns) < 8)[..., None] * np.uint8(255)
    unrolled = through("Polar", image, dePolar=True, pixel="Edge")[::-1]
    np.testing.assert_allclose(unrolled[:12, :, 0], 1, atol=0.02)
    np.testing.assert_allclose(unrolled[20:, :, 0], 0, atol=0.02)


def test_an_ellipse_averages_a_ramp_to_its_middle_and_a_point_by_the_filter() -> None:
    ramp = np.ones((40, 40, 4))
    ramp[..., 0] = np.arange(40) / 40
    one = np.ones((1, 1))
    found = resampled(ramp, 20 * one, 20 * one, 3 * one, one, "Edge")
    np.testing.assert_allclose(found[0, 0], (0.5, 1, 1, 1), atol=1e-3)
    point = np.zeros((9, 9, 4))
    point[..., 3] = 1
    point[4, 4, :3] = 1
    # Robidoux's weights at 0 and 1, over all that the circle of 2 holds.
    b = 0.37821575509399867
    c = (1 - b) / 2
    middle, side = 1 - b / 3, b / 6

    def far(x: float) -> float:
        return ((-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x
                + 8 * b + 24 * c) / 6  # fmt: skip

    total = middle + 4 * side + 4 * far(2**0.5)
    found = resampled(point, 4 * one, 4 * one, one, one, "Edge")
    np.testing.assert_allclose(found[0, 0, 0], middle / total, atol=1e-3)


def test_shrinking_averages_areas_and_the_middle_is_kept() -> None:
    image = np.ones((1, 3, 4))
    image[0, :, 0] = (0, 0.6, 1)
    np.testing.assert_allclose(scaled(image, 2, 1)[0, :, 0], (0.2, (0.3 + 1) / 1.5))
    assert centred(image, 1, 1)[0, 0, 0] == 0.6
    assert centred(image, 5, 1)[0, :, 3].tolist() == [0, 1, 1, 1, 0]


def test_tiles_keep_their_ratio_and_follow_time() -> None:
    clock = Curve(
        (Key(1, 0.2, Interpolation.LINEAR, 0.2, 0.2), Key(5, 1.0, Interpolation.LINEAR, 0.2, 0.2))
    )
    made = graph(
        node("C", "ConstantPlugin", color=(clock, 0.0, 0.0, 1.0)),
        node("T", ARENA + "Tile", {"Source": "C"}, rows=2, cols=1, offset=2),
        size=(12, 8),
        last=5,
    )
    pixels = render(made, "T").pixels
    # Each 6 by 4 in a place of 6 by 8: the frame of now, and the one two later.
    np.testing.assert_allclose(pixels[2:6, :6, 0], 0.2, atol=1e-6)
    np.testing.assert_allclose(pixels[2:6, 6:, 0], 0.6, atol=1e-6)
    assert not pixels[[0, 1, 6, 7]].any()


def test_a_picture_is_shrunk_by_mitchells_filter() -> None:
    line = np.ones((1, 8, 4))
    line[0, :, 0] = np.arange(8) == 4
    found = resized(line, 4, 1)[0, :, 0]
    # A quarter and three quarters of a new pixel off its middle: (16/18, ...) by the paper.
    near = ((12 - 3 - 2) * 0.25**3 + (4 + 2 - 18) * 0.25**2 + 6 - 2 / 3) / 6
    side = ((12 - 3 - 2) * 0.75**3 + (4 + 2 - 18) * 0.75**2 + 6 - 2 / 3) / 6
    assert found[2] == pytest.approx(near / 2, abs=0.01)
    assert found[1] == pytest.approx(side / 2, abs=0.01)

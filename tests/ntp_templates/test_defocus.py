"""Blur, size and movement by the thin lens, measured in pixels."""

from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from tests.ntp_templates.rendered import HEIGHT, WIDTH, film_frames, linear, rendered, save

LENS = {"focal_length": 200, "f_number": 2.0, "sensor_width": 36.0, "focus_distance": 2}


def circle(distance: float, *, focal: float = 200, number: float = 2, focus: float = 2) -> float:
    """Diameter in pixels by similar triangles behind the lens, in metres: A · |v − i| / i."""
    f = focal / 1000
    v, image = f * focus / (focus - f), f * distance / (distance - f)
    return f / number * abs(v - image) / image / 0.036 * WIDTH


def dots(*places: tuple[int, int]) -> np.ndarray:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for x, y in places:
        picture[y - 1 : y + 2, x - 1 : x + 2] = 255
    return picture


def shot(folder: Path, layers: list, frames: tuple = (1,), **values: object) -> dict:
    return rendered("defocus", folder, frames, layers=layers, **{**LENS, **values})


def spread(light: np.ndarray) -> tuple[float, float, float, float]:
    """Middle and variance, across and down."""
    y, x = np.mgrid[: light.shape[0], : light.shape[1]]
    total = light.sum()
    mx, my = (x * light).sum() / total, (y * light).sum() / total
    return (
        mx,
        my,
        ((x - mx) ** 2 * light).sum() / total,
        ((y - my) ** 2 * light).sum() / total,
    )


@pytest.mark.parametrize("aperture", ["hexagon", "soft"])
@pytest.mark.parametrize("distance", [1.6, 2.6, 4.0])
def test_a_point_spreads_as_far_as_its_circle_of_confusion(
    tmp_path: Path, aperture: str, distance: float
) -> None:
    file = save(tmp_path, "dot", [dots((80, 45))])
    layers = [{"file": file, "distance": distance}]
    light = linear(shot(tmp_path, layers, aperture=aperture)[1])[..., 1]
    mx, my, across, down = spread(light)
    own = 8 / 12  # of a dot three pixels wide
    for variance in (across, down):
        assert 4 * (variance - own) ** 0.5 == pytest.approx(circle(distance), rel=0.05)
    assert (mx, my) == pytest.approx((80, 45), abs=0.3)
    assert light.sum() == pytest.approx(9, rel=0.04)


def test_the_hexagon_is_even_inside_and_nothing_outside(tmp_path: Path) -> None:
    file = save(tmp_path, "dot", [dots((80, 45))])
    light = linear(shot(tmp_path, [{"file": file, "distance": 4.0}])[1])[..., 1]
    diameter = circle(4.0)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    far = np.hypot(x - 80, y - 45)
    inside = light[far < 0.36 * diameter]
    assert inside.std() / inside.mean() < 0.12
    assert light[far > 0.55 * diameter + 3].max() < 0.02 * inside.mean()


def test_what_is_in_focus_stays_bit_for_bit(tmp_path: Path) -> None:
    frame = film_frames()[0]
    file = save(tmp_path, "frame", [frame])
    found = shot(tmp_path, [{"file": file, "distance": 2}])[1]
    np.testing.assert_array_equal(found, frame)


def test_nearer_layers_lie_over_farther_ones_whatever_their_order(tmp_path: Path) -> None:
    frame, other = film_frames()[0], 255 - film_frames()[0]
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[30:60, 40:90] = 255
    near = {
        "file": save(tmp_path, "near", [other]),
        "matte_file": save(tmp_path, "matte", [matte]),
        "distance": 2,
    }
    far = {"file": save(tmp_path, "far", [frame]), "distance": 5}
    one, two = (shot(tmp_path, layers)[1] for layers in ([near, far], [far, near]))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one[matte == 255], other[matte == 255])
    assert not np.array_equal(one[matte == 0], frame[matte == 0])


def test_a_blurred_border_is_as_bright_as_the_picture(tmp_path: Path) -> None:
    file = save(tmp_path, "grey", [np.full((HEIGHT, WIDTH, 3), 128, np.uint8)])
    found = shot(tmp_path, [{"file": file, "distance": 30}])[1]
    assert np.abs(found.astype(int) - 128).max() <= 1


def test_a_dolly_zoom_keeps_the_subject_and_grows_what_is_behind(tmp_path: Path) -> None:
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[30:60, 70:90] = 255
    subject = film_frames()[0]
    layers = [
        {"file": save(tmp_path, "far", [dots((50, 20), (110, 20))] * 5), "distance": 10},
        {
            "file": save(tmp_path, "near", [subject] * 5),
            "matte_file": save(tmp_path, "matte", [matte] * 5),
            "distance": 2,
        },
    ]
    found = shot(tmp_path, layers, (1, 5), travel=-1.0, f_number=64)
    for frame in found.values():
        np.testing.assert_array_equal(frame[matte == 255], subject[matte == 255])

    def apart(frame: np.ndarray) -> float:
        light = linear(frame)[..., 1].copy()
        light[matte > 0] = 0
        return spread(light[:, 80:])[0] + 80 - spread(light[:, :80])[0]

    # Of the same image on the subject's plane, an object shows as large as it is near: z_s / z.
    wanted = (3 / 11) / (2 / 10)
    assert apart(found[5]) / apart(found[1]) == pytest.approx(wanted, rel=0.02)


def test_the_focus_is_pulled_from_one_place_to_the_other(tmp_path: Path) -> None:
    file = save(tmp_path, "dot", [dots((80, 45))] * 5)
    found = shot(tmp_path, [{"file": file, "distance": 4}], (1, 3, 5), focus_to=4)
    widths = [spread(linear(found[frame])[..., 1])[2] for frame in (1, 3, 5)]
    assert 4 * (widths[0] - 8 / 12) ** 0.5 == pytest.approx(circle(4), rel=0.05)
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(8 / 12, abs=0.15)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"focus_distance": 0.2}, "cannot focus nearer than 0.2 m"),
        ({"travel": 3.9, "focus_to": 9.0}, "past the layer at 3.0 m|past what is in focus"),
        ({"travel": 2.0}, "past what is in focus"),
    ],
)
def test_what_no_lens_can_do_is_refused(tmp_path: Path, values: dict, said: str) -> None:
    file = save(tmp_path, "dot", [dots((80, 45))] * 3)
    with pytest.raises(MemecompError, match=said):
        shot(tmp_path, [{"file": file, "distance": 3}], (1, 3), **values)

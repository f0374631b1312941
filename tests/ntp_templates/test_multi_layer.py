"""Layers keyed in each way show the layer below."""

from pathlib import Path

import numpy as np
import pytest

from driver.errors import MemecompError
from driver.prepare import prepared
from driver.project.template import load_template
from models.download import pull
from tests.ntp_templates.rendered import HEIGHT, WIDTH, film_frames, linear, rendered, save, srgb

BOX = np.s_[30:60, 50:100]
EDGE = np.zeros((HEIGHT, WIDTH), bool)
EDGE[BOX] = True


def on(colour: object, box: object = (200, 40, 30)) -> np.ndarray:
    """A box before a plain ground."""
    picture = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
    picture[BOX] = box
    return picture


def stacked(folder: Path, picture: np.ndarray, **layer: object) -> np.ndarray:
    """The film with one keyed layer over it; what is measured and made is prepared."""
    given = {
        "layers": [
            {"file": save(folder, "film", film_frames(1))},
            {"file": save(folder, "top", [picture]), **layer},
        ]
    }
    template = load_template("multi_layer")
    return rendered("multi_layer", folder, **prepared(template, given, folder / "a.ntp"))[1]


def check(found: np.ndarray, picture: np.ndarray) -> None:
    np.testing.assert_array_equal(found[~EDGE], film_frames()[0][~EDGE])
    assert np.abs(found[BOX].astype(int) - picture[BOX]).max() <= 1


def test_a_screens_colour_shows_what_is_below_and_leaves_no_spill(tmp_path: Path) -> None:
    picture = on((40, 180, 60))
    picture[:20] = (39, 170, 58)  # a shadow on the cloth
    found = stacked(tmp_path, picture, key="colour", colour=list(linear(picture[25, 0])))
    check(found, picture)
    spilled = on((40, 180, 60), (90, 120, 80))
    found = stacked(tmp_path, spilled, key="colour", colour=list(linear(picture[0, 0])))
    assert found[45, 75, 1] < 120


def test_the_colours_that_a_picture_has_most_of_are_taken_away(tmp_path: Path) -> None:
    picture = on((90, 90, 95), (220, 200, 40))
    picture[:, :40] = (150, 60, 140)
    picture[:, :40] += np.random.default_rng(1).integers(0, 6, (HEIGHT, 40, 3), np.uint8)
    check(stacked(tmp_path, picture, key="dominant", dominant=2), picture)
    one = stacked(tmp_path, picture, key="dominant", dominant=1)
    np.testing.assert_array_equal(one[:, 101:], film_frames()[0][:, 101:])
    assert np.abs(one[:, :40].astype(int) - picture[:, :40]).max() <= 1


def test_what_is_dark_is_taken_away_by_luminance(tmp_path: Path) -> None:
    picture = on((30, 30, 30), (230, 240, 235))
    check(stacked(tmp_path, picture, key="luminance", low=0.05, high=0.5), picture)
    half = on((0, 0, 0), (128, 128, 128))  # linear 0.216, half way from 0.032 to 0.4
    found = stacked(tmp_path, half, key="luminance", low=0.032, high=0.4)
    wanted = 0.5 * linear(half[BOX]) + 0.5 * linear(film_frames()[0][BOX])
    assert np.abs(found[BOX] - srgb(wanted)).max() < 1.5


def test_a_matte_cuts_and_its_grey_mixes_in_linear_light(tmp_path: Path) -> None:
    picture, matte = 255 - film_frames()[0], np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[BOX] = 255
    matte[60:70] = 102
    found = stacked(tmp_path, picture, key="matte", matte_file=save(tmp_path, "matte", [matte]))
    for level in (0, 102, 255):
        part = matte == level
        share = level / 255
        wanted = share * linear(picture[part]) + (1 - share) * linear(film_frames()[0][part])
        assert np.abs(found[part] - srgb(wanted)).max() < 1.01


def test_rembg_makes_mattes_beside_the_project_and_keeps_the_animal(tmp_path: Path) -> None:
    pull("u2netp")
    top = film_frames()[0]
    below = np.full((HEIGHT, WIDTH, 3), (0, 0, 255), np.uint8)
    given = {
        "layers": [
            {"file": save(tmp_path, "below", [below, below])},
            {"file": save(tmp_path, "top", [top, top]), "key": "rembg"},
        ]
    }
    told: list[str] = []
    values = prepared(load_template("multi_layer"), given, tmp_path / "a.ntp", told.append)
    assert told == [f"layer 2: mattes of 2 frame(s) in {tmp_path / 'a_mattes'}"]
    mattes = sorted(path.name for path in (tmp_path / "a_mattes").iterdir())
    assert mattes == ["layer2.0001.png", "layer2.0002.png"]
    found = rendered("multi_layer", tmp_path, **values)[1].astype(int)
    shows = np.abs(found - top).max(-1) <= 2
    gone = np.abs(found - below).max(-1) <= 2
    assert 0.05 < shows.mean() < 0.6
    assert gone.mean() > 0.3


def test_a_soft_edge_grows_inwards_only(tmp_path: Path) -> None:
    picture = on((40, 180, 60))
    found = stacked(tmp_path, picture, key="colour", colour=list(linear(picture[0, 0])), soften=4.0)
    np.testing.assert_array_equal(found[~EDGE], film_frames()[0][~EDGE])
    row, below = found[45, 50:100, 0].astype(int), film_frames()[0][45, 50:100, 0]
    assert abs(row[25] - 200) <= 1
    assert below[0] < row[0] < 185
    assert row[0] < row[1] < row[2] < row[4]


def test_place_opacity_and_operation_of_a_layer(tmp_path: Path) -> None:
    film, picture = film_frames()[0], 255 - film_frames()[0]
    found = stacked(tmp_path, picture, x=60, y=-20, operation="plus", opacity=0.5)
    wanted = linear(film)
    wanted[:-20, 60:] += 0.5 * linear(picture)[20:, :-60]
    assert np.abs(found - srgb(wanted)).max() < 1.01


@pytest.mark.parametrize("count", [1, 5])
def test_there_may_be_any_number_of_layers(tmp_path: Path, count: int) -> None:
    files = [save(tmp_path, f"layer{n}", [on((n * 40, 0, 0))]) for n in range(count)]
    found = rendered("multi_layer", tmp_path, layers=[{"file": file} for file in files])[1]
    np.testing.assert_array_equal(found, on(((count - 1) * 40, 0, 0)))


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"key": "matte"}, "layer 1 with the key matte needs a matte_file"),
        ({"key": "dominant"}, "layer 1 keys its dominant colours"),
        ({"key": "chroma"}, "layers: entry 1, key: no option 'chroma'"),
        ({"opacty": 1}, "layers: entry 1 has no field 'opacty'. Near: opacity"),
    ],
)
def test_what_a_layer_lacks_is_said(tmp_path: Path, layer: dict, said: str) -> None:
    file = save(tmp_path, "film", film_frames(1))
    with pytest.raises(MemecompError) as caught:
        rendered("multi_layer", tmp_path, layers=[{"file": file, **layer}])
    assert said in str(caught.value)

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ofx_helpers.engine.errors import RenderError
from tests.golden.still_media import gradient
from tests.ofx_helpers.engine.graphs import graph, linear, node, read, render

PICTURE = gradient(16, 12)
CONFIG = """ocio_profile_version: 1
search_path: luts
roles:
  default: raw
  scene_linear: lin
  reference: lin
  compositing_log: half
displays:
  screen:
    - !<View> {name: plain, colorspace: half}
looks:
  - !<Look>
    name: doubled
    process_space: lin
    transform: !<MatrixTransform> {matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]}
colorspaces:
  - !<ColorSpace>
    name: raw
    isdata: true
  - !<ColorSpace>
    name: lin
  - !<ColorSpace>
    name: half
    family: odd
    to_reference: !<MatrixTransform> {matrix: [.5, 0, 0, 0, 0, .5, 0, 0, 0, 0, .5, 0, 0, 0, 0, 1]}
  - !<ColorSpace>
    name: sRGB
    to_reference: !<MatrixTransform> {matrix: [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OCIO", raising=False)
    path = tmp_path / "config.ocio"
    path.write_text(CONFIG, "utf-8")
    return path


def apply(plugin: str, space: str = "linear", **params: Any) -> np.ndarray:
    name = f"fr.inria.openfx.{plugin}"
    made = graph(read("A", "a.png", space), node("N", name, {"Source": "A"}, **params))
    return render(made, "N", {"a.png": PICTURE}).pixels


def colours() -> np.ndarray:
    return linear(PICTURE)[..., :3]


def test_a_colour_space_of_the_nodes_own_configuration(config: Path) -> None:
    got = apply("OCIOColorSpace", ocioInputSpace="odd/half", ocioConfigFile=str(config))
    np.testing.assert_allclose(got[..., :3], colours() / 2, atol=1e-6)


def test_the_environments_configuration_serves_a_read(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCIO", str(config))
    made = graph(read("A", "a.png", "half"))
    pixels = render(made, "A", {"a.png": PICTURE}).pixels
    np.testing.assert_allclose(pixels[..., :3], colours() / 2, atol=1e-6)


def test_a_configuration_that_means_something_else_by_srgb_is_believed(config: Path) -> None:
    made = graph(read("A", "a.png", "sRGB", ocioConfigFile=str(config)))
    pixels = render(made, "A", {"a.png": PICTURE}).pixels
    np.testing.assert_allclose(pixels[..., 0], colours()[..., 1], atol=1e-6)


def test_without_a_configuration_the_error_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    with pytest.raises(RenderError, match=r"'Cineon' is not built in.*set the OCIO env"):
        apply("OCIOColorSpace", ocioInputSpace="Cineon")
    with pytest.raises(RenderError, match=r"N: the display 'sRGB' comes from .*OCIO"):
        apply("OCIODisplay")


def test_a_space_that_the_configuration_lacks_is_named_with_its_neighbours(config: Path) -> None:
    with pytest.raises(RenderError, match=r"no colour space 'hal' \(near: half"):
        apply("OCIOColorSpace", ocioInputSpace="hal", ocioConfigFile=str(config))


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.ocio")
    with pytest.raises(RenderError, match=r"no OpenColorIO configuration .*none\.ocio"):
        apply("OCIOColorSpace", ocioInputSpace="Cineon", ocioConfigFile=missing)


def test_a_cdl_is_slope_offset_power_then_saturation() -> None:
    slope, offset, power = (1.2, 0.8, 0.9), (-0.1, 0.05, 0.0), (1.3, 0.7, 1.0)
    got = apply("OCIOCDLTransform", slope=slope, offset=offset, power=power, saturation=0.5)
    graded = np.maximum(colours() * slope + offset, 0) ** power
    luma = graded @ np.array([0.2126, 0.7152, 0.0722])
    wanted = luma[..., None] + 0.5 * (graded - luma[..., None])
    np.testing.assert_allclose(got[..., :3], wanted, atol=1e-5)


def test_an_inverse_cdl_undoes_it() -> None:
    values = {"slope": (1.2, 0.8, 0.9), "offset": (0.1, 0.05, 0.0), "saturation": 0.5}
    name = "fr.inria.openfx.OCIOCDLTransform"
    made = graph(
        read("A", "a.png"),
        node("N", name, {"Source": "A"}, **values),
        node("M", name, {"Source": "N"}, direction="inverse", **values),
    )
    pixels = render(made, "M", {"a.png": PICTURE}).pixels
    np.testing.assert_allclose(pixels[..., :3], colours(), atol=1e-4)


def test_a_lut_file_is_applied_and_a_missing_one_named(tmp_path: Path) -> None:
    path = tmp_path / "half.cube"
    path.write_text("LUT_1D_SIZE 2\n0 0 0\n.5 .5 .5\n", "utf-8")
    got = apply("OCIOFileTransform", file=str(path))
    np.testing.assert_allclose(got[..., :3], colours() / 2, atol=1e-5)
    with pytest.raises(RenderError, match=r"N: there is no file .*gone\.cube"):
        apply("OCIOFileTransform", file=str(tmp_path / "gone.cube"))


def test_log_convert_uses_the_configurations_roles(config: Path) -> None:
    to_linear = apply("OCIOLogConvert", ocioConfigFile=str(config))
    np.testing.assert_allclose(to_linear[..., :3], colours() / 2, atol=1e-6)
    to_log = apply("OCIOLogConvert", ocioConfigFile=str(config), operation="lin2log")
    np.testing.assert_allclose(to_log[..., :3], colours() * 2, atol=1e-6)


def test_a_display_shows_its_view_with_gain_and_one_channel(config: Path) -> None:
    shown = {"display": "screen", "view": "plain", "ocioInputSpace": "scene_linear"}
    got = apply("OCIODisplay", ocioConfigFile=str(config), gain=1.5, **shown)
    np.testing.assert_allclose(got[..., :3], colours() * 3, atol=1e-5)
    red = apply("OCIODisplay", ocioConfigFile=str(config), channelSelector="r", **shown)
    np.testing.assert_allclose(red[..., 2], colours()[..., 0] * 2, atol=1e-5)


def test_a_look_is_applied_and_inverted(config: Path) -> None:
    ends = {"ocioConfigFile": str(config), "lookChoice": "doubled"}
    np.testing.assert_allclose(
        apply("OCIOLookTransform", **ends)[..., :3], colours() * 2, atol=1e-6
    )
    inverse = apply("OCIOLookTransform", direction="inverse", **ends)
    np.testing.assert_allclose(inverse[..., :3], colours() / 2, atol=1e-6)

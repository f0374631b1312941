"""What is not in Natron's catalogue is refused, with near names."""

import pytest

from driver.errors import MemecompError
from driver.project.catalog import READ, WRITE, codec_plugin, node_kind
from driver.project.keys import animate


def test_short_names_find_the_plugins() -> None:
    assert node_kind("Merge").plugin == "net.sf.openfx.MergePlugin"
    assert node_kind("Roto").plugin == "fr.inria.built-in.Roto"
    assert node_kind("Blur").plugin == "net.sf.cimg.CImgBlur"
    assert node_kind("net.sf.openfx.switchPlugin").plugin == "net.sf.openfx.switchPlugin"


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("png", "PNG"), ("pfm", "PFM"), ("mov", "FFmpeg"), ("ts", "FFmpeg"), ("wmv", "FFmpeg")]
    + [(ending, "OIIO") for ending in ("exr", "EXR", "jpg", "jpeg", "tif", "tiff", "dpx", "hdr")],
)
def test_a_read_and_a_write_take_the_codec_that_natron_takes_for_an_ending(
    ending: str, codec: str
) -> None:
    # Natron's WriteEXR garbles green, blue and alpha; its ReadEXR opens no file of a project.
    assert codec_plugin(READ, f"a.####.{ending}") == f"fr.inria.openfx.Read{codec}"
    assert codec_plugin(WRITE, f"a.####.{ending}") == f"fr.inria.openfx.Write{codec}"


def test_a_write_has_the_parameters_of_its_codec() -> None:
    assert node_kind("Write", "a.####.png").param("enableDithering").default == (True,)
    with pytest.raises(MemecompError):
        node_kind("Write", "a.####.exr").param("enableDithering")


@pytest.mark.parametrize(
    ("node", "param", "value", "words"),
    [
        ("Mrege", "", None, "no node 'Mrege'.*Merge"),
        ("Merge", "operaton", "over", "no parameter or input 'operaton'.*operation"),
        ("Merge", "operation", "ovr", "no option 'ovr'.*over"),
        ("Merge", "mix", 1.5, "at most 1, not 1.5"),
        ("Merge", "mix", animate([(1, 0), (2, -1)]), "at least 0, not -1"),
        ("Merge", "mix", "half", "takes a number, not 'half'"),
        ("Merge", "mix", True, "takes a number, not True"),
        ("Transform", "translate", 3, "takes 2 value"),
        ("Transform", "invert", 1, "true or false, not 1"),
        ("Read", "firstFrame", 1.5, "a whole number, not 1.5"),
        ("Read", "filename", 3, "text, not 3"),
    ],
)
def test_what_natron_lacks_is_refused_with_near_names(
    node: str, param: str, value: object, words: str
) -> None:
    with pytest.raises(MemecompError, match=words):
        node_kind(node).param(param).check(value)


def test_a_colour_of_three_values_keeps_the_default_alpha() -> None:
    assert node_kind("Grade").param("multiply").check([2, 3, 4]) == (2.0, 3.0, 4.0, 1.0)

"""Projects of Natron 2.0 to 2.4: choices by label or index, formats as text, tracks as children."""

from pathlib import Path

import pytest

from driver.project import document
from driver.project.older import format_of, option_of
from driver.render.graph import graph_of
from ofx_helpers.engine.frame import Window

CUBIC = ("impulse", "box", "bilinear", "cubic", "keys")
PREMULT = ("opaque", "premult", "unpremult")
PLANE = "uk.co.thefoundry.OfxImagePlaneColour"


@pytest.mark.parametrize(
    ("label", "options", "option"),
    [
        ("cubic", CUBIC, "cubic"),
        ("Cubic", CUBIC, "cubic"),
        ("UnPreMultiplied", PREMULT, "unpremult"),
        ("PreMultiplied", PREMULT, "premult"),
        ("Quasi-Gaussian", ("quasigaussian", "gaussian"), "quasigaussian"),
        ("Load nearest", ("previous", "next", "nearest"), "nearest"),
        ("Input stream format", ("input", "project", "fixed"), "input"),
        ("To Box", ("format", "box", "scale"), "box"),
        ("HD  1920 x 1080  1", ("HD_720", "HD"), "HD"),
        ("NTSC_16:9 720x486 1.21", ("NTSC", "NTSC_16:9"), "NTSC_16:9"),
        ("Split Views,Layers", ("single", "views", "views_layers"), "views_layers"),
        ("A.r", (f"A.{PLANE}.R", f"A.{PLANE}.G"), f"A.{PLANE}.R"),
        ("UV.g", (f"{PLANE}.R", f"{PLANE}.G"), f"{PLANE}.G"),
        ("no such word", ("first", "second"), "second"),
        ("of a host's own menu", (), "of a host's own menu"),
    ],
)
def test_a_label_is_the_id_that_replaced_it(
    label: str, options: tuple[str, ...], option: str
) -> None:
    assert option_of(label, 1, options) == option


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("HD 1920x1080", ("HD", 1920, 1080, 1.0)),
        ("square_256  256 x 256  1", ("square_256", 256, 256, 1.0)),
        (" 960x540", ("", 960, 540, 1.0)),
        ("NTSC 720x486 0.91", ("NTSC", 720, 486, 0.91)),
        ("Custom", None),
    ],
)
def test_a_format_is_read_from_its_text(text: str, meant: object) -> None:
    assert format_of(text) == meant


OLD = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<!DOCTYPE boost_serialization>
<boost_serialization signature="serialization::archive" version="10">
<Background_project>0</Background_project>
<Project class_id="0" tracking_level="0" version="4">
  <NatronVersion>Natron v2.0.0</NatronVersion>
  <NodesCollection class_id="1" tracking_level="0" version="1">
    <NodesCount>2</NodesCount>
    <item class_id="2" tracking_level="0" version="9">
      <Plugin_label>Move</Plugin_label><Plugin_script_name>Move</Plugin_script_name>
      <Plugin_id>net.sf.openfx.TransformPlugin</Plugin_id>
      <Plugin_major_version>1</Plugin_major_version><Plugin_minor_version>0</Plugin_minor_version>
      <KnobsCount>2</KnobsCount>
      <item class_id="3" tracking_level="0" version="8">
        <Name>filter</Name><Type>Choice</Type><Dimension>1</Dimension><Secret>0</Secret>
        <item class_id="4" tracking_level="0" version="3">
          <Enabled>1</Enabled><HasAnimation>0</HasAnimation><Value>2</Value><HasMaster>0</HasMaster>
        </item>
      </item>
      <item>
        <Name>translate</Name><Type>Double</Type><Dimension>2</Dimension><Secret>0</Secret>
        <item><Enabled>1</Enabled><HasAnimation>0</HasAnimation><Value>3.5</Value></item>
        <item><Enabled>1</Enabled><HasAnimation>0</HasAnimation><Value>-2</Value></item>
      </item>
      <Inputs_map class_id="5" tracking_level="0" version="0">
        <count>1</count><item_version>0</item_version>
        <item><first>Source</first><second>Track</second></item>
      </Inputs_map>
    </item>
    <item>
      <Plugin_label>Track</Plugin_label><Plugin_script_name>Track</Plugin_script_name>
      <Plugin_id>net.sf.openfx.TrackerPM</Plugin_id>
      <KnobsCount>0</KnobsCount>
      <Inputs_map><count>0</count><item_version>0</item_version></Inputs_map>
      <MultiInstanceParent></MultiInstanceParent>
      <Children>1</Children>
      <item>
        <Plugin_label>Track_0</Plugin_label><Plugin_script_name>Track_0</Plugin_script_name>
        <Plugin_id>net.sf.openfx.TrackerPM</Plugin_id>
        <KnobsCount>0</KnobsCount>
        <Inputs_map><count>1</count><item_version>0</item_version>
          <item><first>Source</first><second>Move</second></item></Inputs_map>
        <MultiInstanceParent>Track</MultiInstanceParent>
      </item>
    </item>
  </NodesCollection>
  <ProjectKnobsCount>1</ProjectKnobsCount>
  <item>
    <Name>outputFormat</Name><Type>Choice</Type><Dimension>1</Dimension><Secret>0</Secret>
    <item><Enabled>1</Enabled><HasAnimation>0</HasAnimation><Value>16</Value></item>
    <ChoiceLabel>square_256  256 x 256  1</ChoiceLabel>
  </item>
</Project>
</boost_serialization>
"""


def test_a_project_of_natron_2_0_makes_a_graph(tmp_path: Path) -> None:
    path = tmp_path / "old.ntp"
    path.write_text(OLD)
    graph = graph_of(document.read(path))
    assert graph.format == Window(0, 0, 256, 256)
    assert set(graph.nodes) == {"Move", "Track"}
    assert graph.nodes["Move"].inputs == {"Source": "Track"}
    assert graph.nodes["Move"].params == {"filter": ("bilinear",), "translate": (3.5, -2.0)}


def _shuffle(text: str, knobs: str, version: int, plugin: str) -> str:
    """The old project with another plug-in and other parameters in its first node."""
    start, end = text.index("<KnobsCount>2"), text.index("<Inputs_map class_id")
    text = f"{text[:start]}<KnobsCount>1</KnobsCount>{knobs}{text[end:]}"
    text = text.replace("net.sf.openfx.TransformPlugin", plugin)
    old = "<Plugin_major_version>1<"
    return text.replace(old, f"<Plugin_major_version>{version}<")


def test_a_shuffle_whose_channels_are_texts_keeps_them(tmp_path: Path) -> None:
    knob = (
        '<item class_id="3" tracking_level="0" version="8"><Name>outputRChoice</Name>'
        '<Type>String</Type><Dimension>1</Dimension><item class_id="4" tracking_level="0" '
        'version="3"><HasAnimation>0</HasAnimation><Value>A.g</Value></item></item>'
    )
    path = tmp_path / "old.ntp"
    path.write_text(_shuffle(OLD, knob, 2, "net.sf.openfx.ShufflePlugin"))
    params = graph_of(document.read(path)).nodes["Move"].params
    assert params["outputR"] == (f"A.{PLANE}.G",)
    assert "outputG" not in params


@pytest.mark.parametrize(("version", "expected"), [(1, ("format",)), (2, None)])
def test_a_default_that_has_changed_is_that_of_the_saved_version(
    tmp_path: Path, version: int, expected: object
) -> None:
    path = tmp_path / "old.ntp"
    path.write_text(_shuffle(OLD, "", version, "net.sf.openfx.Reformat"))
    params = graph_of(document.read(path)).nodes["Move"].params
    assert params.get("reformatType") == expected

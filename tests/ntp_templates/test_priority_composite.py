"""The priority composite: which nodes there are, in which order, with which values."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from driver.errors import MemecompError
from driver.project.document import Document, read
from driver.project.template import fill, load_template, templates_folder
from driver.render.graph import graph_of
from ofx_helpers.engine.curve import Curve
from ofx_helpers.engine.graph import Graph

WIDTH, HEIGHT = 320, 180
BASE: dict[str, object] = {
    "canvas_width": WIDTH,
    "canvas_height": HEIGHT,
    "first": 1,
    "last": 3,
    "fps": 25.0,
    "wide_file": "aligned/wide.####.png",
    "wide_x": 0,
    "wide_y": 23,
    "wide_width": 320,
    "wide_height": 134,
    "final_file": "composites/final.####.png",
}
BANDS: dict[str, object] = {
    "top_file": "bands/up_top.####.png",
    "top_paste": (40, 0, 240, 32),
    "bottom_file": "bands/up_bottom.####.png",
    "bottom_paste": (40, 148, 240, 32),
    "plate_file": "generated/key.png",
}
SUBJECT: dict[str, object] = {
    "foreground_mask_file": "masks/foreground.####.png",
    "foreground_file": "composites/foreground.####.png",
    "hue": 120,
    "saturation": 1.2,
    "aberration_red": (2, 1),
    "aberration_blue": (-1, 0),
    "face_file": "face/face.png",
    "face_width": 60,
    "face_height": 80,
    "face_mask_file": "masks/face.####.png",
    "face": [(1, 160, 90, 0.5, 0, 1), (2, 162, 91, 0.5, 3, 1), (3, 164, 92, 0.5, 5, 0)],
}


def made(tmp_path: Path, *more: dict[str, object], **values: object) -> Document:
    given = dict(BASE)
    for part in more:
        given.update(part)
    return fill(load_template("priority_composite"), {**given, **values}, tmp_path / "comp.ntp")


def graph(tmp_path: Path, *more: dict[str, object], **values: object) -> Graph:
    document = made(tmp_path, *more, **values)
    document.write(document.path)
    return graph_of(read(document.path))


def chain(graph: Graph, start: str, label: str = "B") -> list[str]:
    names = [start]
    while label in graph.nodes[names[-1]].inputs:
        names.append(graph.nodes[names[-1]].inputs[label])
    return names


def test_layers_lie_over_each_other_in_the_runbooks_order(tmp_path: Path) -> None:
    nodes = graph(tmp_path, BANDS, SUBJECT)
    assert chain(nodes, nodes.nodes["WriteFinal"].inputs["Source"]) == [
        "ForegroundOver",
        "FaceOver",
        "WideOver",
        "BottomOver",
        "TopOver",
        "PlateOver",
        "WideUnder",
        "BottomUnder",
        "TopUnder",
        "Neutral",
    ]
    tops = {name: node.inputs.get("A") for name, node in nodes.nodes.items()}
    assert tops["WideOver"] == tops["WideUnder"] == "Wide"
    assert tops["TopOver"] == tops["TopUnder"] == "TopBand"
    assert (tops["PlateOver"], tops["TopOver"]) == ("Plate", "TopBand")
    assert (tops["FaceOver"], tops["ForegroundOver"]) == ("Face", "FaceHole")


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        ({}, {"PlateOver", "TopOver", "ForegroundOver", "FaceOver", "GradeTop"}),
        ({**BANDS, "top_paste": (40, 0, 240, 0)}, {"TopOver", "ReadTop"}),
        ({**BANDS, **SUBJECT, "face_file": None}, {"FaceOver", "FaceHole", "FaceMask"}),
        ({**SUBJECT, "foreground_mask_file": None}, {"ForegroundOver", "WriteForeground"}),
        ({"seam_feather": 0}, {"SeamMatte"}),
        ({"wide_y": 0, "wide_height": 180}, {"SeamMatte"}),
    ],
)
def test_what_is_not_given_is_not_there(
    tmp_path: Path, values: dict[str, object], absent: set[str]
) -> None:
    nodes = graph(tmp_path, values)
    assert absent.isdisjoint(nodes.nodes)
    assert {"Neutral", "WideOver", "WriteFinal"} <= set(nodes.nodes)


def test_placement_is_counted_from_the_bottom_in_whole_pixels(tmp_path: Path) -> None:
    nodes = graph(tmp_path, BANDS).nodes
    assert nodes["Wide"].params["translate"] == (0.0, 180.0 - 23 - 134)
    assert nodes["TopBand"].params["translate"] == (40.0, 148.0)
    assert nodes["BottomBand"].params["translate"][0] == 40.0  # 40, 0: the y is at its default


def test_the_seam_lies_inside_the_edges_that_show(tmp_path: Path) -> None:
    (shape,) = graph(tmp_path, BANDS, seam_feather=6).nodes["SeamMatte"].shapes
    core = [(point.x, point.y) for point in shape.points]
    edge = [(point.x, point.y) for point in shape.feather_points]
    # y up: the widescreen spans 23 to 157; left and right it ends with the canvas.
    assert core == [(-6, 29), (326, 29), (326, 151), (-6, 151)]
    assert edge == [(-6, 23), (326, 23), (326, 157), (-6, 157)]
    assert shape.params["feather"] == (0.0,)


def test_a_seam_on_all_four_sides_is_inset_on_each(tmp_path: Path) -> None:
    (shape,) = graph(tmp_path, wide_x=10, wide_width=300).nodes["SeamMatte"].shapes
    assert [(p.x, p.y) for p in shape.points] == [(18, 31), (302, 31), (302, 149), (18, 149)]
    assert [(p.x, p.y) for p in shape.feather_points] == [
        (10, 23),
        (310, 23),
        (310, 157),
        (10, 157),
    ]


def test_the_face_is_centred_on_its_track(tmp_path: Path) -> None:
    track = graph(tmp_path, SUBJECT).nodes["FaceTrack"].params
    x, y = track["translate"]
    assert isinstance(x, Curve)
    assert isinstance(y, Curve)
    # Its picture's centre (30, 40) lands on (162, 180 − 91) at frame 2.
    assert (x.at(2) + 30, y.at(2) + 40) == (162, 89)
    assert track["center"] == (30.0, 40.0)
    (turn,) = track["rotate"]
    assert isinstance(turn, Curve)
    assert turn.at(3) == 5


def test_a_lost_face_closes_its_hole(tmp_path: Path) -> None:
    nodes = graph(tmp_path, SUBJECT).nodes
    fade = nodes["FaceMatte"].params["value"]
    assert [value.at(3) for value in fade if isinstance(value, Curve)] == [0, 0, 0, 0]
    assert nodes["FaceHole"].inputs["A"] == nodes["Face"].inputs["B"] == "FaceMatte"


def test_a_residual_is_a_second_transform_about_the_canvas_centre(tmp_path: Path) -> None:
    nodes = graph(tmp_path, BANDS, residual=(1.01, 0.25, -0.5)).nodes
    assert nodes["TopBand"].inputs == {"Source": "PlaceTop"}
    assert nodes["TopBand"].params["translate"] == (0.25, 0.5)
    assert nodes["TopBand"].params["scale"] == (1.01, 1.01)
    assert nodes["TopBand"].params["center"] == (160.0, 90.0)


def test_the_camera_moves_the_plate_alone(tmp_path: Path) -> None:
    camera = [(1, 0, 0, 0, 1), (3, 4, 2, 1, 1.02)]
    nodes = graph(tmp_path, BANDS, camera=camera).nodes
    x, y = nodes["Plate"].params["translate"]
    assert isinstance(x, Curve)
    assert isinstance(y, Curve)
    assert (x.at(3), y.at(3)) == (4, -2)
    assert not isinstance(nodes["TopBand"].params["translate"][0], Curve)


def test_camera_corners_make_a_corner_pin_with_y_up(tmp_path: Path) -> None:
    corners = [(1, 0, 0, 320, 0, 320, 180, 0, 180), (2, 1, 2, 321, 2, 321, 182, 1, 182)]
    nodes = graph(tmp_path, BANDS, camera_corners=corners).nodes
    assert nodes["Plate"].plugin == "net.sf.openfx.CornerPinPlugin"
    x, y = nodes["Plate"].params["to4"]  # top left
    assert isinstance(x, Curve)
    assert isinstance(y, Curve)
    assert (x.at(2), y.at(2)) == (1, 178)


def test_restoring_sharpens_what_is_restyled_and_only_that(tmp_path: Path) -> None:
    nodes = graph(tmp_path, SUBJECT, restore=True).nodes
    assert nodes["KeepLuminance"].inputs == {"A": "Recolour", "B": "Restore.Sharper"}
    assert nodes["Restore.Sharper"].inputs == {"A": "Restore.Amount", "B": "WideOver"}
    assert nodes["FaceOver"].inputs["B"] == "WideOver"


def test_keys_may_be_given_by_name(tmp_path: Path) -> None:
    rows = [{"frame": 1, "x": 1, "y": 2, "rotation": 0, "scale": 1}]
    named = made(tmp_path, BANDS, camera=rows).to_bytes()
    assert named == made(tmp_path, BANDS, camera=[(1, 1, 2, 0, 1)]).to_bytes()


def test_fringes_shift_right_and_down(tmp_path: Path) -> None:
    nodes = graph(tmp_path, SUBJECT).nodes
    assert nodes["ChromaticAberration.MoveRed"].params["translate"] == (2.0, -1.0)
    assert nodes["ChromaticAberration.TakeBlue"].inputs == {
        "A": "ChromaticAberration.MoveBlue",
        "B": "ChromaticAberration.TakeRed",
    }


def test_outputs_are_8_bit_srgb_without_dithering(tmp_path: Path) -> None:
    nodes = graph(tmp_path, SUBJECT).nodes
    for name, channels in (("WriteFinal", "RGB"), ("WriteForeground", None)):
        params = nodes[name].params
        assert params["enableDithering"] == (False,)
        assert params["encodingPluginID"] == ("fr.inria.openfx.WritePNG",)
        assert params.get("outputComponents", (None,)) == (channels,)  # RGBA is the default
        assert params["firstFrame"] == (1,)
        assert params["lastFrame"] == (3,)


def test_every_path_is_relative_to_the_project(tmp_path: Path) -> None:
    text = made(tmp_path, BANDS, SUBJECT, wide_file=tmp_path / "a" / "w.####.png").to_bytes()
    assert str(tmp_path).encode() not in text
    assert b"[Project]/a/w.####.png" in text


def test_the_project_reads_back_byte_for_byte(tmp_path: Path) -> None:
    document = made(tmp_path, BANDS, SUBJECT)
    document.write(document.path)
    assert read(document.path).to_bytes() == document.path.read_bytes()


def test_it_opens_as_a_readable_graph(tmp_path: Path) -> None:
    document = made(tmp_path, BANDS, SUBJECT)
    boxes = {
        item.findtext("Name", ""): tuple(
            float(item.findtext(tag, "0"))
            for tag in ("X_position", "Y_position", "Width", "Height")
        )
        for item in document.root.iterfind("ProjectGui/NodesGui/item")
    }
    labels = {node.name: node.label for node in document.nodes}
    assert set(boxes) == set(labels)
    drops = {labels[name] for name in boxes if name.startswith("Backdrop")}
    assert drops == {"Sources", "Placement", "Priority", "Foreground", "Face", "Output"}
    nodes = [box for name, box in boxes.items() if not name.startswith("Backdrop")]
    for a, b in combinations(nodes, 2):
        apart = a[0] >= b[0] + b[2] or b[0] >= a[0] + a[2]
        assert apart or a[1] >= b[1] + b[3] or b[1] >= a[1] + a[3]
    viewer = next(node for node in document.nodes if node.plugin == "fr.inria.built-in.Viewer")
    assert viewer.inputs == {"1": "ForegroundOver"}
    assert document.root.findtext("ProjectGui/ViewersData/item/first") == "Viewer1"


def test_a_missing_parameter_says_what_it_is_for(tmp_path: Path) -> None:
    values = {name: value for name, value in BASE.items() if name != "wide_file"}
    with pytest.raises(MemecompError, match=r"wide_file: must be given: The widescreen copy"):
        fill(load_template("priority_composite"), values, tmp_path / "comp.ntp")


def test_every_template_that_comes_along_can_be_loaded_and_explains_itself() -> None:
    folders = [path.parent for path in templates_folder().glob("*/template.toml")]
    assert folders
    for folder in folders:
        assert tomllib.loads((folder / "template.toml").read_text("utf-8"))["help"].strip()
        assert load_template(folder.name).body.is_file()


def test_what_may_have_a_soft_alpha_is_read_as_straight(tmp_path: Path) -> None:
    nodes = graph(tmp_path, BANDS, SUBJECT).nodes
    assert nodes["ReadPlate"].params["filePremult"] == ("unpremult",)
    assert nodes["ReadFace"].params["filePremult"] == ("unpremult",)
    assert "filePremult" not in nodes["ReadWide"].params

"""The key frame composed by `real` has the pixels that the project will have, seam aside."""

import numpy as np
import pytest

from driver.project.template import fill, load_template
from driver.render.graph import graph_of
from driver.shot.alignment import Grade, Residual
from driver.shot.compose import composed
from ofx_helpers.engine.render import write_frame, writers
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.images import read_rgb8, write_image
from ofx_helpers.nodes import collect
from tests.driver.stages.test_bands import alignment
from tests.driver.stages.test_real import pictures

GRADE = Grade(multiply=(1.2, 0.93, 0.8), offset=(0.004, -0.003, 0.0), gamma=(0.95, 1.0, 1.12))


def rendered(tmp_path, found, wide, bands):
    write_image(tmp_path / "wide.0001.png", wide)
    for side, band in bands.items():
        write_image(tmp_path / f"{side}.0001.png", band)
    rest = found.residual
    values = {
        "canvas_width": found.canvas[0],
        "canvas_height": found.canvas[1],
        "first": 1,
        "last": 1,
        "fps": 25.0,
        "wide_file": str(tmp_path / "wide.####.png"),
        "wide_x": found.wide[0],
        "wide_y": found.wide[1],
        "wide_width": found.wide[2],
        "wide_height": found.wide[3],
        "seam_feather": 0,
        "top_file": str(tmp_path / "top.####.png"),
        "top_paste": list(found.top),
        "bottom_file": str(tmp_path / "bottom.####.png"),
        "bottom_paste": list(found.bottom),
        "grade_multiply": list(found.grade.multiply),
        "grade_offset": list(found.grade.offset),
        "grade_gamma": list(found.grade.gamma),
        "final_file": str(tmp_path / "final.####.png"),
    }
    if found.apply_residual:
        values["residual"] = [rest.scale, rest.dx, rest.dy]
    template = load_template("priority_composite")
    graph = graph_of(fill(template, values, tmp_path / "comp.ntp"))
    (written,) = write_frame(graph, writers(graph), 1, resolve=collect().get, media=EngineMedia())
    return read_rgb8(written.path)


@pytest.mark.parametrize("grade", [Grade(), GRADE], ids=["plain", "graded"])
def test_the_projects_pixels_are_those_of_the_key_frame(tmp_path, grade):
    found = alignment(grade=grade)
    wide, bands = pictures(found)
    key, masks = composed(wide, bands, found)
    picture = rendered(tmp_path, found, wide, bands)
    real = ~masks["missing"]
    apart = np.abs(picture.astype(int) - key[..., :3])[real]
    assert apart.max() <= (0 if grade == Grade() else 1)
    assert (apart > 0).mean() < 0.005  # float32 in the engine: a tie may round the other way


def test_a_rest_is_filtered_as_the_project_filters_it(tmp_path):
    rest = Residual(scale=1.021, dx=0.31, dy=-0.22)
    found = alignment(grade=GRADE).model_copy(update={"apply_residual": True, "residual": rest})
    wide, bands = pictures(found)
    key, masks = composed(wide, bands, found)
    picture = rendered(tmp_path, found, wide, bands)
    apart = np.abs(picture.astype(int) - key[..., :3])[~masks["missing"]]
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.005  # float32 in the engine: a tie may round the other way

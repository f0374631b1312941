"""Four forms of one effect: OpenFX plug-in, engine node, PyPlug, group of stock nodes.

`fringes.ntp` was saved by Natron with plug-in and PyPlug in it; `tests/golden/test_own.py` holds
the engine to Natron's own pictures of both.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from driver.project.document import Document, read
from driver.project.lint import lint
from driver.project.template import fill, load_template
from driver.render.graph import graph_of
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.frame import Frame, Window
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.nodes import collect
from tests.ofx_helpers.host.plugs import render as plug

OWN = Path(__file__).parents[2] / "golden" / "own"
FORMAT = Window(0, 0, 32, 24)
NAME = "memecomp.ChromaticAberration"
# The macro counts down from the top, the others up.
CASES = {
    "whole": (
        "red=[3, 2], blue=[-4, -1]",
        {"redShift": (3.0, -2.0), "blueShift": (-4.0, 1.0)},
    ),
    "parts": (
        "red=[1.5, 0.25], blue=[-0.3, -0.7], red_scale=1.1, blue_scale=0.9",
        {
            **{"redShift": (1.5, -0.25), "blueShift": (-0.3, 0.7)},
            **{"redScale": 1.1, "blueScale": 0.9},
        },
    ),
}


def picture(document: Document, name: str) -> NDArray[np.float32]:
    return render_node(
        graph_of(document), name, 1.0, resolve=collect().get, media=EngineMedia(), window=FORMAT
    ).pixels


def template(tmp_path: Path, body: str) -> Document:
    folder = tmp_path / "t"
    folder.mkdir()
    shutil.copytree(OWN / "inputs", tmp_path / "inputs")
    head = (
        '{% from "shared/macros.ntp.j2" import chromatic_aberration with context %}'
        "{{ project(width=32, height=24, first=1, last=1, fps=24) }}\n"
        '{{ node("Picture", "Read", filename="[Project]/inputs/a.png") }}\n'
    )
    (folder / "template.ntp.j2").write_text(head + body)
    (folder / "template.toml").write_text("")
    return fill(load_template("t", tmp_path), {}, tmp_path / "t.ntp")


@pytest.mark.parametrize("case", CASES)
def test_four_forms_are_one_picture(case: str, tmp_path: Path) -> None:
    words, values = CASES[case]
    saved = read(OWN / "fringes.ntp")
    node = picture(saved, f"ofx{case}")
    pyplug = picture(saved, f"py{case}.Mixed")
    group = picture(
        template(tmp_path, f'{{{{ chromatic_aberration("Fringes", "Picture", {words}) }}}}'),
        "Fringes.TakeBlue",
    )

    def source(_name: str, _time: float) -> Frame:
        return Frame(picture(saved, "Picture"), FORMAT)

    # The plug-in's centre defaults to the middle of its own project.
    plugin = plug(NAME, window=FORMAT, source=source, region=FORMAT, center=(16.0, 12.0), **values)
    np.testing.assert_array_equal(plugin, node)
    for other in (pyplug, group):
        np.testing.assert_allclose(other, node, atol=1e-5)
    assert np.abs(node - picture(saved, "Picture")).max() > 0.1


def test_a_template_names_the_plugin_and_its_values_are_checked(tmp_path: Path) -> None:
    made = template(
        tmp_path,
        f'{{{{ node("Fringes", "{NAME}", Source="Picture", redShift=[3, -2], '
        "blueShift=[-4, 1]) }}",
    )
    made.write(tmp_path / "t.ntp")
    assert lint(read(tmp_path / "t.ntp")) == []
    np.testing.assert_array_equal(
        picture(read(tmp_path / "t.ntp"), "Fringes"),
        picture(read(OWN / "fringes.ntp"), "ofxwhole"),
    )


def test_whole_moves_keep_the_groups_filter_as_it_was(tmp_path: Path) -> None:
    made = template(tmp_path, '{{ chromatic_aberration("F", "Picture", [3, 0], [-3, 1]) }}')
    moves = {node.name: node.params for node in made.all_nodes() if node.name.startswith("Move")}
    assert set(moves) == {"MoveRed", "MoveBlue"}
    assert all(set(params) == {"translate"} for params in moves.values())

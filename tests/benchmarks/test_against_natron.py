"""The random cases: the same for a seed, whole projects, and told apart by their difference."""

import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.against_natron import HEIGHT, WIDTH, make, pictures, report, worst
from driver.project.catalog import node_kind
from driver.project.complete import complete
from driver.project.outline import ProjectOutline
from driver.render.graph import graph_of
from ofx_helpers.engine.evaluate import render_node
from ofx_helpers.engine.graph import Graph
from ofx_helpers.media.engine_media import EngineMedia
from ofx_helpers.media.images import write_image
from ofx_helpers.nodes import collect


def cases(seed: int) -> list:
    chance = random.Random(seed)
    return [make(node_kind(name), i, chance) for i, name in enumerate(("Merge", "Grade"))]


def graph(folder: Path, made: list) -> Graph:
    nodes = tuple(node for case in made for node in case.nodes)
    outline = ProjectOutline(WIDTH, HEIGHT, 1, 1, 24.0, nodes, ())
    return graph_of(complete(outline, folder / "cases.ntp", "cases"))


def test_the_same_seed_gives_the_same_cases() -> None:
    assert [case.nodes for case in cases(3)] == [case.nodes for case in cases(3)]
    assert [case.nodes for case in cases(3)] != [case.nodes for case in cases(4)]


def test_a_case_is_measured_against_the_file_that_natron_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures(tmp_path)
    made = cases(1)
    whole = graph(tmp_path, made)
    first = made[0]
    assert worst(whole, first, tmp_path) is None
    ours = render_node(
        whole, first.writer, 1.0, resolve=collect().get, media=EngineMedia(), window=whole.format
    )
    pixels = ours.pixels[::-1].copy()
    write_image(tmp_path / first.file, pixels)
    assert worst(whole, first, tmp_path) == pytest.approx(0, abs=1e-6)
    write_image(tmp_path / first.file, (pixels + np.float32(0.25)))
    assert report(made, whole, tmp_path) == 1
    told = capsys.readouterr().out
    assert "Merge: {'differs': 1}" in told
    assert "Grade: {'not written': 1}" in told

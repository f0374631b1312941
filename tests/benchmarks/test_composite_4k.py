"""The benchmark runs, and its composite is what it says."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.composite_4k import make
from driver.project.document import read
from driver.render.base import RenderJob
from driver.render.embedded import EmbeddedRenderer

ROOT = Path(__file__).resolve().parents[2]


def test_it_has_six_reads_five_transforms_and_four_merges(tmp_path: Path) -> None:
    plugins = [node.plugin for node in read(make(tmp_path, 1, 384, 216)).nodes]
    counts = [sum(name in plugin for plugin in plugins) for name in ("Read", "Transform", "Merge")]
    assert counts == [6, 5, 4]


def test_the_widescreen_lies_over_the_bands_and_they_over_the_plate(tmp_path: Path) -> None:
    project = make(tmp_path, 1, 384, 216)
    EmbeddedRenderer().render(RenderJob(project=project))
    final, wide, top, plate = (
        np.asarray(Image.open(tmp_path / name))
        for name in ("out/final.0001.png", "Wide.0001.png", "Top.0001.png", "Plate.0001.png")
    )
    np.testing.assert_array_equal(final[28:188, :100], wide[:, :100])
    np.testing.assert_array_equal(final[:28, 48:336], top[:28])
    np.testing.assert_array_equal(final[:28, :48], plate[:28, :48])


def test_it_prints_the_ratio_to_the_floor() -> None:
    command = [sys.executable, "-m", "benchmarks.composite_4k", "--frames", "2", "--turns", "1"]
    command += ["--width", "384", "--height", "216"]
    plain = {name: value for name, value in os.environ.items() if name != "NATRON_RENDERER"}
    done = subprocess.run(command, cwd=ROOT, env=plain, check=True, capture_output=True, text=True)
    assert "to the floor" in done.stdout
    assert "peak memory" in done.stdout

import base64
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from driver.report import verdict
from driver.report.checks import run_checks
from driver.report.measure import Shot
from driver.report.page import build
from driver.report.plots import bars, lines, stacked
from driver.shot import tracking
from driver.shot.alignment import Alignment
from driver.shot.paths import ShotPaths
from driver.shot.settings import Settings
from ofx_helpers.media.atomic import write_bytes
from tests.driver.make_shot import FRAMES, SETTINGS, make_shot


def shot_of(settings: Settings, paths: ShotPaths, found: Alignment) -> Shot:
    return Shot(settings, paths, found, tracking.load(paths.track), FRAMES)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    paths, found = make_shot(tmp_path_factory.mktemp("shot"))
    checks = run_checks(shot_of(SETTINGS, paths, found), lambda done, total: None)
    write_bytes(paths.checks, verdict.dump(checks))
    write_bytes(paths.timings, b'{"align": 2.5, "render": 7.25}')
    return build(SETTINGS, paths, FRAMES, lambda done, total: None)


def test_the_page_is_one_file_that_loads_nothing(page: str) -> None:
    sources = re.findall(r'(?:src|href)="([^"]{0,20})', page)
    assert sources
    assert all(source.startswith("data:image/") for source in sources)


def test_the_page_has_every_check_and_says_how_many_passed(page: str) -> None:
    assert "all 15 checks passed" in page
    assert page.count('<tr class="good">') == 15


def test_the_page_has_a_slider_and_the_provenance_of_each_shown_frame(page: str) -> None:
    assert page.count('aria-label="before or after"') == len(FRAMES)
    assert page.count('alt="provenance of frame') == len(FRAMES)


def test_a_provenance_map_of_every_frame_is_on_the_page(page: str) -> None:
    [maps] = re.findall(r"const maps = (\[.*?\]);", page)
    images = json.loads(maps)
    assert [image["frame"] for image in images] == list(FRAMES)
    data = base64.b64decode(images[0]["uri"].partition(",")[2])
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert tuple(pixels[18, 5]) == (66, 122, 198)  # the widescreen's colour


def test_every_layer_can_be_switched(page: str) -> None:
    names = re.findall(r'type="checkbox" data-layer="\d"[^>]*>([^<]+)</label>', page)
    assert names == ["generated", "top band", "bottom band", "widescreen", "foreground", "final"]


def test_seconds_and_shares_are_on_the_page(page: str) -> None:
    assert "7.2 s" in page
    assert "widescreen\n    41.67 % on average" in page


def test_a_title_with_markup_is_shown_as_text(tmp_path: Path) -> None:
    paths, found = make_shot(tmp_path)
    settings = SETTINGS.model_copy(update={"name": "<b>x</b>"})
    checks = run_checks(shot_of(settings, paths, found), lambda done, total: None)
    write_bytes(paths.checks, verdict.dump(checks))
    assert "<h1>&lt;b&gt;x&lt;/b&gt;</h1>" in build(settings, paths, (1,), lambda *_: None)


def test_a_line_plot_scales_to_its_limit() -> None:
    plot = lines({"a": [(1, 0.0), (5, 1.0)]}, {"a": "#fff"}, limit=2.0)
    assert 'points="44.0,168.0 900.0,98.0"' in plot
    assert "limit 2" in plot


def test_stacked_shares_fill_the_plot_to_its_top() -> None:
    plot = stacked([1, 2], {"a": [40.0, 40.0], "b": [60.0, 60.0]}, {"a": "#111", "b": "#222"})
    assert plot.count("<polygon") == 2
    assert "44.0,14.0 900.0,14.0" in plot


def test_the_longest_bar_is_the_slowest_stage() -> None:
    widths = [float(w) for w in re.findall(r'width="([\d.]+)"', bars({"a": 1, "b": 4}, "#111"))]
    assert widths == [170.0, 680.0]
